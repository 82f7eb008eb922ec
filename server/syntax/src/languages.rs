//! The languages, each with all that is particular to it in a folder of its own.

#[path = "../languages/rust/mod.rs"]
pub(crate) mod rust;

#[cfg(test)]
mod tests;

/// Where the grammars enter.
pub(crate) mod grammar {
    pub(crate) fn rust() -> tree_sitter::Language {
        tree_sitter_rust::LANGUAGE.into()
    }
}
