//! Proposals for mending an error: one file, one source of them.

mod suggestions;

use harness::Diagnostic;

use crate::files::{Edit, Files};

/// One way to mend something, not yet tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// How likely it is to be what was meant; lower is tried first.
    pub(crate) rank: u32,
    /// The edits, to be made together.
    pub(crate) edits: Vec<Edit>,
    /// What it does, for the summary.
    pub(crate) what: String,
    /// The error that it is meant for.
    pub(crate) error: usize,
}

/// All proposals for `errors` in the state `files`, best first, without repetitions.
pub(crate) fn all(errors: &[&Diagnostic], files: &Files) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for (at, error) in errors.iter().enumerate() {
        for candidate in suggestions::candidates(error, files) {
            candidates.push(Candidate { error: at, ..candidate });
        }
    }
    if let Some(together) = together(&candidates) {
        candidates.push(together);
    }
    candidates.sort_by_key(|candidate| (candidate.rank, candidate.error));
    let mut seen = Vec::new();
    candidates.retain(|candidate| {
        let new = !seen.contains(&candidate.edits);
        seen.push(candidate.edits.clone());
        new
    });
    candidates
}

/// The files whose text is needed before proposals for `errors` can be made.
pub(crate) fn needed(errors: &[&Diagnostic]) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for error in errors {
        let own = error.spans.iter().filter(|span| span.primary).map(|span| &span.file);
        let theirs = error
            .suggestions
            .iter()
            .flat_map(|suggestion| suggestion.edits.iter().map(|(span, _)| &span.file));
        files.extend(own.chain(theirs).cloned());
    }
    files.sort();
    files.dedup();
    // What lies outside of the root is not ours to mend.
    files.retain(|file| !file.starts_with('/'));
    files
}

/// Everything that the checker itself is sure about, for different errors, in one step: where it
/// is right about all, one check instead of many.
fn together(candidates: &[Candidate]) -> Option<Candidate> {
    let sure: Vec<&Candidate> =
        candidates.iter().filter(|candidate| candidate.rank == suggestions::SURE).collect();
    let mut taken: Vec<Edit> = Vec::new();
    let mut errors = Vec::new();
    for candidate in &sure {
        let overlaps = |edit: &Edit| {
            taken.iter().any(|other| {
                other.file == edit.file && edit.start <= other.end && other.start <= edit.end
            })
        };
        if !errors.contains(&candidate.error) && !candidate.edits.iter().any(overlaps) {
            taken.extend(candidate.edits.iter().cloned());
            errors.push(candidate.error);
        }
    }
    let first = errors.first().copied()?;
    (errors.len() > 1).then(|| Candidate {
        rank: 0,
        edits: taken,
        what: format!("{} of the compiler's own corrections", errors.len()),
        error: first,
    })
}
