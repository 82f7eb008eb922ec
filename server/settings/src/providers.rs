//! Servers that can be named without being configured.

use model::Dialect;

/// A server that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// Its name, the first half of a model's name.
    pub name: &'static str,
    /// What it speaks.
    pub dialect: Dialect,
    /// Where it is unless the settings say otherwise.
    pub url: &'static str,
    /// The variable of the environment that usually holds its key; none for servers on this
    /// machine, which ask for none.
    pub key: Option<&'static str>,
    /// The model that is used if the user has named none; servers on this machine are asked
    /// what they have.
    pub model: Option<&'static str>,
}

/// All of them; the first of those that could be used is used.
///
/// The ports are those on which the programs listen by default, by their own documentation.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "anthropic",
        dialect: Dialect::Anthropic,
        url: "https://api.anthropic.com",
        key: Some("ANTHROPIC_API_KEY"),
        model: Some("claude-opus-5"),
    },
    Provider {
        name: "openai-responses",
        dialect: Dialect::Responses,
        url: "https://api.openai.com/v1",
        key: Some("OPENAI_API_KEY"),
        model: Some("gpt-5.6"),
    },
    Provider {
        name: "openai-chat",
        dialect: Dialect::Chat,
        url: "https://api.openai.com/v1",
        key: Some("OPENAI_API_KEY"),
        model: None,
    },
    local("ollama", "http://127.0.0.1:11434/v1"),
    local("llamacpp", "http://127.0.0.1:8080/v1"),
    local("lmstudio", "http://127.0.0.1:1234/v1"),
    local("vllm", "http://127.0.0.1:8000/v1"),
];

const fn local(name: &'static str, url: &'static str) -> Provider {
    Provider { name, dialect: Dialect::Chat, url, key: None, model: None }
}

impl Provider {
    /// The provider of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<&'static Provider> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }

    /// Whether it is a program on the user's own machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.key.is_none()
    }
}

/// Whether `url` leads to this machine.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    // `127.x@elsewhere` has a dot in its last part and is no number, so it does not parse.
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_this_machine() {
        for here in ["http://127.0.0.1:8080/v1", "http://localhost", "http://[::1]:3/x"] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "http://127.0.0.1.evil.test",
            "http://127.0.0.1@evil.test/",
            "http://localhost@evil.test",
            "http://localhost.evil.test:8080",
            "http://evil.test/127.0.0.1",
            "127.0.0.1",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }
}
