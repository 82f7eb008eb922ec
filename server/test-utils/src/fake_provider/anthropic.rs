//! Anthropic's Messages: version 2026-10-21 and the one before.

use serde_json::{Value, json};

use super::Recorded;
use super::answer::{Failure, Piece, Stop, Turn};
use super::conversation::{Block, Conversation, Message, Part, Speaker, further};
use super::dialect::{Dialect, Meta, Rendered, Wire, elements, member, output_tokens, pieces};

pub(super) const DIALECT: Dialect = Dialect {
    wire: Wire::Messages,
    parse,
    render,
    failure,
    refusal: |message| error(400, "invalid_request_error", message).1,
    error_event: || {
        event(
            &json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        )
    },
};

const VERSIONS: [&str; 2] = ["2026-10-21", "2023-06-01"];
const MEMBERS: [&str; 11] = [
    "model",
    "max_tokens",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "stream",
    "thinking",
    "output_config",
    "metadata",
    "cache_control",
];
const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];

fn parse(request: &Recorded) -> Result<Conversation, String> {
    let body = std::str::from_utf8(&request.body).map_err(|error| error.to_string())?;
    let members = request.json.as_object().ok_or("the body is not an object")?;
    let mut violations = Vec::new();
    match request.header("anthropic-version") {
        Some(version) if VERSIONS.contains(&version) => {}
        other => violations.push(format!("anthropic-version: {other:?}")),
    }
    for key in members.keys() {
        if SAMPLING.contains(&key.as_str()) {
            violations.push(format!("`{key}` is no longer supported"));
        } else if !MEMBERS.contains(&key.as_str()) {
            violations.push(format!("{key}: Extra inputs are not permitted"));
        }
    }
    if !members.get("max_tokens").is_some_and(Value::is_u64) {
        violations.push("max_tokens: Field required".to_owned());
    }

    let settings: Vec<_> = ["model", "thinking", "output_config", "tool_choice"]
        .iter()
        .filter_map(|key| members.get(*key))
        .collect();
    let mut blocks = vec![Block {
        letters: format!("settings {}", json!(settings)),
        marked: false,
        open: false,
    }];
    for tool in members.get("tools").and_then(Value::as_array).into_iter().flatten() {
        if tool["input_schema"]["type"] != "object" {
            violations.push(format!("tools: {}: the schema is not an object's", tool["name"]));
        }
        blocks.push(block("tool", tool));
    }
    match members.get("system") {
        Some(Value::Array(list)) => {
            violations.extend(list.iter().filter_map(empty_text));
            blocks.extend(list.iter().map(|text| block("system", text)));
        }
        Some(text) => blocks.push(block("system", text)),
        None => {}
    }

    let mut messages = Vec::new();
    let list = member(body, "messages").and_then(|list| elements(&list));
    for message in list.ok_or("messages: Field required")? {
        let message = read_message(&message, &mut blocks, &mut violations)?;
        messages.push(message);
    }
    if messages.first().is_none_or(|first| first.speaker != Speaker::User) {
        violations.push("messages: the first message must be the user's".to_owned());
    }
    if let Some(last) = blocks.last_mut().filter(|_| members.contains_key("cache_control")) {
        last.marked = true;
    }
    Ok(Conversation {
        blocks,
        messages,
        stream: request.json["stream"] == true,
        model: request.json["model"].as_str().unwrap_or_default().to_owned(),
        violations,
    })
}

