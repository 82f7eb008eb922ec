//! From a request to the body of `POST /responses`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::dialect::{Encoded, Object, cache_key, extra_members, further_members, openai_url};
use crate::endpoint::Endpoint;
use crate::quirks::CallIds;
use crate::{Block, Message, RawJson, Request, Role, ToolSpec};

const OWN: [&str; 8] =
    ["model", "stream", "store", "include", "max_output_tokens", "tools", "instructions", "input"];

pub(crate) fn encode(request: &Request, endpoint: &Endpoint) -> Result<Encoded, serde_json::Error> {
    let system: Vec<&str> = request.system.iter().map(AsRef::as_ref).collect();
    let quirks = &endpoint.quirks;
    let origin = endpoint.origin();
    let ids = quirks.call_ids(endpoint.dialect);
    let mut input = Vec::new();
    for message in &request.messages {
        items(message, &origin, ids, &mut input);
    }
    let key = quirks.cache_key.then(|| Value::from(cache_key(request)));
    let mut further = further_members(endpoint, &OWN);
    if let Some(key) = &key {
        further.entry("prompt_cache_key").or_insert(key);
    }
    let body = Body {
        model: &endpoint.model,
        stream: true,
        store: false,
        include: quirks.encrypted_reasoning.then_some(["reasoning.encrypted_content"]),
        max_output_tokens: request.max_tokens.min(endpoint.max_tokens),
        further,
        tools: request.tools.iter().map(Tool::new).collect(),
        instructions: (!system.is_empty()).then(|| system.join("\n\n")),
        input,
    };
    let url = openai_url(&endpoint.base_url, "/responses");
    Ok(Encoded { url, headers: Vec::new(), body: serde_json::to_vec(&body)? })
}

/// The items of a message, in order. A user's texts that follow each other are one item; of the
/// model's, each is its own, as it was.
fn items<'a>(message: &'a Message, endpoint_origin: &str, ids: CallIds, out: &mut Vec<Item<'a>>) {
    const USERS: (Role, Role) = (Role::User, Role::User);
    let mut further = BTreeMap::new();
    for (i, block) in message.content.iter().enumerate() {
        match block {
            Block::Text(text) if text.is_empty() => {}
            Block::Text(text) => {
                let kind = match message.role {
                    Role::User => "input_text",
                    Role::Assistant => "output_text",
                };
                let part = Part { kind, text };
                match out.last_mut() {
                    Some(Item::Message(last)) if i > 0 && (message.role, last.role) == USERS => {
                        last.content.push(part);
                    }
                    _ => out.push(Item::Message(MessageItem {
                        kind: "message",
                        role: message.role,
                        content: vec![part],
                        further: std::mem::take(&mut further),
                    })),
                }
            }
            Block::ToolUse(call) => out.push(Item::FunctionCall {
                kind: "function_call",
                call_id: ids.name(&call.id),
                name: &call.name,
                arguments: call.input.as_str(),
                further: extra_members(call, endpoint_origin).unwrap_or_default().0,
            }),
            Block::ToolResult(result) => out.push(Item::FunctionCallOutput {
                kind: "function_call_output",
                call_id: ids.name(&result.tool_use_id),
                output: &result.text,
            }),
            Block::Opaque { origin, json } if origin == endpoint_origin => {
                let members = Object::parse(json.as_str()).unwrap_or_default();
                // Without a type they are members of the text that follows.
                match members.get("type") {
                    Some(_) => out.push(Item::AsItCame(json)),
                    None => further = members.0,
                }
            }
            Block::Opaque { .. } => {}
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    stream: bool,
    store: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    include: Option<[&'static str; 1]>,
    max_output_tokens: u32,
    #[serde(flatten)]
    further: BTreeMap<&'a str, &'a Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<String>,
    input: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
    /// Strict schemas forbid optional arguments.
    strict: bool,
}

impl<'a> Tool<'a> {
    fn new(spec: &'a ToolSpec) -> Tool<'a> {
        let ToolSpec { name, description, input_schema } = spec;
        Tool { kind: "function", name, description, parameters: input_schema, strict: false }
    }
}

#[derive(Serialize)]
struct Part<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Item<'a> {
    /// Reasoning, and what only the server understands.
    AsItCame(&'a RawJson),
    Message(MessageItem<'a>),
    FunctionCall {
        #[serde(rename = "type")]
        kind: &'static str,
        call_id: String,
        name: &'a str,
        /// The arguments' letters: in this dialect they are a text that holds JSON.
        arguments: &'a str,
        #[serde(flatten)]
        further: BTreeMap<String, RawJson>,
    },
    FunctionCallOutput {
        #[serde(rename = "type")]
        kind: &'static str,
        call_id: String,
        output: &'a str,
    },
}

#[derive(Serialize)]
struct MessageItem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    role: Role,
    content: Vec<Part<'a>>,
    #[serde(flatten)]
    further: BTreeMap<String, RawJson>,
}
