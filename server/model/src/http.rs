//! The transport: one HTTP request, its answer as events. All dialects share it.

mod answer;
mod client;
mod headers;

use futures::{FutureExt, StreamExt, stream};
use reqwest::header::HeaderMap;
use tokio_util::sync::CancellationToken;

use crate::dialect;
use crate::endpoint::Endpoint;
use crate::reader::Reader;
use crate::secret::Secret;
use crate::{EventStream, Model, ModelError, Request};
use answer::Answer;

/// A model behind HTTP. It sends each request once; [`crate::Retry`] tries again.
pub struct HttpModel {
    name: String,
    endpoint: Endpoint,
    key: Option<Secret>,
    headers: HeaderMap,
    client: reqwest::Client,
}

impl HttpModel {
    /// The model that `endpoint` describes. Nothing is sent before the first request.
    ///
    /// # Errors
    /// [`ModelError::Auth`] if `key` belongs to another origin than the endpoint;
    /// [`ModelError::BadRequest`] if the endpoint's URL, proxy or headers cannot be used, or if
    /// this machine has no certificates to know an `https` server by.
    pub fn new(endpoint: Endpoint, key: Option<Secret>) -> Result<HttpModel, ModelError> {
        let client = client::new(&endpoint)?;
        let shown = key.as_ref().map(|key| key.reveal_for(&endpoint.base_url)).transpose()?;
        let headers = headers::of_every_request(&endpoint, shown)?;
        let name = format!("{}/{}", endpoint.dialect.name(), endpoint.model);
        Ok(HttpModel { name, endpoint, key, headers, client })
    }
}

impl Model for HttpModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        let encoded = match dialect::encode(request, &self.endpoint) {
            Ok(encoded) => encoded,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        tracing::debug!(
            gen_ai.operation.name = "chat",
            gen_ai.request.model = %self.endpoint.model,
            url = %encoded.url,
            bytes = encoded.body.len(),
            "provider call"
        );
        let mut sent = self.client.post(encoded.url).headers(self.headers.clone());
        for (name, value) in encoded.headers {
            sent = sent.header(name, value);
        }
        let answer = Answer::new(
            sent.body(encoded.body).send().boxed(),
            Reader::new(dialect::decoder(self.endpoint.dialect, request)),
            self.endpoint.timeouts,
            self.key.clone(),
            cancel,
        );
        stream::unfold(answer, |mut answer| async move {
            let item = answer.next().await?;
            Some((item, answer))
        })
        .boxed()
    }
}
