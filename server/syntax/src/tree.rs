//! A syntax tree of one text, reparsed incrementally.

use std::cell::RefCell;
use std::ops::Range;

use text::Text;
use tree_sitter::{InputEdit, Parser, Point, Tree};

use crate::Language;

/// The tree of a text. Clones share their nodes.
#[derive(Clone)]
pub struct SyntaxTree {
    language: Language,
    tree: Tree,
}

impl SyntaxTree {
    /// Parses `text`. With `old`, the tree of an earlier text that was told of all edits since
    /// ([`SyntaxTree::edited`]), only what changed is parsed again. `None` if the parser gives
    /// up, which it does only when the language is not part of this build.
    ///
    /// Where the text follows the language, the tree does not depend on `old`. Where it does not,
    /// the parser may recover in another way than it would from scratch; so trees that are
    /// compared with one another (as for [`new_errors`](crate::new_errors)) are parsed without.
    #[must_use]
    pub fn parse(language: Language, text: &Text, old: Option<&SyntaxTree>) -> Option<SyntaxTree> {
        let mut read = |offset: usize, _: Point| -> &[u8] {
            let (chunk, start) = text.chunk_at(offset);
            &chunk.as_bytes()[(offset - start).min(chunk.len())..]
        };
        let old = old.map(|old| &old.tree);
        let tree = with_parser(language, |parser| parser.parse_with_options(&mut read, old, None))?;
        Some(SyntaxTree { language, tree })
    }

    /// Parses a text that lies in one piece.
    #[must_use]
    pub fn of_str(language: Language, source: &str) -> Option<SyntaxTree> {
        let tree = with_parser(language, |parser| parser.parse(source, None))?;
        Some(SyntaxTree { language, tree })
    }

    /// Parses the bytes `range` of `source` as if they were all of it; the places in the tree are
    /// those of `source`. The range must begin at the start of a line.
    #[must_use]
    pub fn of_part(language: Language, source: &str, range: Range<usize>) -> Option<SyntaxTree> {
        let whole = tree_sitter::Range {
            start_byte: range.start,
            end_byte: range.end,
            // Scanners ask for the column; for the row nobody does.
            start_point: Point::new(0, 0),
            end_point: Point::new(usize::MAX >> 33, 0),
        };
        let tree = with_parser(language, |parser| {
            parser.set_included_ranges(&[whole]).ok()?;
            let tree = parser.parse(source, None);
            // The parser is lent to others afterwards. None is always in order.
            parser.set_included_ranges(&[]).ok()?;
            tree
        })?;
        Some(SyntaxTree { language, tree })
    }

    /// The tree as the old tree of the next parse: `before` is the text that it was parsed from
    /// (or last edited to), where the bytes of `range` are about to become `new_text`. The range
    /// is clamped as in [`Text::replace`].
    #[must_use]
    pub fn edited(&self, before: &Text, range: Range<usize>, new_text: &str) -> SyntaxTree {
        let end = before.floor_boundary(range.end);
        let start = before.floor_boundary(range.start).min(end);
        let point = |offset: usize| {
            let (row, column) = before.point(offset);
            Point::new(row, column)
        };
        let start_position = point(start);
        // The parser's rows end with `\n` and with nothing else, unlike those of an editor.
        let rows = new_text.bytes().filter(|byte| *byte == b'\n').count();
        let new_end_position = match new_text.rfind('\n') {
            Some(last) => Point::new(start_position.row + rows, new_text.len() - last - 1),
            None => Point::new(start_position.row, start_position.column + new_text.len()),
        };
        let mut tree = self.tree.clone();
        tree.edit(&InputEdit {
            start_byte: start,
            old_end_byte: end,
            new_end_byte: start + new_text.len(),
            start_position,
            old_end_position: point(end),
            new_end_position,
        });
        SyntaxTree { language: self.language, tree }
    }

    /// The language of the tree.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }
}

