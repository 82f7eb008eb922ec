//! What is known about servers and models, as data: one table that comes with the program and
//! that users extend in their own configuration.
//!
//! A model's card is made of every row whose pattern fits its name, the vaguest first, so that a
//! family's row holds what its members share. The user's rows come last.

mod card;
mod server;

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use card::{CacheKind, CacheRule, Card, LongPrice, Price, ToolSkill};
pub use server::{CountKind, ServerEntry};

/// The table as it comes with the program.
const TABLE: &str = include_str!("catalog/catalog.json");

/// A server that is used, after a yes, where nobody has configured one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Its name in the table.
    pub server: String,
    /// The model that is used if the user names none; servers on this machine are asked what they
    /// have.
    #[serde(default)]
    pub model: Option<String>,
}

/// Servers by name and models by pattern.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalog {
    endpoints: Map<String, Value>,
    found: Vec<Found>,
    models: Vec<(String, Value)>,
}

impl Catalog {
    /// The table that comes with the program.
    #[must_use]
    pub fn built_in() -> &'static Catalog {
        static BUILT_IN: OnceLock<Catalog> = OnceLock::new();
        BUILT_IN.get_or_init(|| {
            let table: Value = serde_json::from_str(TABLE).unwrap_or_default();
            let rows = |key: &str| table[key].as_object().cloned().unwrap_or_default();
            let mut models: Vec<_> = rows("models").into_iter().collect();
            models.sort_by_key(|(pattern, _)| pattern.len());
            let found = serde_json::from_value(table["found"].clone()).unwrap_or_default();
            Catalog { endpoints: rows("endpoints"), found, models }
        })
    }

    /// This table with the user's `models` after its own: an object of rows by pattern, in which
    /// `*` stands for any text.
    ///
    /// # Errors
    /// One line for each row that cannot be used; it is left out.
    #[must_use]
    pub fn with_models(&self, models: &Value) -> (Catalog, Vec<String>) {
        let mut catalog = self.clone();
        let mut problems = Vec::new();
        let Some(rows) = models.as_object() else {
            return (catalog, vec!["`models` must be a table".to_owned()]);
        };
        let mut rows: Vec<_> = rows.iter().collect();
        rows.sort_by_key(|(pattern, _)| pattern.len());
        for (pattern, row) in rows {
            match serde_json::from_value::<Card>(row.clone()) {
                Ok(_) => catalog.models.push((pattern.to_lowercase(), row.clone())),
                Err(error) => problems.push(format!("`models.\"{pattern}\"`: {error}")),
            }
        }
        (catalog, problems)
    }

    /// What is known about the model of this name.
    #[must_use]
    pub fn card(&self, model: &str) -> Card {
        let name = model.to_lowercase();
        // A server that sells other vendors' models puts the vendor before the name.
        let short = name.rsplit('/').next().unwrap_or(&name);
        let mut row = Value::Object(Map::new());
        for (pattern, members) in &self.models {
            if fits(pattern, &name) || fits(pattern, short) {
                merge(&mut row, members);
            }
        }
        serde_json::from_value(row).unwrap_or_default()
    }

    /// The server of this name.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<ServerEntry> {
        let mut rows = Vec::new();
        let mut next = Some(name);
        while let Some(name) = next {
            let row = self.endpoints.get(name)?;
            next = row.get("like").and_then(Value::as_str).filter(|_| rows.len() < 8);
            rows.push(row);
        }
        let mut whole = Value::Object(Map::new());
        rows.iter().rev().for_each(|row| merge(&mut whole, row));
        serde_json::from_value(whole).ok()
    }

    /// The servers that are looked for; the first of those that could be used is used.
    #[must_use]
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// The names of the servers.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.endpoints.keys().map(String::as_str)
    }
}

