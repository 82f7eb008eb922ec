//! Java.

use tree_sitter::Node;

use crate::rules::{Expressions, Facts, Spec, text};
use crate::{Import, Span, SymbolKind, Visibility};

pub(crate) static SPEC: Spec = Spec {
    grammar: crate::languages::grammar::java,
    queries: &[include_str!("tags.scm"), include_str!("locals.scm"), include_str!("context.scm")],
    imports,
    visibility,
    is_test,
    pattern_names: &["identifier"],
    decorations: &["annotation", "marker_annotation"],
    expressions: Expressions {
        kinds: &[&[
            "argument_list",
            "array_access",
            "array_creation_expression",
            "array_initializer",
            "array_type",
            "assignment_expression",
            "binary_expression",
            "cast_expression",
            "expression_statement",
            "field_access",
            "generic_type",
            "method_invocation",
            "method_reference",
            "object_creation_expression",
            "parenthesized_expression",
            "return_statement",
            "scoped_type_identifier",
            "ternary_expression",
            "throw_statement",
            "type_arguments",
            "unary_expression",
            "update_expression",
        ]],
        marked: &[],
        marks: &["-", "instanceof", "{"],
    },
    #[cfg(test)]
    fixture: include_str!("fixture.java"),
};

/// Reads `import`. Of a static import the last segment is a member.
fn imports(node: Node<'_>, source: &str, found: &mut Vec<Import>) {
    let mut cursor = node.walk();
    let parts: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
    let Some(name) = parts.iter().find(|part| part.kind().ends_with("identifier")) else { return };
    found.push(Import {
        path: text(*name, source).split('.').map(|part| part.trim().into()).collect(),
        alias: None,
        glob: parts.iter().any(|part| part.kind() == "asterisk"),
        reexport: false,
        range: Span::new(node.byte_range()),
    });
}

/// Without a word it is the package's, in an interface everybody's.
fn visibility(facts: &Facts<'_>) -> Visibility {
    let words = facts.modifiers.unwrap_or_default();
    let has = |wanted: &str| words.split_whitespace().any(|word| word == wanted);
    match facts.owner {
        _ if has("public") => Visibility::Public,
        _ if has("private") => Visibility::Private,
        Some((SymbolKind::Trait | SymbolKind::Enum, outer)) => outer,
        _ => Visibility::Restricted,
    }
}

fn is_test(facts: &Facts<'_>) -> bool {
    let words = facts.modifiers.unwrap_or_default();
    words.split_whitespace().any(|word| word == "@Test" || word.starts_with("@ParameterizedTest"))
}
