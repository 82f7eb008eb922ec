//! Go.

use tree_sitter::Node;

use crate::rules::{Expressions, Facts, Spec, text, unquoted};
use crate::{Import, Span, Visibility};

pub(crate) static SPEC: Spec = Spec {
    grammar: crate::languages::grammar::go,
    queries: &[include_str!("tags.scm"), include_str!("locals.scm"), include_str!("context.scm")],
    imports,
    visibility,
    is_test,
    pattern_names: &["identifier"],
    decorations: &[],
    expressions: Expressions {
        kinds: &[&[
            "argument_list",
            "array_type",
            "assignment_statement",
            "binary_expression",
            "call_expression",
            "composite_literal",
            "defer_statement",
            "expression_list",
            "expression_statement",
            "generic_type",
            "go_statement",
            "index_expression",
            "keyed_element",
            "literal_element",
            "literal_value",
            "map_type",
            "parenthesized_expression",
            "pointer_type",
            "qualified_type",
            "return_statement",
            "selector_expression",
            "slice_expression",
            "slice_type",
            "type_arguments",
            "type_assertion_expression",
            "type_conversion_expression",
            "unary_expression",
        ]],
        marked: &[],
        marks: &["func", "interface", "struct"],
    },
    #[cfg(test)]
    fixture: include_str!("fixture.go"),
};

/// Reads one line of `import`. A package comes in as a whole; with a dot its names do.
fn imports(node: Node<'_>, source: &str, found: &mut Vec<Import>) {
    let Some(path) = node.child_by_field_name("path") else { return };
    let name = node.child_by_field_name("name");
    let glob = name.is_some_and(|name| name.kind() == "dot");
    found.push(Import {
        path: unquoted(text(path, source)).split('/').map(Into::into).collect(),
        alias: name.filter(|_| !glob).map(|name| text(name, source).into()),
        glob,
        reexport: false,
        range: Span::new(node.byte_range()),
    });
}

/// Names with a capital are exported, the others are the whole package's.
fn visibility(facts: &Facts<'_>) -> Visibility {
    match facts.name.chars().next() {
        Some(first) if first.is_uppercase() => Visibility::Public,
        _ => Visibility::Restricted,
    }
}

fn is_test(facts: &Facts<'_>) -> bool {
    let starts = ["Test", "Benchmark", "Fuzz", "Example"];
    facts.kind == crate::SymbolKind::Function
        && starts.iter().any(|start| facts.name.starts_with(start))
}
