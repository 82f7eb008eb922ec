//! JSON that keeps its letters.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Valid JSON as it was written, order of keys and spaces included. What a model sent must be
/// sent back letter by letter, or the provider's prompt cache no longer knows it.
#[derive(Clone)]
pub struct RawJson(Arc<RawValue>);

impl RawJson {
    /// Takes over `text` if it is one JSON value.
    ///
    /// # Errors
    /// Where it stops being JSON.
    pub fn new(text: String) -> Result<RawJson, serde_json::Error> {
        RawValue::from_string(text).map(|raw| RawJson(raw.into()))
    }

    /// The value in serde_json's own writing (keys sorted).
    #[must_use]
    pub fn of(value: &Value) -> RawJson {
        match RawJson::new(value.to_string()) {
            Ok(raw) => raw,
            // A `Value` always prints as JSON; `{}` is what a call without arguments looks like.
            Err(_) => RawJson(RawValue::from_string("{}".to_owned()).unwrap_or_default().into()),
        }
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Reads it as a `T`.
    ///
    /// # Errors
    /// What does not fit.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }

    /// Reads it as any value.
    #[must_use]
    pub fn value(&self) -> Value {
        self.parse().unwrap_or(Value::Null)
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RawJson {}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| RawJson(raw.into()))
    }
}
