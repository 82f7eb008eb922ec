//! C, and what C++ has of it.

use tree_sitter::Node;

use crate::rules::{Expressions, Facts, Spec, text, unquoted};
use crate::{Import, Span, Visibility};

pub(crate) static SPEC: Spec = Spec {
    grammar: crate::languages::grammar::c,
    queries: &[include_str!("shared.scm")],
    imports,
    visibility,
    is_test: |_| false,
    pattern_names: &["identifier"],
    decorations: &[],
    expressions: Expressions::NONE,
    #[cfg(test)]
    fixture: include_str!("fixture.c"),
};

/// Reads `#include`: a path is one segment; in angle brackets it keeps them.
pub(crate) fn imports(node: Node<'_>, source: &str, found: &mut Vec<Import>) {
    let Some(path) = node.child_by_field_name("path") else { return };
    let written = text(path, source);
    let path = if path.kind() == "string_literal" { unquoted(written) } else { written };
    found.push(Import {
        path: vec![path.into()],
        alias: None,
        glob: true,
        reexport: true,
        range: Span::new(node.byte_range()),
    });
}

/// What is static is the file's.
fn visibility(facts: &Facts<'_>) -> Visibility {
    match facts.modifiers {
        Some(words) if words.starts_with("static") => Visibility::Private,
        _ => Visibility::Public,
    }
}
