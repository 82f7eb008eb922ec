//! The texts that the policy has read, and calls that turn one state of them into another.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};
use syntax::{Language, SyntaxTree};
use text::Text;

/// Texts by path relative to the root. Only whole files are in it.
pub(crate) type Files = BTreeMap<String, String>;

/// A replacement of some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edit {
    /// The file.
    pub(crate) file: String,
    /// Where its bytes begin.
    pub(crate) start: usize,
    /// Where they end.
    pub(crate) end: usize,
    /// What replaces them.
    pub(crate) text: String,
}

impl Edit {
    pub(crate) fn new(file: &str, bytes: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { file: file.to_owned(), start: bytes.start, end: bytes.end, text: text.into() }
    }
}

/// The files that `edits` change, with their text afterwards; `None` if the edits do not fit.
pub(crate) fn changed(files: &Files, edits: &[Edit]) -> Option<Files> {
    let mut after = apply(files, edits)?;
    after.retain(|file, text| files.get(file) != Some(text));
    Some(after)
}

/// Whether no file of `after` has more syntax errors than it has in `before`.
pub(crate) fn parses(before: &Files, after: &Files) -> bool {
    after.iter().all(|(file, text)| {
        let Some(language) = Language::for_path(Path::new(file)) else { return true };
        let old = before.get(file).map_or(0, |old| syntax_errors(language, old));
        syntax_errors(language, text) <= old
    })
}

fn syntax_errors(language: Language, text: &str) -> usize {
    let text = Text::new(text);
    SyntaxTree::parse(language, &text, None).map_or(0, |tree| tree.errors(&text).len())
}

/// `files` after `edits`, which refer to it as it is; `None` if they do not fit it.
pub(crate) fn apply(files: &Files, edits: &[Edit]) -> Option<Files> {
    let mut result = files.clone();
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    sorted.dedup();
    for pair in sorted.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if a.file == b.file && b.start < a.end {
            return None;
        }
    }
    for edit in sorted.into_iter().rev() {
        let text = result.get_mut(&edit.file)?;
        text.get(edit.start..edit.end)?;
        let new = with_line_ends(text, &edit.text);
        text.replace_range(edit.start..edit.end, &new);
    }
    Some(result)
}

/// `new` with the line ends of `text`: the draft keeps one kind in one file, and we must know what
/// it holds to the byte.
fn with_line_ends<'a>(text: &str, new: &'a str) -> Cow<'a, str> {
    if text.contains("\r\n") && new.contains('\n') {
        Cow::Owned(new.replace("\r\n", "\n").replace('\n', "\r\n"))
    } else {
        Cow::Borrowed(new)
    }
}

/// The arguments of `edit` calls that turn `from` into `to`, one a file. Each quotes as many
/// whole lines as it takes to be unique.
pub(crate) fn calls(from: &Files, to: &Files) -> Vec<Value> {
    let mut calls = Vec::new();
    for (file, new) in to {
        let Some(old) = from.get(file) else { continue };
        if old != new {
            let (old_string, new_string) = block(old, new);
            calls.push(json!({
                "path": file, "old_string": old_string, "new_string": new_string,
            }));
        }
    }
    calls
}

/// The smallest run of whole lines that holds all differences and occurs once in `old`, and what
/// it becomes.
fn block<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str) {
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let shorter = old_lines.len().min(new_lines.len());
    let mut head = (0..shorter).take_while(|&at| old_lines[at] == new_lines[at]).count();
    let mut tail = (0..shorter - head)
        .take_while(|&at| {
            old_lines[old_lines.len() - 1 - at] == new_lines[new_lines.len() - 1 - at]
        })
        .count();
    loop {
        let skipped: usize = old_lines[..head].iter().map(|line| line.len()).sum();
        let kept: usize = old_lines[old_lines.len() - tail..].iter().map(|line| line.len()).sum();
        let piece = &old[skipped..old.len() - kept];
        let unique = !piece.is_empty() && old.match_indices(piece).nth(1).is_none();
        if unique || (head == 0 && tail == 0) {
            return (piece, &new[skipped..new.len() - kept]);
        }
        // A line more on each side, until it is unique.
        head = head.saturating_sub(1);
        tail = tail.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Files {
        Files::from([("a".to_owned(), text.to_owned())])
    }

    #[test]
    fn a_call_quotes_lines_that_are_unique() {
        let from = files("x\ny\nx\nz\n");
        let to = apply(&from, &[Edit::new("a", 4..5, "w")]).unwrap();
        assert_eq!(to["a"], "x\ny\nw\nz\n");
        let calls = calls(&from, &to);
        assert_eq!(calls[0]["old_string"], "y\nx\nz\n");
        assert_eq!(calls[0]["new_string"], "y\nw\nz\n");
    }

    #[test]
    fn an_insertion_quotes_its_neighbours() {
        let from = files("fn a() {}\n");
        let to = apply(&from, &[Edit::new("a", 0..0, "use b;\n")]).unwrap();
        let calls = calls(&from, &to);
        assert_eq!(calls[0]["old_string"], "fn a() {}\n");
        assert_eq!(calls[0]["new_string"], "use b;\nfn a() {}\n");
    }

    #[test]
    fn what_comes_in_has_the_line_ends_of_its_file() {
        let from = files("a\r\nb\r\n");
        let to = apply(&from, &[Edit::new("a", 0..0, "x\ny\r\n")]).unwrap();
        assert_eq!(to["a"], "x\r\ny\r\na\r\nb\r\n");
    }

    #[test]
    fn overlapping_edits_do_not_fit() {
        let from = files("abc");
        assert_eq!(apply(&from, &[Edit::new("a", 0..2, ""), Edit::new("a", 1..3, "")]), None);
        assert_eq!(apply(&from, &[Edit::new("a", 2..9, "")]), None);
    }
}
