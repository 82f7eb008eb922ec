//! The transport: one HTTP request, its answer as events. All dialects share it.

mod answer;
mod client;
mod code;
mod count;
mod headers;
mod proxy;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use futures::{FutureExt, StreamExt, stream};
use reqwest::header::HeaderMap;
use tokio_util::sync::CancellationToken;

use crate::dialect::{self, Encoded};
use crate::endpoint::Endpoint;
use crate::limiter::Limiter;
use crate::reader::Reader;
use crate::replay::{Recorder, Tape};
use crate::secret::Secret;
use crate::{Card, Estimator, EventStream, Limiters, Model, ModelError, Request, StreamEvent};
use answer::Answer;

pub(crate) use answer::transport;
pub use proxy::proxy_for;

/// A model behind HTTP. It sends each request once; [`crate::Retry`] tries again.
pub struct HttpModel {
    name: String,
    endpoint: Endpoint,
    key: Option<Secret>,
    headers: HeaderMap,
    client: reqwest::Client,
    estimator: Arc<Estimator>,
    limiter: Arc<Limiter>,
    /// Whether the server has refused to complete code in its own way, and is asked in words.
    code_in_words: Arc<AtomicBool>,
    recorder: Option<Recorder>,
}

impl HttpModel {
    /// The model that `endpoint` describes. Nothing is sent before the first request.
    ///
    /// # Errors
    /// [`ModelError::Auth`] if `key` belongs to another origin than the endpoint;
    /// [`ModelError::BadRequest`] if the endpoint's URL, proxy, headers or certificates cannot be
    /// used, or if this machine has no certificates to know an `https` server by.
    pub fn new(endpoint: Endpoint, key: Option<Secret>) -> Result<HttpModel, ModelError> {
        let client = client::new(&endpoint)?;
        let shown = key.as_ref().map(|key| key.reveal_for(&endpoint.base_url)).transpose()?;
        let headers = headers::of_every_request(&endpoint, shown)?;
        Ok(HttpModel {
            name: format!("{}/{}", endpoint.dialect.name(), endpoint.model),
            estimator: Arc::new(Estimator::new(endpoint.card.bytes_per_token)),
            limiter: Limiter::new(endpoint.concurrent),
            code_in_words: Arc::new(AtomicBool::new(false)),
            recorder: None,
            endpoint,
            key,
            headers,
            client,
        })
    }

    /// The same model, sharing its server's bucket with all others that show the same key.
    #[must_use]
    pub fn sharing(mut self, limiters: &Limiters) -> HttpModel {
        self.limiter = limiters.of(&self.endpoint, self.key.as_ref());
        self
    }

    /// The same model; what goes over the wire is handed to `recorder`.
    #[must_use]
    pub fn recorded(mut self, recorder: Recorder) -> HttpModel {
        self.recorder = Some(recorder);
        self
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// `text` without the key.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.redact(text))
    }

    /// Sends `encoded` and reads the answer with `reader`.
    fn send(&self, encoded: Encoded, reader: Reader, cancel: CancellationToken) -> EventStream {
        tracing::debug!(
            gen_ai.operation.name = "chat",
            gen_ai.request.model = %self.endpoint.model,
            url = %encoded.url,
            bytes = encoded.body.len(),
            "provider call"
        );
        let tape = self.recorder.as_ref().map(|to| {
            let (key, to) = (self.key.clone(), Arc::clone(to));
            Tape::new(&self.endpoint, &encoded.body, key, to)
        });
        let mut sent = self.client.post(encoded.url).headers(self.headers.clone());
        for (name, value) in encoded.headers {
            sent = sent.header(name, value);
        }
        let answer = Answer::new(
            sent.body(encoded.body).send().boxed(),
            reader,
            self.endpoint.timeouts,
            self.key.clone(),
            Arc::clone(&self.limiter),
            tape,
            cancel,
        );
        stream::unfold(answer, |mut answer| async move {
            let item = answer.next().await?;
            Some((item, answer))
        })
        .boxed()
    }
}

impl Model for HttpModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn card(&self) -> Card {
        self.endpoint.card.clone()
    }

    fn tokens(&self, request: &Request) -> u64 {
        self.estimator.tokens(request.bytes())
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        let encoded = match dialect::encode(request, &self.endpoint) {
            Ok(encoded) => encoded,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        let reader = Reader::new(dialect::decoder(&self.endpoint, request));
        let (bytes, estimator) = (request.bytes(), Arc::clone(&self.estimator));
        let mut last = None;
        self.send(encoded, reader, cancel)
            .inspect(move |item| match item {
                Ok(StreamEvent::Usage(usage)) => last = Some(usage.prompt()),
                Ok(StreamEvent::Stopped(_)) => {
                    if let Some(tokens) = last {
                        estimator.learn(bytes, tokens);
                    }
                }
                _ => {}
            })
            .boxed()
    }
}