/// Puts `members` over `row`: objects member by member, everything else whole.
fn merge(row: &mut Value, members: &Value) {
    match (row, members) {
        (Value::Object(row), Value::Object(members)) => {
            for (key, value) in members {
                merge(row.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (row, value) => *row = value.clone(),
    }
}

/// Whether `pattern`, in which `*` stands for any text, is all of `name`.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::{CallIds, Dialect, MaxTokensMember, Usage};

    #[test]
    fn every_row_can_be_read_and_names_its_source() {
        let table: Value = serde_json::from_str(TABLE).unwrap();
        for (name, row) in table["endpoints"].as_object().unwrap() {
            let server = Catalog::built_in().server(name);
            assert!(server.is_some(), "{name}");
            assert!(row["source"].is_string(), "{name}");
        }
        for (pattern, row) in table["models"].as_object().unwrap() {
            let card: Result<Card, _> = serde_json::from_value(row.clone());
            assert!(card.is_ok(), "{pattern}: {card:?}");
            assert_eq!(*pattern, pattern.to_lowercase());
            assert!(pattern == "*" || row["source"].is_string(), "{pattern}");
            let card = card.unwrap();
            if let Some(template) = card.fim {
                assert!(crate::fim::knows(&template), "{pattern}: {template}");
            }
            if let Some(version) = card.next_edit {
                assert!(crate::next_edit::knows(&version), "{pattern}: {version}");
            }
        }
    }

    #[test]
    fn rows_of_a_family_hold_what_its_members_share() {
        let card = |name| Catalog::built_in().card(name);
        let opus = card("claude-opus-5-5");
        assert_eq!(
            (opus.window, opus.cache.minimum, opus.cache.lookback),
            (Some(1_000_000), 512, 20)
        );
        let price = opus.price.unwrap();
        assert_eq!((price.input, price.cache_read), (4.0, Some(0.2)));
        assert_eq!(card("anthropic/Claude-Opus-5").price.unwrap().input, 5.0);
        assert_eq!(card("claude-opus-4-7").cache.minimum, 2048);
        assert_eq!(card("gpt-5.5").cache.kind, CacheKind::Keyed);
        let unknown = card("something-else");
        assert_eq!((unknown.window, unknown.bytes_per_token), (None, 3.3));
        assert_eq!(card("qwen2.5-coder:7b").fim.as_deref(), Some("qwen"));
    }

    #[test]
    fn the_users_rows_count_for_more() {
        let rows = json!({
            "my-*": {"window": 8000, "tools": "weak"},
            "my-coder": {"window": 9000},
            "claude-opus-5*": {"price": {"input": 1.0}},
            "bad": {"windw": 1},
        });
        let (catalog, problems) = Catalog::built_in().with_models(&rows);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("`models.\"bad\"`: unknown field `windw`"), "{problems:?}");
        let card = catalog.card("My-Coder");
        assert_eq!((card.window, card.tools), (Some(9000), ToolSkill::Weak));
        let price = catalog.card("claude-opus-5").price.unwrap();
        assert_eq!((price.input, price.output), (1.0, 25.0));
        assert_eq!(Catalog::built_in().with_models(&json!(3)).1.len(), 1);
    }

    #[test]
    fn servers_are_like_others() {
        let server = |name| Catalog::built_in().server(name);
        let old = server("anthropic-2023-06-01").unwrap().endpoint("m");
        assert_eq!(old.version.as_deref(), Some("2023-06-01"));
        assert_eq!(
            (old.dialect, old.base_url.as_str()),
            (Dialect::Anthropic, "https://api.anthropic.com")
        );
        assert_eq!(old.auth, crate::Auth::Header("x-api-key".to_owned()));
        assert_eq!(old.quirks.call_ids, None);
        let mistral = server("codestral").unwrap().endpoint("codestral-latest");
        assert_eq!(mistral.quirks.call_ids, Some(CallIds::Nine));
        assert!(!mistral.quirks.ask_usage);
        let openai = server("openai-chat").unwrap().endpoint("gpt-5.5");
        assert_eq!(openai.quirks.max_tokens, MaxTokensMember::MaxCompletionTokens);
        assert_eq!(
            server("llamacpp").unwrap().endpoint("m").timeouts.first_byte,
            Duration::from_secs(600)
        );
        assert_eq!(server("openai").unwrap().endpoint("m").dialect, Dialect::Responses);
        assert_eq!(server("nobody"), None);
    }

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*", "x", true),
            ("gpt-*", "gpt-5", true),
            ("gpt-*", "my-gpt-5", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_a_request_costs() {
        let usage =
            Usage { input: 1_000_000, cache_read: 1_000_000, cache_write: 0, output: 100_000 };
        let price = Catalog::built_in().card("claude-opus-5").price.unwrap();
        assert_eq!(price.of(&usage), 5.0 + 0.5 + 2.5);
        let long = Catalog::built_in().card("gpt-5.5").price.unwrap();
        let short = Usage { input: 100_000, output: 10_000, ..Usage::default() };
        assert_eq!(long.of(&short), 0.5 + 0.3);
        // Beyond the bound all of it is dearer; what has no price of its own costs as input.
        assert_eq!(long.of(&usage), 2.0 * 10.0 + 1.5 * 3.0);
    }
}
