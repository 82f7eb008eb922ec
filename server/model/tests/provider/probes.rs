//! What a probe finds out about servers of several kinds.

use model::http::HttpModel;
use model::{
    Check, CountKind, Depth, Dialect, Endpoint, FimKind, Message, Model, ModelError, Report,
    Request,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::canned::{Answer, Asked, Canned, json, sse};

fn model(server: &Canned) -> HttpModel {
    HttpModel::new(Endpoint::new(Dialect::Chat, &server.url, "m"), None).unwrap()
}

async fn probe(model: &HttpModel, depth: Depth) -> Report {
    model.probe(depth, CancellationToken::new()).await
}

#[tokio::test]
async fn a_server_says_what_it_is() {
    let server = Canned::start(|asked| {
        Some(match asked.path.as_str() {
            "/v1/models" => {
                let meta = json!({"n_ctx_train": 32_768});
                json(200, &json!({"data": [{"id": "m", "owned_by": "llamacpp", "meta": meta}]}))
            }
            "/props" => json(200, &json!({"default_generation_settings": {"n_ctx": 8192}})),
            _ => json(404, &json!({"error": "no"})),
        })
    })
    .await;
    let report = probe(&model(&server), Depth::Free).await;
    assert_eq!(report.server.as_deref(), Some("llamacpp"));
    assert_eq!(report.window, Some(8192), "as it was started, not as the model could");
    assert_eq!(report.model, Check::Yes("`m` is there".to_owned()));
    assert_eq!(report.tools, Check::Unknown("not asked".to_owned()));
    assert_eq!(server.paths(), ["/v1/models", "/props"]);
}

#[tokio::test]
async fn ollama_lists_abilities() {
    let server = Canned::start(|asked| {
        Some(match asked.path.as_str() {
            "/v1/models" => json(
                200,
                &json!({"data": [{"id": "m", "owned_by": "library"}, {"id": "n", "owned_by": "library"}]}),
            ),
            "/api/show" => {
                assert_eq!(asked.body["model"], "m");
                let info = json!({"general.architecture": "x", "x.context_length": 40_960});
                json(200, &json!({"capabilities": ["completion", "tools"], "model_info": info}))
            }
            _ => json(404, &json!({"error": "no"})),
        })
    })
    .await;
    let report = probe(&model(&server), Depth::Free).await;
    assert_eq!((report.server.as_deref(), report.window), (Some("ollama"), Some(40_960)));
    assert!(report.tools.is_yes());
    assert!(matches!(report.fim, Check::No(_)));
}

#[tokio::test]
async fn what_is_missing_is_said() {
    for (status, body, reachable, model_is) in [
        (401, json!({"error": {"message": "bad key"}}), false, "Unknown"),
        (500, json!({}), false, "Unknown"),
        (404, json!({"error": "no such page"}), true, "Unknown"),
        (200, json!({"data": []}), true, "Unknown"),
        (200, json!({"data": [{"id": "other"}]}), true, "Unknown"),
        (200, json!({"data": [{"id": "a"}, {"id": "b"}]}), true, "No"),
        (200, json!({"models": [{"name": "models/m"}]}), true, "Yes"),
    ] {
        let answer = json(status, &body);
        let server = Canned::start(move |asked| {
            Some(if asked.path == "/v1/models" { answer.clone() } else { json(404, &json!({})) })
        })
        .await;
        let report = probe(&model(&server), Depth::Asking).await;
        assert_eq!(report.reachable.is_yes(), reachable, "{body}");
        assert!(format!("{:?}", report.model).starts_with(model_is), "{body}: {report:?}");
        if !reachable {
            assert_eq!(server.paths(), ["/v1/models"], "who does not answer is not asked again");
        }
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = Endpoint::new(Dialect::Anthropic, format!("http://{nobody}"), "m");
    let report = probe(&HttpModel::new(endpoint, None).unwrap(), Depth::Asking).await;
    assert!(matches!(&report.reachable, Check::No(why) if why.contains("refused")), "{report:?}");
    assert!(report.checks().all(|(_, check)| !check.is_yes()));
}

fn chunk(delta: &Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta}]})
}

