//! Where a text does not follow its language, and which of such places are new.

use std::ops::Range;

use text::Text;
use tree_sitter::Node;

use crate::{Symbol, SyntaxTree};

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SyntaxErrorKind {
    /// Something stands there that does not belong there.
    Unexpected,
    /// This does not stand there: a token, such as `;`, or the grammar's name for something
    /// larger, such as `identifier`.
    Missing(String),
}

/// A place that does not follow the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// Bytes that do not fit; empty where something is missing.
    pub range: Range<usize>,
    /// The names of the symbols around it, outermost first, joined by ` > `; empty at the top.
    pub within: String,
    /// The line that it starts in, without the blanks around it.
    pub line: String,
}

impl SyntaxTree {
    /// All places in `text` that do not follow the language, in order. What lies inside of one is
    /// not listed again. `text` is the text of this tree.
    #[must_use]
    pub fn errors(&self, text: &Text) -> Vec<SyntaxError> {
        let root = self.tree().root_node();
        if !root.has_error() {
            return Vec::new();
        }
        let symbols = self.outline(text);
        let mut errors = Vec::new();
        let mut cursor = root.walk();
        let mut unvisited = vec![root];
        while let Some(node) = unvisited.pop() {
            // A root that is an error as a whole would hide all that is wrong beneath it.
            let is_whole_file = node.is_error() && node == root && node.child_count() > 0;
            if (node.is_error() && !is_whole_file) || node.is_missing() {
                errors.push(error(text, &symbols, node));
            } else if node.has_error() {
                let first_child = unvisited.len();
                unvisited.extend(node.children(&mut cursor));
                unvisited[first_child..].reverse();
            }
        }
        if errors.is_empty() {
            errors.push(error(text, &symbols, root));
        }
        errors
    }

    /// How much of the text does not follow the language, as a number that is good for nothing
    /// but comparing texts that differ little: 0 if all of it does. Far cheaper than
    /// [`SyntaxTree::errors`], for trying many repairs.
    #[must_use]
    pub fn damage(&self) -> usize {
        /// What one place counts for beside its bytes: a missing token has none.
        const PLACE: usize = 20;
        let root = self.tree().root_node();
        let mut damage = 0;
        let mut cursor = root.walk();
        let mut unvisited = vec![root];
        while let Some(node) = unvisited.pop() {
            if node.is_error() || node.is_missing() {
                damage += PLACE + node.byte_range().len();
            }
            if node.has_error() {
                unvisited.extend(node.children(&mut cursor));
            }
        }
        damage
    }
}

fn error(text: &Text, symbols: &[Symbol], node: Node<'_>) -> SyntaxError {
    let range = node.byte_range();
    let around = symbols.iter().filter(|symbol| {
        symbol.range.start <= range.start && range.end <= symbol.range.end && symbol.range != range
    });
    let names: Vec<&str> = around.map(|symbol| symbol.name.as_str()).collect();
    SyntaxError {
        kind: if node.is_missing() {
            SyntaxErrorKind::Missing(node.kind().to_owned())
        } else {
            SyntaxErrorKind::Unexpected
        },
        within: names.join(" > "),
        line: text.line(text.line_of(range.start)).trim().to_owned(),
        range,
    }
}

