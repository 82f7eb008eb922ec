//! `Text`: an immutable-by-sharing rope. Cloning costs some nanoseconds, so a clone is a snapshot.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use ropey::Rope;

/// A text of any length. Clones share their storage; changing one never changes another.
#[derive(Clone, Default)]
pub struct Text {
    rope: Rope,
    /// How many `\r` stand without a `\n` behind them. Nearly always none, and then rows counted
    /// by `\n` alone are the rope's own lines ([`Text::point`]).
    lone_returns: usize,
}

impl Text {
    /// The text with exactly these characters.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Text { rope: Rope::from_str(text), lone_returns: lone_returns(None, text, None) }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Whether there is no character at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of lines; a text that ends with a line end has an empty last line, so this is
    /// never 0.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.rope.len_lines()
    }

    /// The line that holds byte `offset`, counted from 0; an offset past the end counts as the end.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.rope.byte_to_line(offset.min(self.len()))
    }

    /// First byte of `line` (from 0); the end of the text for a line that does not exist.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        if line >= self.line_count() { self.len() } else { self.rope.line_to_byte(line) }
    }

    /// Bytes of `line` without its line end; empty at the end of the text for a line that does
    /// not exist.
    #[must_use]
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.line_start(line);
        let mut end = self.line_start(line.saturating_add(1));
        if end > start && self.byte(end - 1) == Some(b'\n') {
            end -= 1;
            if end > start && self.byte(end - 1) == Some(b'\r') {
                end -= 1;
            }
        } else if end > start && line < self.line_count() - 1 && self.byte(end - 1) == Some(b'\r') {
            end -= 1;
        }
        start..end
    }

    /// The characters of `line` (from 0) without its line end.
    #[must_use]
    pub fn line(&self, line: usize) -> Cow<'_, str> {
        self.slice(self.line_range(line))
    }

    /// The byte at `offset`, `None` past the end.
    #[must_use]
    pub fn byte(&self, offset: usize) -> Option<u8> {
        (offset < self.len()).then(|| self.rope.byte(offset))
    }

    /// The nearest character boundary at or before `offset`, at most the length of the text.
    #[must_use]
    pub fn floor_boundary(&self, offset: usize) -> usize {
        let offset = offset.min(self.len());
        self.rope.char_to_byte(self.rope.byte_to_char(offset))
    }

    /// The characters in `range`; both ends are moved back to a character boundary and into the
    /// text, an inverted range is empty.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Cow<'_, str> {
        let end = self.floor_boundary(range.end);
        let start = self.floor_boundary(range.start).min(end);
        self.rope.byte_slice(start..end).into()
    }

    /// Replaces the bytes of `range` by `with`, both ends clamped as in [`Text::slice`].
    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        let end = self.floor_boundary(range.end);
        let start = self.floor_boundary(range.start).min(end);
        let previous = start.checked_sub(1).and_then(|before| self.byte(before));
        let next = self.byte(end);
        if self.lone_returns > 0 {
            let old: Cow<'_, str> = self.rope.byte_slice(start..end).into();
            self.lone_returns -= lone_returns(previous, &old, next);
        }
        self.lone_returns += lone_returns(previous, with, next);
        let (start, end) = (self.rope.byte_to_char(start), self.rope.byte_to_char(end));
        if start != end {
            self.rope.remove(start..end);
        }
        if !with.is_empty() {
            self.rope.insert(start, with);
        }
    }

    /// Row and column (in bytes, both from 0) of byte `offset`, where `\n` alone ends a row: how
    /// parsers count that do not know the lone `\r`. An offset past the end counts as the end.
    #[must_use]
    pub fn point(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.len());
        if self.lone_returns == 0 {
            let row = self.line_of(offset);
            return (row, offset - self.line_start(row));
        }
        let (mut row, mut row_start, mut at) = (0, 0, 0);
        for chunk in self.chunks() {
            let piece = &chunk.as_bytes()[..chunk.len().min(offset - at)];
            for (index, _) in piece.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
                row += 1;
                row_start = at + index + 1;
            }
            at += piece.len();
            if at == offset {
                break;
            }
        }
        (row, offset - row_start)
    }

    /// The pieces of the text in order; joined they are the text.
    pub fn chunks(&self) -> impl Iterator<Item = &str> {
        self.rope.chunks()
    }

    /// The piece that holds byte `offset`, and the offset of its first byte. Past the end the
    /// piece is empty.
    #[must_use]
    pub fn chunk_at(&self, offset: usize) -> (&str, usize) {
        if offset >= self.len() {
            return ("", self.len());
        }
        let (chunk, start, _, _) = self.rope.chunk_at_byte(offset);
        (chunk, start)
    }

    pub(crate) fn rope(&self) -> &Rope {
        &self.rope
    }
}

