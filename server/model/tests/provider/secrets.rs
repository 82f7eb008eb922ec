//! A key is in no log, no error and nothing that is printed.

use std::io::Write;
use std::sync::{Arc, Mutex};

use model::http::HttpModel;
use model::secret::Secret;
use model::{Auth, Depth, Dialect, Endpoint, Model, ModelError};
use test_utils::fake_provider::{Answer, Failure, FakeProvider, Fault, Place};
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;

use crate::support::{ask, conversation, endpoint, retrying_with};

const KEY: &str = "sk-very-secret-7f3a";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_that_is_logged_or_said_holds_the_key() {
    let log = Log::default();
    let sink = log.clone();
    // Everything that anybody in the process has to say, the libraries' innermost included.
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || sink.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let mut said = String::new();
    for dialect in Dialect::ALL {
        for auth in [Auth::Bearer, Auth::Header("x-api-key".to_owned())] {
            let provider = FakeProvider::start().await;
            let quoted = format!("{{\"error\":{{\"message\":\"bad key {KEY}\"}}}}");
            provider.push(Answer::failure(Failure::Raw(500, quoted.clone())));
            provider.push(Answer::text("some words").broken(Place::Middle, Fault::Reset));
            provider.push(Answer::failure(Failure::Raw(401, quoted)));
            let mut endpoint = Endpoint { auth, ..endpoint(&provider, dialect) };
            endpoint.headers.push(("x-team".to_owned(), KEY.to_owned()));
            said.push_str(&format!("{endpoint:?}"));
            let key = Secret::new(KEY, provider.url()).unwrap();
            let model = HttpModel::new(endpoint, Some(key)).unwrap();
            let model = retrying_with(model);
            for _ in 0..2 {
                let error = ask(&model, &conversation()).await.error.unwrap();
                said.push_str(&format!("{error} {error:?} {}", model.name()));
            }
            assert_eq!(provider.requests().len(), 3);
            assert!(
                provider
                    .requests()
                    .iter()
                    .all(|seen| seen.headers.iter().any(|(_, value)| value.contains(KEY))),
                "the key was shown to its server"
            );
        }
    }
    for url in [format!("http://u:{KEY}@a.test"), format!("http://a.test?key={KEY}")] {
        let error = HttpModel::new(Endpoint::new(Dialect::Chat, url, "m"), None).err().unwrap();
        assert!(matches!(error, ModelError::BadRequest(_)));
        said.push_str(&error.to_string());
    }
    let mut through = Endpoint::new(Dialect::Chat, "http://a.test", "m");
    through.proxy = Some(format!("http://u:{KEY}@127.0.0.1:1"));
    let model = HttpModel::new(through, None).unwrap();
    let report = model.probe(Depth::Free, CancellationToken::new()).await;
    said.push_str(&format!("{report:?}"));

    assert!(!said.contains(KEY), "{said}");
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("provider call"), "the log was kept");
    let base64 = "c2stdmVyeS1zZWNyZXQtN2YzYQ";
    for line in logged.lines() {
        assert!(!line.contains(KEY) && !line.contains(base64), "{line}");
    }
}
