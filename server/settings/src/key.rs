//! The table of all settings.

/// Who may set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Also a repository, through its own file once it is trusted or through the client.
    Anyone,
    /// Only the user: own file, environment, command line, or a client setting that only the
    /// user's machine can set. These decide where code and keys go, and what is run.
    UserOnly,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A whole number within these bounds, both included.
    Integer(i64, i64),
    /// Texts, one after the other.
    TextList,
    /// Texts by name.
    TextMap,
    /// Anything, passed on as it is.
    Any,
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name; `*` stands for a name that the user chooses.
    pub path: &'static str,
    /// What it looks like.
    pub kind: Kind,
    /// Who may set it.
    pub trust: Trust,
    /// What it does, in one line.
    pub doc: &'static str,
}

const fn key(path: &'static str, kind: Kind, trust: Trust, doc: &'static str) -> Key {
    Key { path, kind, trust, doc }
}

/// All settings, by name.
pub const KEYS: &[Key] = &[
    key(
        "endpoints.*.auth",
        Kind::Text,
        Trust::UserOnly,
        "how the key is shown: `bearer`, or the name of a header",
    ),
    key(
        "endpoints.*.ca_file",
        Kind::Text,
        Trust::UserOnly,
        "a file of certificates (PEM) that are trusted besides those of this machine",
    ),
    key(
        "endpoints.*.concurrent",
        Kind::Integer(1, 1000),
        Trust::UserOnly,
        "requests that the server takes at a time",
    ),
    key("endpoints.*.body", Kind::Any, Trust::UserOnly, "further members of each request"),
    key(
        "endpoints.*.dialect",
        Kind::OneOf(&["anthropic", "openai-chat", "openai-responses"]),
        Trust::UserOnly,
        "the language that the server speaks",
    ),
    key(
        "endpoints.*.fim",
        Kind::OneOf(&["llama", "ollama", "mistral", "deepseek", "inception", "template", "chat"]),
        Trust::UserOnly,
        "how the server completes code between two texts",
    ),
    key(
        "endpoints.*.first_byte",
        Kind::Integer(1, 3600),
        Trust::UserOnly,
        "seconds to wait for the beginning of an answer",
    ),
    key("endpoints.*.headers", Kind::TextMap, Trust::UserOnly, "further headers of each request"),
    key("endpoints.*.key_env", Kind::Text, Trust::UserOnly, "the variable that holds the key"),
    key("endpoints.*.key_file", Kind::Text, Trust::UserOnly, "the file that holds the key"),
    key(
        "endpoints.*.like",
        Kind::Text,
        Trust::UserOnly,
        "the known server that it is like, such as `ollama` or `mistral`",
    ),
    key(
        "endpoints.*.max_tokens",
        Kind::Integer(1, 1_000_000),
        Trust::UserOnly,
        "upper bound of one answer, in tokens",
    ),
    key("endpoints.*.proxy", Kind::Text, Trust::UserOnly, "the proxy, as a URL"),
    key(
        "endpoints.*.quirks",
        Kind::Any,
        Trust::UserOnly,
        "in what the server differs from the vendor of its dialect",
    ),
    key("endpoints.*.url", Kind::Text, Trust::UserOnly, "where the server is"),
    key("endpoints.*.version", Kind::Text, Trust::UserOnly, "the version of the dialect"),
    key(
        "fallbacks",
        Kind::TextList,
        Trust::UserOnly,
        "models that take over, in this order, when the one at work cannot go on: ENDPOINT/NAME",
    ),
    key(
        "limits.turns",
        Kind::Integer(1, 1000),
        Trust::Anyone,
        "requests to the model after which a task is ended",
    ),
    key("model", Kind::Text, Trust::UserOnly, "who does the work: ENDPOINT/NAME, or `offline`"),
    key(
        "models",
        Kind::Any,
        Trust::UserOnly,
        "what is known of models: rows by pattern, with window, prices, how well it calls tools",
    ),
];

/// What is in force where nobody says otherwise, as JSON.
const DEFAULTS: &[(&str, &str)] = &[("limits.turns", "60"), ("model", "\"offline\"")];

impl Key {
    /// What is in force where nobody says otherwise.
    #[must_use]
    pub fn default(&self) -> Option<serde_json::Value> {
        let (_, json) = DEFAULTS.iter().find(|(path, _)| *path == self.path)?;
        serde_json::from_str(json).ok()
    }

    /// The setting of this name.
    pub(crate) fn find(path: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| {
            let (mut pattern, mut parts) = (key.path.split('.'), path.split('.'));
            loop {
                match (pattern.next(), parts.next()) {
                    (None, None) => return true,
                    (Some("*"), Some(_)) => {}
                    (Some(wanted), Some(part)) if wanted == part => {}
                    _ => return false,
                }
            }
        })
    }
}
