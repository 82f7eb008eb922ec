//! Each kind of server, letter by letter: what is sent, and what is made of the answer.

use expect_test::{Expect, expect};

use super::*;
use crate::{Dialect, Endpoint, ModelError, StreamEvent};

fn request() -> FimRequest {
    FimRequest {
        path: "src/a.rs".to_owned(),
        prefix: "fn main() {\n    let x = ".to_owned(),
        suffix: ";\n    print(x);\n}\n".to_owned(),
        others: vec![FimFile { path: "src/b.rs".to_owned(), text: "fn f() {}".to_owned() }],
        max_tokens: 64,
        single_line: false,
    }
}

fn endpoint() -> Endpoint {
    Endpoint::new(Dialect::Chat, "http://localhost:8080/v1", "m")
}

fn sent(kind: FimKind, template: Option<&str>, expect: Expect) {
    let call = call(&request(), &endpoint(), kind, template).unwrap();
    let body = String::from_utf8(call.encoded.body).unwrap();
    expect.assert_eq(&format!("{}\n{body}", call.encoded.url));
}

/// The events of an answer whose body comes in these pieces.
fn read<'a>(
    request: &FimRequest,
    kind: FimKind,
    template: Option<&str>,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<StreamEvent>, Option<ModelError>) {
    let mut reader = call(request, &endpoint(), kind, template).unwrap().reader;
    let mut events = Vec::new();
    let result = pieces
        .into_iter()
        .try_for_each(|piece| reader.push(piece, &mut events))
        .and_then(|()| reader.end(&mut events));
    (events, result.err())
}

/// Compares the events with what is expected, however the body is cut.
fn heard(kind: FimKind, template: Option<&str>, body: &str, expect: Expect) {
    let whole = read(&request(), kind, template, [body.as_bytes()]);
    let mut shown: String = whole.0.iter().map(|event| format!("{event:?}\n")).collect();
    shown.extend(whole.1.iter().map(|error| format!("error: {error:?}\n")));
    expect.assert_eq(&shown);
    for cut in 0..=body.len() {
        let (head, tail) = body.as_bytes().split_at(cut);
        assert_eq!(read(&request(), kind, template, [head, tail]), whole, "cut at byte {cut}");
    }
    assert_eq!(read(&request(), kind, template, body.as_bytes().chunks(1)), whole, "byte by byte");
}

