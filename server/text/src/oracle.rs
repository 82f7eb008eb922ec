//! A slow text made of a `String`, which the property tests hold the real one against, and the
//! generators that they share.

use std::ops::Range;

use proptest::prelude::*;

use crate::{Position, PositionEncoding};

/// Characters that are counted differently by each encoding, and everything that some program
/// somewhere takes for a line end.
const PIECES: [&str; 16] = [
    "a", "bc", " ", "    ", "é", "𝕏", "\r", "\n", "\r\n", "\n", "\u{2028}", "\u{feff}", "\u{85}",
    "\u{c}", "word", "}\n",
];

/// Short texts mostly, and some that are longer than one chunk of a rope.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24);
    let times = prop_oneof![8 => Just(1_usize), 1 => 2..60_usize];
    (pieces, times).prop_map(|(pieces, times)| pieces.concat().repeat(times))
}

/// A place as a share of a length that is not yet known; see [`scaled`].
pub(crate) fn offset() -> impl Strategy<Value = u32> {
    prop_oneof![20 => 0..1000_u32, 1 => Just(1000_u32), 1 => Just(u32::MAX)]
}

/// The place in a text of `length` bytes; it may lie past the end and inside of a character.
pub(crate) fn scaled(share: u32, length: usize) -> usize {
    if share == u32::MAX { usize::MAX } else { (length + 2) * share as usize / 1000 }
}

/// A line or a character of a position.
pub(crate) fn coordinate() -> impl Strategy<Value = u32> {
    prop_oneof![10 => 0..12_u32, 3 => 0..400_u32, 1 => Just(u32::MAX)]
}

pub(crate) struct Oracle(String);

impl Oracle {
    pub(crate) fn new(text: &str) -> Oracle {
        Oracle(text.to_owned())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Each line without its line end.
    pub(crate) fn lines(&self) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let mut start = 0;
        let mut characters = self.0.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character != '\r' && character != '\n' {
                continue;
            }
            lines.push(start..at);
            start = at + 1;
            if character == '\r' && characters.next_if(|(_, next)| *next == '\n').is_some() {
                start += 1;
            }
        }
        lines.push(start..self.0.len());
        lines
    }

    pub(crate) fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.0.len());
        while !self.0.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    fn clamped(&self, range: Range<usize>) -> Range<usize> {
        let end = self.floor(range.end);
        self.floor(range.start).min(end)..end
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &str {
        &self.0[self.clamped(range)]
    }

    pub(crate) fn replace(&mut self, range: Range<usize>, with: &str) {
        let range = self.clamped(range);
        self.0.replace_range(range, with);
    }

    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.lines().iter().rposition(|line| line.start <= offset).unwrap()
    }

    pub(crate) fn point(&self, offset: usize) -> (usize, usize) {
        let before = &self.0.as_bytes()[..offset.min(self.0.len())];
        let row = before.iter().filter(|byte| **byte == b'\n').count();
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        (row, column)
    }

    pub(crate) fn offset(&self, position: Position, encoding: PositionEncoding) -> usize {
        let lines = self.lines();
        let Some(line) = lines.get(position.line as usize) else { return self.0.len() };
        let mut left = position.character as usize;
        let mut at = line.start;
        for character in self.0[line.clone()].chars() {
            let units = units(character, encoding);
            if left < units {
                break;
            }
            left -= units;
            at += character.len_utf8();
        }
        at
    }

    pub(crate) fn position(&self, offset: usize, encoding: PositionEncoding) -> Position {
        let offset = self.floor(offset);
        let line = self.line_of(offset);
        let before = &self.0[self.lines()[line].start..offset];
        let units: usize = before.chars().map(|character| units(character, encoding)).sum();
        Position::new(u32::try_from(line).unwrap(), u32::try_from(units).unwrap())
    }
}

fn units(character: char, encoding: PositionEncoding) -> usize {
    match encoding {
        PositionEncoding::Utf8 => character.len_utf8(),
        PositionEncoding::Utf16 => character.len_utf16(),
        PositionEncoding::Utf32 => 1,
    }
}
