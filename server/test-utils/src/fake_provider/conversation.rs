//! A request as the judge sees it: the same for all dialects.

use serde_json::Value;

/// Who says a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    User,
    Assistant,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// A call; the arguments by their letters, and what else the dialect attaches to it.
    Call {
        id: String,
        tool: String,
        letters: String,
        extra: Value,
    },
    /// The result of the call of this name.
    Result {
        id: String,
    },
    /// Thinking and other things of the dialect, without their marks.
    Other(Value),
}

/// What is left of an object without these members.
pub(super) fn further(object: &Value, without: &[&str]) -> Value {
    let members = object.as_object().into_iter().flatten();
    let rest = members.filter(|(key, _)| !without.contains(&key.as_str()));
    rest.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A part of the prompt with what the cache needs to know of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// The block without its mark, in a writing that is the same for equal blocks.
    pub(super) letters: String,
    /// Whether the prefix up to here is to be kept.
    pub(super) marked: bool,
    /// Whether more text may follow in a later request: a message that is one text grows, and
    /// what was sent of it is still the beginning.
    pub(super) open: bool,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub(super) speaker: Speaker,
    pub(super) parts: Vec<Part>,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conversation {
    /// Everything that the model reads, in the order in which it does: what is not part of a
    /// message (model, tools, system), then the messages' blocks.
    pub(super) blocks: Vec<Block>,
    pub(super) messages: Vec<Message>,
    /// Whether a stream is asked for.
    pub(super) stream: bool,
    pub(super) model: String,
    /// Laws that the dialect alone knows and that were broken.
    pub(super) violations: Vec<String>,
}
