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
    report.errors().map(phase_of).min().unwrap_or(4)
}

fn phase_of(error: &Diagnostic) -> u8 {
    match error.code.as_deref() {
        None if error.message.starts_with("lifetime may not live") => 3,
        None => 0,
        Some(
            "E0400" | "E0401" | "E0403" | "E0404" | "E0405" | "E0407" | "E0408" | "E0411" | "E0412"
            | "E0415" | "E0416" | "E0422" | "E0423" | "E0424" | "E0425" | "E0426" | "E0428"
            | "E0431" | "E0432" | "E0433" | "E0434" | "E0435" | "E0437" | "E0438" | "E0531"
            | "E0532" | "E0573" | "E0574" | "E0576" | "E0583" | "E0261" | "E0106" | "E0603",
        ) => 1,
        Some(
            "E0381" | "E0382" | "E0384" | "E0499" | "E0502" | "E0503" | "E0505" | "E0506" | "E0507"
            | "E0515" | "E0521" | "E0594" | "E0596" | "E0597" | "E0621" | "E0700" | "E0716",
        ) => 3,
        Some(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn the_earliest_error_tells_how_far_the_compiler_came() {
        let at = |errors: &[(Option<&str>, &str)]| phase(&report(errors));
        assert_eq!(at(&[(Some("E0308"), ""), (None, "expected `;`")]), 0);
        assert_eq!(at(&[(Some("E0308"), ""), (Some("E0425"), "")]), 1);
        assert_eq!(at(&[(Some("E0505"), ""), (Some("E0277"), "")]), 2);
        assert_eq!(at(&[(None, "lifetime may not live long enough")]), 3);
        assert_eq!(at(&[]), 4);
    }
}
