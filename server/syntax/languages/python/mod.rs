//! Python.

use tree_sitter::Node;

use crate::rules::{Expressions, Facts, Spec, text};
use crate::{Import, Span, Visibility};

pub(crate) static SPEC: Spec = Spec {
    grammar: crate::languages::grammar::python,
    queries: &[include_str!("tags.scm"), include_str!("locals.scm"), include_str!("context.scm")],
    imports,
    visibility,
    is_test,
    pattern_names: &["identifier"],
    decorations: &[],
    expressions: Expressions {
        kinds: &[&[
            "argument_list",
            "attribute",
            "binary_operator",
            "boolean_operator",
            "call",
            "comparison_operator",
            "concatenated_string",
            "conditional_expression",
            "dictionary",
            "dictionary_splat",
            "generic_type",
            "keyword_argument",
            "list",
            "list_splat",
            "not_operator",
            "pair",
            "parenthesized_expression",
            "return_statement",
            "set",
            "string",
            "subscript",
            "tuple",
            "type",
            "type_parameter",
            "unary_operator",
        ]],
        marked: &[],
        marks: &["=", "for", "lambda"],
    },
    #[cfg(test)]
    fixture: include_str!("fixture.py"),
};

/// Reads `import` and `from … import`. The dots of a relative import are a segment of their own.
fn imports(node: Node<'_>, source: &str, found: &mut Vec<Import>) {
    let mut path: Vec<&str> = Vec::new();
    if let Some(module) = node.child_by_field_name("module_name") {
        segments(module, source, &mut path);
    }
    let mut cursor = node.walk();
    let parts: Vec<Node<'_>> = node.children_by_field_name("name", &mut cursor).collect();
    let mut add = |path: &[&str], alias: Option<Node<'_>>, glob, part: Node<'_>| {
        found.push(Import {
            path: path.iter().map(|segment| (*segment).into()).collect(),
            alias: alias.map(|alias| text(alias, source).into()),
            glob,
            reexport: false,
            range: Span::new(part.byte_range()),
        });
    };
    let depth = path.len();
    for part in parts {
        let name = part.child_by_field_name("name").unwrap_or(part);
        segments(name, source, &mut path);
        add(&path, part.child_by_field_name("alias"), false, part);
        path.truncate(depth);
    }
    let mut children = node.named_children(&mut cursor);
    if let Some(wildcard) = children.find(|child| child.kind() == "wildcard_import") {
        add(&path, None, true, wildcard);
    }
}

fn segments<'s>(node: Node<'_>, source: &'s str, path: &mut Vec<&'s str>) {
    let mut cursor = node.walk();
    match node.kind() {
        "relative_import" => {
            for child in node.named_children(&mut cursor) {
                segments(child, source, path);
            }
        }
        "dotted_name" => {
            path.extend(node.named_children(&mut cursor).map(|name| text(name, source)));
        }
        _ => path.push(text(node, source)),
    }
}

/// By the convention of the underscore; names such as `__init__` are everybody's.
fn visibility(facts: &Facts<'_>) -> Visibility {
    match facts.name.strip_prefix('_') {
        Some(_) if facts.name.ends_with("__") => Visibility::Public,
        Some(_) => Visibility::Private,
        None => Visibility::Public,
    }
}

fn is_test(facts: &Facts<'_>) -> bool {
    let is_class = facts.kind == crate::SymbolKind::Class;
    (facts.kind.is_callable() && facts.name.starts_with("test_"))
        || (is_class && facts.name.starts_with("Test"))
}
