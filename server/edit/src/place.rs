//! Where lines stand in a file, and how much has to be overlooked to find them.

use std::ops::Range;

use crate::file::File;

/// What is overlooked when lines are compared. Every step overlooks what the one before it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum Leniency {
    /// Nothing.
    #[default]
    Exact,
    /// How lines end: `\n` or `\r\n`, and whether the last line of the file has an end.
    LineEnds,
    /// Blanks at the ends of lines.
    TrailingBlanks,
    /// Blanks at the starts of lines.
    Indentation,
}

impl Leniency {
    /// The part of a line that counts.
    fn key(self, line: &str) -> &str {
        match self {
            Leniency::Exact | Leniency::LineEnds => line,
            Leniency::TrailingBlanks => line.trim_end(),
            Leniency::Indentation => line.trim(),
        }
    }

    /// In words, for a message: what was overlooked.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Leniency::Exact => "exactly",
            Leniency::LineEnds => "apart from line ends",
            Leniency::TrailingBlanks => "apart from trailing white space",
            Leniency::Indentation => "apart from indentation",
        }
    }
}

/// All places where `lines` stand, as ranges of lines of the file. Lines that are all blank stand
/// nowhere: they say nothing about a place.
pub(crate) fn find(file: &File<'_>, lines: &[String], leniency: Leniency) -> Vec<Range<usize>> {
    let wanted: Vec<&str> = lines.iter().map(|line| leniency.key(line)).collect();
    if wanted.iter().all(|line| line.trim().is_empty()) {
        return Vec::new();
    }
    let starts = (file.line_count() + 1).saturating_sub(wanted.len());
    (0..starts)
        .filter(|start| {
            wanted
                .iter()
                .enumerate()
                .all(|(index, wanted)| leniency.key(file.line(start + index)) == *wanted)
        })
        .map(|start| start..start + wanted.len())
        .collect()
}

/// All places where `wanted` stands character by character, those that overlap included. A place
/// that would cut a `\r\n` in two is none.
pub(crate) fn find_exact(text: &str, wanted: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(length) = text[from..].find(wanted) {
        let at = from + length;
        if !cuts_line_end(text, at) && !cuts_line_end(text, at + wanted.len()) {
            places.push(at);
        }
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
    }
    places
}

fn cuts_line_end(text: &str, at: usize) -> bool {
    text[..at].ends_with('\r') && text[at..].starts_with('\n')
}
