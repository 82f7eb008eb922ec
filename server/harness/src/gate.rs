//! The gate that a draft passes before it is offered: rings of checks, the quick ones first, each
//! comparing the draft with what was there before.

use std::collections::BTreeMap;

use stdx::AbsPath;
use tokio_util::sync::CancellationToken;
use workspace::Draft;

use crate::phases;
use crate::{
    CheckError, CheckReport, CheckScope, Confinement, Diagnostic, Grade, Severity, Verifier,
};

/// What the rings found.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// How far the draft has been checked.
    pub grade: Grade,
    /// Complaints that the draft has and its base had not, and that are its doing.
    pub new: Vec<Diagnostic>,
    /// Errors that were there before and only came to light because earlier ones are mended.
    pub revealed: Vec<Diagnostic>,
    /// Errors that are left, new or old.
    pub errors: Vec<Diagnostic>,
    /// Files of the draft with more syntax errors than before, and the line (from 1) of one.
    pub syntax: Vec<(String, usize)>,
    /// Tests that fail with the draft, if tests were run. Whether they failed before cannot be
    /// known where the base does not build.
    pub failed_tests: Vec<String>,
    /// Why no checker spoke, if none did.
    pub unchecked: Option<String>,
    /// Whether the checker ran with nothing between it and the user's machine.
    pub unconfined: bool,
}

impl Verdict {
    /// Whether the draft is no worse than its base.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.new.is_empty() && self.syntax.is_empty()
    }

    /// One line for each problem that the draft brought.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let syntax = self.syntax.iter().map(|(file, line)| format!("{file}:{line}: syntax error"));
        syntax.chain(self.new.iter().map(Diagnostic::headline)).collect()
    }
}

impl Diagnostic {
    /// Place, code and message in one line.
    #[must_use]
    pub fn headline(&self) -> String {
        let place = self
            .spans
            .first()
            .map(|span| format!("{}:{}:{}: ", span.file, span.line, span.column))
            .unwrap_or_default();
        let code = self.code.as_ref().map(|code| format!("[{code}]")).unwrap_or_default();
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        format!("{place}{severity}{code}: {}", self.message)
    }

    /// Whether `other` is this complaint, seen by another program or in a later state: the same
    /// file, and the same code or, where one has none, the same beginning.
    #[must_use]
    pub fn is_about(&self, other: &Diagnostic) -> bool {
        let file = |diagnostic: &Diagnostic| diagnostic.spans.first().map(|s| s.file.clone());
        if file(self) != file(other) {
            return false;
        }
        let (mine, its) = (self.message.trim(), other.message.trim());
        let alike = mine.starts_with(its) || its.starts_with(mine);
        match (&self.code, &other.code) {
            (Some(mine), Some(its)) => mine == its && alike,
            _ => alike,
        }
    }

    /// What makes it the same complaint although lines have moved.
    fn identity(&self) -> (Severity, String, Option<&str>, &str) {
        let file = self.spans.first().map(|span| span.file.clone()).unwrap_or_default();
        (self.severity, file, self.code.as_deref(), &self.message)
    }
}

/// The complaints of `after` beyond those of `before`; of several equal ones the last count as
/// new. A checker that stopped at errors has not looked for warnings, so after such a report
/// warnings prove nothing and are left out.
#[must_use]
pub fn new_complaints(before: &CheckReport, after: &CheckReport) -> Vec<Diagnostic> {
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for diagnostic in &before.diagnostics {
        *known.entry(diagnostic.identity()).or_default() += 1;
    }
    let warnings_count = before.errors().next().is_none();
    let mut new = Vec::new();
    for diagnostic in &after.diagnostics {
        let counts = match diagnostic.severity {
            Severity::Error => true,
            Severity::Warning => warnings_count,
            Severity::Note => false,
        };
        match known.get_mut(&diagnostic.identity()) {
            Some(left) if *left > 0 => *left -= 1,
            _ if counts => new.push(diagnostic.clone()),
            _ => {}
        }
    }
    new
}

/// Sends `draft` through the rings; through the one of the tests only if `tests` asks for it.
///
/// # Errors
/// [`CheckError::Cancelled`]; a checker that is missing or broken lowers the grade instead.
pub async fn inspect(
    draft: &Draft,
    verifier: &dyn Verifier,
    tests: bool,
    cancel: &CancellationToken,
) -> Result<Verdict, CheckError> {
    let mut verdict = Verdict {
        grade: Grade::Unchecked,
        new: Vec::new(),
        revealed: Vec::new(),
        errors: Vec::new(),
        syntax: draft
            .new_syntax_errors()
            .into_iter()
            .map(|(path, line)| (shown(&path, draft), line))
            .collect(),
        failed_tests: Vec::new(),
        unchecked: None,
        unconfined: false,
    };
    if !verdict.syntax.is_empty() {
        return Ok(verdict);
    }
    verdict.grade = Grade::Parses;
    let scope = CheckScope::default();
    let after = match verifier.check(draft, &scope, cancel).await {
        Ok(report) => report,
        Err(CheckError::Cancelled) => return Err(CheckError::Cancelled),
        Err(error) => {
            verdict.unchecked = Some(error.to_string());
            return Ok(verdict);
        }
    };
    verdict.errors = after.errors().cloned().collect();
    verdict.unconfined = after.confinement == Confinement::Copy;
    let before = match verifier.check(&draft.base().draft(), &scope, cancel).await {
        Ok(report) => report,
        Err(CheckError::Cancelled) => return Err(CheckError::Cancelled),
        // Without a report about the base everything that is wrong now counts as new.
        Err(_) => CheckReport::default(),
    };
    verdict.new = new_complaints(&before, &after);
    verdict.revealed =
        phases::revealed(&before, &after, &verdict.new, &phases::changed_lines(draft));
    verdict.new.retain(|complaint| !verdict.revealed.contains(complaint));
    if !verdict.new.is_empty() || !verdict.revealed.is_empty() {
        return Ok(verdict);
    }
    verdict.grade = Grade::Checks;
    if tests && verdict.errors.is_empty() {
        let scope = CheckScope { tests: true, ..CheckScope::default() };
        match verifier.check(draft, &scope, cancel).await {
            Ok(report) => {
                verdict.failed_tests = report.failed_tests().map(|t| t.message.clone()).collect();
                if verdict.failed_tests.is_empty() && report.tests_passed() {
                    verdict.grade = Grade::TestsPass;
                }
            }
            Err(CheckError::Cancelled) => return Err(CheckError::Cancelled),
            // What the checker said still holds.
            Err(error) => tracing::warn!(%error, "the tests could not be run"),
        }
    }
    Ok(verdict)
}

fn shown(path: &AbsPath, draft: &Draft) -> String {
    path.relative_to(draft.base().root()).unwrap_or_else(|| path.to_string())
}
