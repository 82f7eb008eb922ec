//! Connections: time, cancelling, keys, where requests go.

use std::future::Future;
use std::time::Duration;

use futures::StreamExt;
use model::http::HttpModel;
use model::secret::Secret;
use model::{Auth, Dialect, Endpoint, Limiters, Model, ModelError, StreamEvent, Timeouts};
use test_utils::fake_provider::{Answer, Failure, FakeProvider, Fault, Place};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::{ask, collect, conversation, endpoint, model, retrying};

const ANTHROPIC: Dialect = Dialect::Anthropic;

fn stalled(place: Place) -> Answer {
    Answer::text("Some words of the answer.").broken(place, Fault::Stall)
}

#[tokio::test]
async fn silence_is_an_interruption() {
    let short = Duration::from_millis(50);
    let long = Timeouts::default();
    for (place, timeouts) in [
        (Place::Start, Timeouts { first_byte: short, ..long }),
        (Place::Middle, Timeouts { idle: short, ..long }),
    ] {
        let provider = FakeProvider::start().await;
        provider.push(stalled(place));
        let endpoint = Endpoint { timeouts, ..endpoint(&provider, ANTHROPIC) };
        let got = ask(&HttpModel::new(endpoint, None).unwrap(), &conversation()).await;
        let expected = ModelError::Interrupted("nothing came for 0.05 s".to_owned());
        assert_eq!(got.error, Some(expected), "{place:?}");
        provider.departures(1).await;
    }
}

/// The next item, with `then` done while it is awaited.
async fn next_while(
    stream: &mut model::EventStream,
    then: impl Future<Output = ()>,
) -> Option<Result<StreamEvent, ModelError>> {
    let both = async { futures::join!(stream.next(), then).0 };
    tokio::time::timeout(Duration::from_secs(30), both).await.unwrap()
}

#[tokio::test]
async fn cancelling_in_the_middle_closes_the_connection() {
    let provider = FakeProvider::start().await;
    provider.push(stalled(Place::Middle));
    let cancel = CancellationToken::new();
    let mut stream = retrying(&provider, ANTHROPIC).stream(&conversation(), cancel.clone());
    // All that comes before the silence.
    let mut shown = String::new();
    while shown != "Some words o" {
        if let StreamEvent::TextDelta(text) = stream.next().await.unwrap().unwrap() {
            shown.push_str(&text);
        }
    }
    let item = next_while(&mut stream, async { cancel.cancel() }).await;
    assert_eq!(item, Some(Err(ModelError::Cancelled)));
    assert_eq!(stream.next().await, None);
    provider.departures(1).await;
}

#[tokio::test]
async fn cancelling_before_the_answer_closes_the_connection() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let model = HttpModel::new(Endpoint::new(ANTHROPIC, url, "m"), None).unwrap();
    let cancel = CancellationToken::new();
    let mut stream = model.stream(&conversation(), cancel.clone());
    let mut connection = None;
    let item = next_while(&mut stream, async {
        connection = Some(silent.accept().await.unwrap().0);
        cancel.cancel();
    })
    .await;
    assert_eq!(item, Some(Err(ModelError::Cancelled)));
    // The server reads what was sent, and then the end; a reset is an end, too.
    let mut sent = Vec::new();
    let reading = connection.as_mut().unwrap().read_to_end(&mut sent);
    let _ = tokio::time::timeout(Duration::from_secs(30), reading).await.unwrap();
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let provider = FakeProvider::start().await;
    provider.push(stalled(Place::Middle));
    let model = model(&provider, ANTHROPIC);
    let mut stream = model.stream(&conversation(), CancellationToken::new());
    assert_eq!(stream.next().await, Some(Ok(StreamEvent::Started)));
    drop(stream);
    provider.departures(1).await;
}

#[tokio::test]
async fn what_is_cancelled_is_not_sent() {
    let provider = FakeProvider::start().await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let got = collect(retrying(&provider, ANTHROPIC).stream(&conversation(), cancel)).await;
    assert_eq!(got.error, Some(ModelError::Cancelled));
    assert_eq!(provider.requests().len(), 0);
}

