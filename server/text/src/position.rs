//! LSP positions and byte offsets, in each encoding a client can choose. The conversion clamps
//! and never fails: a client that is off by one must not cost its user the session.

use std::ops::Range;

use crate::Text;

/// How a client counts `character` within a line (LSP 3.17 `PositionEncodingKind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client must accept, and the default.
    #[default]
    Utf16,
    /// Unicode code points.
    Utf32,
}

/// A place in a text as LSP counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Position {
    /// Line, from 0.
    pub line: u32,
    /// Units of the encoding in use from the start of the line, from 0.
    pub character: u32,
}

impl Position {
    /// A position from its parts, both from 0.
    #[must_use]
    pub fn new(line: u32, character: u32) -> Self {
        Position { line, character }
    }
}

/// A half-open stretch of text as LSP counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub struct PositionRange {
    /// First position inside.
    pub start: Position,
    /// First position outside.
    pub end: Position,
}

impl Text {
    /// The byte offset of `position`. A character past the end of its line becomes the end of the
    /// line (before the line end), a line past the last one becomes the end of the text, and a
    /// position inside of a character becomes the start of that character.
    #[must_use]
    pub fn offset(&self, position: Position, encoding: PositionEncoding) -> usize {
        let line = position.line as usize;
        if line >= self.line_count() {
            return self.len();
        }
        let range = self.line_range(line);
        let units = position.character as usize;
        match encoding {
            PositionEncoding::Utf8 => {
                self.floor_boundary(range.start.saturating_add(units).min(range.end))
            }
            PositionEncoding::Utf32 => {
                let rope = self.rope();
                let start = rope.byte_to_char(range.start);
                let end = rope.byte_to_char(range.end);
                rope.char_to_byte(start.saturating_add(units).min(end))
            }
            PositionEncoding::Utf16 => {
                let rope = self.rope();
                let start = rope.char_to_utf16_cu(rope.byte_to_char(range.start));
                let end = rope.char_to_utf16_cu(rope.byte_to_char(range.end));
                let unit = start.saturating_add(units).min(end);
                rope.char_to_byte(rope.utf16_cu_to_char(unit))
            }
        }
    }

    /// The position of byte `offset`; an offset past the end becomes the end, one inside of a
    /// character becomes its start.
    #[must_use]
    pub fn position(&self, offset: usize, encoding: PositionEncoding) -> Position {
        let offset = self.floor_boundary(offset);
        let line = self.line_of(offset);
        let start = self.line_start(line);
        let units = match encoding {
            PositionEncoding::Utf8 => offset - start,
            PositionEncoding::Utf32 => {
                self.rope().byte_to_char(offset) - self.rope().byte_to_char(start)
            }
            PositionEncoding::Utf16 => {
                let rope = self.rope();
                rope.char_to_utf16_cu(rope.byte_to_char(offset))
                    - rope.char_to_utf16_cu(rope.byte_to_char(start))
            }
        };
        Position::new(
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(units).unwrap_or(u32::MAX),
        )
    }

    /// The byte range of a position range; an inverted one is empty at its end position.
    #[must_use]
    pub fn byte_range(&self, range: PositionRange, encoding: PositionEncoding) -> Range<usize> {
        let end = self.offset(range.end, encoding);
        self.offset(range.start, encoding).min(end)..end
    }

    /// The position range of a byte range.
    #[must_use]
    pub fn position_range(&self, range: Range<usize>, encoding: PositionEncoding) -> PositionRange {
        PositionRange {
            start: self.position(range.start, encoding),
            end: self.position(range.end, encoding),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oracle::{self, Oracle};

    const ENCODINGS: [PositionEncoding; 3] =
        [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32];

    proptest! {
        #[test]
        fn positions_become_the_oracles_offsets(
            plain in oracle::text(),
            line in oracle::coordinate(),
            character in oracle::coordinate(),
        ) {
            let (text, oracle) = (Text::new(&plain), Oracle::new(&plain));
            let position = Position::new(line, character);
            for encoding in ENCODINGS {
                prop_assert_eq!(
                    text.offset(position, encoding),
                    oracle.offset(position, encoding),
                    "{:?} in {:?}", position, encoding
                );
            }
        }

        #[test]
        fn offsets_become_the_oracles_positions(plain in oracle::text(), at in oracle::offset()) {
            let (text, oracle) = (Text::new(&plain), Oracle::new(&plain));
            let at = oracle::scaled(at, plain.len());
            for encoding in ENCODINGS {
                let position = text.position(at, encoding);
                prop_assert_eq!(position, oracle.position(at, encoding));
                let floor = oracle.floor(at);
                let inside_crlf = floor > 0 && plain[..floor].ends_with('\r')
                    && plain[floor..].starts_with('\n');
                let back = if inside_crlf { floor - 1 } else { floor };
                prop_assert_eq!(text.offset(position, encoding), back, "there and back");
            }
        }
    }

    #[test]
    fn inside_of_a_character_is_its_start() {
        let text = Text::new("a𝕏b");
        let offset = |character, encoding| text.offset(Position::new(0, character), encoding);
        assert_eq!(offset(2, PositionEncoding::Utf16), 1);
        assert_eq!(offset(3, PositionEncoding::Utf16), 5);
        assert_eq!(offset(4, PositionEncoding::Utf8), 1);
        assert_eq!(offset(2, PositionEncoding::Utf32), 5);
    }

    #[test]
    fn a_position_never_leaves_its_line() {
        let text = Text::new("ab\r\ncd\ref");
        for encoding in ENCODINGS {
            assert_eq!(text.offset(Position::new(0, u32::MAX), encoding), 2);
            assert_eq!(text.offset(Position::new(1, u32::MAX), encoding), 6);
            assert_eq!(text.offset(Position::new(2, u32::MAX), encoding), 9);
            assert_eq!(text.offset(Position::new(u32::MAX, 0), encoding), 9);
        }
    }

    #[test]
    fn an_inverted_range_is_empty() {
        let text = Text::new("ab\ncd");
        let range = PositionRange { start: Position::new(1, 1), end: Position::new(0, 1) };
        assert_eq!(text.byte_range(range, PositionEncoding::Utf16), 1..1);
        let there = text.position_range(1..4, PositionEncoding::Utf16);
        assert_eq!(text.byte_range(there, PositionEncoding::Utf16), 1..4);
    }
}
