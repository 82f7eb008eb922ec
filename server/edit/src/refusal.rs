//! Why an edit was not applied, in words that help the model to write a better one.

use std::collections::{BTreeMap, BTreeSet};
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
    /// The place is clear, but not how the new lines are to be indented.
    Indentation,
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
const MAX_CANDIDATES: usize = 3;
/// How many lines of a place it shows.
const MAX_LINES: usize = 12;
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
        for place in places.iter().take(MAX_CANDIDATES) {
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
}

impl Candidate {
    fn new(file: &File<'_>, place: Range<usize>) -> Candidate {
        let end = place.end.min(place.start + MAX_LINES).min(file.line_count());
        let lines: Vec<String> = (place.start..end)
            .map(|line| file.line(line).chars().take(MAX_CHARACTERS).collect())
            .collect();
        Candidate { start_line: place.start + 1, end_line: end, text: lines.join("\n") }
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

/// The stretches of the file that have most in common with `lines`, the best first. A word counts
/// for the more, the fewer lines of the file it stands in.
pub(crate) fn nearest(file: &File<'_>, lines: &[String]) -> Vec<Range<usize>> {
    let length = lines.len().clamp(1, MAX_LINES);
    let wanted: BTreeSet<&str> = lines.iter().flat_map(|line| words(line)).collect();
    let found: Vec<BTreeSet<&str>> = (0..file.line_count())
        .map(|line| words(file.line(line)).filter(|word| wanted.contains(word)).collect())
        .collect();
    let mut frequency: BTreeMap<&str, u32> = BTreeMap::new();
    for word in found.iter().flatten() {
        *frequency.entry(word).or_default() += 1;
    }
    let scores: Vec<f64> = found
        .iter()
        .map(|line| line.iter().map(|word| 1.0 / f64::from(frequency[word])).sum())
        .collect();
    let mut windows: Vec<(f64, usize)> = (0..=scores.len().saturating_sub(length))
        .map(|start| (scores[start..(start + length).min(scores.len())].iter().sum(), start))
        .filter(|(score, _)| *score > 0.0)
        .collect();
    // Of equal ones, one that starts with something in common, and then the first.
    let order = |start: &usize| (scores.get(*start) == Some(&0.0), *start);
    windows.sort_by(|(a, at), (b, other)| b.total_cmp(a).then(order(at).cmp(&order(other))));
    let mut nearest: Vec<Range<usize>> = Vec::new();
    let best = windows.first().map_or(0.0, |(score, _)| *score);
    for (score, start) in windows {
        // What has less than half of the best in common would only distract.
        if nearest.len() == MAX_CANDIDATES || score < best / 2.0 {
            break;
        }
        let place = start..(start + length).min(file.line_count());
        if nearest.iter().all(|other| place.end <= other.start || other.end <= place.start) {
            nearest.push(place);
        }
    }
    nearest
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
}
