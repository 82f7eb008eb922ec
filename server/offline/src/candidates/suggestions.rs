//! What the checker itself proposes.

use harness::{Diagnostic, Suggestion};

use super::Candidate;
use crate::files::{Edit, Files};

/// Rank of a correction that the checker is sure about.
pub(crate) const SURE: u32 = 10;
/// Rank of one that it is not sure about.
const UNSURE: u32 = 20;

/// The corrections that `error` and its notes carry. Those with blanks to be filled in, and those
/// that put a placeholder where code should be, are no corrections.
pub(super) fn candidates(error: &Diagnostic, files: &Files) -> Vec<Candidate> {
    let mut found = Vec::new();
    for suggestion in &error.suggestions {
        let placeholder = suggestion.edits.iter().any(|(_, text)| is_placeholder(text));
        if suggestion.has_placeholders || placeholder || suggestion.edits.is_empty() {
            continue;
        }
        let edits: Vec<Edit> = suggestion
            .edits
            .iter()
            .map(|(span, text)| Edit::new(&span.file, span.bytes.clone(), text.clone()))
            .collect();
        if edits.iter().all(|edit| files.contains_key(&edit.file)) {
            found.push(Candidate {
                rank: if suggestion.machine_applicable { SURE } else { UNSURE },
                what: described(suggestion),
                edits,
                error: 0,
            });
        }
    }
    found
}

/// Code that stands for code that is missing.
pub(crate) fn is_placeholder(text: &str) -> bool {
    ["todo!", "unimplemented!", "/* "].iter().any(|mark| text.contains(mark))
}

fn described(suggestion: &Suggestion) -> String {
    suggestion.message.lines().next().unwrap_or_default().to_owned()
}
