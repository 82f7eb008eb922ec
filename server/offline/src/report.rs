//! Comparing the reports of two states of the draft.

use std::collections::BTreeMap;
use std::ops::Range;

use harness::{CheckReport, Diagnostic, error_phase};

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

/// The errors of `after` that `before` has not; of several equal ones the last count as new.
pub(crate) fn new<'a>(before: &CheckReport, after: &'a CheckReport) -> Vec<&'a Diagnostic> {
    let mut known: BTreeMap<Identity, usize> = BTreeMap::new();
    for error in before.errors() {
        *known.entry(identity(error)).or_default() += 1;
    }
    let is_new = |error: &&Diagnostic| match known.get_mut(&identity(error)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    after.errors().filter(is_new).collect()
}

/// Whether what `after` says instead of `before` may have been there all the time: nothing that was
/// complained about is left, and the rest is what the compiler comes to later, or lies in files
/// that it had nothing to say about.
pub(crate) fn reveals(before: &CheckReport, after: &CheckReport) -> bool {
    let file = |error: &Diagnostic| error.spans.first().map(|span| span.file.clone());
    let cleared = before.errors().next().is_some() && before.errors().all(|it| !has(after, it));
    let elsewhere =
        || after.errors().all(|it| before.errors().all(|other| file(it) != file(other)));
    cleared && (phase(after) > phase(before) || elsewhere())
}

/// How far the compiler came: it looks for names only in what it can read, for types only if it
/// found all names, and at what is borrowed last. Later is better; nothing wrong is best.
pub(crate) fn phase(report: &CheckReport) -> u8 {
    report.errors().map(|error| error_phase(error).unwrap_or(2)).min().unwrap_or(4)
}

/// Whether a change of the places `touched` (file and bytes as they are now) is a step that can be
/// kept although errors are left that were not complained about `before`: what was complained
/// about at the places of the change is gone, the compiler came further, and what it says now is
/// about other places.
pub(crate) fn is_progress(
    before: &CheckReport,
    after: &CheckReport,
    touched: &[(String, Range<usize>)],
) -> bool {
    /// Bytes around a change that count as touched: about two lines.
    const AROUND: usize = 160;
    let gone = before.errors().filter(|error| !has(after, error));
    let Some(earliest) = gone.filter_map(error_phase).min() else { return false };
    let untouched = |error: &Diagnostic| {
        error.spans.iter().filter(|span| span.primary).all(|span| {
            !touched.iter().any(|(file, bytes)| {
                *file == span.file
                    && span.bytes.start <= bytes.end + AROUND
                    && bytes.start <= span.bytes.end + AROUND
            })
        })
    };
    new(before, after)
        .into_iter()
        .all(|error| error_phase(error).is_some_and(|it| it > earliest) && untouched(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use harness::Severity;

    fn report(errors: &[(Option<&str>, &str)]) -> CheckReport {
        let error = |(code, message): &(Option<&str>, &str)| Diagnostic {
            severity: Severity::Error,
            code: code.map(str::to_owned),
            message: (*message).to_owned(),
            spans: Vec::new(),
            notes: Vec::new(),
            suggestions: Vec::new(),
            rendered: String::new(),
        };
        CheckReport { diagnostics: errors.iter().map(error).collect(), ..CheckReport::default() }
    }

    #[test]
    fn equal_errors_count_each() {
        let before = report(&[(None, "a"), (None, "b")]);
        let after = report(&[(None, "a"), (None, "a"), (None, "c")]);
        assert_eq!(compare(&before, &after), Difference { gone: 1, new: 2 });
        let new: Vec<&str> = new(&before, &after).iter().map(|e| e.message.as_str()).collect();
        assert_eq!(new, ["a", "c"]);
    }

    #[test]
    fn what_comes_to_light_elsewhere_is_no_setback() {
        let at = |code: Option<&str>, message: &str, bytes: Range<usize>| {
            let mut error = report(&[(code, message)]).diagnostics.remove(0);
            error.spans.push(testing::span(bytes));
            CheckReport { diagnostics: vec![error], ..CheckReport::default() }
        };
        let touched = [("a.rs".to_owned(), 1000..1001)];
        let syntax = at(None, "expected `;`", 1000..1001);
        let check = |after: CheckReport| is_progress(&syntax, &after, &touched);
        assert!(check(at(Some("E0308"), "types", 5000..5001)));
        assert!(check(CheckReport::default()));
        assert!(!check(at(Some("E0308"), "types", 1050..1051)), "it was touched");
        assert!(!check(at(None, "expected `,`", 5000..5001)), "the compiler came no further");
        assert!(!check(syntax.clone()), "nothing is mended");
    }

    #[test]
    fn the_earliest_error_tells_how_far_the_compiler_came() {
        let at = |errors: &[(Option<&str>, &str)]| phase(&report(errors));
        assert_eq!(at(&[(Some("E0308"), ""), (None, "expected `;`")]), 0);
        assert_eq!(at(&[(Some("E0308"), ""), (Some("E0425"), "")]), 1);
        assert_eq!(at(&[(Some("E0505"), ""), (Some("E0277"), "")]), 2);
        assert_eq!(at(&[(None, "lifetime may not live long enough")]), 3);
        assert_eq!(at(&[]), 4);
    }
}
