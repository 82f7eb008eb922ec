//! JavaScript, and what TypeScript has of it.

use tree_sitter::Node;

use crate::rules::{Expressions, Facts, Spec, text, unquoted};
use crate::{Import, Span, SymbolKind, Visibility};

pub(crate) static SPEC: Spec = Spec {
    grammar: crate::languages::grammar::javascript,
    queries: &[include_str!("shared.scm"), include_str!("tags.scm"), include_str!("locals.scm")],
    imports,
    visibility,
    is_test,
    pattern_names: PATTERN_NAMES,
    decorations: &["decorator"],
    expressions: Expressions { kinds: &[EXPRESSIONS, ELEMENTS], marked: &[], marks: MARKS },
    #[cfg(test)]
    fixture: include_str!("fixture.jsx"),
};

pub(crate) const PATTERN_NAMES: &[&str] = &["identifier", "shorthand_property_identifier_pattern"];

/// Kinds of nodes in which something is declared only behind one of [`MARKS`].
pub(crate) const EXPRESSIONS: &[&str] = &[
    "arguments",
    "array",
    "assignment_expression",
    "augmented_assignment_expression",
    "await_expression",
    "binary_expression",
    "call_expression",
    "computed_property_name",
    "expression_statement",
    "member_expression",
    "new_expression",
    "object",
    "pair",
    "parenthesized_expression",
    "return_statement",
    "spread_element",
    "subscript_expression",
    "template_string",
    "ternary_expression",
    "throw_statement",
    "unary_expression",
    "update_expression",
];
/// The same of elements.
pub(crate) const ELEMENTS: &[&str] = &["jsx_element", "jsx_expression", "jsx_self_closing_element"];
/// Functions have bodies or arrows, classes bodies; patterns and types with members have braces.
pub(crate) const MARKS: &[&str] = &["=", "{"];

/// Reads `import …` and `export … from`. A module is one segment, as it is written; a default
/// import is its `default`, and `* as name` the module itself.
pub(crate) fn imports(node: Node<'_>, source: &str, found: &mut Vec<Import>) {
    let Some(module) = from(node) else { return };
    let module = unquoted(text(module, source));
    let reexport = node.kind() == "export_statement";
    let mut add = |name: Option<&str>, alias: Option<&str>, glob, part: Node<'_>| {
        found.push(Import {
            path: std::iter::once(module).chain(name).map(Into::into).collect(),
            alias: alias.filter(|alias| Some(*alias) != name).map(Into::into),
            glob,
            reexport,
            range: Span::new(part.byte_range()),
        });
    };
    let mut parts = vec![node];
    let mut names = 0;
    while let Some(part) = parts.pop() {
        let mut cursor = part.walk();
        let first = || part.named_child(0).map(|name| text(name, source));
        match part.kind() {
            "import_specifier" | "export_specifier" => {
                let field = |field| part.child_by_field_name(field).map(|it| text(it, source));
                add(field("name").map(unquoted), field("alias").map(unquoted), false, part);
            }
            "namespace_import" | "namespace_export" => add(None, first(), false, part),
            "identifier" if part.parent().is_some_and(|it| it.kind() == "import_clause") => {
                add(Some("default"), Some(text(part, source)), false, part);
            }
            "import_require_clause" => add(None, first(), false, part),
            _ => {
                if part.kind() == "*" {
                    add(None, None, true, node);
                    names += 1;
                }
                let children: Vec<Node<'_>> = part.children(&mut cursor).collect();
                parts.extend(children.into_iter().rev().filter(|it| it.kind() != "string"));
                continue;
            }
        }
        names += 1;
    }
    // `import "./m"` takes in no name, but runs it.
    if names == 0 && !reexport {
        add(None, None, false, node);
    }
}

/// The text with the module's name.
fn from(node: Node<'_>) -> Option<Node<'_>> {
    node.child_by_field_name("source").or_else(|| {
        let mut cursor = node.walk();
        let clause =
            node.named_children(&mut cursor).find(|it| it.kind() == "import_require_clause");
        clause.and_then(|clause| clause.child_by_field_name("source"))
    })
}

/// What is exported is everybody's; a member is seen by who sees its class, unless it is private.
pub(crate) fn visibility(facts: &Facts<'_>) -> Visibility {
    let words = facts.modifiers.unwrap_or_default();
    match facts.owner {
        _ if facts.name.starts_with('#') || words.starts_with("private") => Visibility::Private,
        _ if words.starts_with("protected") => Visibility::Restricted,
        _ if words.starts_with("export") || words.starts_with("public") => Visibility::Public,
        Some((SymbolKind::Class | SymbolKind::Trait | SymbolKind::Enum, outer)) => outer,
        _ => Visibility::Private,
    }
}

/// Tests are calls with a text for a name: no definition is one.
pub(crate) fn is_test(_: &Facts<'_>) -> bool {
    false
}
