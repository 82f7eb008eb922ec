//! Keys that the user has put into our hands: each bound to the server that it is for.

use std::collections::BTreeMap;
use std::path::Path;

use model::secret::{Secret, origin};
use serde::{Deserialize, Serialize};
use stdx::store::DataDir;

use crate::own_file::{OwnFile, StoreError};

/// The keys in the data folder, in a file that its owner alone can read.
#[derive(Debug, Clone)]
pub struct KeyStore(OwnFile);

/// Keys by the origin (scheme, host and port) that each is for.
#[derive(Default, Serialize, Deserialize)]
struct Keys {
    keys: BTreeMap<String, String>,
}

impl KeyStore {
    /// Those of this data folder. Nothing is read yet.
    #[must_use]
    pub fn new(data: &DataDir) -> KeyStore {
        KeyStore(OwnFile::new(data, "keys.json"))
    }

    /// Where they are kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Keeps `key` for the server of `url`, in place of one that was there, and returns the
    /// origin that it is bound to.
    ///
    /// # Errors
    /// If `url` names no server, `key` cannot be a key, or it cannot be written.
    pub fn put(&self, url: &str, key: &str) -> Result<String, StoreError> {
        let refused = |error: model::ModelError| StoreError::Refused(error.to_string());
        let origin = origin(url).map_err(refused)?;
        if origin.starts_with("http://") && !crate::is_loopback(url) {
            let text = format!("{origin} is not encrypted: a key would travel in the open");
            return Err(StoreError::Refused(text));
        }
        Secret::new(key, url).map_err(refused)?;
        self.0.update(|keys: &mut Keys| keys.keys.insert(origin.clone(), key.trim().to_owned()))?;
        Ok(origin)
    }

    /// Forgets the key for the server of `url`; `false` if there is none.
    ///
    /// # Errors
    /// If `url` names no server or the file cannot be written.
    pub fn remove(&self, url: &str) -> Result<bool, StoreError> {
        let origin = origin(url).map_err(|error| StoreError::Refused(error.to_string()))?;
        self.0.update(|keys: &mut Keys| keys.keys.remove(&origin).is_some())
    }

    /// The origins that there are keys for.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn origins(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.0.read::<Keys>()?.keys.into_keys().collect())
    }

    /// The key for the server of `url`, if there is one. It can be shown to no other.
    ///
    /// # Errors
    /// If the file cannot be read, or `url` names no server.
    pub fn secret(&self, url: &str) -> Result<Option<Secret>, StoreError> {
        let refused = |error: model::ModelError| StoreError::Refused(error.to_string());
        let origin = origin(url).map_err(refused)?;
        match self.0.read::<Keys>()?.keys.get(&origin) {
            Some(key) => Secret::new(key, &origin).map(Some).map_err(refused),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::test_dir::TestDir;

    #[test]
    fn a_key_is_bound_to_its_origin_and_its_file_to_its_owner() {
        let dir = TestDir::new("keys");
        let keys = KeyStore::new(&dir.data());
        assert_eq!(
            keys.put("https://api.example.com/v1", " k1\n").unwrap(),
            "https://api.example.com"
        );
        keys.put("http://127.0.0.1:8080", "k2").unwrap();
        assert_eq!(keys.origins().unwrap(), ["http://127.0.0.1:8080", "https://api.example.com"]);
        assert!(keys.secret("https://api.example.com:443/v2").unwrap().is_some());
        for elsewhere in ["http://api.example.com", "https://api.example.com.evil.test"] {
            assert!(keys.secret(elsewhere).unwrap().is_none(), "{elsewhere}");
        }
        let mode = std::fs::metadata(keys.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(keys.remove("https://api.example.com/").unwrap());
        assert!(!keys.remove("https://api.example.com/").unwrap());
        assert_eq!(keys.origins().unwrap(), ["http://127.0.0.1:8080"]);
    }

    #[test]
    fn what_cannot_be_a_key_or_would_travel_in_the_open_is_refused() {
        let dir = TestDir::new("keys-refused");
        let keys = KeyStore::new(&dir.data());
        for (url, key) in [("api.example.com", "k"), ("https://a.test", ""), ("http://a.test", "k")]
        {
            let error = keys.put(url, key).unwrap_err().to_string();
            assert_eq!(error.lines().count(), 1, "{error}");
        }
        assert_eq!(keys.origins().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_file_of_another_format_is_left_as_it_is() {
        let dir = TestDir::new("keys-format");
        let keys = KeyStore::new(&dir.data());
        let newer = r#"{"format": 2, "keys": {"https://a.test": "sk-secret"}, "more": 1}"#;
        for text in [newer, r#"{"format": 1, "keys": {"https://a.test": ["sk-secret"]}}"#, "{"] {
            dir.write("keys.json", text);
            for error in [keys.origins().unwrap_err(), keys.put("https://b.test", "k").unwrap_err()]
            {
                let error = error.to_string();
                assert!(error.contains("keys.json") && !error.contains("secret"), "{error}");
            }
            assert_eq!(dir.read("keys.json"), text);
        }
    }
}