#[test]
fn llama() {
    sent(
        FimKind::Llama,
        None,
        expect![[r#"
        http://localhost:8080/infill
        {"cache_prompt":true,"input_extra":[{"filename":"src/b.rs","text":"fn f() {}"}],"input_prefix":"fn main() {\n    let x = ","input_suffix":";\n    print(x);\n}\n","n_predict":64,"prompt":"","stop":[],"stream":true,"temperature":0}"#]],
    );
    let body = "data: {\"content\":\"1 \",\"stop\":false}\n\ndata: {\"content\":\"+ é\",\"stop\":false}\n\n\
        data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"tokens_evaluated\":40,\"tokens_predicted\":3,\"tokens_cached\":42}\n\n";
    heard(
        FimKind::Llama,
        None,
        body,
        expect![[r#"
        Started
        TextDelta("1 ")
        TextDelta("+ é")
        Usage(Usage { input: 40, cache_read: 0, cache_write: 0, output: 3 })
        Block(Text("1 + é"))
        Stopped(EndTurn)
    "#]],
    );
    heard(
        FimKind::Llama,
        None,
        "data: {\"content\":\"1 \",\"stop\":false}\n\n",
        expect![[r#"
        Started
        TextDelta("1 ")
        error: Interrupted("the answer ended before it was complete")
    "#]],
    );
    heard(
        FimKind::Llama,
        None,
        r#"{"content":"1","stop":true,"stop_type":"limit","tokens_evaluated":40,"tokens_predicted":3}"#,
        expect![[r#"
            Started
            TextDelta("1")
            Usage(Usage { input: 40, cache_read: 0, cache_write: 0, output: 3 })
            Block(Text("1"))
            Stopped(MaxTokens)
        "#]],
    );
}

#[test]
fn ollama() {
    sent(
        FimKind::Ollama,
        None,
        expect![[r#"
        http://localhost:8080/api/generate
        {"model":"m","options":{"num_predict":64,"stop":[],"temperature":0},"prompt":"fn main() {\n    let x = ","stream":true,"suffix":";\n    print(x);\n}\n"}"#]],
    );
    let body = "{\"response\":\"1 \",\"done\":false}\n{\"response\":\"+ é\",\"done\":false}\n\
        {\"response\":\"\",\"done\":true,\"done_reason\":\"length\",\"prompt_eval_count\":40,\"eval_count\":3}\n";
    heard(
        FimKind::Ollama,
        None,
        body,
        expect![[r#"
        Started
        TextDelta("1 ")
        TextDelta("+ é")
        Usage(Usage { input: 40, cache_read: 0, cache_write: 0, output: 3 })
        Block(Text("1 + é"))
        Stopped(MaxTokens)
    "#]],
    );
    heard(
        FimKind::Ollama,
        None,
        body.trim_end(),
        expect![[r#"
        Started
        TextDelta("1 ")
        TextDelta("+ é")
        Usage(Usage { input: 40, cache_read: 0, cache_write: 0, output: 3 })
        Block(Text("1 + é"))
        Stopped(MaxTokens)
    "#]],
    );
    heard(
        FimKind::Ollama,
        None,
        "{\"error\":\"m does not support insert\"}\n",
        expect![[r#"
        error: Unavailable { message: "m does not support insert", after: None }
    "#]],
    );
    heard(
        FimKind::Ollama,
        None,
        "{\"response\":\"1\",\"done\":false}\n{\"resp",
        expect![[r#"
        Started
        TextDelta("1")
        error: Interrupted("the answer ended before it was complete")
    "#]],
    );
}

#[test]
fn servers_that_take_two_texts() {
    sent(
        FimKind::Mistral,
        None,
        expect![[r#"
        http://localhost:8080/v1/fim/completions
        {"max_tokens":64,"model":"m","prompt":"+++++ src/b.rs\nfn f() {}\n+++++ src/a.rs\nfn main() {\n    let x = ","stream":true,"suffix":";\n    print(x);\n}\n","temperature":0}"#]],
    );
    sent(
        FimKind::Deepseek,
        None,
        expect![[r#"
        http://localhost:8080/beta/completions
        {"max_tokens":64,"model":"m","prompt":"+++++ src/b.rs\nfn f() {}\n+++++ src/a.rs\nfn main() {\n    let x = ","stream":true,"suffix":";\n    print(x);\n}\n","temperature":0}"#]],
    );
    sent(
        FimKind::Inception,
        None,
        expect![[r#"
        http://localhost:8080/v1/fim/completions
        {"max_tokens":64,"model":"m","prompt":"+++++ src/b.rs\nfn f() {}\n+++++ src/a.rs\nfn main() {\n    let x = ","stream":true,"suffix":";\n    print(x);\n}\n","temperature":0}"#]],
    );
    let mistral = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"1 + é\"},\"finish_reason\":null}]}\n\n\
        data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":3}}\n\n\
        data: [DONE]\n\n";
    heard(
        FimKind::Mistral,
        None,
        mistral,
        expect![[r#"
        Started
        TextDelta("1 + é")
        Usage(Usage { input: 40, cache_read: 0, cache_write: 0, output: 3 })
        Block(Text("1 + é"))
        Stopped(EndTurn)
    "#]],
    );
    let deepseek = "data: {\"choices\":[{\"text\":\"1 \",\"index\":0,\"finish_reason\":null}]}\n\n\
        data: {\"choices\":[{\"text\":\"+ é\",\"index\":0,\"finish_reason\":\"length\"}]}\n\n";
    heard(
        FimKind::Deepseek,
        None,
        deepseek,
        expect![[r#"
        Started
        TextDelta("1 ")
        TextDelta("+ é")
        Block(Text("1 + é"))
        Stopped(MaxTokens)
    "#]],
    );
    heard(
        FimKind::Deepseek,
        None,
        "data: {\"choices\":[{\"text\":\"1 \",\"index\":0}]}\n\ndata: [DONE]\n\n",
        expect![[r#"
            Started
            TextDelta("1 ")
            error: Interrupted("the answer ended before it was complete")
        "#]],
    );
    heard(
        FimKind::Deepseek,
        None,
        "data: {\"error\":{\"message\":\"no\",\"code\":503}}\n\n",
        expect![[r#"
            error: Overloaded { message: "HTTP 503: no", after: None }
        "#]],
    );
}

#[test]
fn every_template() {
    let prompt = |name: &str, others: bool| {
        let mut request = request();
        if !others {
            request.others.clear();
        }
        let call = call(&request, &endpoint(), FimKind::Template, Some(name)).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&call.encoded.body).unwrap();
        format!("{name}: {:?} {}\n", body["prompt"].as_str().unwrap(), body["stop"])
    };
    let names = [
        "qwen",
        "codegemma",
        "starcoder",
        "santacoder",
        "codellama",
        "deepseek-coder",
        "codestral",
        "seed-coder",
    ];
    let shown: String = names.iter().map(|name| prompt(name, false)).collect();
    expect![[r#"
        qwen: "<|fim_prefix|>fn main() {\n    let x = <|fim_suffix|>;\n    print(x);\n}\n<|fim_middle|>" ["<|endoftext|>","<|fim_pad|>","<|file_sep|>","<|repo_name|>","<|im_end|>"]
        codegemma: "<|fim_prefix|>fn main() {\n    let x = <|fim_suffix|>;\n    print(x);\n}\n<|fim_middle|>" ["<|file_separator|>","<end_of_turn>","<eos>"]
        starcoder: "<fim_prefix>fn main() {\n    let x = <fim_suffix>;\n    print(x);\n}\n<fim_middle>" ["<|endoftext|>","<file_sep>"]
        santacoder: "<fim-prefix>fn main() {\n    let x = <fim-suffix>;\n    print(x);\n}\n<fim-middle>" ["<|endoftext|>"]
        codellama: "<PRE> fn main() {\n    let x =  <SUF>;\n    print(x);\n}\n <MID>" ["<EOT>"]
        deepseek-coder: "<｜fim▁begin｜>fn main() {\n    let x = <｜fim▁hole｜>;\n    print(x);\n}\n<｜fim▁end｜>" ["<｜end▁of▁sentence｜>"]
        codestral: "<s>[SUFFIX];\n    print(x);\n}\n[PREFIX]fn main() {\n    let x = " ["</s>"]
        seed-coder: "<[fim-suffix]>;\n    print(x);\n}\n<[fim-prefix]>fn main() {\n    let x = <[fim-middle]>" ["<[end▁of▁sentence]>","<[fim-suffix]>","<[fim-prefix]>"]
    "#]].assert_eq(&shown);
    let shown: String = names.iter().map(|name| prompt(name, true)).collect();
    expect![[r##"
        qwen: "<|file_sep|>src/b.rs\nfn f() {}\n<|file_sep|>src/a.rs\n<|fim_prefix|>fn main() {\n    let x = <|fim_suffix|>;\n    print(x);\n}\n<|fim_middle|>" ["<|endoftext|>","<|fim_pad|>","<|file_sep|>","<|repo_name|>","<|im_end|>"]
        codegemma: "src/b.rs\nfn f() {}<|file_separator|>src/a.rs\n<|fim_prefix|>fn main() {\n    let x = <|fim_suffix|>;\n    print(x);\n}\n<|fim_middle|>" ["<|file_separator|>","<end_of_turn>","<eos>"]
        starcoder: "<file_sep>src/b.rs\nfn f() {}\n<file_sep>src/a.rs\n<fim_prefix>fn main() {\n    let x = <fim_suffix>;\n    print(x);\n}\n<fim_middle>" ["<|endoftext|>","<file_sep>"]
        santacoder: "<fim-prefix>fn main() {\n    let x = <fim-suffix>;\n    print(x);\n}\n<fim-middle>" ["<|endoftext|>"]
        codellama: "<PRE> fn main() {\n    let x =  <SUF>;\n    print(x);\n}\n <MID>" ["<EOT>"]
        deepseek-coder: "#src/b.rs\nfn f() {}\n#src/a.rs\n<｜fim▁begin｜>fn main() {\n    let x = <｜fim▁hole｜>;\n    print(x);\n}\n<｜fim▁end｜>" ["<｜end▁of▁sentence｜>"]
        codestral: "<s>[SUFFIX];\n    print(x);\n}\n[PREFIX]+++++ src/b.rs\nfn f() {}\n+++++ src/a.rs\nfn main() {\n    let x = " ["</s>"]
        seed-coder: "<[fim-suffix]>;\n    print(x);\n}\n<[fim-prefix]><filename>src/b.rs\nfn f() {}\n<filename>src/a.rs\nfn main() {\n    let x = <[fim-middle]>" ["<[end▁of▁sentence]>","<[fim-suffix]>","<[fim-prefix]>"]
    "##]].assert_eq(&shown);
    sent(
        FimKind::Template,
        Some("qwen"),
        expect![[r#"
        http://localhost:8080/v1/completions
        {"max_tokens":64,"model":"m","prompt":"<|file_sep|>src/b.rs\nfn f() {}\n<|file_sep|>src/a.rs\n<|fim_prefix|>fn main() {\n    let x = <|fim_suffix|>;\n    print(x);\n}\n<|fim_middle|>","stop":["<|endoftext|>","<|fim_pad|>","<|file_sep|>","<|repo_name|>","<|im_end|>"],"stream":true,"temperature":0}"#]],
    );
    assert!(call(&request(), &endpoint(), FimKind::Template, Some("nobody")).is_err());
    assert!(call(&request(), &endpoint(), FimKind::Template, None).is_err());
}

#[test]
fn what_looks_like_a_part_of_a_template_is_text() {
    let mut request = request();
    request.prefix = "{suffix}".to_owned();
    request.suffix = "{prefix}{path}".to_owned();
    let call = call(&request, &endpoint(), FimKind::Template, Some("starcoder")).unwrap();
    let body = String::from_utf8(call.encoded.body).unwrap();
    assert!(body.contains("<fim_prefix>{suffix}<fim_suffix>{prefix}{path}<fim_middle>"), "{body}");
}

#[test]
fn a_leaked_token_ends_the_answer() {
    let body = "data: {\"choices\":[{\"text\":\"1 + 2<|fim_pad|>;\\n more\",\"index\":0}]}\n\n";
    heard(
        FimKind::Template,
        Some("qwen"),
        body,
        expect![[r#"
        Started
        TextDelta("1 + 2<|fim_pad|>;\n more")
        Block(Text("1 + 2"))
        Stopped(EndTurn)
    "#]],
    );
}

#[test]
fn in_words() {
    sent(
        FimKind::Chat,
        None,
        expect![[r#"
        http://localhost:8080/v1/chat/completions
        {"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":64,"messages":[{"role":"system","content":"You complete code. The user shows a file in which <CURSOR> marks one place. Answer with exactly the text that belongs at that place, and with nothing else: no fence, no explanation, nothing that already stands before or after it. An empty answer is right where nothing is missing."},{"role":"user","content":"<file path=\"src/b.rs\">\nfn f() {}\n</file>\n<file path=\"src/a.rs\">\nfn main() {\n    let x = <CURSOR>;\n    print(x);\n}\n\n</file>"}]}"#]],
    );
    let body = "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning\":\"hm\"}}]}\n\n\
        data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"```rust\\n1 + é\"}}]}\n\n\
        data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\n```\"},\"finish_reason\":\"stop\"}]}\n\n\
        data: [DONE]\n\n";
    heard(
        FimKind::Chat,
        None,
        body,
        expect![[r#"
        Started
        TextDelta("```rust\n1 + é")
        TextDelta("\n```")
        Block(Text("1 + é"))
        Stopped(EndTurn)
    "#]],
    );
}

#[test]
fn one_line_is_enough_where_one_was_asked_for() {
    let request = FimRequest { single_line: true, ..request() };
    let sent = call(&request, &endpoint(), FimKind::Template, Some("codestral")).unwrap().encoded;
    let sent = String::from_utf8(sent.body).unwrap();
    assert!(sent.contains(r#""stop":["</s>","\n"]"#), "{sent}");
    let endless = "data: {\"choices\":[{\"text\":\"1\\n2\",\"index\":0}]}\n\n";
    let (events, error) = read(&request, FimKind::Deepseek, None, [endless.as_bytes()]);
    assert_eq!(error, None);
    let text = |text: &str| StreamEvent::Block(crate::Block::Text(text.to_owned()));
    assert!(events.contains(&text("1")), "{events:?}");
}

#[test]
fn what_stands_behind_the_cursor_is_not_said_again() {
    let check = |suffix: &str, answer: &str, expected: &str| {
        let request = FimRequest { suffix: suffix.to_owned(), ..request() };
        let tidied = tidy::Tidy::new(&request, None, false).tidy(answer);
        assert_eq!(tidied, expected, "{suffix:?} {answer:?}");
    };
    check(")\n", "a, b)", "a, b");
    check(");\n", "a, b)", "a, b)");
    check(");\n", "f(a);", "f(a");
    check("\n    print(x);\n}\n", "1;\n    print(x);\n}\n", "1;");
    check("    print(x);\n", "let y = 1;\n    print(x);\n", "let y = 1;\n");
    check("\n}\n", "if x {\n    1\n}\n", "if x {\n    1\n}\n");
    check("", "a\n", "a\n");
    check("é\n", "aé", "a");
}
