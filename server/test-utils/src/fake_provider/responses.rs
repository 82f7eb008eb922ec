//! OpenAI's Responses, with nothing kept on the server.

use serde_json::{Value, json};

use super::Recorded;
use super::answer::{Piece, Stop, Turn};
use super::conversation::{Conversation, Part, Speaker, further};
use super::dialect::{Dialect, Meta, Rendered, Wire, output_tokens, pieces};
use super::openai::{self, Reading};

pub(super) const DIALECT: Dialect = Dialect {
    wire: Wire::Responses,
    parse,
    render,
    failure: openai::failure,
    refusal: openai::refusal,
    error_event: || {
        let error = json!({
            "type": "error", "code": "server_is_overloaded", "message": "Overloaded",
            "param": null, "sequence_number": 999,
        });
        event(&error)
    },
};

const MEMBERS: [&str; 12] = [
    "model",
    "input",
    "instructions",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "stream",
    "store",
    "include",
    "max_output_tokens",
    "reasoning",
    "text",
];

fn parse(request: &Recorded) -> Result<Conversation, String> {
    let body = &request.json;
    let mut violations = openai::members(body, &MEMBERS)?;
    if body["store"] != false {
        violations.push("the conversation would be kept on the server".to_owned());
    }
    let settings = ["model", "reasoning", "text", "tool_choice", "instructions"];
    let mut reading = Reading::new(body, &settings, violations);
    if let Value::String(text) = &body["input"] {
        reading.block("user", &json!(text));
        reading.part(Speaker::User, Part::Text(text.clone()));
        return Ok(reading.finish(body));
    }
    for item in body["input"].as_array().ok_or("input: required")? {
        let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
        match item["type"].as_str().unwrap_or("message") {
            "message" => message(item, &mut reading),
            "function_call" => {
                reading.block("assistant", item);
                let extra = further(item, &["type", "call_id", "name", "arguments"]);
                reading.call(&item["call_id"], &item["name"], &item["arguments"], extra);
            }
            "function_call_output" => {
                reading.block("user", item);
                reading.part(Speaker::User, Part::Result { id: text("call_id") });
            }
            _ => {
                reading.block("assistant", item);
                reading.part(Speaker::Assistant, Part::Other(item.clone()));
            }
        }
    }
    Ok(reading.finish(body))
}

fn message(item: &Value, reading: &mut Reading) {
    let role = item["role"].as_str().unwrap_or_default();
    let (speaker, kind) = match role {
        "user" | "system" | "developer" => (Speaker::User, "input_text"),
        "assistant" => (Speaker::Assistant, "output_text"),
        other => {
            reading.violations.push(format!("a message of {other}"));
            return;
        }
    };
    let own = further(item, &["type", "role", "content", "id", "status"]);
    if own != json!({}) {
        reading.part(speaker, Part::Other(own));
    }
    let content = match &item["content"] {
        Value::String(text) => vec![json!({"type": kind, "text": text})],
        Value::Array(parts) => parts.clone(),
        other => vec![other.clone()],
    };
    for part in content {
        reading.block(role, &part);
        match part["text"].as_str() {
            Some(text) if part["type"] == kind => {
                reading.part(speaker, Part::Text(text.to_owned()));
            }
            _ => reading.violations.push(format!("{role} cannot say {part}")),
        }
    }
}

/// The events of a stream, numbered as they are written.
#[derive(Default)]
struct Events(Vec<String>);

impl Events {
    fn push(&mut self, kind: &str, mut data: Value) {
        data["type"] = json!(kind);
        data["sequence_number"] = json!(self.0.len());
        self.0.push(event(&data));
    }
}

