//! `Text`: an immutable-by-sharing rope. Cloning costs some nanoseconds, so a clone is a snapshot.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use ropey::Rope;

/// A text of any length. Clones share their storage; changing one never changes another.
#[derive(Clone, Default)]
pub struct Text(Rope);

impl Text {
    /// The text with exactly these characters.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Text(Rope::from_str(text))
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len_bytes()
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
        self.0.len_lines()
    }

    /// The line that holds byte `offset`, counted from 0; an offset past the end counts as the end.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.0.byte_to_line(offset.min(self.len()))
    }

    /// First byte of `line` (from 0); the end of the text for a line that does not exist.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        if line >= self.line_count() { self.len() } else { self.0.line_to_byte(line) }
    }

    /// Bytes of `line` without its line end; empty at the end of the text for a line that does
    /// not exist.
    #[must_use]
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.line_start(line);
        let mut end = self.line_start(line + 1);
        if end > start && self.byte(end - 1) == Some(b'\n') {
            end -= 1;
            if end > start && self.byte(end - 1) == Some(b'\r') {
                end -= 1;
            }
        } else if end > start && line + 1 < self.line_count() && self.byte(end - 1) == Some(b'\r') {
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
        (offset < self.len()).then(|| self.0.byte(offset))
    }

    /// The nearest character boundary at or before `offset`, at most the length of the text.
    #[must_use]
    pub fn floor_boundary(&self, offset: usize) -> usize {
        let offset = offset.min(self.len());
        self.0.char_to_byte(self.0.byte_to_char(offset))
    }

    /// The characters in `range`; both ends are moved back to a character boundary and into the
    /// text, an inverted range is empty.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Cow<'_, str> {
        let end = self.floor_boundary(range.end);
        let start = self.floor_boundary(range.start).min(end);
        self.0.byte_slice(start..end).into()
    }

    /// Replaces the bytes of `range` by `with`, both ends clamped as in [`Text::slice`].
    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        let end = self.floor_boundary(range.end);
        let start = self.floor_boundary(range.start).min(end);
        let (start, end) = (self.0.byte_to_char(start), self.0.byte_to_char(end));
        if start != end {
            self.0.remove(start..end);
        }
        if !with.is_empty() {
            self.0.insert(start, with);
        }
    }

    /// The pieces of the text in order; joined they are the text.
    pub fn chunks(&self) -> impl Iterator<Item = &str> {
        self.0.chunks()
    }

    /// The piece that holds byte `offset`, and the offset of its first byte. Past the end the
    /// piece is empty.
    #[must_use]
    pub fn chunk_at(&self, offset: usize) -> (&str, usize) {
        if offset >= self.len() {
            return ("", self.len());
        }
        let (chunk, start, _, _) = self.0.chunk_at_byte(offset);
        (chunk, start)
    }

    pub(crate) fn rope(&self) -> &Rope {
        &self.0
    }
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
        self.0.is_instance(&other.0) || self.0 == other.0
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::new(text)
    }
}