/// How many `\r` without a `\n` behind them there are in `text` and directly before it, where
/// `previous` and `next` are the bytes around it.
fn lone_returns(previous: Option<u8>, text: &str, next: Option<u8>) -> usize {
    let bytes = text.as_bytes();
    let first = bytes.first().copied().or(next);
    let before = usize::from(previous == Some(b'\r') && first != Some(b'\n'));
    let inside = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\r')
        .filter(|(index, _)| bytes.get(index + 1).copied().or(next) != Some(b'\n'))
        .count();
    before + inside
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes, {} lines)", self.len(), self.line_count())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.rope.is_instance(&other.rope) || self.rope == other.rope
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.rope == other
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::new(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oracle::{self, Oracle};

    fn check_same(text: &Text, oracle: &Oracle) {
        let plain = oracle.text();
        assert_eq!(text.to_string(), plain);
        assert_eq!(text, &Text::new(plain));
        assert_eq!(text.lone_returns, Text::new(plain).lone_returns);
        assert_eq!(text.len(), plain.len());
        let lines = oracle.lines();
        assert_eq!(text.line_count(), lines.len(), "{plain:?}");
        for (index, line) in lines.iter().enumerate() {
            assert_eq!(text.line_range(index), *line, "line {index} of {plain:?}");
            assert_eq!(text.line_start(index), line.start);
            assert_eq!(text.line(index), plain[line.clone()]);
        }
    }

    proptest! {
        #[test]
        fn edits_and_lines_are_those_of_a_string(
            start in oracle::text(),
            edits in prop::collection::vec((oracle::offset(), oracle::offset(), oracle::text()), 0..12),
        ) {
            let mut oracle = Oracle::new(&start);
            let mut text = Text::new(&start);
            check_same(&text, &oracle);
            for (from, to, with) in edits {
                let snapshot = (text.clone(), oracle.text().to_owned());
                let length = oracle.text().len();
                let range = oracle::scaled(from, length)..oracle::scaled(to, length);
                text.replace(range.clone(), &with);
                oracle.replace(range, &with);
                check_same(&text, &oracle);
                prop_assert_eq!(snapshot.0.to_string(), snapshot.1, "a clone stays as it was");
            }
        }

        #[test]
        fn slices_and_places_are_clamped(
            start in oracle::text(),
            from in oracle::offset(),
            to in oracle::offset(),
        ) {
            let oracle = Oracle::new(&start);
            let text = Text::new(&start);
            let range = oracle::scaled(from, start.len())..oracle::scaled(to, start.len());
            prop_assert_eq!(text.slice(range.clone()), oracle.slice(range.clone()));
            prop_assert_eq!(text.floor_boundary(range.start), oracle.floor(range.start));
            prop_assert_eq!(text.line_of(range.start), oracle.line_of(range.start));
            prop_assert_eq!(text.point(range.start), oracle.point(range.start));
            prop_assert_eq!(text.byte(range.start), start.as_bytes().get(range.start).copied());
            let (chunk, at) = text.chunk_at(range.start);
            prop_assert_eq!(chunk, &start[at..at + chunk.len()]);
            prop_assert_eq!(chunk.is_empty(), range.start >= start.len());
        }
    }

    #[test]
    fn only_line_feeds_and_carriage_returns_end_a_line() {
        let text = Text::new("a\u{2028}b\u{85}c\u{b}d\u{c}e\rf\r\ng\n");
        assert_eq!(text.line_count(), 4);
        assert_eq!(text.line(1), "f");
        assert_eq!(text.line(3), "");
        assert_eq!(text.line(usize::MAX), "");
        assert_eq!(text.point(text.len()), (2, 0));
    }
}