fn read_message(
    message: &str,
    blocks: &mut Vec<Block>,
    violations: &mut Vec<String>,
) -> Result<Message, String> {
    let role = member(message, "role").ok_or("messages: role: Field required")?;
    let speaker = match role.as_str() {
        r#""user""# | r#""system""# => Speaker::User,
        r#""assistant""# => Speaker::Assistant,
        other => return Err(format!("messages: role: {other}")),
    };
    let content = member(message, "content").ok_or("messages: content: Field required")?;
    let content = if content.starts_with('"') {
        vec![format!(r#"{{"type":"text","text":{content}}}"#)]
    } else {
        elements(&content).ok_or("messages: content: not a list")?
    };
    if content.is_empty() {
        violations.push("messages: all messages must have non-empty content".to_owned());
    }
    let mut parts = Vec::new();
    for letters in content {
        let value: Value = serde_json::from_str(&letters).map_err(|error| error.to_string())?;
        let kind = value["type"].as_str().unwrap_or_default();
        violations.extend(empty_text(&value));
        if value.get("cache_control").is_some() && kind.ends_with("thinking") {
            violations.push(format!("{kind}: cache_control is not permitted"));
        }
        let users = matches!(kind, "text" | "image" | "document" | "tool_result");
        let wrong = match speaker {
            Speaker::User => {
                !users || value.get("citations").is_some_and(|list| list != &json!([]))
            }
            Speaker::Assistant => matches!(kind, "image" | "document" | "tool_result"),
        };
        if wrong {
            violations.push(format!("`{kind}` does not belong into the message of {role}"));
        }
        let part = part(&letters, value.clone());
        let mut block = block(&role, &value);
        if let Part::Call { letters, .. } = &part {
            block.letters.push_str(letters);
        }
        blocks.push(block);
        parts.push(part);
    }
    Ok(Message { speaker, parts })
}

fn empty_text(block: &Value) -> Option<String> {
    let empty = block["type"] == "text" && block["text"] == "";
    empty.then(|| "text content blocks must be non-empty".to_owned())
}

fn block(role: &str, value: &Value) -> Block {
    let mut value = value.clone();
    let mark = value.as_object_mut().and_then(|block| block.remove("cache_control"));
    Block { letters: format!("{role} {value}"), marked: mark.is_some(), open: false }
}

/// A content block, as the judge sees it.
fn part(letters: &str, mut value: Value) -> Part {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    match value["type"].as_str() {
        // A citation makes it a block that must go back as it is.
        Some("text") if value.get("citations").is_none_or(Value::is_null) => {
            Part::Text(text("text"))
        }
        Some("tool_use") => Part::Call {
            id: text("id"),
            tool: text("name"),
            letters: member(letters, "input").unwrap_or_default(),
            extra: further(&value, &["type", "id", "name", "input", "cache_control"]),
        },
        Some("tool_result") => Part::Result { id: text("tool_use_id") },
        _ => {
            if let Some(members) = value.as_object_mut() {
                members.remove("cache_control");
            }
            Part::Other(value)
        }
    }
}

fn render(turn: &Turn, meta: &Meta<'_>) -> Rendered {
    let usage = json!({
        "input_tokens": meta.bill.input,
        "cache_read_input_tokens": meta.bill.read,
        "cache_creation_input_tokens": meta.bill.write,
        "output_tokens": 1,
    });
    let mut message = json!({
        "id": format!("msg_{}", meta.number),
        "type": "message",
        "role": "assistant",
        "model": meta.model,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": usage,
    });
    let mut events = vec![
        event(&json!({"type": "message_start", "message": message})),
        event(&json!({"type": "ping"})),
    ];
    let mut content = Vec::new();
    let mut parts = Vec::new();
    for (index, piece) in turn.pieces.iter().enumerate() {
        let cut = turn.stop == Stop::MaxTokens && index + 1 == turn.pieces.len();
        let block = render_block(piece, cut, &meta.call(index));
        events.push(event(&json!({
            "type": "content_block_start", "index": index, "content_block": block.begin,
        })));
        events.extend(block.deltas.iter().map(|delta| {
            event(&json!({"type": "content_block_delta", "index": index, "delta": delta}))
        }));
        events.push(event(&json!({"type": "content_block_stop", "index": index})));
        content.push(block.whole);
        parts.extend(block.part);
    }
    let calls = turn.pieces.iter().any(|piece| matches!(piece, Piece::Call(..)));
    let (reason, details) = match &turn.stop {
        Stop::Natural if calls => ("tool_use", Value::Null),
        Stop::Natural => ("end_turn", Value::Null),
        Stop::MaxTokens => ("max_tokens", Value::Null),
        Stop::Refusal(why) => {
            ("refusal", json!({"type": "refusal", "category": null, "explanation": why}))
        }
    };
    let delta = json!({"stop_reason": reason, "stop_sequence": null, "stop_details": details});
    let output = output_tokens(turn);
    events.push(event(
        &json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": output}}),
    ));
    let decisive = events.len();
    events.push(event(&json!({"type": "message_stop"})));
    message["content"] = Value::Array(content);
    message["stop_reason"] = json!(reason);
    message["stop_details"] = details;
    message["usage"]["output_tokens"] = json!(output);
    Rendered { events, decisive, whole: message, parts }
}

struct RenderedBlock {
    begin: Value,
    deltas: Vec<Value>,
    whole: Value,
    part: Option<Part>,
}

fn render_block(piece: &Piece, cut: bool, call: &str) -> RenderedBlock {
    match piece {
        Piece::Text(text) => RenderedBlock {
            begin: json!({"type": "text", "text": ""}),
            deltas: deltas("text_delta", "text", text),
            whole: json!({"type": "text", "text": text}),
            part: (!text.is_empty()).then(|| Part::Text(text.clone())),
        },
        Piece::Thinking(text) => {
            let signature = format!("signature-of-{call}==");
            let mut deltas = deltas("thinking_delta", "thinking", text);
            let whole = json!({"type": "thinking", "thinking": text, "signature": signature});
            if !cut {
                deltas.push(json!({"type": "signature_delta", "signature": signature}));
            }
            RenderedBlock {
                begin: json!({"type": "thinking", "thinking": "", "signature": ""}),
                deltas,
                part: (!cut).then(|| Part::Other(whole.clone())),
                whole,
            }
        }
        Piece::Call(tool, letters) => {
            let mut pieces = vec![json!({"type": "input_json_delta", "partial_json": ""})];
            pieces.extend(deltas("input_json_delta", "partial_json", letters));
            let input: Value = serde_json::from_str(letters).unwrap_or_else(|_| json!({}));
            let caller = json!({"type": "direct"});
            RenderedBlock {
                begin: json!({"type": "tool_use", "id": call, "name": tool, "input": {}, "caller": caller}),
                deltas: pieces,
                whole: json!({"type": "tool_use", "id": call, "name": tool, "input": input, "caller": caller}),
                part: Some(Part::Call {
                    id: call.to_owned(),
                    tool: tool.clone(),
                    letters: if letters.is_empty() { "{}".to_owned() } else { letters.clone() },
                    extra: json!({"caller": caller}),
                }),
            }
        }
        Piece::Raw(block) => RenderedBlock {
            begin: block.clone(),
            deltas: Vec::new(),
            whole: block.clone(),
            part: Some(part(&block.to_string(), block.clone())),
        },
    }
}

fn deltas(kind: &str, key: &str, text: &str) -> Vec<Value> {
    pieces(text).into_iter().map(|piece| json!({"type": kind, key: piece})).collect()
}

fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}

fn failure(failure: &Failure) -> (u16, String) {
    match failure {
        Failure::RateLimited => error(429, "rate_limit_error", "Too many requests"),
        Failure::Overloaded => error(529, "overloaded_error", "Overloaded"),
        Failure::Internal => error(500, "api_error", "Internal server error"),
        Failure::Overflow => error(
            400,
            "invalid_request_error",
            "prompt is too long: 200001 tokens > 200000 maximum",
        ),
        Failure::Auth => error(401, "authentication_error", "invalid x-api-key"),
        Failure::Quota => error(402, "billing_error", "Your credit balance is too low"),
        Failure::Raw(status, body) => (*status, body.clone()),
    }
}

fn error(status: u16, kind: &str, message: &str) -> (u16, String) {
    let error = json!({"type": kind, "message": message});
    (status, json!({"type": "error", "error": error, "request_id": "req_fake"}).to_string())
}