fn stop(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

/// A model that can do everything, or nothing.
fn model_that(can: bool, asked: &Asked) -> Option<Answer> {
    let word = |word: &str| chunk(&json!({"content": word}));
    let cached = if can { 6000 } else { 0 };
    let usage = json!({"choices": [], "usage": {
        "prompt_tokens": 6100, "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": cached},
    }});
    Some(match asked.path.as_str() {
        "/v1/models" => json(200, &json!({"data": [{"id": "m", "max_model_len": 9000}]})),
        "/infill" if can => sse(&[json!({"content": "a + b", "stop": true})]),
        "/infill" => json(501, &json!({"error": {"message": "no", "type": "not_supported_error"}})),
        "/v1/chat/completions" if asked.body["tools"].is_array() && can => {
            let function = json!({"name": "report", "arguments": "{\"number\": 7}"});
            let call = json!({"tool_calls": [{"index": 0, "id": "c", "function": function}]});
            sse(&[chunk(&call), stop("tool_calls")])
        }
        "/v1/chat/completions" => sse(&[word("one "), word("two"), stop("stop"), usage]),
        _ => json(404, &json!({})),
    })
}

#[tokio::test]
async fn a_model_shows_what_it_can() {
    for can in [true, false] {
        let server = Canned::start(move |asked| model_that(can, asked)).await;
        let mut endpoint = Endpoint::new(Dialect::Chat, &server.url, "m");
        endpoint.fim = Some(FimKind::Llama);
        let report = probe(&HttpModel::new(endpoint, None).unwrap(), Depth::Asking).await;
        assert_eq!(report.window, Some(9000));
        assert_eq!(report.streaming, Check::Yes("2 pieces".to_owned()));
        assert_eq!((report.tools.is_yes(), report.cache.is_yes()), (can, can), "{report:?}");
        let way = if can { "in its own way: \"a + b\"" } else { "asked in words: \"one two\"" };
        assert_eq!(report.fim, Check::Yes(way.to_owned()));
    }
}

#[tokio::test]
async fn a_probe_can_be_given_up() {
    let server = Canned::start(|_| None).await;
    let model = model(&server);
    let cancel = CancellationToken::new();
    let both = async {
        futures::join!(model.probe(Depth::Asking, cancel.clone()), async { cancel.cancel() }).0
    };
    let report = tokio::time::timeout(std::time::Duration::from_secs(30), both).await.unwrap();
    assert_eq!(report.reachable, Check::Unknown("not asked".to_owned()));
}

#[tokio::test]
async fn a_server_that_counts_is_believed() {
    let server = Canned::start(|asked| {
        assert_eq!(asked.path, "/v1/messages/count_tokens");
        let members: Vec<_> = asked.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["messages", "model"], "nothing about how to answer");
        Some(json(200, &json!({"input_tokens": 1000})))
    })
    .await;
    let request = Request {
        system: Vec::new(),
        tools: Vec::new().into(),
        messages: vec![Message::user("x".repeat(2000))],
        max_tokens: 100,
        cache_marks: Vec::new(),
    };
    for dialect in [Dialect::Anthropic, Dialect::Chat] {
        let mut endpoint = Endpoint::new(dialect, &server.url, "m");
        endpoint.body.insert("top_p".to_owned(), json!(1));
        endpoint.version = Some("2026-10-21".to_owned());
        endpoint.count = Some(CountKind::Messages);
        let model = HttpModel::new(endpoint, None).unwrap();
        let before = model.tokens(&request);
        let counted = model.count(&request, &CancellationToken::new()).await;
        assert_eq!(counted, Ok(Some(1000)));
        assert!(model.tokens(&request) > before, "the estimate has learnt from it");
        let cancel = CancellationToken::new();
        cancel.cancel();
        assert_eq!(model.count(&request, &cancel).await, Err(ModelError::Cancelled));
    }
    let silent = HttpModel::new(Endpoint::new(Dialect::Chat, &server.url, "m"), None).unwrap();
    assert_eq!(silent.count(&request, &CancellationToken::new()).await, Ok(None));
}
