//! From sources to values.

use std::collections::BTreeMap;

use crate::key::{KEYS, Key, Kind};
use crate::layer::{Layer, Origin};
use crate::node::{Located, Node};
use crate::problem::{Problem, nearest};

/// A value that is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub(crate) node: Node,
    /// Where it comes from.
    pub origin: Origin,
}

impl Value {
    /// The text of a value that is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.node.text()
    }

    /// The number of a value that is one.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        match self.node {
            Node::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// The texts of a value that is a list of them.
    #[must_use]
    pub fn texts(&self) -> Option<Vec<&str>> {
        let Node::List(items) = &self.node else { return None };
        items.iter().map(|item| item.node.text()).collect()
    }

    /// As it would be written in JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        json(&self.node)
    }
}

/// All values in force.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    values: BTreeMap<String, Value>,
}

impl Settings {
    /// The value of this name.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.values.get(path)
    }

    /// All values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(path, value)| (path.as_str(), value))
    }

    /// Requests to the model after which a task is ended.
    #[must_use]
    pub fn turns(&self) -> Option<u32> {
        self.get("limits.turns")?.integer()?.try_into().ok()
    }
}

/// Brings `layers` together; later ones count for more. What is unknown, of the wrong kind, or
/// set by somebody who may not, does not count and becomes a problem.
#[must_use]
pub fn resolve(layers: &[Layer]) -> (Settings, Vec<Problem>) {
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    for layer in layers {
        let mut reader = Reader { layer, settings: &mut settings, problems: &mut problems };
        reader.table("", &layer.root);
    }
    (settings, problems)
}

struct Reader<'a> {
    layer: &'a Layer,
    settings: &'a mut Settings,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn table(&mut self, prefix: &str, value: &Located) {
        let members = match &value.node {
            Node::Table(members) => members,
            // An empty Lua table.
            Node::List(items) if items.is_empty() => return,
            _ => {
                let name = if prefix.is_empty() { "the settings" } else { prefix };
                return self.problem(value, format!("{name} must be a table"));
            }
        };
        for (name, value) in members {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match Key::find(&path) {
                Some(key) => self.value(path, key, value),
                None if is_prefix(&path) => self.table(&path, value),
                None => self.unknown(&path, value),
            }
        }
    }

    fn value(&mut self, path: String, key: &Key, value: &Located) {
        if !self.layer.origin.may_set(key.trust) {
            let message = format!("`{path}` cannot be set here, only in your own configuration");
            return self.problem(value, message);
        }
        if let Err(expected) = fits(key.kind, &value.node) {
            return self.problem(value, format!("`{path}` must be {expected}"));
        }
        if path == "models" {
            for message in model::Catalog::built_in().with_models(&json(&value.node)).1 {
                self.problem(value, message);
            }
        }
        let value = Value { node: value.node.clone(), origin: self.layer.origin.clone() };
        self.settings.values.insert(path, value);
    }

    fn unknown(&mut self, path: &str, value: &Located) {
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        let hint = nearest(name, siblings(parent).into_iter()).map(|name| match parent {
            "" => format!("; did you mean `{name}`?"),
            _ => format!("; did you mean `{parent}.{name}`?"),
        });
        self.problem(value, format!("no setting `{path}`{}", hint.unwrap_or_default()));
    }

    fn problem(&mut self, at: &Located, message: String) {
        let origin = self.layer.origin.clone();
        self.problems.push(Problem { origin, line: at.line, message });
    }
}

/// Whether a setting lies beneath `path`.
fn is_prefix(path: &str) -> bool {
    KEYS.iter().any(|key| {
        let mut pattern = key.path.split('.');
        path.split('.').all(|part| pattern.next().is_some_and(|p| p == "*" || p == part))
    })
}

/// The names that may stand in the table at `parent`.
fn siblings(parent: &str) -> Vec<&'static str> {
    let depth = if parent.is_empty() { 0 } else { parent.split('.').count() };
    let under = |key: &&Key| {
        let mut pattern = key.path.split('.');
        parent.is_empty()
            || parent.split('.').all(|part| pattern.next().is_some_and(|p| p == "*" || p == part))
    };
    KEYS.iter().filter(under).filter_map(|key| key.path.split('.').nth(depth)).collect()
}

fn fits(kind: Kind, node: &Node) -> Result<(), String> {
    let (fits, expected) = match kind {
        Kind::Text => (matches!(node, Node::String(_)), "a text".to_owned()),
        Kind::OneOf(names) => {
            let fits = matches!(node, Node::String(text) if names.contains(&text.as_str()));
            (fits, format!("one of {}", names.join(", ")))
        }
        Kind::Integer(min, max) => {
            let fits = matches!(node, Node::Integer(n) if (min..=max).contains(n));
            (fits, format!("a whole number from {min} to {max}"))
        }
        Kind::TextList => {
            let fits = match node {
                Node::List(items) => items.iter().all(|item| matches!(item.node, Node::String(_))),
                _ => false,
            };
            (fits, "a list of texts".to_owned())
        }
        Kind::TextMap => {
            let fits = match node {
                Node::Table(members) => {
                    members.values().all(|member| matches!(member.node, Node::String(_)))
                }
                Node::List(items) => items.is_empty(),
                _ => false,
            };
            (fits, "a table of texts".to_owned())
        }
        Kind::Any => (true, String::new()),
    };
    if fits { Ok(()) } else { Err(expected) }
}

fn json(node: &Node) -> serde_json::Value {
    match node {
        Node::String(text) => text.as_str().into(),
        Node::Integer(number) => (*number).into(),
        Node::Float(number) => (*number).into(),
        Node::Bool(yes) => (*yes).into(),
        Node::List(items) => items.iter().map(|item| json(&item.node)).collect(),
        Node::Table(members) => {
            members.iter().map(|(name, member)| (name.clone(), json(&member.node))).collect()
        }
        Node::Other(what) => (*what).into(),
    }
}