#[tokio::test]
async fn nobody_listens() {
    // A port that was free a moment ago; nobody else binds ports here by number.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = Endpoint::new(ANTHROPIC, format!("http://{free}"), "m");
    let model = HttpModel::new(endpoint, None).unwrap();
    let error = ask(&model, &conversation()).await.error.unwrap();
    assert!(matches!(&error, ModelError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn the_key_goes_where_it_belongs() {
    for (auth, header, value) in [
        (Auth::Bearer, "authorization", "Bearer sk-1"),
        (Auth::Header("x-api-key".to_owned()), "x-api-key", "sk-1"),
    ] {
        let provider = FakeProvider::start().await;
        provider.push(Answer::text("ok"));
        let endpoint = Endpoint { auth, ..endpoint(&provider, ANTHROPIC) };
        let key = Secret::new("sk-1", provider.url()).unwrap();
        ask(&HttpModel::new(endpoint, Some(key)).unwrap(), &conversation()).await;
        let requests = provider.requests();
        assert_eq!(requests[0].header(header), Some(value));
        let with_key = requests[0].headers.iter().filter(|(_, value)| value.contains("sk-1"));
        assert_eq!(with_key.count(), 1);
        assert_eq!(requests[0].header("anthropic-version"), Some("2026-10-21"));
        assert_eq!(requests[0].header("accept-encoding"), Some("identity"));
    }
}

#[tokio::test]
async fn the_key_of_another_server_is_refused() {
    let provider = FakeProvider::start().await;
    let key = Secret::new("sk-1", "https://api.example.com").unwrap();
    let refused = HttpModel::new(endpoint(&provider, ANTHROPIC), Some(key)).err();
    assert!(matches!(refused, Some(ModelError::Auth(_))));
}

#[tokio::test]
async fn a_server_that_quotes_the_key_does_not_get_it_shown() {
    let provider = FakeProvider::start().await;
    let body = r#"{"error":{"type":"authentication_error","message":"bad key sk-1"}}"#;
    provider.push(Answer::failure(Failure::Raw(401, body.to_owned())));
    let key = Secret::new("sk-1", provider.url()).unwrap();
    let model = HttpModel::new(endpoint(&provider, ANTHROPIC), Some(key)).unwrap();
    let error = ask(&model, &conversation()).await.error.unwrap();
    assert_eq!(error.to_string(), "HTTP 401 authentication_error: bad key [key] (request req_0)");
}

/// A key of one letter, as local servers get it, is in every word that says what is wrong.
#[tokio::test]
async fn a_short_key_does_not_hide_what_kind_of_error_it_is() {
    for dialect in Dialect::ALL {
        let provider = FakeProvider::start().await;
        provider.push(Answer::failure(Failure::Overflow));
        let key = Secret::new("o", provider.url()).unwrap();
        let model = HttpModel::new(endpoint(&provider, dialect), Some(key)).unwrap();
        let error = ask(&model, &conversation()).await.error.unwrap();
        assert!(matches!(&error, ModelError::ContextOverflow(text) if text.contains("[key]")));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let provider = FakeProvider::start().await;
    let elsewhere = format!("{}/elsewhere/v1/messages", provider.url());
    let redirect = Failure::Raw(307, String::new());
    provider.push(Answer::failure(redirect).header("location", &elsewhere));
    let got = ask(&retrying(&provider, ANTHROPIC), &conversation()).await;
    assert!(matches!(got.error, Some(ModelError::BadRequest(_))), "{got:?}");
    assert_eq!(provider.requests().len(), 1);
}

#[tokio::test]
async fn a_proxy_is_used_if_it_is_set() {
    let provider = FakeProvider::start().await;
    provider.push(Answer::text("ok"));
    let mut endpoint = Endpoint::new(ANTHROPIC, "http://model.invalid", "m");
    endpoint.proxy = Some(provider.url().to_owned());
    let got = ask(&HttpModel::new(endpoint, None).unwrap(), &conversation()).await;
    assert_eq!(got.shown(), "ok");
    assert_eq!(provider.requests()[0].path, "http://model.invalid/v1/messages");
}

#[tokio::test]
async fn one_key_has_as_many_requests_under_way_as_its_server_takes() {
    let provider = FakeProvider::start().await;
    provider.push(stalled(Place::Middle));
    provider.push(Answer::text("ok"));
    let limiters = Limiters::default();
    let model = || {
        let endpoint = Endpoint { concurrent: Some(1), ..endpoint(&provider, ANTHROPIC) };
        HttpModel::new(endpoint, None).unwrap().sharing(&limiters)
    };
    let mut first = model().stream(&conversation(), CancellationToken::new());
    assert_eq!(first.next().await, Some(Ok(StreamEvent::Started)));
    let mut second = model().stream(&conversation(), CancellationToken::new());
    // Long enough for an answer, if it were asked for.
    let waiting = tokio::time::timeout(Duration::from_millis(200), second.next()).await;
    assert!(waiting.is_err(), "{waiting:?}");
    assert_eq!(provider.requests().len(), 1);
    drop(first);
    assert_eq!(collect(second).await.shown(), "ok");
}

#[tokio::test]
async fn endpoints_that_cannot_be() {
    for url in ["", "api.test", "file:///etc/passwd", "http://user:pass@a.test", "http://a.test?k"]
    {
        let refused = HttpModel::new(Endpoint::new(ANTHROPIC, url, "m"), None).err();
        assert!(matches!(refused, Some(ModelError::BadRequest(_))), "{url}");
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let provider = FakeProvider::start().await;
    let model = model(&provider, ANTHROPIC);
    for _ in 0..3 {
        provider.push(Answer::text("ok"));
        assert_eq!(ask(&model, &conversation()).await.shown(), "ok");
    }
    assert_eq!(provider.connections(), 1);
}
