//! A syntax tree of one text, reparsed incrementally.

use std::ops::Range;

use text::{PositionEncoding, Text};
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
    /// up, which it does only when it is cancelled or its language does not load.
    #[must_use]
    pub fn parse(language: Language, text: &Text, old: Option<&SyntaxTree>) -> Option<SyntaxTree> {
        let mut parser = Parser::new();
        parser.set_language(&language.grammar()).ok()?;
        let mut read = |offset: usize, _: Point| -> &[u8] {
            let (chunk, start) = text.chunk_at(offset);
            &chunk.as_bytes()[(offset - start).min(chunk.len())..]
        };
        let tree = parser.parse_with_options(&mut read, old.map(|old| &old.tree), None)?;
        Some(SyntaxTree { language, tree })
    }

    /// The tree as the old tree of the next parse: `before` is the text that it was parsed from
    /// (or last edited to), where the bytes of `range` are about to become `new_text`.
    #[must_use]
    pub fn edited(&self, before: &Text, range: Range<usize>, new_text: &str) -> SyntaxTree {
        let point = |offset: usize| {
            let position = before.position(offset, PositionEncoding::Utf8);
            Point::new(position.line as usize, position.character as usize)
        };
        let start_position = point(range.start);
        let mut new_end_position = start_position;
        for piece in new_text.split_inclusive('\n') {
            if piece.ends_with('\n') {
                new_end_position = Point::new(new_end_position.row + 1, 0);
            } else {
                new_end_position.column += piece.len();
            }
        }
        let mut tree = self.tree.clone();
        tree.edit(&InputEdit {
            start_byte: range.start,
            old_end_byte: range.end,
            new_end_byte: range.start + new_text.len(),
            start_position,
            old_end_position: point(range.end),
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
