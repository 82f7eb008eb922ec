//! What is sent to a model, in words that belong to no provider.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::RawJson;

/// One request. Its serialised form is a pure function of its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Instructions, in order; each is a block of its own on the wire.
    pub system: Vec<Arc<str>>,
    /// What the model may call, in the order in which it is sent.
    pub tools: Arc<[ToolSpec]>,
    /// The conversation. The first message is the user's.
    pub messages: Vec<Message>,
    /// Upper bound of the answer, in tokens.
    pub max_tokens: u32,
    /// Where the provider is asked to keep the prefix for later requests.
    pub cache_marks: Vec<CacheMark>,
}

impl Request {
    /// Bytes of all that the model reads of it, without what a dialect puts around.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let system: usize = self.system.iter().map(|text| text.len()).sum();
        let tools = self.tools.iter().map(|tool| {
            tool.name.len() + tool.description.len() + tool.input_schema.to_string().len()
        });
        let blocks = self.messages.iter().flat_map(|message| &message.content);
        let blocks = blocks.map(|block| match block {
            Block::Text(text) => text.len(),
            Block::ToolUse(call) => call.name.len() + call.input.as_str().len(),
            Block::ToolResult(result) => result.text.len(),
            Block::Opaque { json, .. } => json.as_str().len(),
        });
        system + tools.sum::<usize>() + blocks.sum::<usize>()
    }
}

/// A tool as the model is told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolSpec {
    /// The name it is called by.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// JSON schema of its arguments: an object.
    pub input_schema: Value,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The user, or the harness on the user's behalf; tool results come in this role too.
    User,
    /// The model.
    Assistant,
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<Block>,
}

impl Message {
    /// A user's message of one text.
    pub fn user(text: impl Into<String>) -> Message {
        Message { role: Role::User, content: vec![Block::Text(text.into())] }
    }
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Plain text.
    Text(String),
    /// The model wants a tool to be run.
    ToolUse(ToolUse),
    /// What a tool said.
    ToolResult(ToolResult),
    /// A block that only its provider understands (thinking, server tools, what is invented
    /// tomorrow), to be sent back to the same model exactly as it came, and to no other.
    Opaque {
        /// Who wrote it: [`crate::Endpoint::origin`].
        #[serde(alias = "dialect")]
        origin: String,
        /// The block.
        json: RawJson,
    },
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolUse {
    /// The call's name, unique in the conversation; its result bears the same.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// Its arguments.
    pub input: RawJson,
    /// What the model wrote where that is not valid JSON; then `input` is `{}` and the call must
    /// not be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub malformed: Option<String>,
    /// What else the provider attached to the call and wants to see again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Extra>,
}

/// What only a provider understands about a block that everybody understands: a signature, who
/// the caller was. It goes back to the same model as it came and to no other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extra {
    /// Who wrote it: [`crate::Endpoint::origin`].
    #[serde(alias = "dialect")]
    pub origin: String,
    /// Further members of the block: an object.
    pub members: RawJson,
}

/// The outcome of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The call.
    pub tool_use_id: String,
    /// What the model is told.
    pub text: String,
    /// Whether the tool failed.
    pub is_error: bool,
    /// The same as data, for readers that are programs. Never sent over the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Arc<Value>>,
}

/// A place after which the prefix of the request is worth keeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheMark {
    /// After the last tool.
    Tools,
    /// After the system block of this index.
    System(usize),
    /// After the last block of the message of this index.
    Message(usize),
}
