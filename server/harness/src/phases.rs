//! Compilers work in phases and stop at the first that fails, so that mending an error may bring
//! to light what was wrong all the time. What the codes of compilers tell about this is known
//! here, and what a change has merely revealed is told apart from what it has brought about.

use std::collections::BTreeMap;
use std::ops::Range;

use text::diff_lines;
use workspace::Draft;

use crate::{CheckReport, Diagnostic};

/// How far the compiler had come when it found `error`: 0 while it read the text, 1 while it
/// looked for names, 2 while it looked at types, 3 while it looked at what is borrowed. `None` if
/// it is an error of a checker whose codes are not known.
///
/// Source: the error codes index of rustc.
#[must_use]
pub fn error_phase(error: &Diagnostic) -> Option<u8> {
    let rust = error.spans.iter().any(|span| span.file.ends_with(".rs"));
    match error.code.as_deref() {
        None if error.message.starts_with("lifetime may not live") => Some(3),
        None => (rust || error.spans.is_empty()).then_some(0),
        Some(
            "E0400" | "E0401" | "E0403" | "E0404" | "E0405" | "E0407" | "E0408" | "E0411" | "E0412"
            | "E0415" | "E0416" | "E0422" | "E0423" | "E0424" | "E0425" | "E0426" | "E0428"
            | "E0431" | "E0432" | "E0433" | "E0434" | "E0435" | "E0437" | "E0438" | "E0531"
            | "E0532" | "E0573" | "E0574" | "E0576" | "E0583" | "E0261" | "E0106" | "E0603",
        ) => Some(1),
        Some(
            "E0381" | "E0382" | "E0384" | "E0499" | "E0502" | "E0503" | "E0505" | "E0506" | "E0507"
            | "E0515" | "E0521" | "E0594" | "E0596" | "E0597" | "E0621" | "E0700" | "E0716",
        ) => Some(3),
        Some(code) => {
            let digits = code.strip_prefix('E')?;
            (digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_digit())).then_some(2)
        }
    }
}

/// The lines (from 0) of each file that are different in `draft`, by path relative to the root.
pub(crate) fn changed_lines(draft: &Draft) -> BTreeMap<String, Vec<Range<usize>>> {
    let change = draft.source_change();
    let files = change.files.iter().map(|file| {
        let text = |text: &Option<text::Text>| text.as_ref().map(ToString::to_string);
        let (old, new) = (text(&file.base.text), text(&file.target));
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let changed = diff_lines(&old, &new).into_iter().map(|change| change.new).collect();
        let name = file.path.relative_to(&change.root);
        (name.unwrap_or_else(|| file.path.to_string()), changed)
    });
    files.collect()
}

/// Of the complaints `new`, which `after` has and `before` had not, those that a change of the
/// lines `changed` has merely revealed: errors of an earlier phase are gone, these belong to a
/// later one (or to programs that the compiler had not come to), and they are about places that
/// the change has not touched.
pub(crate) fn revealed(
    before: &CheckReport,
    after: &CheckReport,
    new: &[Diagnostic],
    changed: &BTreeMap<String, Vec<Range<usize>>>,
) -> Vec<Diagnostic> {
    let left: Vec<&Diagnostic> = after.errors().collect();
    let gone = before.errors().filter(|error| !left.iter().any(|other| other.is_about(error)));
    let Some(earliest) = gone.filter_map(error_phase).min() else { return Vec::new() };
    let untouched = |error: &Diagnostic| {
        error.spans.iter().filter(|span| span.primary).all(|span| {
            let lines = changed.get(&span.file).map(Vec::as_slice).unwrap_or_default();
            // A line that went leaves its neighbours touched.
            !lines.iter().any(|lines| span.line <= lines.end + 1 && lines.start <= span.end_line)
        })
    };
    let is_revealed = |error: &&Diagnostic| {
        let later = error_phase(error).is_some_and(|phase| phase > earliest || depends(error));
        later && untouched(error)
    };
    new.iter().filter(is_revealed).cloned().collect()
}

/// Whether `error` is about a program that is only looked at if the library has no errors.
fn depends(error: &Diagnostic) -> bool {
    error.spans.first().is_some_and(|span| {
        ["tests", "examples", "benches"].iter().any(|folder| {
            span.file.starts_with(&format!("{folder}/"))
                || (span.file.contains(&format!("/{folder}/")) && !span.file.contains("src/"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Severity, Span};

    fn error(code: Option<&str>, message: &str, file: &str, line: usize) -> Diagnostic {
        let span = Span {
            file: file.to_owned(),
            bytes: 0..0,
            line,
            column: 1,
            end_line: line,
            primary: true,
            label: None,
        };
        Diagnostic {
            severity: Severity::Error,
            code: code.map(str::to_owned),
            message: message.to_owned(),
            spans: vec![span],
            notes: Vec::new(),
            suggestions: Vec::new(),
            rendered: String::new(),
        }
    }

    /// Whether `after`, the only error behind a change of line 5 (from 1) of `a.rs`, counts as
    /// revealed.
    #[track_caller]
    fn check(before: &Diagnostic, after: &Diagnostic, expected: bool) {
        let report = |error: &Diagnostic| CheckReport {
            diagnostics: vec![error.clone()],
            ..CheckReport::default()
        };
        let lines = std::iter::once(4..5).collect();
        let changed = BTreeMap::from([("a.rs".to_owned(), lines)]);
        let new = vec![after.clone()];
        let found = revealed(&report(before), &report(after), &new, &changed);
        assert_eq!(!found.is_empty(), expected, "{after:?}");
    }

    #[test]
    fn what_a_later_phase_finds_elsewhere_was_there_before() {
        let syntax = error(None, "expected `;`", "a.rs", 5);
        let name = error(Some("E0425"), "no x", "a.rs", 5);
        check(&syntax, &error(Some("E0308"), "types", "a.rs", 90), true);
        check(&syntax, &error(Some("E0308"), "types", "b.rs", 5), true);
        check(&name, &error(Some("E0382"), "moved", "a.rs", 90), true);
        check(&name, &error(Some("E0433"), "no y", "tests/t.rs", 1), true);
        // The same phase, an earlier one, a place that was touched, the neighbour of one.
        check(&name, &error(Some("E0433"), "no y", "a.rs", 90), false);
        check(&name, &error(None, "expected `;`", "a.rs", 90), false);
        check(&syntax, &error(Some("E0308"), "types", "a.rs", 5), false);
        check(&syntax, &error(Some("E0308"), "types", "a.rs", 6), false);
    }

    #[test]
    fn nothing_is_revealed_where_nothing_is_gone() {
        let syntax = error(None, "expected `;`", "a.rs", 5);
        let both = vec![syntax.clone(), error(Some("E0308"), "types", "a.rs", 90)];
        let before = CheckReport { diagnostics: vec![syntax], ..CheckReport::default() };
        let after = CheckReport { diagnostics: both.clone(), ..CheckReport::default() };
        assert_eq!(revealed(&before, &after, &both[1..], &BTreeMap::new()), []);
    }

    #[test]
    fn other_checkers_are_not_guessed_about() {
        assert_eq!(error_phase(&error(Some("TS2304"), "no x", "a.ts", 1)), None);
        assert_eq!(error_phase(&error(None, "no x", "a.py", 1)), None);
        assert_eq!(error_phase(&error(Some("E0308"), "types", "a.rs", 1)), Some(2));
    }
}
