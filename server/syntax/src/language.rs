//! The table of languages.

use std::path::Path;
use std::sync::OnceLock;

use tree_sitter::Query;

use crate::outline::Tags;

/// A language that Ostler can parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Rust, by tree-sitter-rust.
    Rust,
}

impl Language {
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

    pub(crate) fn grammar(self) -> tree_sitter::Language {
        match self {
            Language::Rust => tree_sitter_rust::LANGUAGE.into(),
        }
    }

    /// The query for symbols, compiled when it is first asked for, which takes some milliseconds.
    /// `None` if it does not fit the grammar; a test sees to it that each does.
    pub(crate) fn tags(self) -> Option<&'static Tags> {
        static RUST: OnceLock<Option<Tags>> = OnceLock::new();
        let (tags, source) = match self {
            Language::Rust => (&RUST, include_str!("../languages/rust/tags.scm")),
        };
        tags.get_or_init(|| Query::new(&self.grammar(), source).ok().map(Tags::new)).as_ref()
    }
}
