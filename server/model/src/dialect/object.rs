//! JSON objects from servers that do not all follow the same schema: members are read one by
//! one, what is missing or of another kind is absent, what is unknown is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::RawJson;

/// An object whose members keep their letters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Object(pub(crate) BTreeMap<String, RawJson>);

impl Object {
    /// The object written in `text`; `None` if it is not one.
    pub(crate) fn parse(text: &str) -> Option<Object> {
        serde_json::from_str(text).ok()
    }

    /// A member that is there and not null.
    pub(crate) fn get(&self, key: &str) -> Option<&RawJson> {
        self.0.get(key).filter(|raw| raw.as_str() != "null")
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.parse().ok()
    }

    /// A whole number; some servers write numbers as texts.
    pub(crate) fn number(&self, key: &str) -> Option<u64> {
        match self.get(key)?.parse().ok()? {
            Value::String(text) => text.parse().ok(),
            value => value.as_u64(),
        }
    }

    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|raw| raw.as_str() == "true")
    }

    pub(crate) fn object(&self, key: &str) -> Option<Object> {
        Object::parse(self.get(key)?.as_str())
    }

    pub(crate) fn list(&self, key: &str) -> Vec<RawJson> {
        self.get(key).and_then(|raw| raw.parse().ok()).unwrap_or_default()
    }

    pub(crate) fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), RawJson::of(&value.into()));
    }

    /// Appends to a member that is a text; a member that is not becomes one.
    pub(crate) fn append(&mut self, key: &str, piece: &str) {
        let mut text = self.text(key).unwrap_or_default();
        text.push_str(piece);
        self.set(key, text);
    }

    /// What is left without `keys` and without nulls; `None` if that is nothing.
    pub(crate) fn without(&self, keys: &[&str]) -> Option<Object> {
        let rest: BTreeMap<_, _> = self
            .0
            .iter()
            .filter(|(key, raw)| !keys.contains(&key.as_str()) && raw.as_str() != "null")
            .map(|(key, raw)| (key.clone(), raw.clone()))
            .collect();
        (!rest.is_empty()).then_some(Object(rest))
    }

    /// The object as JSON, keys sorted.
    pub(crate) fn to_raw(&self) -> RawJson {
        // Every member is JSON already, so writing and reading it cannot fail.
        serde_json::to_string(self)
            .and_then(RawJson::new)
            .unwrap_or_else(|_| RawJson::of(&Value::Object(serde_json::Map::new())))
    }
}
