//! Finding out what a server can do, for a user who wonders why it does not work.
//!
//! A probe never retries and never changes anything: what it finds is said in one line each.

mod asking;
mod facts;

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderValue};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::ModelError;
use crate::failure::{self, Hints};
use crate::http::HttpModel;

/// How long one question may take that the server answers without its model.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of an answer is read.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// How far a probe goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Only what costs nothing: what the server says of itself.
    Free,
    /// The model is asked too, in a few short requests. A hosted one charges for them, most for
    /// the check of its cache: about twelve thousand tokens of input.
    Asking,
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// It is so; a few words on what was seen.
    Yes(String),
    /// It is not so; a few words on what was seen, or on what the server said.
    No(String),
    /// It could not be found out, and why.
    Unknown(String),
}

impl Check {
    /// Whether it is so.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        matches!(self, Check::Yes(_))
    }

    /// What a failed question says: that nobody knows, unless the server refused it.
    fn of_error(error: &ModelError) -> Check {
        match error {
            ModelError::BadRequest(text) | ModelError::Protocol(text) => Check::No(text.clone()),
            other => Check::Unknown(other.to_string()),
        }
    }
}

/// What was found out about a model and its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What kind of server it is, as far as it lets know: `llamacpp`, `ollama`, `vllm`, …
    pub server: Option<String>,
    /// Tokens of the model's window as the server has it, which may be less than the model could.
    pub window: Option<u32>,
    /// The server answers and takes the key.
    pub reachable: Check,
    /// The server has the model.
    pub model: Check,
    /// An answer comes in pieces while it is written.
    pub streaming: Check,
    /// The model calls tools.
    pub tools: Check,
    /// A prompt that begins like the one before is read from the cache.
    pub cache: Check,
    /// The server completes code between two texts.
    pub fim: Check,
}

impl Report {
    /// The checks with their names, in the order in which they are made.
    pub fn checks(&self) -> impl Iterator<Item = (&'static str, &Check)> {
        [
            ("reachable", &self.reachable),
            ("model", &self.model),
            ("streaming", &self.streaming),
            ("tools", &self.tools),
            ("cache", &self.cache),
            ("fim", &self.fim),
        ]
        .into_iter()
    }
}

impl HttpModel {
    /// Finds out what the server and the model can do. If the server cannot be reached, or
    /// `cancel` is cancelled, the rest stays unknown.
    pub async fn probe(&self, depth: Depth, cancel: CancellationToken) -> Report {
        let not_asked = || Check::Unknown("not asked".to_owned());
        let mut report = Report {
            server: None,
            window: None,
            reachable: not_asked(),
            model: not_asked(),
            streaming: not_asked(),
            tools: not_asked(),
            cache: not_asked(),
            fim: not_asked(),
        };
        let facts = async {
            self.learn_facts(&mut report).await;
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            () = facts => {}
        }
        if depth == Depth::Asking && report.reachable.is_yes() {
            self.ask_model(&mut report, &cancel).await;
        }
        report
    }

    /// The JSON at `url`.
    async fn get(&self, url: &str) -> Result<Value, ModelError> {
        self.fetch(self.client().get(url), url).await
    }

    /// The JSON that is the answer to `body`.
    pub(crate) async fn post(&self, url: &str, body: &Value) -> Result<Value, ModelError> {
        self.fetch(self.client().post(url).body(body.to_string()), url).await
    }

    async fn fetch(
        &self,
        request: reqwest::RequestBuilder,
        url: &str,
    ) -> Result<Value, ModelError> {
        let mut headers = self.headers().clone();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in self.endpoint().version_headers() {
            headers.insert(
                name,
                HeaderValue::try_from(value)
                    .map_err(|_| ModelError::BadRequest(format!("`{name}` cannot be a header")))?,
            );
        }
        let answered = async {
            let mut response = request.headers(headers).send().await?;
            let status = response.status();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                body.extend_from_slice(&chunk);
                if body.len() > MAX_BODY {
                    break;
                }
            }
            Ok((status, body))
        };
        let answered = tokio::time::timeout(PATIENCE, answered).await.map_err(|_| {
            let seconds = PATIENCE.as_secs();
            ModelError::Interrupted(format!("no answer within {seconds} s"))
        })?;
        let (status, body) = answered.map_err(|error| crate::http::transport(&error))?;
        let body = self.redact(&String::from_utf8_lossy(&body));
        if !status.is_success() {
            return Err(failure::classify(Some(status.as_u16()), &body, &Hints::default()));
        }
        serde_json::from_str(&body).map_err(|_| {
            ModelError::Protocol(format!("{url} answers with something else than JSON"))
        })
    }
}
