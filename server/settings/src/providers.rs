//! Servers that are used, after a yes, without being configured: rows of the catalogue.

use std::sync::LazyLock;

use model::Catalog;

/// A server that is looked for where nobody has configured one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name, the first half of a model's name.
    pub name: &'static str,
    /// The variable of the environment that usually holds its key; none for servers on this
    /// machine, which ask for none.
    pub key: Option<String>,
    /// The model that is used if the user has named none; servers on this machine are asked
    /// what they have.
    pub model: Option<&'static str>,
}

/// All of them; the first of those that could be used is used.
pub static PROVIDERS: LazyLock<Vec<Provider>> = LazyLock::new(|| {
    let catalog = Catalog::built_in();
    let provider = |found: &'static model::Found| {
        let server = catalog.server(&found.server)?;
        let model = found.model.as_deref();
        Some(Provider { name: &found.server, key: server.key_env, model })
    };
    catalog.found().iter().filter_map(provider).collect()
});

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
