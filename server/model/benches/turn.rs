//! What a turn costs besides the network: a conversation of 100 kB is written, an answer of two
//! hundred pieces is read.

use divan::{Bencher, black_box};
use model::{
    Block, CacheMark, Dialect, Endpoint, Message, RawJson, Request, Role, ToolResult, ToolSpec,
    ToolUse, wire,
};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// Bytes of the conversation, without what a dialect puts around.
const HISTORY: usize = 100_000;

/// A conversation in which files were read and edited.
fn conversation(origin: &str) -> Request {
    let tool = |name: &str| ToolSpec {
        name: name.to_owned(),
        description: "Does what its name says, and says what it did. ".repeat(4),
        input_schema: json!({
            "type": "object",
            "properties": {"path": {"type": "string"}, "text": {"type": "string"}},
            "required": ["path"],
        }),
    };
    let mut request = Request {
        system: vec!["Look before you edit. ".repeat(60).into()],
        tools: ["check", "edit", "grep", "read"].map(tool).into(),
        messages: vec![Message::user("Rename it everywhere.")],
        max_tokens: 16_000,
        cache_marks: vec![CacheMark::Tools, CacheMark::System(0)],
    };
    let code =
        "    let total = lines.iter().map(|line| line.len() + \"\\n\".len()).sum::<usize>();\n";
    for turn in 0.. {
        if request.bytes() >= HISTORY {
            break;
        }
        let input = json!({"path": format!("src/file_{turn}.rs"), "text": code.repeat(2)});
        let call = ToolUse {
            id: format!("call_{turn}"),
            name: "edit".to_owned(),
            input: RawJson::of(&input),
            malformed: None,
            extra: None,
        };
        let thinking =
            json!({"type": "thinking", "thinking": code, "signature": "c2ln".repeat(40)});
        let thinking = Block::Opaque { origin: origin.to_owned(), json: RawJson::of(&thinking) };
        let content = vec![thinking, Block::Text("I see.".to_owned()), Block::ToolUse(call)];
        request.messages.push(Message { role: Role::Assistant, content });
        let result = ToolResult {
            tool_use_id: format!("call_{turn}"),
            text: code.repeat(25),
            is_error: false,
            data: None,
        };
        let content = vec![Block::ToolResult(result)];
        request.messages.push(Message { role: Role::User, content });
    }
    let last = request.messages.len() - 1;
    request.cache_marks.push(CacheMark::Message(last));
    request
}

/// The body of an answer: some text, and a call whose arguments come in pieces.
fn answer(dialect: Dialect) -> String {
    let events: Vec<Value> = match dialect {
        Dialect::Anthropic => {
            let delta = |index: u32, delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
            let begin = |index: u32, block: Value| json!({"type": "content_block_start", "index": index, "content_block": block});
            let end = |index: u32| json!({"type": "content_block_stop", "index": index});
            let word = json!({"type": "text_delta", "text": "some words "});
            let piece = json!({"type": "input_json_delta", "partial_json": "\"some code\", "});
            let call = json!({"type": "tool_use", "id": "t", "name": "edit", "input": {}});
            let mut events = vec![
                json!({"type": "message_start", "message": {"usage": {"input_tokens": 9}}}),
                begin(0, json!({"type": "text", "text": ""})),
            ];
            events.extend((0..100).map(|_| delta(0, word.clone())));
            events.extend([end(0), begin(1, call)]);
            events.push(delta(1, json!({"type": "input_json_delta", "partial_json": "{\"a\": ["})));
            events.extend((0..100).map(|_| delta(1, piece.clone())));
            events.push(delta(1, json!({"type": "input_json_delta", "partial_json": "1]}"})));
            events.push(end(1));
            events.push(json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}));
            events.push(json!({"type": "message_stop"}));
            events
        }
        Dialect::Chat => {
            let chunk = |delta: Value| json!({"choices": [{"index": 0, "delta": delta}]});
            let piece = |id: Option<&str>, text: &str| {
                let name = id.map(|_| "edit");
                let function = json!({"name": name, "arguments": text});
                chunk(json!({"tool_calls": [{"index": 0, "id": id, "function": function}]}))
            };
            let mut events = vec![chunk(json!({"role": "assistant", "content": ""}))];
            events.extend((0..100).map(|_| chunk(json!({"content": "some words "}))));
            events.push(piece(Some("c"), "{\"a\": ["));
            events.extend((0..100).map(|_| piece(None, "\"some code\", ")));
            events.push(piece(None, "1]}"));
            events.push(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}));
            events
        }
        Dialect::Responses => {
            let text = "some words ".repeat(100);
            let arguments = format!("{{\"a\": [{}1]}}", "\"some code\", ".repeat(100));
            let message =
                json!({"type": "message", "content": [{"type": "output_text", "text": text}]});
            let call = json!({
                "type": "function_call", "id": "f", "call_id": "c", "name": "edit",
                "arguments": arguments,
            });
            let mut events = vec![json!({"type": "response.created", "response": {}})];
            let word = json!({"type": "response.output_text.delta", "delta": "some words "});
            events.extend((0..100).map(|_| word.clone()));
            events.push(json!({"type": "response.output_item.done", "item": message}));
            let piece = json!({"type": "response.function_call_arguments.delta", "delta": "\"some code\", "});
            events.extend((0..100).map(|_| piece.clone()));
            events.push(json!({"type": "response.output_item.done", "item": call}));
            events.push(json!({"type": "response.completed", "response": {"status": "completed"}}));
            events
        }
    };
    let mut body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    if dialect == Dialect::Chat {
        body.push_str("data: [DONE]\n\n");
    }
    body
}

#[divan::bench(args = Dialect::ALL)]
fn turn(bencher: Bencher<'_, '_>, dialect: Dialect) {
    let endpoint = Endpoint::new(dialect, "http://model.test/v1", "m");
    let request = conversation(&endpoint.origin());
    let answer = answer(dialect);
    bencher.bench(|| {
        let body = wire::encode(black_box(&request), &endpoint);
        let pieces = black_box(answer.as_bytes()).chunks(1400);
        let (events, error) = wire::decode(&endpoint, &request, pieces);
        assert!(error.is_none());
        (body, events)
    });
}

#[divan::bench(args = Dialect::ALL)]
fn encode(bencher: Bencher<'_, '_>, dialect: Dialect) {
    let endpoint = Endpoint::new(dialect, "http://model.test/v1", "m");
    let request = conversation(&endpoint.origin());
    bencher.bench(|| wire::encode(black_box(&request), &endpoint));
}
