//! Where a model is and how it wants to be spoken to: everything that differs between two
//! servers of one dialect, as data.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Quirks;
use crate::catalog::{Card, Catalog, CountKind};
use crate::fim::FimKind;
use crate::quirks::MaxTokensMember;

/// The language a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Dialect {
    /// Anthropic's Messages.
    #[serde(rename = "anthropic")]
    Anthropic,
    /// OpenAI's Chat Completions, which most other servers copy.
    #[serde(rename = "openai-chat")]
    Chat,
    /// OpenAI's Responses.
    #[serde(rename = "openai-responses")]
    Responses,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Dialect; 3] = [Dialect::Anthropic, Dialect::Chat, Dialect::Responses];

    /// Its name, as it stands in settings and in a model's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Anthropic => "anthropic",
            Dialect::Chat => "openai-chat",
            Dialect::Responses => "openai-responses",
        }
    }

    /// The dialect of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}

/// How a key is shown to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// The key alone, in the header of this name.
    Header(String),
}

/// How long a provider is asked to keep a marked prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CacheTtl {
    /// Five minutes since the last use.
    #[default]
    FiveMinutes,
    /// An hour, at a higher price for writing.
    OneHour,
}

/// How long to wait for a sign of life. There is no limit for a whole answer: a model may think
/// for long, as long as something comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the connection.
    pub connect: Duration,
    /// From the request to the first byte of the answer's body.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(120),
            idle: Duration::from_secs(60),
        }
    }
}

/// A server and a model on it. What it prints of itself holds neither the values of headers nor a
/// proxy's password.
#[derive(Clone, PartialEq)]
pub struct Endpoint {
    /// Where the server is, as its vendor's own SDK takes it: with the version in its path
    /// (`https://api.openai.com/v1`) or without (`https://api.anthropic.com`).
    pub base_url: String,
    /// What it speaks.
    pub dialect: Dialect,
    /// The version of the dialect, where the dialect has one (`anthropic-version`).
    pub version: Option<String>,
    /// How the key is shown.
    pub auth: Auth,
    /// The model's name on this server.
    pub model: String,
    /// What is known of the model.
    pub card: Card,
    /// Upper bound of an answer in tokens; a request that asks for more is cut down to it.
    pub max_tokens: u32,
    /// In what the server differs from the dialect's own vendor.
    pub quirks: Quirks,
    /// How long marked prefixes are kept.
    pub cache_ttl: CacheTtl,
    /// Further headers, such as `anthropic-beta`.
    pub headers: Vec<(String, String)>,
    /// Further members of the body, such as `thinking` or `reasoning`. Members that the dialect
    /// writes itself cannot be replaced.
    pub body: Map<String, Value>,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// The proxy, as a URL. The environment's proxies count only if they are put here.
    pub proxy: Option<String>,
    /// Requests that are under way at a time, at most; all may be if there is no bound.
    pub concurrent: Option<usize>,
    /// How the server completes code between two texts, if it does.
    pub fim: Option<FimKind>,
    /// How the server counts tokens, if it does.
    pub count: Option<CountKind>,
    /// Certificates that are trusted besides those of this machine, in PEM.
    pub roots: Option<String>,
    /// A file that holds them; whoever makes the model reads it.
    pub roots_file: Option<String>,
}

/// The version of Anthropic's Messages that is asked for where settings name no other. It
/// refuses sampling parameters; `2023-06-01` is still what many compatible servers know.
pub const ANTHROPIC_VERSION: &str = "2026-10-21";

/// Nothing that is written in one piece is longer.
const MAX_TOKENS: u32 = 32_000;

impl Endpoint {
    /// `model` on the server at `base_url`, everything else as the dialect's own vendor has it;
    /// only the bound of Chat Completions is called as all but that vendor call it.
    #[must_use]
    pub fn new(dialect: Dialect, base_url: impl Into<String>, model: impl Into<String>) -> Self {
        let version = match dialect {
            Dialect::Anthropic => Some(ANTHROPIC_VERSION.to_owned()),
            Dialect::Chat | Dialect::Responses => None,
        };
        let (base_url, model) = (base_url.into(), model.into());
        let card = Catalog::built_in().card(&model);
        let mut quirks = Quirks::default();
        if base_url.starts_with("https://api.openai.com/") {
            quirks.max_tokens = MaxTokensMember::MaxCompletionTokens;
        }
        Endpoint {
            base_url,
            dialect,
            version,
            auth: Auth::Bearer,
            model,
            max_tokens: card.max_output.unwrap_or(MAX_TOKENS).min(MAX_TOKENS),
            card,
            quirks,
            cache_ttl: CacheTtl::default(),
            headers: Vec::new(),
            body: Map::new(),
            timeouts: Timeouts::default(),
            proxy: None,
            concurrent: None,
            fim: None,
            count: None,
            roots: None,
            roots_file: None,
        }
    }

    /// The server without the version in its path: where what is not of the dialect is found.
    pub(crate) fn root(&self) -> &str {
        let base = self.base_url.trim_end_matches('/');
        base.strip_suffix("/v1").unwrap_or(base)
    }

    /// The server's address as it may be shown.
    pub(crate) fn shown_url(&self) -> String {
        without_password(&self.base_url)
    }

    /// Headers that name the version of the dialect.
    pub(crate) fn version_headers(&self) -> Vec<(&'static str, String)> {
        let version = self.version.as_ref().filter(|_| self.dialect == Dialect::Anthropic);
        version.map(|version| ("anthropic-version", version.clone())).into_iter().collect()
    }

    /// Who wrote an answer, as [`crate::Block::Opaque`] and [`crate::Extra`] record it: the
    /// dialect, the server and the model. Signed thinking is bound to all three.
    #[must_use]
    pub fn origin(&self) -> String {
        let server = self.base_url.trim_end_matches('/');
        format!("{} {server} {}", self.dialect.name(), self.model)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Endpoint")
            .field("base_url", &without_password(&self.base_url))
            .field("dialect", &self.dialect)
            .field("version", &self.version)
            .field("auth", &self.auth)
            .field("model", &self.model)
            .field("card", &self.card)
            .field("max_tokens", &self.max_tokens)
            .field("quirks", &self.quirks)
            .field("cache_ttl", &self.cache_ttl)
            .field("headers", &headers)
            .field("body", &self.body)
            .field("timeouts", &self.timeouts)
            .field("proxy", &self.proxy.as_deref().map(without_password))
            .field("concurrent", &self.concurrent)
            .field("fim", &self.fim)
            .field("count", &self.count)
            .field("roots", &self.roots.is_some())
            .field("roots_file", &self.roots_file)
            .finish()
    }
}

/// `url` without what may be a password in it: what stands before the `@`, and the query.
pub(crate) fn without_password(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(start, _)| start);
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let colon = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{colon}{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_holds_no_secret() {
        let mut endpoint = Endpoint::new(Dialect::Chat, "https://u:sk-1@a.test/v1?key=sk-1", "m");
        endpoint.headers = vec![("x-team".to_owned(), "sk-1".to_owned())];
        endpoint.proxy = Some("http://u:sk-1@proxy.test:3128".to_owned());
        endpoint.roots = Some("sk-1".to_owned());
        let printed = format!("{endpoint:?}");
        assert!(!printed.contains("sk-1"), "{printed}");
        for part in ["https://a.test/v1", "x-team", "http://proxy.test:3128"] {
            assert!(printed.contains(part), "{printed}");
        }
        for (url, shown) in [("", ""), ("a.test", "a.test"), ("u:p@h/x@y", "h/x@y")] {
            assert_eq!(without_password(url), shown);
        }
    }
}
