//! The dialect against streams and requests, letter by letter.

use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;
use crate::dialect::testing::{self, message, request, sse};
use crate::endpoint::{CacheTtl, Dialect, Endpoint};
use crate::{Block, CacheMark, Message, Request, Role, ToolResult, ToolSpec};

fn check(events: &[&str], expect: Expect) {
    testing::check(Dialect::Anthropic, &sse(events), expect);
}

const START: &str = r#"{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":9,"cache_read_input_tokens":5,"cache_creation_input_tokens":3,"output_tokens":1}}}"#;
const STOP: &str = r#"{"type":"message_stop"}"#;

fn begin(index: u64, block: &str) -> String {
    format!(r#"{{"type":"content_block_start","index":{index},"content_block":{block}}}"#)
}

fn delta(index: u64, delta: &str) -> String {
    format!(r#"{{"type":"content_block_delta","index":{index},"delta":{delta}}}"#)
}

fn json_delta(index: u64, piece: &str) -> String {
    let piece = Value::from(piece);
    delta(index, &format!(r#"{{"type":"input_json_delta","partial_json":{piece}}}"#))
}

fn end(index: u64) -> String {
    format!(r#"{{"type":"content_block_stop","index":{index}}}"#)
}

fn stop(reason: &str) -> String {
    format!(
        r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}"}},"usage":{{"output_tokens":20}}}}"#
    )
}

const CALL: &str = r#"{"type":"tool_use","id":"t1","name":"edit","input":{}}"#;
const TEXT: &str = r#"{"type":"text","text":""}"#;
const THINKING: &str = r#"{"type":"thinking","thinking":"","signature":""}"#;

#[test]
fn text_thinking_and_a_call() {
    check(
        &[
            START,
            &begin(0, THINKING),
            r#"{"type":"ping"}"#,
            &delta(0, r#"{"type":"thinking_delta","thinking":"hm"}"#),
            &delta(0, r#"{"type":"thinking_delta","thinking":"…"}"#),
            &delta(0, r#"{"type":"signature_delta","signature":"old"}"#),
            &delta(0, r#"{"type":"signature_delta","signature":"new"}"#),
            &end(0),
            &begin(1, TEXT),
            &delta(1, r#"{"type":"text_delta","text":"I "}"#),
            &delta(1, r#"{"type":"from_tomorrow","x":1}"#),
            &delta(1, r#"{"type":"text_delta","text":"see 😀"}"#),
            &end(1),
            &begin(2, CALL),
            &json_delta(2, ""),
            &json_delta(2, "{\"b\": 1,"),
            &json_delta(2, " \"a\":  \"é\"}"),
            &end(2),
            &stop("tool_use"),
            STOP,
            r#"{"type":"after_the_end"}"#,
        ],
        expect![[r#"
            Started
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 1 })
            ThinkingDelta("hm")
            ThinkingDelta("…")
            Block(Opaque { origin: "anthropic https://api.anthropic.com claude", json: {"signature":"new","thinking":"hm…","type":"thinking"} })
            TextDelta("I ")
            TextDelta("see 😀")
            Block(Text("I see 😀"))
            ToolUseStarted("edit")
            Block(ToolUse(ToolUse { id: "t1", name: "edit", input: {"b": 1, "a":  "é"}, malformed: None, extra: None }))
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 20 })
            Stopped(ToolUse)
        "#]],
    );
}

#[test]
fn blocks_nobody_knows_are_kept_to_the_letter() {
    check(
        &[
            START,
            &begin(0, r#"{"type":"redacted_thinking",  "data":"AbC="}"#),
            &end(0),
            &begin(1, r#"{"type":"server_tool_use","id":"s1","name":"web","input":{}}"#),
            &json_delta(1, "{\"q\":  1}"),
            &end(1),
            &begin(2, r#"{"type":"compaction","content":null}"#),
            &delta(2, r#"{"type":"compaction_delta","content":"c","encrypted_content":"e"}"#),
            &end(2),
            &begin(3, TEXT),
            &delta(3, r#"{"type":"text_delta","text":"so"}"#),
            &delta(3, r#"{"type":"citations_delta","citation":{"url":"u"}}"#),
            &end(3),
            &begin(
                4,
                r#"{"type":"tool_use","id":"t","name":"n","input":{},"caller":{"type":"direct"},"toolset_name":null}"#,
            ),
            &end(4),
            &stop("end_turn"),
            STOP,
        ],
        expect![[r#"
            Started
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 1 })
            Block(Opaque { origin: "anthropic https://api.anthropic.com claude", json: {"type":"redacted_thinking",  "data":"AbC="} })
            Block(Opaque { origin: "anthropic https://api.anthropic.com claude", json: {"id":"s1","input":{"q":  1},"name":"web","type":"server_tool_use"} })
            Block(Opaque { origin: "anthropic https://api.anthropic.com claude", json: {"content":"c","encrypted_content":"e","type":"compaction"} })
            TextDelta("so")
            Block(Opaque { origin: "anthropic https://api.anthropic.com claude", json: {"citations":[{"url":"u"}],"text":"so","type":"text"} })
            ToolUseStarted("n")
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 20 })
            Block(ToolUse(ToolUse { id: "t", name: "n", input: {}, malformed: None, extra: Some(Extra { origin: "anthropic https://api.anthropic.com claude", members: {"caller":{"type":"direct"}} }) }))
            Stopped(ToolUse)
        "#]],
    );
}

/// llama.cpp: no `message_start`, blocks that are not nested, no `input`, a late empty signature.
#[test]
fn a_server_that_copies_loosely() {
    check(
        &[
            &begin(0, r#"{"type":"thinking","thinking":""}"#),
            &delta(0, r#"{"type":"thinking_delta","thinking":"a"}"#),
            &begin(1, TEXT),
            &delta(1, r#"{"type":"text_delta","text":"b"}"#),
            &begin(2, r#"{"type":"tool_use","id":"t1","name":"edit"}"#),
            &json_delta(2, "{}"),
            &begin(3, r#"{"type":"tool_use","name":"nameless"}"#),
            &delta(0, r#"{"type":"signature_delta","signature":""}"#),
            &end(1),
            &end(0),
            &end(2),
            &end(3),
            r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"input_tokens":"7","output_tokens":2}}"#,
            STOP,
        ],
        expect![[r#"
            Started
            ThinkingDelta("a")
            TextDelta("b")
            ToolUseStarted("edit")
            ToolUseStarted("nameless")
            Block(Opaque { origin: "anthropic https://api.anthropic.com claude", json: {"signature":"","thinking":"a","type":"thinking"} })
            Block(Text("b"))
            Block(ToolUse(ToolUse { id: "t1", name: "edit", input: {}, malformed: None, extra: None }))
            Usage(Usage { input: 7, cache_read: 0, cache_write: 0, output: 2 })
            Block(ToolUse(ToolUse { id: "call_1", name: "nameless", input: {}, malformed: None, extra: None }))
            Stopped(ToolUse)
        "#]],
    );
}

#[test]
fn an_answer_cut_by_its_limit_leaves_no_call_that_could_run() {
    let cut_call = |piece: Option<&str>| {
        let mut events = vec![begin(0, CALL)];
        events.extend(piece.map(|piece| json_delta(0, piece)));
        events.extend([end(0), stop("max_tokens"), STOP.to_owned()]);
        let events: Vec<_> = events.iter().map(String::as_str).collect();
        let message = message(Dialect::Anthropic, &sse(&events));
        match &message.content[..] {
            [Block::ToolUse(call)] => call.malformed.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(cut_call(Some(r#"{"path": "a"#)).as_deref(), Some(r#"{"path": "a"#));
    assert_eq!(cut_call(None).as_deref(), Some(""));
    assert_eq!(cut_call(Some("{}")), None, "whole arguments are whole");

    check(
        &[
            &begin(0, TEXT),
            &delta(0, r#"{"type":"text_delta","text":"so far"}"#),
            &end(0),
            &begin(1, THINKING),
            &delta(1, r#"{"type":"thinking_delta","thinking":"unsig"}"#),
            &end(1),
            &stop("max_tokens"),
            STOP,
        ],
        expect![[r#"
            Started
            TextDelta("so far")
            Block(Text("so far"))
            ThinkingDelta("unsig")
            Usage(Usage { input: 0, cache_read: 0, cache_write: 0, output: 20 })
            Stopped(MaxTokens)
        "#]],
    );
}

#[test]
fn broken_arguments_are_kept_but_not_as_input() {
    check(
        &[
            START,
            &begin(0, CALL),
            &json_delta(0, "{\"a\": oops}"),
            &end(0),
            &stop("tool_use"),
            STOP,
        ],
        expect![[r#"
            Started
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 1 })
            ToolUseStarted("edit")
            Block(ToolUse(ToolUse { id: "t1", name: "edit", input: {}, malformed: Some("{\"a\": oops}"), extra: None }))
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 20 })
            Stopped(ToolUse)
        "#]],
    );
}

#[test]
fn why_it_stopped() {
    for (said, expected) in [
        ("end_turn", "EndTurn"),
        ("tool_use", "EndTurn"),
        ("max_tokens", "MaxTokens"),
        ("model_context_window_exceeded", "ContextOverflow"),
        ("refusal", "Refusal(\"\")"),
        ("pause_turn", "Other(\"pause_turn\")"),
    ] {
        let (events, _) =
            testing::read(Dialect::Anthropic, [sse(&[START, &stop(said), STOP]).as_bytes()]);
        assert_eq!(format!("{:?}", events.last().unwrap()), format!("Stopped({expected})"));
    }
    check(
        &[
            r#"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"no"}}}"#,
            STOP,
        ],
        expect![[r#"
            Started
            Stopped(Refusal("no"))
        "#]],
    );
}

#[test]
fn an_answer_without_its_end_is_an_error() {
    let text = [START, &begin(0, TEXT), &delta(0, r#"{"type":"text_delta","text":"half"}"#)];
    check(
        &text,
        expect![[r#"
            Started
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 1 })
            TextDelta("half")
            error: Interrupted("the answer ended before it was complete")
        "#]],
    );
    check(
        &[],
        expect![[r#"
            error: Interrupted("the answer ended before it was complete")
        "#]],
    );
    // The last event counts without its blank line if it is whole, and not if it is not.
    let whole = sse(&[START, &stop("end_turn"), STOP]);
    let ends = |body: &str| testing::read(Dialect::Anthropic, [body.as_bytes()]).1.is_none();
    assert!(ends(whole.trim_end()));
    assert!(!ends(&whole[..whole.len() - 3]));
}

#[test]
fn errors_in_the_stream() {
    check(
        &[START, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#],
        expect![[r#"
            Started
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 1 })
            error: Overloaded { message: "overloaded_error: Overloaded", after: None }
        "#]],
    );
    check(
        &[START, "{\"type\":"],
        expect![[r#"
            Started
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 1 })
            error: Protocol("the answer cannot be read: not a JSON object: \"{\\\"type\\\":\"")
        "#]],
    );
    check(
        &[START, &delta(0, r#"{"type":"text_delta","text":"whose?"}"#)],
        expect![[r#"
            Started
            Usage(Usage { input: 9, cache_read: 5, cache_write: 3, output: 1 })
            error: Protocol("the answer cannot be read: a piece of a block that was not begun: \"{\\\"type\\\":\\\"content_block_delta\\\",\\\"index\\\":0,\\\"delta\\\":{\\\"type\\\":\\\"text_delta\\\",\\\"text\\\":\\\"who\"")
        "#]],
    );
}

#[test]
fn an_answer_in_one_piece() {
    testing::check(
        Dialect::Anthropic,
        r#"
        {"type":"message","content":[{"type":"text","text":"Hi"},{"type":"tool_use","id":"t","name":"n","input":{"b":1,  "a":2}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":4}}"#,
        expect![[r#"
            Started
            TextDelta("Hi")
            Block(Text("Hi"))
            ToolUseStarted("n")
            Usage(Usage { input: 3, cache_read: 0, cache_write: 0, output: 4 })
            Block(ToolUse(ToolUse { id: "t", name: "n", input: {"b":1,  "a":2}, malformed: None, extra: None }))
            Stopped(ToolUse)
        "#]],
    );
    testing::check(
        Dialect::Anthropic,
        r#"{"type":"error","error":{"type":"api_error","message":"no"}}"#,
        expect![[r#"
            error: Unavailable { message: "api_error: no", after: None }
        "#]],
    );
    testing::check(
        Dialect::Anthropic,
        "<html>",
        expect![[r#"
            error: Protocol("the server answers with a web page; is its address right?")
        "#]],
    );
}

fn endpoint() -> Endpoint {
    testing::endpoint(Dialect::Anthropic)
}

fn result(id: &str, text: &str) -> Block {
    Block::ToolResult(ToolResult {
        tool_use_id: id.to_owned(),
        text: text.to_owned(),
        is_error: text.is_empty(),
        data: Some(Arc::new(json!("never sent"))),
    })
}

fn conversation() -> Request {
    let answer = sse(&[
        &begin(0, r#"{"type":"redacted_thinking", "data":"x"}"#),
        &end(0),
        &begin(
            1,
            r#"{"type":"tool_use","id":"t1","name":"edit","input":{},"caller":{"type":"direct"}}"#,
        ),
        &json_delta(1, r#"{"b": 1.0,  "a":"\u00e9"}"#),
        &end(1),
        &stop("tool_use"),
        STOP,
    ]);
    let mut assistant = message(Dialect::Anthropic, &answer);
    assistant.content.push(Block::Opaque {
        origin: "another".to_owned(),
        json: crate::RawJson::of(&json!({"never": "sent"})),
    });
    let empty = Message { role: Role::Assistant, content: vec![Block::Text(String::new())] };
    let results =
        Message { role: Role::User, content: vec![result("t1", "done"), result("t2", "")] };
    Request {
        system: vec!["be brief".into(), "".into()],
        tools: vec![
            ToolSpec {
                name: "edit".to_owned(),
                description: "edits".to_owned(),
                input_schema: json!({"type": "object", "properties": {"b": {}, "a": {}}}),
            };
            2
        ]
        .into(),
        cache_marks: vec![CacheMark::Message(1), CacheMark::Tools, CacheMark::System(0)],
        ..request(vec![Message::user("go"), assistant, empty, results])
    }
}

#[test]
fn the_body() {
    let encoded = encode(&conversation(), &endpoint()).unwrap();
    assert_eq!(encoded, encode(&conversation(), &endpoint()).unwrap());
    assert_eq!(encoded.url, "https://api.anthropic.com/v1/messages");
    assert_eq!(encoded.headers, [("anthropic-version", "2026-10-21".to_owned())]);
    let body = String::from_utf8(encoded.body).unwrap();
    let broken =
        body.replace(r#","messages""#, "\n\"messages\"").replace(r#"{"role""#, "\n{\"role\"");
    expect![[r#"
        {"model":"claude","max_tokens":1000,"stream":true,"tools":[{"name":"edit","description":"edits","input_schema":{"properties":{"a":{},"b":{}},"type":"object"}},{"name":"edit","description":"edits","input_schema":{"properties":{"a":{},"b":{}},"type":"object"},"cache_control":{"type":"ephemeral"}}],"system":[{"type":"text","text":"be brief","cache_control":{"type":"ephemeral"}}]
        "messages":[
        {"role":"user","content":[{"type":"text","text":"go"}]},
        {"role":"assistant","content":[{"type":"redacted_thinking", "data":"x"},{"type":"tool_use","id":"t1","name":"edit","input":{"b": 1.0,  "a":"\u00e9"},"caller":{"type":"direct"},"cache_control":{"type":"ephemeral"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"done"},{"type":"tool_result","tool_use_id":"t2","content":"failed","is_error":true}]}]}"#]]
    .assert_eq(&broken);
}

#[test]
fn the_endpoint_is_data() {
    let mut endpoint = endpoint();
    endpoint.base_url = "http://localhost:8080/v1/".to_owned();
    endpoint.version = Some("2023-06-01".to_owned());
    endpoint.max_tokens = 10;
    endpoint.cache_ttl = CacheTtl::OneHour;
    endpoint.body.insert("thinking".to_owned(), json!({"type": "adaptive"}));
    endpoint.body.insert("model".to_owned(), json!("another"));
    let request =
        Request { cache_marks: vec![CacheMark::Message(0)], ..request(vec![Message::user("go")]) };
    let encoded = encode(&request, &endpoint).unwrap();
    assert_eq!(encoded.url, "http://localhost:8080/v1/messages");
    assert_eq!(encoded.headers[0].1, "2023-06-01");
    expect![[r#"{"model":"claude","max_tokens":10,"stream":true,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":[{"type":"text","text":"go","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}"#]]
        .assert_eq(std::str::from_utf8(&encoded.body).unwrap());
}

#[test]
fn at_most_four_marks_are_sent_and_the_longest_prefixes_win() {
    let messages: Vec<_> = (0..6).map(|i| Message::user(i.to_string())).collect();
    let marks = (0..6).rev().flat_map(|i| [CacheMark::Message(i); 2]).collect();
    let request = Request { cache_marks: marks, ..request(messages) };
    let encoded = encode(&request, &endpoint()).unwrap();
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    let marked: Vec<_> = (0..6)
        .filter(|&i| body["messages"][i]["content"][0].get("cache_control").is_some())
        .collect();
    assert_eq!(marked, [2, 3, 4, 5]);
}

/// What comes back in the next request is what was received, for every kind of block.
#[test]
fn a_turn_is_replayed_as_it_came() {
    let blocks = [
        r#"{"type":"thinking","thinking":"hm","signature":"s=="}"#,
        r#"{"type":"text","text":"a \"b\" 😀"}"#,
        r#"{"type":"tool_use","id":"t","name":"n","input":{"z":1,  "a":[1e3]}}"#,
        r#"{"type":"server_tool_use","id":"s","name":"w","input":{"q":1}}"#,
        r#"{"type":"from_tomorrow","x":[1, 2]}"#,
    ];
    let body = format!(r#"{{"content":[{}],"stop_reason":"end_turn"}}"#, blocks.join(","));
    let turn = message(Dialect::Anthropic, &body);
    let encoded = encode(&request(vec![turn]), &endpoint()).unwrap();
    let sent = String::from_utf8(encoded.body).unwrap();
    let expected = format!(r#"[{{"role":"assistant","content":[{}]}}]"#, blocks.join(","));
    assert!(sent.contains(&expected), "{sent}");
}

#[test]
fn sampling_goes_out_only_where_the_version_takes_it() {
    let sent = |version: Option<&str>| {
        let mut endpoint = endpoint();
        endpoint.version = version.map(str::to_owned);
        endpoint.body.insert("temperature".to_owned(), json!(1));
        endpoint.body.insert("top_k".to_owned(), json!(1));
        let body = encode(&request(vec![Message::user("go")]), &endpoint).unwrap().body;
        String::from_utf8(body).unwrap().contains("temperature")
    };
    assert!(!sent(Some("2026-10-21")));
    assert!(sent(Some("2023-06-01")) && sent(None));
}

#[test]
fn thinking_is_bound_to_its_model() {
    let block = r#"{"type":"thinking","thinking":"hm","signature":"s=="}"#;
    let body = format!(r#"{{"content":[{block}],"stop_reason":"end_turn"}}"#);
    let mut turn = message(Dialect::Anthropic, &body);
    turn.content.push(Block::Text("I do".to_owned()));
    let request = request(vec![turn]);
    let sent = |endpoint: &Endpoint| {
        String::from_utf8(encode(&request, endpoint).unwrap().body).unwrap().contains(block)
    };
    assert!(sent(&endpoint()));
    assert!(!sent(&Endpoint { model: "another".to_owned(), ..endpoint() }));
    let local = "http://127.0.0.1:8080".to_owned();
    assert!(!sent(&Endpoint { base_url: local, ..endpoint() }));
}

/// A log of the time when blocks were bound to a dialect alone is still read.
#[test]
fn blocks_of_old_logs_are_read() {
    let block: Block =
        serde_json::from_str(r#"{"opaque":{"dialect":"anthropic","json":{"a":1}}}"#).unwrap();
    assert!(matches!(block, Block::Opaque { origin, .. } if origin == "anthropic"));
}
