//! OpenAI's Chat Completions, with the reasoning text that other servers add to them.

use serde_json::{Map, Value, json};

use super::Recorded;
use super::answer::{Piece, Stop, Turn};
use super::conversation::{Conversation, Part, Speaker, further};
use super::dialect::{Dialect, Meta, Rendered, Wire, output_tokens, pieces};
use super::openai::{self, Reading};

pub(super) const DIALECT: Dialect = Dialect {
    wire: Wire::Chat,
    parse,
    render,
    failure: openai::failure,
    refusal: openai::refusal,
    error_event: || {
        let error = json!({"message": "Overloaded", "type": "server_error", "code": 503});
        event(&json!({"error": error}))
    },
};

const MEMBERS: [&str; 10] = [
    "model",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "reasoning_effort",
];

fn parse(request: &Recorded) -> Result<Conversation, String> {
    let body = &request.json;
    let violations = openai::members(body, &MEMBERS)?;
    let mut reading = Reading::new(body, &["model", "reasoning_effort", "tool_choice"], violations);
    for message in body["messages"].as_array().ok_or("messages: required")? {
        let role = message["role"].as_str().unwrap_or_default();
        match message["content"].as_str().filter(|_| role == "user") {
            Some(text) => reading.open_block(role, text),
            None => reading.block("message", message),
        }
        let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
        match role {
            "system" | "developer" => {}
            "user" if message["content"].is_string() => {
                reading.part(Speaker::User, Part::Text(text("content")));
            }
            "tool" if message["content"].is_string() => {
                reading.part(Speaker::User, Part::Result { id: text("tool_call_id") });
            }
            "assistant" => assistant(message, &mut reading),
            _ => reading.violations.push(format!("a message that nobody can say: {message}")),
        }
    }
    Ok(reading.finish(body))
}

fn assistant(message: &Value, reading: &mut Reading) {
    let own = further(message, &["role", "content", "tool_calls", "refusal"]);
    if own != json!({}) {
        reading.part(Speaker::Assistant, Part::Other(own));
    }
    match &message["content"] {
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => reading.part(Speaker::Assistant, Part::Text(text.clone())),
        Value::Null if message.get("tool_calls").is_some() => {}
        other => reading.violations.push(format!("content that is no text: {other}")),
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        if call["type"] != "function" {
            reading.violations.push(format!("a call without its type: {call}"));
        }
        let function = &call["function"];
        let extra = further(call, &["id", "type", "function"]);
        reading.call(&call["id"], &function["name"], &function["arguments"], extra);
    }
}

fn render(turn: &Turn, meta: &Meta<'_>) -> Rendered {
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    let mut further = Map::new();
    let mut text = String::new();
    let mut calls = Vec::new();
    for (place, piece) in turn.pieces.iter().enumerate() {
        match piece {
            Piece::Thinking(thinking) => {
                deltas.extend(pieces(thinking).iter().map(|p| json!({"reasoning_content": p})));
                let before = further.get("reasoning_content").and_then(Value::as_str);
                let all = format!("{}{thinking}", before.unwrap_or_default());
                further.insert("reasoning_content".to_owned(), json!(all));
            }
            Piece::Text(piece) => {
                deltas.extend(pieces(piece).iter().map(|p| json!({"content": p})));
                text.push_str(piece);
            }
            Piece::Call(tool, letters) => {
                let index = calls.len();
                let id = meta.call(place);
                let function = json!({"name": tool, "arguments": ""});
                let begin = json!({
                    "index": index, "id": id, "type": "function", "function": function,
                });
                deltas.push(json!({"tool_calls": [begin]}));
                deltas.extend(pieces(letters).iter().map(|piece| {
                    let function = json!({"arguments": piece});
                    json!({"tool_calls": [{"index": index, "function": function}]})
                }));
                calls.push((id, tool.clone(), letters.clone()));
            }
            Piece::Raw(members) => {
                deltas.push(members.clone());
                further.extend(members.as_object().cloned().unwrap_or_default());
            }
        }
    }
    let finish = match &turn.stop {
        Stop::Natural if !calls.is_empty() => "tool_calls",
        Stop::Natural => "stop",
        Stop::MaxTokens => "length",
        Stop::Refusal(why) => {
            deltas.push(json!({"refusal": why}));
            "stop"
        }
    };

    let frame = |object: &str, choices: Value| {
        json!({
            "id": format!("chatcmpl-{}", meta.number),
            "object": object,
            "created": 1,
            "model": meta.model,
            "choices": choices,
        })
    };
    let chunk = |delta: &Value, finish: Option<&str>| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        event(&frame("chat.completion.chunk", json!([choice])))
    };
    let mut events: Vec<String> = deltas.iter().map(|delta| chunk(delta, None)).collect();
    let decisive = events.len();
    events.push(chunk(&json!({}), Some(finish)));
    let usage = usage(turn, meta);
    let mut last = frame("chat.completion.chunk", json!([]));
    last["usage"] = usage.clone();
    events.push(event(&last));
    events.push("data: [DONE]\n\n".to_owned());

    let mut message = Value::Object(further.clone());
    message["role"] = json!("assistant");
    message["content"] = if text.is_empty() { Value::Null } else { json!(text) };
    if let Stop::Refusal(why) = &turn.stop {
        message["refusal"] = json!(why);
    }
    let mut parts = Vec::new();
    if !further.is_empty() {
        parts.push(Part::Other(Value::Object(further)));
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    for (id, tool, letters) in calls {
        let function = json!({"name": tool, "arguments": letters});
        let call = json!({"id": id, "type": "function", "function": function});
        match message["tool_calls"].as_array_mut() {
            Some(calls) => calls.push(call),
            None => message["tool_calls"] = json!([call]),
        }
        let letters = if letters.is_empty() { "{}".to_owned() } else { letters };
        parts.push(Part::Call { id, tool, letters, extra: json!({}) });
    }
    let choice = json!({"index": 0, "message": message, "finish_reason": finish});
    let mut whole = frame("chat.completion", json!([choice]));
    whole["usage"] = usage;
    Rendered { events, decisive, whole, parts }
}

fn usage(turn: &Turn, meta: &Meta<'_>) -> Value {
    let prompt = meta.bill.input + meta.bill.read + meta.bill.write;
    let output = output_tokens(turn);
    json!({
        "prompt_tokens": prompt,
        "prompt_tokens_details": {
            "cached_tokens": meta.bill.read, "cache_write_tokens": meta.bill.write,
        },
        "completion_tokens": output,
        "total_tokens": prompt + output,
    })
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}
