//! The table of languages.

use std::path::Path;

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
}
