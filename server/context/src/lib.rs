//! The code that a task needs to see: selected without a model, deterministic, within a budget,
//! every fragment with its reason.
//!
//! This room knows nothing of prompts, models, tools or editors.

use std::ops::Range;

use stdx::AbsPath;
use workspace::Snapshot;

/// What the selection is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContextQuery {
    /// The file and the bytes that the user was at.
    pub place: Option<(AbsPath, Range<usize>)>,
}

/// How much may be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBudget {
    bytes: usize,
}

impl TokenBudget {
    /// A budget by the bytes of the selected text.
    #[must_use]
    pub fn of_bytes(bytes: usize) -> TokenBudget {
        TokenBudget { bytes }
    }
}

/// Some lines of a file and why they were selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Path relative to the root.
    pub file: String,
    /// First line, from 1.
    pub start_line: usize,
    /// Last line, from 1.
    pub end_line: usize,
    /// Why it is here.
    pub reason: &'static str,
    /// The lines, without the last line end.
    pub text: String,
}

/// Lines shown above and below the user's place.
const AROUND: usize = 30;

/// Selects what helps with `query`, best first, within `budget`.
#[must_use]
pub fn gather(snapshot: &Snapshot, query: &ContextQuery, budget: TokenBudget) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    if let Some((path, bytes)) = &query.place
        && let Ok(file) = snapshot.read(path)
        && let Some(name) = path.relative_to(snapshot.root())
    {
        let text = &file.text;
        let (mut first, mut last) = (text.line_of(bytes.start), text.line_of(bytes.end));
        first = first.saturating_sub(AROUND);
        last = (last + AROUND).min(text.line_count() - 1);
        let size = |first: usize, last: usize| text.line_range(last).end - text.line_start(first);
        // Too much: the lines furthest from the place go first.
        let middle = text.line_of(bytes.start);
        while first < last && size(first, last) > budget.bytes {
            if last - middle >= middle - first { last -= 1 } else { first += 1 }
        }
        if size(first, last) <= budget.bytes {
            fragments.push(Fragment {
                file: name,
                start_line: first + 1,
                end_line: last + 1,
                reason: "around the place",
                text: text.slice(text.line_start(first)..text.line_range(last).end).into_owned(),
            });
        }
    }
    fragments
}
