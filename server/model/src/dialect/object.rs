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

/// The text that `raw` holds, if all that is wrong with it is halves of surrogate pairs: servers
/// that cut an answer within a character send them. They are replaced, as invalid bytes are.
fn without_halves(raw: &str) -> Option<String> {
    const HALF: &str = "\\ud";
    if !raw.starts_with('"') || !raw.to_ascii_lowercase().contains(HALF) {
        return None;
    }
    let unit = |at: usize| {
        let digits = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let (mut mended, mut at) = (String::new(), 0);
    while let Some(next) = raw[at..].chars().next() {
        let length = match (unit(at), unit(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                mended.push_str("\\ufffd");
                at += 6;
                continue;
            }
            // An escape is taken whole, so that what follows a backslash is not taken for one.
            _ if next == '\\' => 2,
            _ => next.len_utf8(),
        };
        mended.push_str(raw.get(at..at + length)?);
        at += length;
    }
    serde_json::from_str(&mended).ok()
}

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
        let raw = self.get(key)?;
        raw.parse().ok().or_else(|| without_halves(raw.as_str()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_replaced() {
        for (raw, expected) in [
            (r#""a\ud83d""#, Some("a\u{fffd}")),
            (r#""\ude00b""#, Some("\u{fffd}b")),
            (r#""\ud83d\ud83d\ude00\n""#, Some("\u{fffd}😀\n")),
            (r#""\\ud83d\uD83D""#, Some("\\ud83d\u{fffd}")),
            (r#""é\ud83dé""#, Some("é\u{fffd}é")),
            (r#""\u00e9""#, Some("é")),
            ("7", None),
        ] {
            let object = Object::parse(&format!("{{\"a\":{raw}}}")).unwrap();
            assert_eq!(object.text("a").as_deref(), expected, "{raw}");
        }
    }
}
