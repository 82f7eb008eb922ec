//! Languages, syntax trees and what can be read off them: definitions, references, outlines,
//! enclosing symbols, skeletons, syntax errors.
//!
//! This room knows nothing of files on disk, versions, protocols, models or async code; it is
//! the only one that knows tree-sitter.

mod error;
mod fold;
mod kind;
mod language;
mod languages;
mod outline;
mod pattern;
mod rules;
mod sections;
mod span;
mod tags;
mod tree;

pub use error::{SyntaxError, SyntaxErrorKind, new_errors};
pub use kind::SymbolKind;
pub use language::Language;
pub use outline::Symbol;
pub use sections::Section;
pub use span::Span;
pub use tags::{
    Binding, BindingKind, Definition, Import, Reference, ReferenceKind, Tags, Visibility,
};
pub use tree::SyntaxTree;
