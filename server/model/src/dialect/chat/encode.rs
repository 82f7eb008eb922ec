//! From a request to the body of `POST /chat/completions`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::dialect::{Encoded, Object, cache_key, extra_members, further_members, openai_url};
use crate::endpoint::Endpoint;
use crate::quirks::{CallIds, MaxTokensMember, Quirks};
use crate::{Block, CacheMark, Message, RawJson, Request, Role, ToolSpec, ToolUse};

pub(crate) fn encode(request: &Request, endpoint: &Endpoint) -> Result<Encoded, serde_json::Error> {
    let quirks = &endpoint.quirks;
    let limit = match quirks.max_tokens {
        MaxTokensMember::MaxTokens => "max_tokens",
        MaxTokensMember::MaxCompletionTokens => "max_completion_tokens",
    };
    let max_tokens = Value::from(request.max_tokens.min(endpoint.max_tokens));
    let own = ["model", limit, "stream", "stream_options", "tools", "messages"];
    let key = quirks.cache_key.then(|| Value::from(cache_key(request)));
    let mut further = further_members(endpoint, &own);
    further.insert(limit, &max_tokens);
    if let Some(key) = &key {
        further.entry("prompt_cache_key").or_insert(key);
    }

    let origin = endpoint.origin();
    let writer = Writer { origin: &origin, quirks, ids: quirks.call_ids(endpoint.dialect) };
    let marks = if quirks.cache_marks { request.cache_marks.as_slice() } else { &[] };
    let mut messages = Vec::new();
    let system: Vec<&str> = request.system.iter().map(AsRef::as_ref).collect();
    if !system.is_empty() {
        // One text: templates of many models refuse a second system message or a list.
        messages.push(WireMessage::plain("system", system.join("\n\n")));
        if marks.iter().any(|mark| matches!(mark, CacheMark::System(_) | CacheMark::Tools)) {
            mark(&mut messages);
        }
    }
    for (at, message) in request.messages.iter().enumerate() {
        let before = messages.len();
        match message.role {
            Role::User => writer.user(message, &mut messages),
            Role::Assistant => messages.extend(writer.assistant(message)),
        }
        if marks.contains(&CacheMark::Message(at)) {
            mark(&mut messages[before..]);
        }
    }
    let body = Body {
        model: &endpoint.model,
        stream: true,
        stream_options: quirks.ask_usage.then(|| json!({"include_usage": true})),
        further,
        tools: request.tools.iter().map(Tool::new).collect(),
        messages,
    };
    let url = openai_url(&endpoint.base_url, "/chat/completions");
    Ok(Encoded { url, headers: Vec::new(), body: serde_json::to_vec(&body)? })
}

/// Marks the last of `messages` that says something.
fn mark(messages: &mut [WireMessage]) {
    let said = |message: &&mut WireMessage| matches!(&message.content, Some(Content::Text(text)) if !text.is_empty());
    if let Some(message) = messages.iter_mut().rfind(said)
        && let Some(Content::Text(text)) = message.content.take()
    {
        let cache_control = CacheControl { kind: "ephemeral" };
        message.content = Some(Content::Marked([Part { kind: "text", text, cache_control }]));
    }
}

/// What the writing of messages needs to know of the endpoint.
struct Writer<'a> {
    origin: &'a str,
    quirks: &'a Quirks,
    ids: CallIds,
}

impl Writer<'_> {
    /// The results each become a message, the texts between them another.
    fn user(&self, message: &Message, out: &mut Vec<WireMessage>) {
        let mut texts: Vec<&str> = Vec::new();
        for block in &message.content {
            match block {
                Block::Text(text) if text.is_empty() => {}
                Block::Text(text) => texts.push(text),
                Block::ToolResult(result) => {
                    self.flush(&mut texts, out);
                    let mut answer = WireMessage::plain("tool", result.text.clone());
                    answer.tool_call_id = Some(self.ids.name(&result.tool_use_id));
                    out.push(answer);
                }
                // A user neither calls tools nor speaks in the provider's own blocks.
                Block::ToolUse(_) | Block::Opaque { .. } => {}
            }
        }
        self.flush(&mut texts, out);
    }

    fn flush(&self, texts: &mut Vec<&str>, out: &mut Vec<WireMessage>) {
        if texts.is_empty() {
            return;
        }
        let after_tool = out.last().is_some_and(|last| last.role == "tool");
        if after_tool && !self.quirks.user_after_tool {
            out.push(WireMessage::plain("assistant", BETWEEN.to_owned()));
        }
        out.push(WireMessage::plain("user", std::mem::take(texts).join("\n\n")));
    }

    fn assistant(&self, message: &Message) -> Option<WireMessage> {
        let mut text = String::new();
        let mut wire = WireMessage { role: "assistant", ..WireMessage::default() };
        for block in &message.content {
            match block {
                Block::Text(piece) => text.push_str(piece),
                Block::ToolUse(call) => wire.tool_calls.push(self.tool_call(call)),
                Block::Opaque { origin, json }
                    if origin == self.origin && self.quirks.replay_reasoning =>
                {
                    wire.further.extend(Object::parse(json.as_str()).unwrap_or_default().0);
                }
                Block::Opaque { .. } | Block::ToolResult(_) => {}
            }
        }
        if text.is_empty() && wire.tool_calls.is_empty() && wire.further.is_empty() {
            return None;
        }
        // Without calls some servers want a text, be it empty; with calls some want none.
        let says = !text.is_empty() || wire.tool_calls.is_empty();
        wire.content = says.then_some(Content::Text(text));
        Some(wire)
    }

    fn tool_call(&self, call: &ToolUse) -> WireCall {
        let foreign = || {
            let members = self.quirks.foreign_calls.iter();
            members.map(|(key, value)| (key.clone(), RawJson::of(value))).collect()
        };
        // A call of this model's own bears what came with it, be it nothing.
        let own = extra_members(call, self.origin).map(|members| members.0);
        WireCall {
            id: self.ids.name(&call.id),
            kind: "function",
            function: Function {
                name: call.name.clone(),
                arguments: call.input.as_str().to_owned(),
            },
            further: own.unwrap_or_else(foreign),
        }
    }
}

/// Put between a tool and the user where they may not follow each other.
const BETWEEN: &str = "Done.";

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<Value>,
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
    content: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall>,
    #[serde(flatten)]
    further: BTreeMap<String, RawJson>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    /// The prefix up to its end is worth keeping.
    Marked([Part; 1]),
}

#[derive(Serialize)]
struct Part {
    #[serde(rename = "type")]
    kind: &'static str,
    text: String,
    cache_control: CacheControl,
}

#[derive(Serialize)]
struct CacheControl {
    #[serde(rename = "type")]
    kind: &'static str,
}

impl WireMessage {
    fn plain(role: &'static str, text: String) -> WireMessage {
        WireMessage { role, content: Some(Content::Text(text)), ..WireMessage::default() }
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
