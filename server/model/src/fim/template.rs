//! The prompts that models were trained to complete, as a table.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::FimRequest;

const TABLE: &str = include_str!("templates.json");

/// What a model was trained on. `{…}` stands for a part of the request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    prompt: String,
    /// Another file, `{path}` and `{text}`; without it other files are left out.
    #[serde(default)]
    file: Option<String>,
    /// What stands before the file's own text where other files do.
    #[serde(default)]
    own: Option<String>,
    /// Where the answer ends.
    pub(super) stops: Vec<String>,
    /// Where the row comes from.
    source: String,
}

fn table() -> &'static BTreeMap<String, Template> {
    static TEMPLATES: OnceLock<BTreeMap<String, Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| serde_json::from_str(TABLE).unwrap_or_default())
}

/// Whether there is a template of this name; `chat` means that there is none.
#[cfg(test)]
pub(crate) fn knows(name: &str) -> bool {
    name == super::IN_WORDS || table().contains_key(name)
}

impl Template {
    pub(super) fn of(name: &str) -> Option<&'static Template> {
        table().get(name)
    }

    /// The prompt for `request`.
    pub(super) fn prompt(&self, request: &FimRequest) -> String {
        let mut before = String::new();
        if let Some(file) = &self.file {
            for other in &request.others {
                before.push_str(&render(file, &[("path", &other.path), ("text", &other.text)]));
            }
        }
        let own = self.own.as_ref().filter(|_| !before.is_empty());
        before.extend(own.map(|own| render(own, &[("path", &request.path)])));
        // Where the suffix comes first, the other files belong to the prefix.
        let suffix_first = self.prompt.find("{suffix}") < self.prompt.find("{prefix}");
        let (outside, inside) = if suffix_first { ("", &*before) } else { (&*before, "") };
        let prefix = format!("{inside}{}", request.prefix);
        let prompt = render(&self.prompt, &[("prefix", &prefix), ("suffix", &request.suffix)]);
        format!("{outside}{prompt}")
    }

    /// Letters that mean something to the model and nothing to the user: where one of them comes
    /// up in an answer, the answer is over.
    pub(super) fn marks(&self) -> impl Iterator<Item = &str> {
        let parts = self.prompt.split(['{', '}']).map(str::trim);
        let parts = parts.filter(|part| !["prefix", "suffix", ""].contains(part));
        parts.chain(self.stops.iter().map(String::as_str))
    }
}

/// `template` with each `{name}` exchanged for its value, once: a value that looks like a name
/// stays as it is.
pub(crate) fn render(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let value = values.iter().find_map(|(name, value)| {
            let tail = after[1..].strip_prefix(name)?.strip_prefix('}')?;
            Some((*value, tail))
        });
        match value {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = &after[1..];
            }
        }
    }
    out + rest
}
