//! From a request to the body of `POST /chat/completions`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::dialect::{Encoded, Object, extra_members, further_members, openai_url};
use crate::endpoint::{Dialect, Endpoint, MaxTokensMember};
use crate::{Block, Message, RawJson, Request, Role, ToolSpec, ToolUse};

pub(crate) fn encode(request: &Request, endpoint: &Endpoint) -> Result<Encoded, serde_json::Error> {
    let limit = match endpoint.max_tokens_member {
        MaxTokensMember::MaxTokens => "max_tokens",
        MaxTokensMember::MaxCompletionTokens => "max_completion_tokens",
    };
    let max_tokens = Value::from(request.max_tokens.min(endpoint.max_tokens));
    let own = ["model", limit, "stream", "stream_options", "tools", "messages"];
    let mut further = further_members(endpoint, &own);
    further.insert(limit, &max_tokens);

    let mut messages = Vec::new();
    let system: Vec<&str> = request.system.iter().map(AsRef::as_ref).collect();
    if !system.is_empty() {
        // One text: templates of many models refuse a second system message or a list.
        messages.push(WireMessage::plain("system", system.join("\n\n")));
    }
    for message in &request.messages {
        match message.role {
            Role::User => user(message, &mut messages),
            Role::Assistant => messages.extend(assistant(message)),
        }
    }
    let body = Body {
        model: &endpoint.model,
        stream: true,
        stream_options: json!({"include_usage": true}),
        further,
        tools: request.tools.iter().map(Tool::new).collect(),
        messages,
    };
    let url = openai_url(&endpoint.base_url, "/chat/completions");
    Ok(Encoded { url, headers: Vec::new(), body: serde_json::to_vec(&body)? })
}

/// The results each become a message, the texts between them another.
fn user(message: &Message, out: &mut Vec<WireMessage>) {
    let mut texts: Vec<&str> = Vec::new();
    let flush = |texts: &mut Vec<&str>, out: &mut Vec<WireMessage>| {
        if !texts.is_empty() {
            out.push(WireMessage::plain("user", std::mem::take(texts).join("\n\n")));
        }
    };
    for block in &message.content {
        match block {
            Block::Text(text) if text.is_empty() => {}
            Block::Text(text) => texts.push(text),
            Block::ToolResult(result) => {
                flush(&mut texts, out);
                let mut answer = WireMessage::plain("tool", result.text.clone());
                answer.tool_call_id = Some(result.tool_use_id.clone());
                out.push(answer);
            }
            // A user neither calls tools nor speaks in the provider's own blocks.
            Block::ToolUse(_) | Block::Opaque { .. } => {}
        }
    }
    flush(&mut texts, out);
}

fn assistant(message: &Message) -> Option<WireMessage> {
    let mut text = String::new();
    let mut wire = WireMessage { role: "assistant", ..WireMessage::default() };
    for block in &message.content {
        match block {
            Block::Text(piece) => text.push_str(piece),
            Block::ToolUse(call) => wire.tool_calls.push(tool_call(call)),
            Block::Opaque { dialect, json } if dialect == Dialect::Chat.name() => {
                wire.further.extend(Object::parse(json.as_str()).unwrap_or_default().0);
            }
            Block::Opaque { .. } | Block::ToolResult(_) => {}
        }
    }
    if text.is_empty() && wire.tool_calls.is_empty() && wire.further.is_empty() {
        return None;
    }
    // Without calls some servers want a text, be it empty; with calls some want none.
    wire.content = (!text.is_empty() || wire.tool_calls.is_empty()).then_some(text);
    Some(wire)
}

fn tool_call(call: &ToolUse) -> WireCall {
    WireCall {
        id: call.id.clone(),
        kind: "function",
        function: Function { name: call.name.clone(), arguments: call.input.as_str().to_owned() },
        further: extra_members(call, Dialect::Chat).0,
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    stream: bool,
    stream_options: Value,
    #[serde(flatten)]
    further: BTreeMap<&'a str, &'a Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    messages: Vec<WireMessage>,
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: ToolFunction<'a>,
}

#[derive(Serialize)]
struct ToolFunction<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
}

impl<'a> Tool<'a> {
    fn new(spec: &'a ToolSpec) -> Tool<'a> {
        let ToolSpec { name, description, input_schema } = spec;
        Tool {
            kind: "function",
            function: ToolFunction { name, description, parameters: input_schema },
        }
    }
}

#[derive(Default, Serialize)]
struct WireMessage {
    role: &'static str,
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall>,
    #[serde(flatten)]
    further: BTreeMap<String, RawJson>,
}

impl WireMessage {
    fn plain(role: &'static str, text: String) -> WireMessage {
        WireMessage { role, content: Some(text), ..WireMessage::default() }
    }
}

#[derive(Serialize)]
struct WireCall {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function,
    #[serde(flatten)]
    further: BTreeMap<String, RawJson>,
}

#[derive(Serialize)]
struct Function {
    name: String,
    /// The arguments' letters: in this dialect they are a text that holds JSON.
    arguments: String,
}
