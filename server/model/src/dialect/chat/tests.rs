//! The dialect against the streams of many servers, and against requests.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::dialect::testing::{self, message, request, sse};
use crate::endpoint::{Dialect, Endpoint};
use crate::quirks::MaxTokensMember;
use crate::{
    Block, CacheMark, Extra, Message, RawJson, Request, Role, ToolResult, ToolSpec, ToolUse,
};

fn check(events: &[&str], expect: Expect) {
    testing::check(Dialect::Chat, &sse(events), expect);
}

/// A chunk with this delta.
fn chunk(delta: &str) -> String {
    format!(r#"{{"id":"c","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]}}"#)
}

fn stop(reason: &str) -> String {
    format!(r#"{{"choices":[{{"index":0,"delta":{{}},"finish_reason":"{reason}"}}]}}"#)
}

/// The calls of an answer whose deltas hold these pieces of calls.
fn calls(pieces: &[&str], expect: Expect) {
    let mut events: Vec<String> =
        pieces.iter().map(|piece| chunk(&format!(r#"{{"tool_calls":[{piece}]}}"#))).collect();
    events.push(stop("tool_calls"));
    let events: Vec<_> = events.iter().map(String::as_str).collect();
    let message = message(Dialect::Chat, &sse(&events));
    let shown = message.content.iter().map(|block| match block {
        Block::ToolUse(call) => {
            let malformed = call.malformed.as_ref().map_or("", |_| " (malformed)");
            format!("{} {}{}{malformed}\n", call.id, call.name, call.input.as_str())
        }
        other => format!("{other:?}\n"),
    });
    expect.assert_eq(&shown.collect::<String>());
}

#[test]
fn text_reasoning_calls_and_usage() {
    check(
        &[
            &chunk(r#"{"role":"assistant","content":""}"#),
            &chunk(r#"{"reasoning_content":"h"}"#),
            &chunk(r#"{"reasoning_content":"m"}"#),
            &chunk(r#"{"content":"I "}"#),
            &chunk(r#"{"content":"see 😀"}"#),
            &chunk(
                r#"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"edit","arguments":""}}]}"#,
            ),
            &chunk(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"b\": 1,"}}]}"#),
            &chunk(r#"{"tool_calls":[{"index":0,"function":{"arguments":"  \"a\": 2}"}}]}"#),
            &stop("tool_calls"),
            r#"{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30}}}"#,
            " [DONE]",
        ],
        expect![[r#"
            Started
            ThinkingDelta("h")
            ThinkingDelta("m")
            TextDelta("I ")
            TextDelta("see 😀")
            ToolUseStarted("edit")
            Block(Opaque { origin: "openai-chat http://localhost:8080 m", json: {"reasoning_content":"hm"} })
            Block(Text("I see 😀"))
            Block(ToolUse(ToolUse { id: "a", name: "edit", input: {"b": 1,  "a": 2}, malformed: None, extra: None }))
            Usage(Usage { input: 10, cache_read: 60, cache_write: 30, output: 7 })
            Stopped(ToolUse)
        "#]],
    );
}

#[test]
fn calls_are_told_apart_however_they_are_numbered() {
    // As it should be, interleaved.
    calls(
        &[
            r#"{"index":0,"id":"a","function":{"name":"x","arguments":""}}"#,
            r#"{"index":1,"id":"b","function":{"name":"y","arguments":"{\"n\":"}}"#,
            r#"{"index":0,"function":{"arguments":"{}"}}"#,
            r#"{"index":1,"function":{"arguments":"2}"}}"#,
        ],
        expect![[r#"
            a x{}
            b y{"n":2}
        "#]],
    );
    // All calls have index 0; each has an id of its own, repeated in every piece.
    calls(
        &[
            r#"{"index":0,"id":"a","function":{"name":"x","arguments":"{"}}"#,
            r#"{"index":0,"id":"a","function":{"arguments":"}"}}"#,
            r#"{"index":0,"id":"b","function":{"name":"y","arguments":"{}"}}"#,
        ],
        expect![[r#"
            a x{}
            b y{}
        "#]],
    );
    // No index at all, and the first at index 1.
    calls(
        &[
            r#"{"id":"a","function":{"name":"x","arguments":"{}"}}"#,
            r#"{"id":"b","function":{"name":"y","arguments":"{"}}"#,
            r#"{"function":{"arguments":"}"}}"#,
            r#"{"index":1,"id":"c","function":{"name":"z","arguments":"{}"}}"#,
        ],
        expect![[r#"
            a x{}
            b y{}
            c z{}
        "#]],
    );
    // No ids: by index, by name where there is no index, and by name where the index is reused.
    calls(
        &[
            r#"{"index":0,"function":{"name":"x","arguments":"{"}}"#,
            r#"{"index":0,"function":{"name":"x","arguments":"}"}}"#,
            r#"{"index":1,"function":{"name":"y","arguments":"{}"}}"#,
            r#"{"index":1,"function":{"name":"z","arguments":"{}"}}"#,
        ],
        expect![[r#"
            call_1 x{}
            call_2 y{}
            call_3 z{}
        "#]],
    );
    calls(
        &[
            r#"{"function":{"name":"x","arguments":""}}"#,
            r#"{"function":{"name":"x","arguments":"{}"}}"#,
        ],
        expect![[r#"
            call_1 x{}
            call_2 x{}
        "#]],
    );
    // The id comes late; the name is empty in the later pieces.
    calls(
        &[
            r#"{"index":0,"function":{"name":"x","arguments":"{"}}"#,
            r#"{"index":0,"id":"a","function":{"name":"","arguments":"}"}}"#,
        ],
        expect![[r#"
            a x{}
        "#]],
    );
}

#[test]
fn arguments_come_as_text_as_json_or_not_at_all() {
    calls(
        &[
            r#"{"index":0,"id":"a","function":{"name":"x"}}"#,
            r#"{"index":1,"id":"b","function":{"name":"x","arguments":{"n":  1}}}"#,
            r#"{"index":2,"id":"c","function":{"name":"x","arguments":"\"{\\\"n\\\": 2}\""}}"#,
            r#"{"index":3,"id":"d","function":{"name":"x","arguments":"{\"n\": oops"}}"#,
        ],
        expect![[r#"
            a x{}
            b x{"n":  1}
            c x{"n": 2}
            d x{} (malformed)
        "#]],
    );
}

#[test]
fn what_a_server_attaches_goes_back() {
    let piece = r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s"}}}]}"#;
    let details = r#"{"reasoning":"r","extra_content":{"google": {"x":1}},"reasoning_details":[{"type":"reasoning.encrypted", "data":"d"}]}"#;
    let answer = sse(&[&chunk(details), &chunk(piece), &stop("stop")]);
    let turn = message(Dialect::Chat, &answer);
    let body = body(&request(vec![Message::user("go"), turn]), &endpoint());
    expect![[r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":1000,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"x","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s"}}}],"extra_content":{"google": {"x":1}},"reasoning":"r","reasoning_details":[{"type":"reasoning.encrypted", "data":"d"}]}]}"#]]
    .assert_eq(&body);
}

#[test]
fn endings() {
    let stopped = |events: &[&str]| {
        let (events, error) = testing::read(Dialect::Chat, [sse(events).as_bytes()]);
        format!("{:?} {error:?}", events.last())
    };
    let call = chunk(r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"x"}}]}"#);
    let word = chunk(r#"{"content":"a"}"#);
    for (events, expected) in [
        (vec![&word, &stop("stop")], "Some(Stopped(EndTurn)) None"),
        (vec![&call, &stop("stop")], "Some(Stopped(ToolUse)) None"),
        (vec![&call, &stop("length")], "Some(Stopped(MaxTokens)) None"),
        (vec![&word, &stop("content_filter")], "Some(Stopped(Refusal(\"\"))) None"),
        (vec![&chunk(r#"{"refusal":"no"}"#), &stop("stop")], "Some(Stopped(Refusal(\"no\"))) None"),
        (vec![&word, &stop("other")], "Some(Stopped(Other(\"other\"))) None"),
    ] {
        let events: Vec<_> = events.into_iter().map(String::as_str).collect();
        assert_eq!(stopped(&events), expected);
    }
    check(
        &[&word, "[DONE]"],
        expect![[r#"
            Started
            TextDelta("a")
            error: Interrupted("the answer ended before it was complete")
        "#]],
    );
    check(
        &[&word, r#"{"error":{"code":502,"message":"gone"}}"#],
        expect![[r#"
            Started
            TextDelta("a")
            error: Unavailable { message: "HTTP 502: gone", after: None }
        "#]],
    );
}

#[test]
fn a_call_cut_by_the_limit_cannot_run() {
    for arguments in ["", r#"{\"path\": \"a"#] {
        let call = chunk(&format!(
            r#"{{"tool_calls":[{{"index":0,"id":"a","function":{{"name":"x","arguments":"{arguments}"}}}}]}}"#
        ));
        let turn = message(Dialect::Chat, &sse(&[&call, &stop("length")]));
        assert!(matches!(&turn.content[..], [Block::ToolUse(call)] if call.malformed.is_some()));
    }
}

#[test]
fn an_answer_in_one_piece() {
    testing::check(
        Dialect::Chat,
        r#"{"choices":[{"message":{"role":"assistant","content":"Hi","tool_calls":[{"id":"a","type":"function","function":{"name":"x","arguments":"{\"n\":1}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
        expect![[r#"
            Started
            TextDelta("Hi")
            ToolUseStarted("x")
            Block(Text("Hi"))
            Block(ToolUse(ToolUse { id: "a", name: "x", input: {"n":1}, malformed: None, extra: None }))
            Usage(Usage { input: 3, cache_read: 0, cache_write: 0, output: 4 })
            Stopped(ToolUse)
        "#]],
    );
}

fn endpoint() -> Endpoint {
    testing::endpoint(Dialect::Chat)
}

fn body(request: &Request, endpoint: &Endpoint) -> String {
    String::from_utf8(encode(request, endpoint).unwrap().body).unwrap()
}

#[test]
fn the_body() {
    let result = |id: &str| {
        Block::ToolResult(ToolResult {
            tool_use_id: id.to_owned(),
            text: "done".to_owned(),
            is_error: false,
            data: None,
        })
    };
    let results =
        vec![result("a"), result("b"), Block::Text("and".to_owned()), Block::Text("so".to_owned())];
    let foreign = Block::Opaque {
        origin: "anthropic https://api.anthropic.com claude".to_owned(),
        json: RawJson::of(&json!({"type": "thinking"})),
    };
    let request = Request {
        system: vec!["one".into(), "two".into()],
        tools: vec![ToolSpec {
            name: "x".to_owned(),
            description: "d".to_owned(),
            input_schema: json!({"type": "object"}),
        }]
        .into(),
        ..request(vec![
            Message::user("go"),
            Message { role: Role::Assistant, content: vec![foreign] },
            Message { role: Role::Assistant, content: vec![Block::Text("I do".to_owned())] },
            Message { role: Role::User, content: results },
        ])
    };
    let mut endpoint = endpoint();
    endpoint.quirks.max_tokens = MaxTokensMember::MaxCompletionTokens;
    endpoint.body.insert("reasoning_effort".to_owned(), json!("low"));
    let text = body(&request, &endpoint);
    assert_eq!(text, body(&request, &endpoint));
    expect![[r#"
        {"model":"m","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":1000,"reasoning_effort":"low","tools":[{"type":"function","function":{"name":"x","description":"d","parameters":{"type":"object"}}}],"messages":[
        {"role":"system","content":"one\n\ntwo"},
        {"role":"user","content":"go"},
        {"role":"assistant","content":"I do"},
        {"role":"tool","content":"done","tool_call_id":"a"},
        {"role":"tool","content":"done","tool_call_id":"b"},
        {"role":"user","content":"and\n\nso"}]}"#]]
    .assert_eq(&text.replace(r#"{"role""#, "\n{\"role\""));
}

#[test]
fn addresses() {
    for (base, url) in [
        ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
        ("http://localhost:8080/", "http://localhost:8080/v1/chat/completions"),
        ("https://a.test/v1beta/openai/", "https://a.test/v1beta/openai/chat/completions"),
    ] {
        let endpoint = Endpoint::new(Dialect::Chat, base, "m");
        let encoded = encode(&request(Vec::new()), &endpoint).unwrap();
        assert_eq!(encoded.url, url);
        let own = base.contains("openai.com");
        let body = String::from_utf8(encoded.body).unwrap();
        assert_eq!(body.contains("max_completion_tokens"), own);
        assert_eq!(body.contains("\"max_tokens\""), !own);
    }
}

/// A conversation in which another model called a tool, and the user spoke right after it.
fn after_another_model() -> Request {
    let call = ToolUse {
        id: "toolu_01:x".to_owned(),
        name: "x".to_owned(),
        input: RawJson::of(&json!({})),
        malformed: None,
        extra: Some(Extra {
            origin: "anthropic https://api.anthropic.com claude".to_owned(),
            members: RawJson::of(&json!({"caller": 1})),
        }),
    };
    let result = ToolResult {
        tool_use_id: "toolu_01:x".to_owned(),
        text: "done".to_owned(),
        is_error: false,
        data: None,
    };
    request(vec![
        Message::user("go"),
        Message { role: Role::Assistant, content: vec![Block::ToolUse(call)] },
        Message {
            role: Role::User,
            content: vec![Block::ToolResult(result), Block::Text("and".to_owned())],
        },
    ])
}

#[test]
fn each_server_gets_what_it_takes() {
    let sent = |server: &str| {
        let entry = crate::Catalog::built_in().server(server).unwrap();
        let body = body(&after_another_model(), &entry.endpoint("m"));
        format!("{server}: {}\n", body.replace(r#"{"role""#, "\n  {\"role\""))
    };
    let shown: String = ["llamacpp", "openai-chat", "mistral", "gemini"].map(sent).concat();
    expect![[r#"
        llamacpp: {"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":1000,"messages":[
          {"role":"user","content":"go"},
          {"role":"assistant","content":null,"tool_calls":[{"id":"toolu_01:x","type":"function","function":{"name":"x","arguments":"{}"}}]},
          {"role":"tool","content":"done","tool_call_id":"toolu_01:x"},
          {"role":"user","content":"and"}]}
        openai-chat: {"model":"m","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":1000,"prompt_cache_key":"ostler-ymG2TiVjcHI","messages":[
          {"role":"user","content":"go"},
          {"role":"assistant","content":null,"tool_calls":[{"id":"toolu_01:x","type":"function","function":{"name":"x","arguments":"{}"}}]},
          {"role":"tool","content":"done","tool_call_id":"toolu_01:x"},
          {"role":"user","content":"and"}]}
        mistral: {"model":"m","stream":true,"max_tokens":1000,"messages":[
          {"role":"user","content":"go"},
          {"role":"assistant","content":null,"tool_calls":[{"id":"EWhJxtJ1k","type":"function","function":{"name":"x","arguments":"{}"}}]},
          {"role":"tool","content":"done","tool_call_id":"EWhJxtJ1k"},
          {"role":"assistant","content":"Done."},
          {"role":"user","content":"and"}]}
        gemini: {"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":1000,"messages":[
          {"role":"user","content":"go"},
          {"role":"assistant","content":null,"tool_calls":[{"id":"toolu_01:x","type":"function","function":{"name":"x","arguments":"{}"},"extra_content":{"google":{"thought_signature":"skip_thought_signature_validator"}}}]},
          {"role":"tool","content":"done","tool_call_id":"toolu_01:x"},
          {"role":"user","content":"and"}]}
    "#]].assert_eq(&shown);
}

#[test]
fn reasoning_goes_back_to_the_model_that_wrote_it_and_where_it_is_taken() {
    let answer = sse(&[&chunk(r#"{"reasoning_content":"hm","content":"I do"}"#), &stop("stop")]);
    let turn = message(Dialect::Chat, &answer);
    let request = request(vec![Message::user("go"), turn]);
    let sent = |endpoint: &Endpoint| body(&request, endpoint).contains("hm");
    assert!(sent(&endpoint()));
    let mut picky = endpoint();
    picky.quirks.replay_reasoning = false;
    assert!(!sent(&picky));
    for elsewhere in [
        Endpoint { model: "another".to_owned(), ..endpoint() },
        Endpoint { base_url: "http://localhost:8081".to_owned(), ..endpoint() },
    ] {
        assert!(!sent(&elsewhere));
    }
}

#[test]
fn one_key_for_all_requests_of_a_conversation() {
    let key = |request: &Request| {
        let server = crate::Catalog::built_in().server("openai-chat").unwrap();
        let body: serde_json::Value =
            serde_json::from_str(&body(request, &server.endpoint("m"))).unwrap();
        body["prompt_cache_key"].as_str().unwrap().to_owned()
    };
    let long = after_another_model();
    let short = Request { messages: long.messages[..1].to_vec(), ..long.clone() };
    assert_eq!(key(&long), key(&short));
    assert!(key(&long).starts_with("ostler-"));
    let other = Request { messages: vec![Message::user("come")], ..long.clone() };
    assert_ne!(key(&other), key(&long));
    let moved = Request { system: vec!["go".into()], messages: Vec::new(), ..long.clone() };
    assert_eq!(key(&moved).len(), key(&long).len());
}

/// Mistral's reasoning models send their content as a list.
#[test]
fn content_may_be_a_list_of_parts() {
    check(
        &[
            &chunk(r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}"#),
            &chunk(r#"{"content":[{"type":"text","text":"I "},{"type":"text","text":"see"}]}"#),
            &chunk(r#"{"content":"."}"#),
            &stop("stop"),
            "[DONE]",
        ],
        expect![[r#"
            Started
            ThinkingDelta("hm")
            TextDelta("I ")
            TextDelta("see")
            TextDelta(".")
            Block(Text("I see."))
            Stopped(EndTurn)
        "#]],
    );
}

#[test]
fn marked_prefixes_are_marked_where_the_server_takes_marks() {
    let result = ToolResult {
        tool_use_id: "call_1".to_owned(),
        text: "fn f() {}".to_owned(),
        is_error: false,
        data: None,
    };
    let call = ToolUse {
        id: "call_1".to_owned(),
        name: "read".to_owned(),
        input: RawJson::of(&json!({})),
        malformed: None,
        extra: None,
    };
    let call = Message { role: Role::Assistant, content: vec![Block::ToolUse(call)] };
    let result = Message { role: Role::User, content: vec![Block::ToolResult(result)] };
    let mut request = request(vec![Message::user("go"), call, result]);
    request.system = vec!["Be brief.".into()];
    request.cache_marks = vec![CacheMark::System(0), CacheMark::Message(0), CacheMark::Message(2)];
    let mut endpoint = Endpoint::new(Dialect::Chat, "https://openrouter.ai/api/v1", "m");
    let sent = |endpoint: &Endpoint| -> serde_json::Value {
        serde_json::from_slice(&encode(&request, endpoint).unwrap().body).unwrap()
    };
    let plain = sent(&endpoint);
    assert_eq!(plain["messages"][0]["content"], "Be brief.");
    assert!(!plain.to_string().contains("cache_control"));
    endpoint.quirks.cache_marks = true;
    let marked = sent(&endpoint);
    for (at, text) in [(0, "Be brief."), (1, "go"), (3, "fn f() {}")] {
        let cache_control = json!({"type": "ephemeral"});
        let part = json!({"type": "text", "text": text, "cache_control": cache_control});
        assert_eq!(marked["messages"][at]["content"], json!([part]), "{at}");
    }
    // A call has no text that could bear a mark.
    assert_eq!(marked["messages"][2], plain["messages"][2]);
    let catalog = crate::Catalog::built_in();
    catalog.server("openrouter").unwrap().configure(&mut endpoint);
    assert!(endpoint.quirks.cache_marks);
}