/// The errors of `after` that `before` does not account for.
///
/// Offsets say nothing, since an edit shifts them. So each error of the old text accounts for one
/// of the new text that is of the same kind and alike: at first within the same symbols and in
/// the same line; then within the same symbols; then in the same line, wherever it moved. An edit
/// that mends one error and makes another of its kind within the same symbol is therefore not
/// seen; the checker that runs afterwards sees it.
#[must_use]
pub fn new_errors<'a>(before: &[SyntaxError], after: &'a [SyntaxError]) -> Vec<&'a SyntaxError> {
    let alike: [fn(&SyntaxError, &SyntaxError) -> bool; 3] = [
        |old, new| old.within == new.within && old.line == new.line,
        |old, new| old.within == new.within,
        |old, new| old.line == new.line,
    ];
    let mut old: Vec<&SyntaxError> = before.iter().collect();
    let mut new: Vec<&SyntaxError> = after.iter().collect();
    for alike in alike {
        new.retain(|new| {
            let same = old.iter().position(|old| old.kind == new.kind && alike(old, new));
            same.map(|index| old.remove(index)).is_none()
        });
    }
    new
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Language;

    fn errors(source: &str) -> Vec<SyntaxError> {
        let text = Text::new(source);
        SyntaxTree::parse(Language::Rust, &text, None).unwrap().errors(&text)
    }

    fn shown<'a>(source: &str, errors: impl IntoIterator<Item = &'a SyntaxError>) -> String {
        let show = |error: &SyntaxError| {
            let SyntaxError { kind, range, within, line } = error;
            format!("{kind:?} {:?} in {within:?}: {line}\n", &source[range.clone()])
        };
        errors.into_iter().map(show).collect()
    }

    fn check(source: &str, expected: Expect) {
        expected.assert_eq(&shown(source, &errors(source)));
    }

    fn check_new(before: &str, after: &str, expected: Expect) {
        let (old, new) = (errors(before), errors(after));
        expected.assert_eq(&shown(after, new_errors(&old, &new)));
        assert!(new_errors(&new, &new).is_empty());
    }

    #[test]
    fn what_is_wrong() {
        check("fn a() {}", expect![[""]]);
        check(
            "fn a() {\n    let x = 1\n}\nmod m { fn b( {} }",
            expect![[r#"
            Missing(";") "" in "a": let x = 1
            Missing(")") "" in "m > b": mod m { fn b( {} }
        "#]],
        );
        check(
            "impl A {\n    fn a() { 1 + }\n}\nstruct S { x: }",
            expect![[r#"
            Missing("identifier") "" in "A > a": fn a() { 1 + }
            Missing("type_identifier") "" in "S > x": struct S { x: }
        "#]],
        );
        check(
            "}}} what",
            expect![[r#"
            Unexpected "}}} what" in "": }}} what
        "#]],
        );
        check(
            "fn a() {",
            expect![[r#"
            Unexpected "fn a() {" in "": fn a() {
        "#]],
        );
    }

    #[test]
    fn less_is_wrong_with_what_is_nearly_right() {
        let damage =
            |source| SyntaxTree::parse(Language::Rust, &Text::new(source), None).unwrap().damage();
        assert_eq!(damage("fn a() { b(1); }"), 0);
        assert!(damage("fn a() { b(1; }") > 0);
        assert!(damage("fn a() { b(1; } fn c( {}") > damage("fn a() { b(1; } fn c() {}"));
    }

    #[test]
    fn old_errors_are_not_new() {
        let before = "fn a() { let x = ; }\nfn b() {}\n";
        check_new(before, "// more\nfn c() {}\nfn a() { let x = ; }\nfn b() {}\n", expect![[""]]);
        check_new(
            "fn a() {\n    let x = ;\n}\n",
            "fn renamed() {\n    let x = ;\n}\n",
            expect![[""]],
        );
        check_new(before, "fn a() { let x = 1; }\nfn b() {}\n", expect![[""]]);
    }

    #[test]
    fn new_errors_are_found_beside_old_ones() {
        let before = "fn a() { let x = ; }\nfn b() {}\n";
        check_new(
            before,
            "fn a() { let x = ; }\nfn b() { let y = ; }\n",
            expect![[r#"
            Unexpected "=" in "b": fn b() { let y = ; }
        "#]],
        );
        check_new(
            before,
            "fn a() { let x = ; }\nfn b() { foo(; }\n",
            expect![[r#"
            Unexpected "(" in "b": fn b() { foo(; }
        "#]],
        );
        check_new(
            before,
            "fn a() { let x = 1; }\nfn b() { let y = ; }\n",
            expect![[r#"
            Unexpected "=" in "b": fn b() { let y = ; }
        "#]],
        );
        // One old error accounts for one new one, and for one of its kind.
        check_new(
            "fn a() {\n    let x = ;\n}\n",
            "fn a() {\n    let x = ;\n    let x = ;\n}\n",
            expect![[r#"
                Unexpected "=" in "a": let x = ;
            "#]],
        );
        check_new(
            "fn a() {\n    let x = 1\n}\n",
            "fn a() {\n    let y = ;\n}\n",
            expect![[r#"
            Unexpected "=" in "a": let y = ;
        "#]],
        );
        check_new(
            "fn a() {}\n",
            "fn a() {\n",
            expect![[r#"
            Unexpected "fn a() {" in "": fn a() {
        "#]],
        );
    }
}
