//! A text as a list of lines that know their bytes.

use std::cell::OnceCell;
use std::ops::Range;

use crate::sign::Sign;

/// A text cut at its line ends.
///
/// Only `\n` and `\r\n` are line ends here: models copy anything else as a character of the line.
pub(crate) struct File<'a> {
    text: &'a str,
    /// The lines; behind the last line end there is an empty one, which is never edited.
    lines: Vec<Line>,
    filled: OnceCell<Vec<usize>>,
    signs: OnceCell<Vec<Sign>>,
}

struct Line {
    body: Range<usize>,
    /// Where its line end ends; the same as the end of the body for the last line.
    end: usize,
}

impl<'a> File<'a> {
    pub(crate) fn new(text: &'a str) -> File<'a> {
        // A byte order mark belongs to the file and not to its first line.
        let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut lines = Vec::new();
        while let Some(length) = text[start..].find('\n') {
            let at = start + length;
            let body_end = if text[start..at].ends_with('\r') { at - 1 } else { at };
            lines.push(Line { body: start..body_end, end: at + 1 });
            start = at + 1;
        }
        lines.push(Line { body: start..text.len(), end: text.len() });
        File { text, lines, filled: OnceCell::new(), signs: OnceCell::new() }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// How many lines there are, with the empty one behind the last line end; never 0.
    pub(crate) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// How many lines can be looked for and deleted.
    pub(crate) fn real_lines(&self) -> usize {
        let last = self.lines.len() - 1;
        if self.lines[last].body.is_empty() { last } else { last + 1 }
    }

    /// Whether there is a line end behind the last line.
    pub(crate) fn ends_with_line_end(&self) -> bool {
        self.real_lines() < self.line_count() && self.line_count() > 1
    }

    /// The characters of a line without its line end.
    pub(crate) fn line(&self, index: usize) -> &'a str {
        &self.text[self.lines[index].body.clone()]
    }

    /// The line end of a line; empty for the last one.
    pub(crate) fn line_end(&self, index: usize) -> &'a str {
        &self.text[self.lines[index].body.end..self.lines[index].end]
    }

    pub(crate) fn line_start(&self, index: usize) -> usize {
        self.lines[index].body.start
    }

    /// Where the characters of a line end.
    pub(crate) fn body_end(&self, index: usize) -> usize {
        self.lines[index].body.end
    }

    /// Where a line ends, its line end included.
    pub(crate) fn full_end(&self, index: usize) -> usize {
        self.lines[index].end
    }

    /// The line that holds a byte.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.end <= offset).min(self.lines.len() - 1)
    }

    pub(crate) fn is_blank(&self, index: usize) -> bool {
        self.line(index).trim().is_empty()
    }

    /// The lines that are not blank, in order.
    pub(crate) fn filled(&self) -> &[usize] {
        self.filled
            .get_or_init(|| (0..self.real_lines()).filter(|index| !self.is_blank(*index)).collect())
    }

    /// What all lines that stand for this one have in common.
    pub(crate) fn sign(&self, index: usize) -> Sign {
        let all = || (0..self.line_count()).map(|index| Sign::of(self.line(index))).collect();
        self.signs.get_or_init(all)[index]
    }

    /// The line end that a new line in front of line `index` gets: that of its neighbours, or
    /// whatever the file has at its nearest.
    pub(crate) fn line_end_near(&self, index: usize) -> &'a str {
        let known = |index: usize| match self.line_end(index) {
            "" => None,
            end => Some(end),
        };
        let before = (0..index.min(self.lines.len())).rev().find_map(known);
        let after = || (index..self.lines.len()).find_map(known);
        before.or_else(after).unwrap_or("\n")
    }
}
