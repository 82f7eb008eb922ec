//! The common form of all edits: the lines that are to be found, and what becomes of them.

use text::{LineChange, diff_lines};

use crate::place::Leniency;

/// Lines to be found in the file, and what is to stand there instead. Lines are without their
/// line ends.
///
/// What is common to both is kept: such lines serve to find the place, and come from the file.
/// Other old lines are deleted and other new ones inserted ([`Script::changes`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) old: Vec<String>,
    pub(crate) new: Vec<String>,
}

impl Script {
    /// The script for a stretch of text as a model wrote it. The line end behind the last line
    /// is taken for the end of that line and not for the start of another one.
    pub(crate) fn of_texts(old: &str, new: &str) -> Script {
        let (mut old, mut new) = (lines(old), lines(new));
        if old.len() > 1 && old.last().is_some_and(String::is_empty) {
            old.pop();
            if new.last().is_some_and(String::is_empty) {
                new.pop();
            }
        }
        if new == [""] {
            new.clear();
        }
        Script { old, new }
    }

    /// The script without blank lines at its edges where old and new lines both have them.
    pub(crate) fn without_blank_edges(&self) -> Script {
        let blank = |line: Option<&String>| line.is_some_and(|line| line.trim().is_empty());
        let (mut old, mut new) = (self.old.as_slice(), self.new.as_slice());
        while blank(old.first()) && blank(new.first()) {
            (old, new) = (&old[1..], &new[1..]);
        }
        while blank(old.last()) && blank(new.last()) {
            (old, new) = (&old[..old.len() - 1], &new[..new.len() - 1]);
        }
        Script { old: old.to_vec(), new: new.to_vec() }
    }

    /// The lines that are deleted and inserted, in order, with at least one kept line between two
    /// changes. Once trailing blanks are overlooked, a line that differs in them alone is kept:
    /// the model does not see them well enough to mean anything by them.
    pub(crate) fn changes(&self, leniency: Leniency) -> Vec<LineChange> {
        let keys = |lines: &'_ [String]| -> Vec<String> {
            let key = |line: &String| match leniency {
                Leniency::Exact | Leniency::LineEnds => line.clone(),
                Leniency::TrailingBlanks | Leniency::Indentation => line.trim_end().to_owned(),
            };
            lines.iter().map(key).collect()
        };
        let (old, new) = (keys(&self.old), keys(&self.new));
        let old: Vec<&str> = old.iter().map(String::as_str).collect();
        let new: Vec<&str> = new.iter().map(String::as_str).collect();
        diff_lines(&old, &new)
    }
}

/// The lines of `text` without their line ends; one more than there are line ends.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()).collect()
}