fn render(turn: &Turn, meta: &Meta<'_>) -> Rendered {
    let mut response = json!({
        "id": format!("resp_{}", meta.number),
        "object": "response",
        "created_at": 1,
        "model": meta.model,
        "status": "in_progress",
        "error": null,
        "incomplete_details": null,
        "output": [],
        "parallel_tool_calls": true,
        "tool_choice": "auto",
        "tools": [],
        "usage": null,
    });
    let mut events = Events::default();
    events.push("response.created", json!({"response": response}));
    events.push("response.in_progress", json!({"response": response}));
    let mut output = Vec::new();
    let mut parts = Vec::new();
    for (place, piece) in turn.pieces.iter().enumerate() {
        let cut = turn.stop == Stop::MaxTokens && place + 1 == turn.pieces.len();
        let status = if cut { "incomplete" } else { "completed" };
        let at = At { index: output.len(), id: format!("item_{}_{place}", meta.number), status };
        let item = match piece {
            Piece::Thinking(text) => reasoning(text, &at, &mut events),
            Piece::Text(text) if text.is_empty() => continue,
            Piece::Text(text) => text_item(text, &at, &mut events),
            Piece::Call(tool, letters) => {
                call_item(tool, letters, &meta.call(place), &at, &mut events)
            }
            Piece::Raw(item) => item.clone(),
        };
        events.push("response.output_item.done", json!({"output_index": at.index, "item": item}));
        match piece {
            Piece::Text(text) => {
                parts.push(Part::Other(json!({"phase": "commentary"})));
                parts.push(Part::Text(text.clone()));
            }
            Piece::Call(tool, letters) => {
                let letters = if letters.is_empty() { "{}" } else { letters }.to_owned();
                let extra = further(&item, &["type", "call_id", "name", "arguments"]);
                let (id, tool) = (meta.call(place), tool.clone());
                parts.push(Part::Call { id, tool, letters, extra });
            }
            Piece::Thinking(_) | Piece::Raw(_) => parts.push(Part::Other(item.clone())),
        }
        output.push(item);
    }
    if let Stop::Refusal(why) = &turn.stop {
        let item = json!({
            "id": "refusal", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "refusal", "refusal": why}],
        });
        let index = output.len();
        events.push("response.output_item.added", json!({"output_index": index, "item": item}));
        events.push("response.output_item.done", json!({"output_index": index, "item": item}));
        output.push(item);
    }
    response["output"] = Value::Array(output);
    response["usage"] = usage(turn, meta);
    let end = if turn.stop == Stop::MaxTokens {
        response["incomplete_details"] = json!({"reason": "max_output_tokens"});
        "incomplete"
    } else {
        "completed"
    };
    response["status"] = json!(end);
    let decisive = events.0.len();
    events.push(&format!("response.{end}"), json!({"response": response}));
    Rendered { events: events.0, decisive, whole: response, parts }
}

/// Where an item stands.
struct At {
    index: usize,
    id: String,
    status: &'static str,
}

impl At {
    fn added(&self, events: &mut Events, item: &Value) {
        events.push("response.output_item.added", self.event(json!({"item": item})));
    }

    fn event(&self, mut data: Value) -> Value {
        data["output_index"] = json!(self.index);
        data["item_id"] = json!(self.id);
        data
    }
}

fn reasoning(text: &str, at: &At, events: &mut Events) -> Value {
    let mut item = json!({"id": at.id, "type": "reasoning", "summary": []});
    at.added(events, &item);
    let part = |text: &str| json!({"type": "summary_text", "text": text});
    let event = |mut data: Value| {
        data["summary_index"] = json!(0);
        at.event(data)
    };
    events.push("response.reasoning_summary_part.added", event(json!({"part": part("")})));
    for piece in pieces(text) {
        events.push("response.reasoning_summary_text.delta", event(json!({"delta": piece})));
    }
    events.push("response.reasoning_summary_text.done", event(json!({"text": text})));
    events.push("response.reasoning_summary_part.done", event(json!({"part": part(text)})));
    item["summary"] = json!([part(text)]);
    // Only a finished item holds what must come back.
    item["encrypted_content"] = json!(format!("encrypted-{}==", at.id));
    item["status"] = json!(at.status);
    item
}

fn text_item(text: &str, at: &At, events: &mut Events) -> Value {
    let mut item = json!({
        "id": at.id, "type": "message", "role": "assistant", "status": "in_progress",
        "content": [], "phase": "commentary",
    });
    at.added(events, &item);
    let part = |text: &str| json!({"type": "output_text", "text": text, "annotations": []});
    let event = |mut data: Value| {
        data["content_index"] = json!(0);
        at.event(data)
    };
    events.push("response.content_part.added", event(json!({"part": part("")})));
    for piece in pieces(text) {
        let data = event(json!({"delta": piece, "logprobs": []}));
        events.push("response.output_text.delta", data);
    }
    events.push("response.output_text.done", event(json!({"text": text, "logprobs": []})));
    events.push("response.content_part.done", event(json!({"part": part(text)})));
    item["content"] = json!([part(text)]);
    item["status"] = json!(at.status);
    item
}

fn call_item(tool: &str, letters: &str, call: &str, at: &At, events: &mut Events) -> Value {
    let mut item = json!({
        "id": at.id, "type": "function_call", "status": "in_progress", "call_id": call,
        "name": tool, "arguments": "",
    });
    at.added(events, &item);
    for piece in pieces(letters) {
        let data = at.event(json!({"delta": piece}));
        events.push("response.function_call_arguments.delta", data);
    }
    let data = at.event(json!({"arguments": letters, "name": tool}));
    events.push("response.function_call_arguments.done", data);
    item["arguments"] = json!(letters);
    item["status"] = json!(at.status);
    item
}

fn usage(turn: &Turn, meta: &Meta<'_>) -> Value {
    let prompt = meta.bill.input + meta.bill.read + meta.bill.write;
    let output = output_tokens(turn);
    json!({
        "input_tokens": prompt,
        "input_tokens_details": {
            "cached_tokens": meta.bill.read, "cache_write_tokens": meta.bill.write,
        },
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": prompt + output,
    })
}

fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}