/// Lends the thread's parser, which keeps its memory from text to text.
fn with_parser(
    language: Language,
    parse: impl FnOnce(&mut Parser) -> Option<Tree>,
) -> Option<Tree> {
    thread_local! {
        static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
    }
    let grammar = language.grammar()?;
    PARSER.with_borrow_mut(|parser| {
        parser.set_language(&grammar).ok()?;
        parse(parser)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tree_sitter::Node;

    use super::*;

    const SOURCE: &str = "//! Doc.\r\nuse std::fmt;\n\n/// é 𝕏\n#[derive(Clone)]\npub struct A<'a> {\n    x: &'a str,\n}\n\n\
        impl<'a> A<'a> {\n    fn new(x: &'a str) -> Self {\n        if x.is_empty() { return A { x: \"\\n\" }; }\n        \
        let s = r#\"raw \"text\" \"#;\n        A { x }\n    }\n}\n\nfn b() -> u8 { match 1 { 0..=3 => 1, _ => { 2 } } }\n";

    /// Every node with its place, by bytes and by rows and columns.
    fn nodes(tree: &SyntaxTree) -> Vec<String> {
        fn visit(node: Node<'_>, list: &mut Vec<String>) {
            let (start, end) = (node.start_position(), node.end_position());
            list.push(format!(
                "{} {:?} {start} {end} {} {}",
                node.kind(),
                node.byte_range(),
                node.is_missing(),
                node.is_extra(),
            ));
            let mut cursor = node.walk();
            for child in node.children(&mut cursor) {
                visit(child, list);
            }
        }
        let mut list = Vec::new();
        visit(tree.tree().root_node(), &mut list);
        list
    }

    fn parse(text: &Text, old: Option<&SyntaxTree>) -> SyntaxTree {
        SyntaxTree::parse(Language::Rust, text, old).unwrap()
    }

    fn snippet() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "x",
            "é",
            "𝕏",
            " ",
            "\n",
            "\r",
            "\r\n",
            "{",
            "}",
            "(",
            ";",
            "\"",
            "'",
            "/*",
            "*/",
            "//",
            "r#\"",
            "fn f() {}\n",
            "struct B;\n",
            "",
            "",
            "",
        ])
    }

    /// Every place in the tree from byte `from` on is where the text has it, by rows and columns
    /// as by bytes.
    fn check_places(tree: &SyntaxTree, text: &Text, from: usize) {
        let mut cursor = tree.tree().walk();
        let mut unvisited = vec![tree.tree().root_node()];
        while let Some(node) = unvisited.pop() {
            let points = [
                (node.start_position(), node.start_byte()),
                (node.end_position(), node.end_byte()),
            ];
            for (point, byte) in points.into_iter().filter(|(_, byte)| *byte >= from) {
                assert_eq!((point.row, point.column), text.point(byte), "{node:?} at byte {byte}");
            }
            unvisited.extend(node.children(&mut cursor));
        }
    }

    #[derive(Debug, Clone)]
    struct Edit {
        at: usize,
        deleted: usize,
        with: &'static str,
    }

    fn edits() -> impl Strategy<Value = Vec<Edit>> {
        let deleted = prop_oneof![2 => Just(0), 1 => 0..30_usize];
        let edit = (0..1000_usize, deleted, snippet());
        prop::collection::vec(edit.prop_map(|(at, deleted, with)| Edit { at, deleted, with }), 1..8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn an_incremental_parse_is_a_parse(edits in edits(), lone_returns in any::<bool>()) {
            let source = if lone_returns { SOURCE.replace("\n    ", "\r    ") } else { SOURCE.into() };
            let mut text = Text::new(&source);
            let mut tree = parse(&text, None);
            let mut undo = Vec::new();
            let mut replace = |text: &mut Text, range: Range<usize>, with: &str| {
                let edited = tree.edited(text, range.clone(), with);
                let changed_to = range.start + with.len();
                text.replace(range, with);
                check_places(&edited, text, changed_to);
                tree = parse(text, Some(&edited));
                check_places(&tree, text, 0);
                let fresh = parse(text, None);
                // From errors the parser may recover in more than one way.
                if !fresh.tree().root_node().has_error() {
                    assert_eq!(nodes(&tree), nodes(&fresh), "{text}");
                }
            };
            for Edit { at, deleted, with } in edits {
                let start = text.floor_boundary(at * text.len() / 1000);
                let end = text.floor_boundary(start + deleted);
                undo.push((start..start + with.len(), text.slice(start..end).into_owned()));
                replace(&mut text, start..end, with);
            }
            while let Some((range, with)) = undo.pop() {
                replace(&mut text, range, &with);
            }
            prop_assert_eq!(text.to_string(), source);
        }

        #[test]
        fn edits_out_of_range_are_clamped(from in 0..700_usize, to in 0..700_usize) {
            let mut text = Text::new(SOURCE);
            let edited = parse(&text, None).edited(&text, from..to, "x");
            text.replace(from..to, "x");
            let tree = parse(&text, Some(&edited));
            check_places(&tree, &text, 0);
            prop_assert_eq!(tree.tree().root_node().end_byte(), text.len());
        }
    }
}
