//! The dialect against streams and requests, letter by letter.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::dialect::testing::{self, message, request, sse};
use crate::endpoint::Dialect;
use crate::{Block, Message, Request, Role, ToolResult, ToolSpec};

fn check(events: &[&str], expect: Expect) {
    testing::check(Dialect::Responses, &sse(events), expect);
}

fn done(item: &str) -> String {
    format!(r#"{{"type":"response.output_item.done","item":{item}}}"#)
}

const CREATED: &str = r#"{"type":"response.created","response":{"id":"r"}}"#;
const REASONING: &str = r#"{"id":"rs_1","type":"reasoning", "summary":[],"encrypted_content":"e"}"#;
const MESSAGE: &str = r#"{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hi 😀","annotations":[]}],"phase":"commentary"}"#;
const CALL: &str = r#"{"id":"fc_1","type":"function_call","status":"completed","call_id":"c1","name":"edit","arguments":"{\"b\": 1,  \"a\":2}"}"#;
const COMPLETED: &str = r#"{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60},"output_tokens":7}}}"#;

#[test]
fn items_count_when_they_are_done() {
    check(
        &[
            CREATED,
            r#"{"type":"response.output_item.added","item":{"type":"reasoning","id":"rs_1"}}"#,
            r#"{"type":"response.reasoning_summary_text.delta","delta":"hm"}"#,
            &done(REASONING),
            r#"{"type":"response.output_text.delta","delta":"Hi "}"#,
            r#"{"type":"response.output_text.delta","delta":"😀"}"#,
            &done(MESSAGE),
            r#"{"type":"response.output_item.added","item":{"type":"function_call","name":"edit"}}"#,
            r#"{"type":"response.function_call_arguments.delta","delta":"{\"b\""}"#,
            &done(CALL),
            r#"{"type":"response.from_tomorrow"}"#,
            COMPLETED,
            r#"{"type":"response.rate_limits.updated"}"#,
        ],
        expect![[r#"
            Started
            ThinkingDelta("hm")
            Block(Opaque { origin: "openai-responses https://api.openai.com/v1 m", json: {"id":"rs_1","type":"reasoning", "summary":[],"encrypted_content":"e"} })
            TextDelta("Hi ")
            TextDelta("😀")
            Block(Opaque { origin: "openai-responses https://api.openai.com/v1 m", json: {"phase":"commentary"} })
            Block(Text("Hi 😀"))
            ToolUseStarted("edit")
            Block(ToolUse(ToolUse { id: "c1", name: "edit", input: {"b": 1,  "a":2}, malformed: None, extra: Some(Extra { origin: "openai-responses https://api.openai.com/v1 m", members: {"id":"fc_1","status":"completed"} }) }))
            Usage(Usage { input: 40, cache_read: 60, cache_write: 0, output: 7 })
            Stopped(ToolUse)
        "#]],
    );
}

#[test]
fn items_may_come_with_the_end_or_in_one_piece() {
    let response = format!(r#"{{"status":"completed","output":[{REASONING},{MESSAGE},{CALL}]}}"#);
    let items = expect![[r#"
        Started
        Block(Opaque { origin: "openai-responses https://api.openai.com/v1 m", json: {"id":"rs_1","type":"reasoning", "summary":[],"encrypted_content":"e"} })
        Block(Opaque { origin: "openai-responses https://api.openai.com/v1 m", json: {"phase":"commentary"} })
        Block(Text("Hi 😀"))
        Block(ToolUse(ToolUse { id: "c1", name: "edit", input: {"b": 1,  "a":2}, malformed: None, extra: Some(Extra { origin: "openai-responses https://api.openai.com/v1 m", members: {"id":"fc_1","status":"completed"} }) }))
        Stopped(ToolUse)
    "#]];
    let completed = format!(r#"{{"type":"response.completed","response":{response}}}"#);
    check(&[CREATED, &completed], items);
    testing::check(
        Dialect::Responses,
        &response,
        expect![[r#"
            Started
            TextDelta("Hi 😀")
            ToolUseStarted("edit")
            Block(Opaque { origin: "openai-responses https://api.openai.com/v1 m", json: {"id":"rs_1","type":"reasoning", "summary":[],"encrypted_content":"e"} })
            Block(Opaque { origin: "openai-responses https://api.openai.com/v1 m", json: {"phase":"commentary"} })
            Block(Text("Hi 😀"))
            Block(ToolUse(ToolUse { id: "c1", name: "edit", input: {"b": 1,  "a":2}, malformed: None, extra: Some(Extra { origin: "openai-responses https://api.openai.com/v1 m", members: {"id":"fc_1","status":"completed"} }) }))
            Stopped(ToolUse)
        "#]],
    );
}

/// A server that forgets the ends of items, or the items themselves.
#[test]
fn what_was_shown_is_kept_without_its_item() {
    let text = r#"{"type":"response.output_text.delta","delta":"Hi"}"#;
    let completed =
        format!(r#"{{"type":"response.completed","response":{{"output":[{REASONING},{CALL}]}}}}"#);
    check(
        &[CREATED, &done(REASONING), &completed],
        expect![[r#"
        Started
        Block(Opaque { origin: "openai-responses https://api.openai.com/v1 m", json: {"id":"rs_1","type":"reasoning", "summary":[],"encrypted_content":"e"} })
        Block(ToolUse(ToolUse { id: "c1", name: "edit", input: {"b": 1,  "a":2}, malformed: None, extra: Some(Extra { origin: "openai-responses https://api.openai.com/v1 m", members: {"id":"fc_1","status":"completed"} }) }))
        Stopped(ToolUse)
    "#]],
    );
    check(
        &[CREATED, text, r#"{"type":"response.completed","response":{"output":[]}}"#],
        expect![[r#"
            Started
            TextDelta("Hi")
            Block(Text("Hi"))
            Stopped(EndTurn)
        "#]],
    );
}

#[test]
fn endings() {
    let incomplete = |reason: &str| {
        format!(
            r#"{{"type":"response.incomplete","response":{{"incomplete_details":{{"reason":"{reason}"}}}}}}"#
        )
    };
    let cut_call = CALL.replace("completed", "incomplete").replace(r"  \", r"\");
    let cut_call = cut_call.replace(r#"\"a\":2}"#, "");
    check(
        &[
            CREATED,
            &done(&REASONING.replace(r#""id""#, r#""status":"incomplete","id""#)),
            &done(&cut_call),
            &incomplete("max_output_tokens"),
        ],
        expect![[r#"
            Started
            Block(ToolUse(ToolUse { id: "c1", name: "edit", input: {}, malformed: Some("{\"b\": 1,"), extra: Some(Extra { origin: "openai-responses https://api.openai.com/v1 m", members: {"id":"fc_1","status":"incomplete"} }) }))
            Stopped(MaxTokens)
        "#]],
    );
    check(
        &[&incomplete("content_filter")],
        expect![[r#"
            Started
            Stopped(Refusal(""))
        "#]],
    );
    check(
        &[&done(r#"{"type":"message","content":[{"type":"refusal","refusal":"no"}]}"#), COMPLETED],
        expect![[r#"
            Started
            Usage(Usage { input: 40, cache_read: 60, cache_write: 0, output: 7 })
            Stopped(Refusal("no"))
        "#]],
    );
    check(
        &[CREATED, &done(MESSAGE)],
        expect![[r#"
            Started
            Block(Opaque { origin: "openai-responses https://api.openai.com/v1 m", json: {"phase":"commentary"} })
            Block(Text("Hi 😀"))
            error: Interrupted("the answer ended before it was complete")
        "#]],
    );
    check(
        &[
            r#"{"type":"response.failed","response":{"error":{"code":"context_length_exceeded","message":"too long"}}}"#,
        ],
        expect![[r#"
            error: ContextOverflow("context_length_exceeded: too long")
        "#]],
    );
    check(
        &[r#"{"type":"error","code":"server_error","message":"sorry","param":null}"#],
        expect![[r#"
            error: Unavailable { message: "server_error: sorry", after: None }
        "#]],
    );
}

#[test]
fn the_body() {
    let turn = message(
        Dialect::Responses,
        &sse(&[&done(REASONING), &done(MESSAGE), &done(CALL), COMPLETED]),
    );
    let result = Block::ToolResult(ToolResult {
        tool_use_id: "c1".to_owned(),
        text: "done".to_owned(),
        is_error: false,
        data: None,
    });
    let results = vec![result, Block::Text("and".to_owned()), Block::Text("so".to_owned())];
    let request = Request {
        system: vec!["one".into(), "two".into()],
        tools: vec![ToolSpec {
            name: "x".to_owned(),
            description: "d".to_owned(),
            input_schema: json!({"type": "object"}),
        }]
        .into(),
        ..request(vec![Message::user("go"), turn, Message { role: Role::User, content: results }])
    };
    let mut endpoint = testing::endpoint(Dialect::Responses);
    endpoint.body.insert("store".to_owned(), json!(true));
    let encoded = encode(&request, &endpoint).unwrap();
    assert_eq!(encoded.url, "https://api.openai.com/v1/responses");
    let text = String::from_utf8(encoded.body).unwrap();
    expect![[r#"
        {"model":"m","stream":true,"store":false,"include":["reasoning.encrypted_content"],"max_output_tokens":1000,"tools":[
        {"type":"function","name":"x","description":"d","parameters":{"type":"object"},"strict":false}],"instructions":"one\n\ntwo","input":[
        {"type":"message","role":"user","content":[
        {"type":"input_text","text":"go"}]},
        {"id":"rs_1","type":"reasoning", "summary":[],"encrypted_content":"e"},
        {"type":"message","role":"assistant","content":[
        {"type":"output_text","text":"Hi 😀"}],"phase":"commentary"},
        {"type":"function_call","call_id":"c1","name":"edit","arguments":"{\"b\": 1,  \"a\":2}","id":"fc_1","status":"completed"},
        {"type":"function_call_output","call_id":"c1","output":"done"},
        {"type":"message","role":"user","content":[
        {"type":"input_text","text":"and"},
        {"type":"input_text","text":"so"}]}]}"#]]
    .assert_eq(&text.replace(r#"{"type":""#, "\n{\"type\":\"").replace(r#"{"id""#, "\n{\"id\"").replace("\n{\"type\":\"object\"}", r#"{"type":"object"}"#));
}
