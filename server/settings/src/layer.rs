//! A source of settings.

use std::fmt;

use crate::node::{self, Located};
use crate::{KEYS, Problem, Trust};

/// Where a value comes from. Later ones count for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The program itself.
    BuiltIn,
    /// The user's own file, at this path.
    UserFile(String),
    /// The file of a workspace that the user trusts.
    WorkspaceFile(String),
    /// The client, from settings that a repository may have had a say in.
    Client,
    /// The client, from a setting that only the user's machine can set.
    ClientMachine,
    /// The environment variable of this name.
    Environment(String),
    /// The command line.
    CommandLine,
}

impl Origin {
    /// Whether a value of this origin may set what is of `trust`.
    #[must_use]
    pub fn may_set(&self, trust: Trust) -> bool {
        match trust {
            Trust::Anyone => true,
            Trust::UserOnly => !matches!(self, Origin::WorkspaceFile(_) | Origin::Client),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::BuiltIn => f.write_str("built in"),
            Origin::UserFile(path) | Origin::WorkspaceFile(path) => f.write_str(path),
            Origin::Client => f.write_str("the editor's settings"),
            Origin::ClientMachine => f.write_str("the editor's settings of this machine"),
            Origin::Environment(name) => write!(f, "${name}"),
            Origin::CommandLine => f.write_str("the command line"),
        }
    }
}

/// One source, read.
#[derive(Debug, Clone)]
pub struct Layer {
    pub(crate) origin: Origin,
    pub(crate) root: Located,
}

impl Layer {
    /// What is in force where nobody says otherwise.
    #[must_use]
    pub fn built_in() -> Layer {
        let mut root = serde_json::Map::new();
        for key in KEYS {
            let Some(value) = key.default() else { continue };
            let mut at = &mut root;
            let mut parts = key.path.split('.').peekable();
            while let Some(part) = parts.next() {
                if parts.peek().is_none() {
                    at.insert(part.to_owned(), value.clone());
                    break;
                }
                let inner = at.entry(part).or_insert_with(|| serde_json::json!({}));
                let serde_json::Value::Object(inner) = inner else { break };
                at = inner;
            }
        }
        Layer::json(Origin::BuiltIn, &serde_json::Value::Object(root))
    }

    /// A TOML file's text. What cannot be parsed is left out and becomes problems.
    #[must_use]
    pub fn toml(origin: Origin, text: &str) -> (Layer, Vec<Problem>) {
        let (root, mistakes) = node::from_toml(text);
        let problems = mistakes
            .into_iter()
            .map(|(line, message)| Problem { origin: origin.clone(), line, message })
            .collect();
        (Layer { origin, root }, problems)
    }

    /// A client's settings. `[]` stands for an empty object, because that is what an empty Lua
    /// table becomes on the wire.
    #[must_use]
    pub fn json(origin: Origin, value: &serde_json::Value) -> Layer {
        Layer { origin, root: node::from_json(value) }
    }

    /// A single value, such as an argument or a variable.
    #[must_use]
    pub fn single(origin: Origin, key: &str, value: &str) -> Layer {
        let mut root = node::string(value);
        for part in key.rsplit('.') {
            root = node::table([(part.to_owned(), root)]);
        }
        Layer { origin, root }
    }
}
