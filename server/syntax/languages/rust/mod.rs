//! Rust.

use tree_sitter::Node;

use crate::rules::{Expressions, Facts, Spec, text};
use crate::{Import, Span, SymbolKind, Visibility};

pub(crate) static SPEC: Spec = Spec {
    grammar: crate::languages::grammar::rust,
    queries: &[include_str!("tags.scm"), include_str!("locals.scm"), include_str!("context.scm")],
    imports,
    visibility,
    is_test,
    pattern_names: &["identifier", "shorthand_field_identifier"],
    decorations: &[],
    expressions: Expressions {
        kinds: &[&[
            "arguments",
            "array_expression",
            "array_type",
            "assignment_expression",
            "async_block",
            "await_expression",
            "binary_expression",
            "block",
            "bounded_type",
            "break_expression",
            "call_expression",
            "compound_assignment_expr",
            "dynamic_type",
            "else_clause",
            "expression_statement",
            "field_declaration",
            "field_expression",
            "field_initializer",
            "field_initializer_list",
            "function_type",
            "generic_function",
            "generic_type",
            "generic_type_with_turbofish",
            "if_expression",
            "index_expression",
            "loop_expression",
            "macro_invocation",
            "match_pattern",
            "parameter",
            "parameters",
            "parenthesized_expression",
            "pointer_type",
            "qualified_type",
            "range_expression",
            "reference_expression",
            "reference_type",
            "return_expression",
            "scoped_identifier",
            "scoped_type_identifier",
            "self_parameter",
            "string_literal",
            "struct_expression",
            "struct_pattern",
            "try_block",
            "try_expression",
            "tuple_expression",
            "tuple_pattern",
            "tuple_struct_pattern",
            "tuple_type",
            "type_arguments",
            "type_cast_expression",
            "unary_expression",
            "unsafe_block",
            "while_expression",
        ]],
        marked: &["const_item", "let_condition", "let_declaration", "static_item"],
        marks: &[
            "const",
            "enum",
            "extern",
            "fn",
            "for",
            "impl",
            "let",
            "macro_rules",
            "match",
            "mod",
            "static",
            "struct",
            "trait",
            "type",
            "union",
            "use",
            "|",
        ],
    },
    #[cfg(test)]
    fixture: include_str!("fixture.rs"),
};

/// Reads `use` and `extern crate`.
fn imports(node: Node<'_>, source: &str, found: &mut Vec<Import>) {
    let mut cursor = node.walk();
    let reexport = node.children(&mut cursor).any(|child| child.kind() == "visibility_modifier");
    let mut add = |path: &[&str], alias: Option<Node<'_>>, glob, part: Node<'_>| {
        found.push(Import {
            path: path.iter().map(|segment| (*segment).into()).collect(),
            alias: alias.map(|alias| text(alias, source).into()),
            glob,
            reexport,
            range: Span::new(part.byte_range()),
        });
    };
    if let Some(name) = node.child_by_field_name("name") {
        add(&[text(name, source)], node.child_by_field_name("alias"), false, node);
    } else if let Some(argument) = node.child_by_field_name("argument") {
        tree(argument, source, &mut Vec::new(), &mut add);
    }
}

type Add<'a> = &'a mut dyn FnMut(&[&str], Option<Node<'_>>, bool, Node<'_>);

/// Walks a tree of `use`, with the segments that lead to it.
fn tree<'s>(node: Node<'_>, source: &'s str, path: &mut Vec<&'s str>, add: Add<'_>) {
    let depth = path.len();
    match node.kind() {
        "scoped_use_list" => {
            if let Some(before) = node.child_by_field_name("path") {
                segments(before, source, path);
            }
            if let Some(list) = node.child_by_field_name("list") {
                tree(list, source, path, add);
            }
        }
        "use_list" => {
            let mut cursor = node.walk();
            for part in node.named_children(&mut cursor) {
                tree(part, source, path, add);
            }
        }
        "use_wildcard" => {
            if let Some(before) = node.named_child(0) {
                segments(before, source, path);
            }
            add(path, None, true, node);
        }
        "use_as_clause" => {
            if let Some(before) = node.child_by_field_name("path") {
                segments(before, source, path);
            }
            add(path, node.child_by_field_name("alias"), false, node);
        }
        "line_comment" | "block_comment" => {}
        _ => {
            segments(node, source, path);
            add(path, None, false, node);
        }
    }
    path.truncate(depth);
}

/// Adds the segments of a path; `self` at its end stands for what is before it.
fn segments<'s>(node: Node<'_>, source: &'s str, path: &mut Vec<&'s str>) {
    match node.kind() {
        "scoped_identifier" => {
            if let Some(before) = node.child_by_field_name("path") {
                segments(before, source, path);
            }
            if let Some(name) = node.child_by_field_name("name") {
                segments(name, source, path);
            }
        }
        "self" if !path.is_empty() => {}
        _ => path.push(text(node, source)),
    }
}

fn visibility(facts: &Facts<'_>) -> Visibility {
    match (facts.modifiers, facts.owner) {
        (Some(words), _) if words.contains('(') => Visibility::Restricted,
        (Some(_), _) => Visibility::Public,
        // A variant and its fields are seen by whoever sees the enumeration; likewise in a trait.
        (None, Some((SymbolKind::Enum | SymbolKind::Variant | SymbolKind::Trait, outer))) => outer,
        (None, _) if facts.in_trait || facts.kind == SymbolKind::Impl => Visibility::Public,
        (None, _) if facts.leading.contains("#[macro_export]") => Visibility::Public,
        (None, _) => Visibility::Private,
    }
}

/// By the attributes before it.
fn is_test(facts: &Facts<'_>) -> bool {
    let attributes = facts.leading.lines().map(str::trim).filter(|line| line.starts_with("#["));
    attributes.into_iter().any(|attribute| {
        attribute.starts_with("#[test]")
            || attribute.contains("::test]")
            || attribute.contains("::test(")
            || attribute.contains("cfg(test)")
            || attribute.contains("cfg(all(test")
    })
}
