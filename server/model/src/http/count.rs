//! The exact number of tokens, from servers that count without answering.

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::HttpModel;
use crate::{CountKind, Dialect, ModelError, Request, dialect};

impl HttpModel {
    /// How many tokens `request` has, as the server counts; `None` if it does not count. For
    /// decisions near the end of the window, where [`crate::Model::tokens`] is not exact enough.
    ///
    /// # Errors
    /// What kept the server from counting.
    pub async fn count(
        &self,
        request: &Request,
        cancel: &CancellationToken,
    ) -> Result<Option<u64>, ModelError> {
        let Some(CountKind::Messages) = self.endpoint.count else { return Ok(None) };
        // A server that copies the vendor's way to count copies its dialect for it.
        let mut endpoint = self.endpoint.clone();
        if endpoint.dialect != Dialect::Anthropic {
            endpoint.dialect = Dialect::Anthropic;
            endpoint.base_url = self.endpoint.root().to_owned();
            endpoint.body.clear();
        }
        let encoded = dialect::encode(request, &endpoint)?;
        let not_json = |error: serde_json::Error| ModelError::Protocol(error.to_string());
        let mut body: Value = serde_json::from_slice(&encoded.body).map_err(not_json)?;
        if let Some(members) = body.as_object_mut() {
            // How an answer is to come says nothing about the question.
            members.remove("max_tokens");
            members.remove("stream");
        }
        let url = format!("{}/count_tokens", encoded.url);
        let counted = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(ModelError::Cancelled),
            counted = self.post(&url, &body) => counted?,
        };
        let tokens = counted["input_tokens"].as_u64().ok_or_else(|| {
            ModelError::Protocol("the server counts, but says no number".to_owned())
        })?;
        self.estimator.learn(request.bytes(), tokens);
        Ok(Some(tokens))
    }
}
