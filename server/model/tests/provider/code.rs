//! Completing code over the wire: in the server's own way, in words where it has none, and never
//! longer than somebody who types would wait.

use std::time::Duration;

use model::http::HttpModel;
use model::{
    Block, Dialect, Endpoint, FimKind, FimRequest, ModelError, NextEditRequest, StreamEvent,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::canned::{Canned, json, sse};
use crate::support::collect;

const LONG: Duration = Duration::from_secs(30);

fn request() -> FimRequest {
    FimRequest {
        path: "a.rs".to_owned(),
        prefix: "let x = ".to_owned(),
        suffix: ";\n".to_owned(),
        others: Vec::new(),
        max_tokens: 16,
        single_line: false,
    }
}

fn text(text: &str) -> Block {
    Block::Text(text.to_owned())
}

#[tokio::test]
async fn a_server_without_a_way_of_its_own_is_asked_in_words_from_then_on() {
    let server = Canned::start(|asked| {
        Some(match asked.path.as_str() {
            "/infill" => json(501, &json!({"error": {"message": "not supported"}})),
            _ => sse(&[json!({"choices": [{"delta": {"content": "1"}, "finish_reason": "stop"}]})]),
        })
    })
    .await;
    let mut endpoint = Endpoint::new(Dialect::Chat, &server.url, "m");
    endpoint.fim = Some(FimKind::Llama);
    let model = HttpModel::new(endpoint, None).unwrap();
    for _ in 0..2 {
        let got = collect(model.complete(&request(), LONG, CancellationToken::new())).await;
        assert_eq!((got.blocks(), got.error), (vec![text("1")], None));
    }
    assert_eq!(server.paths(), ["/infill", "/v1/chat/completions", "/v1/chat/completions"]);
}

#[tokio::test]
async fn another_failure_is_told_and_changes_nothing() {
    let server = Canned::start(|_| Some(json(503, &json!({"error": "later"})))).await;
    let mut endpoint = Endpoint::new(Dialect::Chat, &server.url, "m");
    endpoint.fim = Some(FimKind::Llama);
    let model = HttpModel::new(endpoint, None).unwrap();
    for _ in 0..2 {
        let got = collect(model.complete(&request(), LONG, CancellationToken::new())).await;
        assert!(matches!(got.error, Some(ModelError::Overloaded { .. })), "{got:?}");
    }
    assert_eq!(server.paths(), ["/infill", "/infill"]);
}

#[tokio::test]
async fn nobody_waits_longer_than_was_agreed() {
    let server = Canned::start(|_| None).await;
    let model = HttpModel::new(Endpoint::new(Dialect::Chat, &server.url, "m"), None).unwrap();
    let short = Duration::from_millis(50);
    let got = collect(model.complete(&request(), short, CancellationToken::new())).await;
    let expected = ModelError::Interrupted("nothing came within 0.05 s".to_owned());
    assert_eq!(got.error, Some(expected));
    let cancel = CancellationToken::new();
    cancel.cancel();
    let got = collect(model.complete(&request(), LONG, cancel)).await;
    assert_eq!(got.error, Some(ModelError::Cancelled));
}

#[tokio::test]
async fn the_next_edit_by_the_models_own_template() {
    let server = Canned::start(|asked| {
        assert_eq!(asked.path, "/v1/completions");
        let prompt = asked.body["prompt"].as_str().unwrap();
        assert!(prompt.ends_with("<<<<<<< CURRENT\na<|user_cursor|>\n=======\n<[fim-middle]>"));
        Some(sse(&[json!({"choices": [{"text": "ab\n>>>>>>> UPDATED\n", "index": 0}]})]))
    })
    .await;
    let endpoint = Endpoint::new(Dialect::Chat, &server.url, "zeta-2");
    let model = HttpModel::new(endpoint, None).unwrap();
    let request = NextEditRequest {
        path: "a.rs".to_owned(),
        before: String::new(),
        region: "a\n".to_owned(),
        cursor: 1,
        after: String::new(),
        edits: Vec::new(),
        others: Vec::new(),
        max_tokens: 64,
    };
    let got = collect(model.next_edit(&request, LONG, CancellationToken::new())).await;
    assert_eq!((got.blocks(), got.error), (vec![text("ab\n")], None));
    assert_eq!(got.events[0], StreamEvent::Started);
}
