//! The judge judged: every law is broken once.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use futures::StreamExt;
use model::http::HttpModel;
use model::{Block, CacheMark, Dialect, Endpoint, Message, Model, Request, Role, StreamEvent};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Answer, FakeProvider};

/// A conversation that obeys: a call, its result, and what the provider will say next.
struct Obedient {
    provider: FakeProvider,
    endpoint: Endpoint,
    request: Request,
}

impl Obedient {
    async fn new(dialect: Dialect) -> Obedient {
        let provider = FakeProvider::start().await;
        let answer = Answer::text("I look.").and_thinking("hm").and_call("read", &json!({"a": 1}));
        provider.push(answer);
        let endpoint = Endpoint::new(dialect, provider.url(), "m");
        let request = Request {
            system: vec!["rules".into()],
            tools: Vec::new().into(),
            messages: vec![Message::user("go")],
            max_tokens: 100,
            cache_marks: vec![CacheMark::Message(0)],
        };
        let mut conversation = Obedient { provider, endpoint, request };
        let content = conversation.ask().await;
        conversation.request.messages.push(Message { role: Role::Assistant, content });
        conversation.request.messages.push(Message { role: Role::User, content: vec![result()] });
        conversation.provider.push(Answer::text("next"));
        conversation
    }

    async fn ask(&self) -> Vec<Block> {
        let model = HttpModel::new(self.endpoint.clone(), None).unwrap();
        let events = model.stream(&self.request, CancellationToken::new());
        let blocks = events.filter_map(async |event| match event {
            Ok(StreamEvent::Block(block)) => Some(block),
            _ => None,
        });
        blocks.collect().await
    }

    fn turn(&mut self, index: usize) -> &mut Vec<Block> {
        &mut self.request.messages[index].content
    }
}

fn result() -> Block {
    Block::ToolResult(model::ToolResult {
        tool_use_id: "call1x2".to_owned(),
        text: "it says b".to_owned(),
        is_error: false,
        data: None,
    })
}

/// Breaks the obedient conversation and compares what the judge says.
async fn check(breakage: impl FnOnce(&mut Obedient), expect: Expect) {
    let mut conversation = Obedient::new(Dialect::Anthropic).await;
    breakage(&mut conversation);
    conversation.ask().await;
    let mut said = String::new();
    for violation in conversation.provider.take_violations() {
        writeln!(said, "{violation}").unwrap();
    }
    expect.assert_eq(&said);
}

