//! C++.

use tree_sitter::Node;

use super::c;
use crate::rules::{Expressions, Facts, Spec, text};
use crate::{Import, Span, SymbolKind, Visibility};

pub(crate) static SPEC: Spec = Spec {
    grammar: crate::languages::grammar::cpp,
    queries: &[
        include_str!("tags.scm"),
        include_str!("locals.scm"),
        include_str!("../c/shared.scm"),
    ],
    imports,
    visibility,
    is_test: |_| false,
    pattern_names: &["identifier"],
    decorations: &[],
    expressions: Expressions::NONE,
    #[cfg(test)]
    fixture: include_str!("fixture.cpp"),
};

/// Reads `#include` and `using`.
fn imports(node: Node<'_>, source: &str, found: &mut Vec<Import>) {
    if node.kind() != "using_declaration" {
        return c::imports(node, source, found);
    }
    let words = text(node, source).trim_start_matches("using").trim_end_matches(';').trim();
    let name = words.strip_prefix("namespace ");
    found.push(Import {
        path: name.unwrap_or(words).split("::").map(|part| part.trim().into()).collect(),
        alias: None,
        glob: name.is_some(),
        reexport: false,
        range: Span::new(node.byte_range()),
    });
}

/// By the label before it; without one a class keeps its members to itself.
fn visibility(facts: &Facts<'_>) -> Visibility {
    let words = facts.modifiers.unwrap_or_default();
    let in_class = matches!(facts.owner, Some((SymbolKind::Class, _)));
    match () {
        () if words.starts_with("private") => Visibility::Private,
        () if words.starts_with("protected") => Visibility::Restricted,
        () if words.starts_with("public") => Visibility::Public,
        () if in_class || words.starts_with("static") => Visibility::Private,
        () => Visibility::Public,
    }
}
