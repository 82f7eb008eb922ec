//! Where a model is and how it wants to be spoken to: everything that differs between two
//! servers of one dialect, as data.

use std::time::Duration;

use serde_json::{Map, Value};

/// The language a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's Chat Completions, which most other servers copy.
    Chat,
    /// OpenAI's Responses.
    Responses,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Dialect; 3] = [Dialect::Anthropic, Dialect::Chat, Dialect::Responses];

    /// Its name, as it stands in settings, in a model's name and in [`crate::Block::Opaque`].
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

/// How Chat Completions calls the upper bound of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxTokensMember {
    /// `max_tokens`, which every compatible server knows.
    MaxTokens,
    /// `max_completion_tokens`, which OpenAI's own reasoning models demand.
    MaxCompletionTokens,
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

/// A server and a model on it.
#[derive(Debug, Clone, PartialEq)]
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
    /// Upper bound of an answer in tokens; a request that asks for more is cut down to it.
    pub max_tokens: u32,
    /// How the bound is called; for Chat Completions only.
    pub max_tokens_member: MaxTokensMember,
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
}

/// The version of Anthropic's Messages that is asked for where settings name no other. It
/// refuses sampling parameters; `2023-06-01` is still what many compatible servers know.
pub const ANTHROPIC_VERSION: &str = "2026-10-21";

impl Endpoint {
    /// `model` on the server at `base_url`, everything else as the dialect's own vendor has it;
    /// only the bound of Chat Completions is called as all but that vendor call it.
    #[must_use]
    pub fn new(dialect: Dialect, base_url: impl Into<String>, model: impl Into<String>) -> Self {
        let version = match dialect {
            Dialect::Anthropic => Some(ANTHROPIC_VERSION.to_owned()),
            Dialect::Chat | Dialect::Responses => None,
        };
        let base_url = base_url.into();
        let max_tokens_member = if base_url.starts_with("https://api.openai.com/") {
            MaxTokensMember::MaxCompletionTokens
        } else {
            MaxTokensMember::MaxTokens
        };
        Endpoint {
            base_url,
            dialect,
            version,
            auth: Auth::Bearer,
            model: model.into(),
            max_tokens: 32_000,
            max_tokens_member,
            cache_ttl: CacheTtl::default(),
            headers: Vec::new(),
            body: Map::new(),
            timeouts: Timeouts::default(),
            proxy: None,
        }
    }
}
