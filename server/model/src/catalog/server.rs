//! What is known about one server.

use std::time::Duration;

use serde::Deserialize;

use crate::fim::FimKind;
use crate::{Auth, Dialect, Endpoint, Quirks};

/// A server as the table describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerEntry {
    /// What it speaks.
    pub dialect: Dialect,
    /// Where it is, as [`Endpoint::base_url`].
    pub url: String,
    /// The version of the dialect.
    #[serde(default)]
    pub version: Option<String>,
    /// How the key is shown: `bearer`, or the name of a header.
    #[serde(default)]
    pub auth: Option<String>,
    /// The variable of the environment in which its key is usually found.
    #[serde(default)]
    pub key_env: Option<String>,
    /// Whether it runs on the user's own machine and asks for no key.
    #[serde(default)]
    pub local: bool,
    /// Seconds to the first byte of an answer.
    #[serde(default)]
    pub first_byte: Option<u64>,
    /// Requests that it takes at a time.
    #[serde(default)]
    pub concurrent: Option<usize>,
    /// How it completes code between two texts.
    #[serde(default)]
    pub fim: Option<FimKind>,
    /// How it counts tokens.
    #[serde(default)]
    pub count: Option<CountKind>,
    /// In what it differs from the dialect's vendor.
    #[serde(default)]
    pub quirks: Quirks,
    /// The row that it was made from.
    #[serde(default)]
    pub like: Option<String>,
    /// Where the row comes from.
    #[serde(default)]
    pub source: Option<String>,
}

/// How a server counts the tokens of a request without answering it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountKind {
    /// `POST /v1/messages/count_tokens`.
    Messages,
}

impl ServerEntry {
    /// `model` on this server.
    #[must_use]
    pub fn endpoint(&self, model: &str) -> Endpoint {
        let mut endpoint = Endpoint::new(self.dialect, &self.url, model);
        self.configure(&mut endpoint);
        endpoint
    }

    /// Gives `endpoint`, which may be elsewhere, all that is peculiar to this kind of server.
    pub fn configure(&self, endpoint: &mut Endpoint) {
        if self.version.is_some() {
            endpoint.version.clone_from(&self.version);
        }
        endpoint.auth = match self.auth.as_deref() {
            None | Some("bearer") => Auth::Bearer,
            Some(header) => Auth::Header(header.to_owned()),
        };
        if let Some(seconds) = self.first_byte {
            endpoint.timeouts.first_byte = Duration::from_secs(seconds);
        }
        endpoint.quirks = self.quirks.clone();
        endpoint.concurrent = self.concurrent.or(endpoint.concurrent);
        endpoint.fim = self.fim.or(endpoint.fim);
        endpoint.count = self.count.or(endpoint.count);
    }
}
