//! The table of languages.

use std::path::Path;
use std::sync::OnceLock;

use crate::languages;
use crate::rules::{Rules, Spec};

/// A language that Ostler can parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Rust, by tree-sitter-rust.
    Rust,
}

impl Language {
    /// All of them, those that are not part of this build included.
    pub const ALL: &[Language] = &[Language::Rust];

    /// The language of a file name, by its extension; `None` if there is no grammar for it.
    #[must_use]
    pub fn for_path(path: &Path) -> Option<Language> {
        match path.extension()?.to_str()? {
            "rs" => Some(Language::Rust),
            _ => None,
        }
    }

    /// The identifier that LSP clients use for the language (`languageId`).
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Language::Rust => "rust",
        }
    }

    /// The name of its folder in `languages/`.
    #[cfg(test)]
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Language::Rust => "rust",
        }
    }

    /// `None` if the language is not part of this build.
    pub(crate) fn spec(self) -> Option<&'static Spec> {
        match self {
            Language::Rust => Some(&languages::rust::SPEC),
        }
    }

    pub(crate) fn grammar(self) -> Option<tree_sitter::Language> {
        self.spec().map(|spec| (spec.grammar)())
    }

    /// The language's queries, read when they are first asked for. `None` if they do not fit the
    /// grammar; a test sees to it that each does.
    pub(crate) fn rules(self) -> Option<&'static Rules> {
        static RULES: [OnceLock<Option<Rules>>; Language::ALL.len()] =
            [const { OnceLock::new() }; Language::ALL.len()];
        let spec = self.spec()?;
        RULES.get(self as usize)?.get_or_init(|| Rules::new(spec).ok()).as_ref()
    }
}
