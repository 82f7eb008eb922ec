//! Comparing the reports of two states of the draft.

use std::collections::BTreeMap;

use harness::{CheckReport, Diagnostic};

/// What makes an error the same although lines have moved.
type Identity = (String, Option<String>, String);

fn identity(error: &Diagnostic) -> Identity {
    let file = error.spans.first().map(|span| span.file.clone()).unwrap_or_default();
    (file, error.code.clone(), error.message.clone())
}

/// How the errors of a later report differ from those of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Errors that are gone.
    pub(crate) gone: usize,
    /// Errors that were not there.
    pub(crate) new: usize,
}

/// Counts what went and what came; of equal errors each counts.
pub(crate) fn compare(before: &CheckReport, after: &CheckReport) -> Difference {
    let mut balance: BTreeMap<Identity, i64> = BTreeMap::new();
    for error in before.errors() {
        *balance.entry(identity(error)).or_default() += 1;
    }
    for error in after.errors() {
        *balance.entry(identity(error)).or_default() -= 1;
    }
    let sum = |sign: i64| balance.values().map(|&n| (n * sign).max(0)).sum::<i64>();
    let count = |sign| usize::try_from(sum(sign)).unwrap_or(0);
    Difference { gone: count(1), new: count(-1) }
}

/// Whether `error` is still among those of `report`.
pub(crate) fn has(report: &CheckReport, error: &Diagnostic) -> bool {
    let wanted = identity(error);
    report.errors().any(|other| identity(other) == wanted)
}
