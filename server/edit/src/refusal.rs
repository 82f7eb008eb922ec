//! Why an edit was not applied, in words that help the model to write a better one.

use std::fmt::Write as _;
use std::ops::Range;

use thiserror::Error;

use crate::file::File;

/// An edit that was not applied; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Refusal {
    /// What is wrong with it.
    pub reason: Reason,
    /// The same for the model, with line numbers (from 1) and the real text.
    pub message: String,
    /// The places in question, at most three: where the lines stand several times, or what comes
    /// nearest to them; the best first.
    pub candidates: Vec<Candidate>,
}

/// Kinds of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The text to be replaced does not stand in the file.
    NotFound,
    /// It stands there more than once.
    Ambiguous,
    /// The file already is what the edit would make it.
    AlreadyApplied,
    /// The edit says nothing: no text to look for, or nothing to change.
    Empty,
    /// The file that is to be created exists.
    Exists,
    /// The file that is to be changed does not exist.
    NoFile,
    /// The place is clear, but not how or where exactly the new lines are to be written.
    Unclear,
    /// Two parts of the edit are about the same lines.
    Overlap,
    /// The edit cannot be read, or its end is missing.
    Malformed,
    /// The new text stands for something that it leaves out.
    Placeholder,
    /// Looking for the place would take too long.
    TooCostly,
}

/// A stretch of the file as it really is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// First line, from 1.
    pub start_line: usize,
    /// Last line, inclusive.
    pub end_line: usize,
    /// The lines, joined by `\n`; long ones are cut.
    pub text: String,
}

/// How many places a refusal shows.
pub(crate) const MAX_CANDIDATES: usize = 3;
/// How many lines of a place it shows.
pub(crate) const MAX_LINES: usize = 12;
/// How many characters of a line it shows.
const MAX_CHARACTERS: usize = 200;

impl Refusal {
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Refusal {
        Refusal { reason, message: message.into(), candidates: Vec::new() }
    }

    /// Adds places (ranges of lines) to the message, under a heading.
    pub(crate) fn showing(
        mut self,
        file: &File<'_>,
        heading: &str,
        places: &[Range<usize>],
    ) -> Self {
        let left = MAX_CANDIDATES.saturating_sub(self.candidates.len());
        for place in places.iter().filter(|place| !place.is_empty()).take(left) {
            let candidate = Candidate::new(file, place.clone());
            let Candidate { start_line, end_line, text } = &candidate;
            let _ = match start_line == end_line {
                true => write!(self.message, "\n{heading} (line {start_line}):"),
                false => write!(self.message, "\n{heading} (lines {start_line}-{end_line}):"),
            };
            for (index, line) in text.split('\n').enumerate() {
                let _ = write!(self.message, "\n{:>6}| {line}", start_line + index);
            }
            self.candidates.push(candidate);
        }
        self
    }

    /// With something in front of the message.
    pub(crate) fn after(mut self, words: &str) -> Self {
        self.message.insert_str(0, words);
        self
    }
}

impl Candidate {
    fn new(file: &File<'_>, place: Range<usize>) -> Candidate {
        let start = place.start.min(file.line_count() - 1);
        let end = place.end.min(start + MAX_LINES).min(file.line_count()).max(start + 1);
        let lines: Vec<String> = (start..end)
            .map(|line| file.line(line).chars().take(MAX_CHARACTERS).collect())
            .collect();
        Candidate { start_line: start + 1, end_line: end, text: lines.join("\n") }
    }
}

/// `1, 5 and 9` of lines counted from 0, at most eight.
pub(crate) fn line_numbers(lines: impl Iterator<Item = usize>) -> String {
    let mut numbers: Vec<String> = lines.take(9).map(|line| (line + 1).to_string()).collect();
    if numbers.len() > 8 {
        numbers[8] = "…".to_owned();
    }
    numbers.join(", ")
}