#[tokio::test]
async fn obedience_is_not_punished() {
    check(|_| {}, expect![""]).await;
    check(
        |it| {
            it.provider.new_epoch();
            it.request.messages = vec![Message::user("a summary")];
        },
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn answers_go_back_unaltered() {
    check(
        |it| it.turn(1)[0] = Block::Text("I looked.".to_owned()),
        expect![[r#"
            request 1: an assistant turn that was never sent: [Text("I looked."), Other(Object {"signature": String("signature-of-call1x1=="), "thinking": String("hm"), "type": String("thinking")}), Call { id: "call1x2", tool: "read", letters: "{\"a\":1}", extra: Object {"caller": Object {"type": String("direct")}} }]
        "#]],
    )
    .await;
    check(
        |it| drop(it.turn(1).remove(1)),
        expect![[r#"
            request 1: an assistant turn that was never sent: [Text("I look."), Call { id: "call1x2", tool: "read", letters: "{\"a\":1}", extra: Object {"caller": Object {"type": String("direct")}} }]
        "#]],
    )
    .await;
    check(
        |it| {
            let Block::ToolUse(call) = &mut it.turn(1)[2] else { panic!() };
            call.input = model::RawJson::new(r#"{"a": 1}"#.to_owned()).unwrap();
        },
        expect![[r#"
            request 1: an assistant turn that was never sent: [Text("I look."), Other(Object {"signature": String("signature-of-call1x1=="), "thinking": String("hm"), "type": String("thinking")}), Call { id: "call1x2", tool: "read", letters: "{\"a\": 1}", extra: Object {"caller": Object {"type": String("direct")}} }]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_hangs_on_a_call_goes_back_with_it() {
    let mut it = Obedient::new(Dialect::Anthropic).await;
    let Block::ToolUse(call) = &mut it.turn(1)[2] else { panic!() };
    call.extra = None;
    it.ask().await;
    assert_eq!(it.provider.take_violations().len(), 1);
}

/// The client does not know what the version forbids, so it does not leave it out.
fn without_knowing_its_version(it: &mut Obedient) {
    it.endpoint.version = None;
    let version = model::ANTHROPIC_VERSION.to_owned();
    it.endpoint.headers.push(("anthropic-version".to_owned(), version));
}

/// Breaks the obedient conversation in every dialect; each time one law is broken.
async fn check_all(breakage: impl Fn(&mut Obedient), law: &str) {
    for dialect in Dialect::ALL {
        let mut it = Obedient::new(dialect).await;
        breakage(&mut it);
        it.ask().await;
        let violations = it.provider.take_violations();
        let found = violations.iter().any(|violation| violation.contains(law));
        assert!(found, "{dialect:?}: {violations:?} has no {law:?}");
    }
}

#[tokio::test]
async fn all_dialects_have_one_law() {
    for dialect in Dialect::ALL {
        Obedient::new(dialect).await.ask().await;
    }
    let temperature = |it: &mut Obedient| {
        without_knowing_its_version(it);
        it.endpoint.body.insert("temperature".to_owned(), json!(1));
    };
    check_all(temperature, "temperature").await;
    check_all(|it| it.endpoint.model = "x".to_owned(), "block 0 changes").await;
    check_all(|it| it.turn(0)[0] = Block::Text("stop".to_owned()), "changes what was").await;
    check_all(|it| it.turn(2)[0] = Block::Text("no".to_owned()), "no result for the call").await;
    check_all(|it| it.turn(2).push(result()), "a result without its call").await;
    check_all(|it| it.turn(2).insert(0, Block::Text("x".to_owned())), "after other content").await;
    let alter = |it: &mut Obedient| {
        for block in it.turn(1) {
            if let Block::Text(text) = block {
                text.push('!');
            }
        }
    };
    check_all(alter, "never sent").await;
    let forget = |it: &mut Obedient| {
        it.turn(1).retain(|block| !matches!(block, Block::Opaque { .. }));
    };
    check_all(forget, "never sent").await;
}

#[tokio::test]
async fn every_call_has_one_result() {
    check(
        |it| it.turn(2)[0] = Block::Text("no".to_owned()),
        expect![[r#"
            request 1: no result for the call call1x2
        "#]],
    )
    .await;
    check(
        |it| it.turn(2).push(result()),
        expect![[r#"
            request 1: a result without its call: call1x2
        "#]],
    )
    .await;
    check(
        |it| it.turn(2).insert(0, Block::Text("first".to_owned())),
        expect![[r#"
            request 1: the result of call1x2 comes after other content
        "#]],
    )
    .await;
    check(
        |it| it.request.messages.truncate(2),
        expect![[r#"
            request 1: no result for the call call1x2
            request 1: the conversation ends with the assistant
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_was_sent_stays() {
    check(
        |it| it.turn(0)[0] = Block::Text("stop".to_owned()),
        expect![[r#"
            request 1: block 2 changes what was sent before: "user" {"text":"stop","type":"text"}
        "#]],
    )
    .await;
    check(
        |it| it.request.system.insert(0, "news".into()),
        expect![[r#"
            request 1: block 1 changes what was sent before: system {"text":"news","type":"text"}
        "#]],
    )
    .await;
    check(
        |it| it.endpoint.model = "another".to_owned(),
        expect![[r#"
            request 1: an assistant turn that was never sent: [Text("I look."), Call { id: "call1x2", tool: "read", letters: "{\"a\":1}", extra: Object {} }]
            request 1: block 0 changes what was sent before: settings ["another"]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn after_a_fork_the_conversation_goes_on_where_it_was() {
    let mut it = Obedient::new(Dialect::Anthropic).await;
    it.ask().await;
    let main = it.request.clone();
    it.turn(2).push(Block::Text("an aside".to_owned()));
    it.provider.fork();
    it.provider.push(Answer::text("aside"));
    it.ask().await;
    it.request = main;
    it.provider.push(Answer::text("main"));
    it.ask().await;
    assert_eq!(it.provider.take_violations(), Vec::<String>::new());

    it.turn(2).push(Block::Text("another aside".to_owned()));
    it.provider.push(Answer::text("x"));
    it.ask().await;
    it.turn(2).pop();
    it.ask().await;
    assert_eq!(it.provider.take_violations().len(), 1, "a fork that was not announced");
}

#[tokio::test]
async fn what_the_dialect_forbids() {
    let with = |key: &'static str, value: Value| {
        move |it: &mut Obedient| drop(it.endpoint.body.insert(key.to_owned(), value))
    };
    check(
        |it| {
            without_knowing_its_version(it);
            with("temperature", json!(1))(it);
        },
        expect![[r#"
            request 1: `temperature` is no longer supported
        "#]],
    )
    .await;
    check(
        with("n", json!(2)),
        expect![[r#"
            request 1: n: Extra inputs are not permitted
        "#]],
    )
    .await;
    check(
        |it| it.endpoint.version = None,
        expect![[r#"
            request 1: anthropic-version: None
        "#]],
    )
    .await;
    check(
        |it| {
            let message = |i: u32| Message::user(i.to_string());
            it.request.messages.extend((0..4).map(message));
            it.request.cache_marks = (2..6).map(CacheMark::Message).collect();
            it.endpoint.body.insert("cache_control".to_owned(), json!({"type": "ephemeral"}));
            it.request.messages.push(message(4));
        },
        expect![[r#"
            request 1: 5 cache marks; 4 are allowed
        "#]],
    )
    .await;
}

#[tokio::test]
async fn the_script_is_all_there_is() {
    let it = Obedient::new(Dialect::Anthropic).await;
    it.ask().await;
    it.ask().await;
    expect![[r#"["request 2: the script has no answer for it"]"#]]
        .assert_eq(&format!("{:?}", it.provider.take_violations()));
}

#[tokio::test]
#[should_panic = "requests broke the law"]
async fn a_broken_law_fails_the_test() {
    let it = Obedient::new(Dialect::Anthropic).await;
    it.ask().await;
    it.ask().await;
}
