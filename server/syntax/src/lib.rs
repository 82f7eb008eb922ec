//! Languages, syntax trees and what can be read off them: outlines, enclosing symbols, syntax
//! errors.
//!
//! This room knows nothing of files on disk, versions, protocols, models or async code; it is
//! the only one that knows tree-sitter.

mod error;
mod language;
mod outline;
mod tree;

pub use error::{SyntaxError, SyntaxErrorKind, new_errors};
pub use language::Language;
pub use outline::{Symbol, SymbolKind};
pub use tree::SyntaxTree;
