//! What tests of this room have in common: a project of one file, `a.rs`, and errors in it.

use std::collections::BTreeMap;
use std::ops::Range;

use harness::{CheckReport, Diagnostic, Severity, Span};

use crate::candidates::{Candidate, Known};
use crate::files::{self, Files};

const FILE: &str = "a.rs";

/// A place in the file.
pub(crate) fn span(bytes: Range<usize>) -> Span {
    Span {
        file: FILE.to_owned(),
        bytes,
        line: 1,
        column: 1,
        end_line: 1,
        primary: true,
        label: None,
    }
}

/// An error at a place.
pub(crate) fn error(code: Option<&str>, message: &str, bytes: Range<usize>) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: code.map(str::to_owned),
        message: message.to_owned(),
        spans: vec![span(bytes)],
        notes: Vec::new(),
        suggestions: Vec::new(),
        rendered: String::new(),
    }
}

/// What a source proposes for the first of `errors`, which is all that the checker says.
pub(crate) fn proposed(
    text: &str,
    errors: Vec<Diagnostic>,
    source: fn(&Known<'_>, &Diagnostic) -> Vec<Candidate>,
) -> Vec<Candidate> {
    let files = Files::from([(FILE.to_owned(), text.to_owned())]);
    let report = CheckReport { diagnostics: errors, ..CheckReport::default() };
    let hits = BTreeMap::new();
    let known = Known { files: &files, report: &report, hits: &hits };
    source(&known, &report.diagnostics[0])
}

/// The text after each of `proposals`.
pub(crate) fn after(text: &str, proposals: &[Candidate]) -> Vec<String> {
    let files = Files::from([(FILE.to_owned(), text.to_owned())]);
    proposals.iter().filter_map(|it| files::apply(&files, &it.edits)?.remove(FILE)).collect()
}
