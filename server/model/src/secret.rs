//! Keys, and which server may see them.

use reqwest::Url;

use crate::ModelError;
use crate::quirks;

/// A key. It can be neither printed nor serialised, and it goes to one origin (scheme, host and
/// port) alone: a base URL that somebody else sets cannot carry it away.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    origin: String,
}

impl Secret {
    /// The key `text` for the server of `url`, of which only the origin matters. Space around
    /// the key is dropped; it comes from files and commands that end in a line end.
    ///
    /// # Errors
    /// [`ModelError::Auth`] if `url` is not a URL with a host or the key is empty or holds
    /// characters that no header may carry.
    pub fn new(text: &str, url: &str) -> Result<Secret, ModelError> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ModelError::Auth("the key is empty or not plain ASCII".to_owned()));
        }
        Ok(Secret { text: text.to_owned(), origin: origin(url)? })
    }

    /// The key, if `url` belongs to the origin that it is meant for.
    ///
    /// # Errors
    /// [`ModelError::Auth`] if it belongs to another.
    pub(crate) fn reveal_for(&self, url: &str) -> Result<&str, ModelError> {
        let asked = origin(url)?;
        if asked != self.origin {
            return Err(ModelError::Auth(format!(
                "the key for {} is not sent to {asked}",
                self.origin
            )));
        }
        Ok(&self.text)
    }

    /// A number by which equal keys are known as equal.
    pub(crate) fn fingerprint(&self) -> u64 {
        quirks::fnv(self.text.as_bytes())
    }

    /// `message` without the key, in case a server quotes it.
    pub(crate) fn redact(&self, message: &str) -> String {
        message.replace(&self.text, "[key]")
    }
}

/// The origin (scheme, host and port) of `url`: what a key is bound to.
///
/// # Errors
/// [`ModelError::Auth`] if `url` is not a URL with a host.
pub fn origin(url: &str) -> Result<String, ModelError> {
    let parsed = Url::parse(url)
        .map_err(|error| ModelError::Auth(format!("`{url}` is not a URL: {error}")))?;
    if !parsed.has_host() {
        return Err(ModelError::Auth(format!("`{url}` names no host")));
    }
    Ok(parsed.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_to_its_origin_only() {
        let key = Secret::new(" k1\n", "https://api.example.com/v1").unwrap();
        assert_eq!(key.reveal_for("https://api.example.com:443/other"), Ok("k1"));
        for elsewhere in [
            "http://api.example.com/v1",
            "https://api.example.com:8443/v1",
            "https://api.example.com.evil.test/v1",
            "https://api.example.com@evil.test/v1",
            "https://example.com/v1",
        ] {
            let error = key.reveal_for(elsewhere).unwrap_err();
            assert!(matches!(&error, ModelError::Auth(text) if !text.contains("k1")), "{error}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_a_key() {
        for (text, url) in [("", "https://a.test"), ("a b", "https://a.test"), ("k", "a.test")] {
            assert!(Secret::new(text, url).is_err());
        }
    }

    #[test]
    fn is_taken_out_of_messages() {
        let key = Secret::new("sk-1", "https://a.test").unwrap();
        assert_eq!(key.redact("bad key sk-1."), "bad key [key].");
    }
}
