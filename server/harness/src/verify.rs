//! What the harness asks of a checker.

use std::ops::Range;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio_util::sync::CancellationToken;
use workspace::Draft;

/// Runs the project's own checkers on a draft.
pub trait Verifier: Send + Sync {
    /// Checks `draft` and returns everything that the checkers complain about, errors and
    /// warnings, whoever caused it. The user's files and build folders are not written.
    fn check<'a>(
        &'a self,
        draft: &'a Draft,
        scope: &'a CheckScope,
        cancel: &'a CancellationToken,
    ) -> BoxFuture<'a, Result<CheckReport, CheckError>>;
}

/// What is to be checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckScope {
    /// Only the packages that hold these files and those that depend on them, as paths relative
    /// to the root; empty: everything.
    pub around: Vec<String>,
    /// Whether the tests that passed before are to be run as well.
    pub tests: bool,
}

/// The code of a complaint that says that a test failed.
pub const TEST_FAILED: &str = "test-failed";
/// The code of a note that says how many tests passed; its `rendered` names them, one a line.
pub const TESTS_PASSED: &str = "tests-passed";

/// What the checkers said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CheckReport {
    /// The command line, for people.
    pub program: String,
    /// All complaints, in the checker's order.
    pub diagnostics: Vec<Diagnostic>,
    /// How long it took.
    pub elapsed: Duration,
    /// What stood between the checker and the user's machine.
    pub confinement: Confinement,
}

impl CheckReport {
    /// The complaints that are errors, failed tests aside.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| {
            diagnostic.severity == Severity::Error
                && diagnostic.code.as_deref() != Some(TEST_FAILED)
        })
    }

    /// The tests that failed.
    pub fn failed_tests(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.code.as_deref() == Some(TEST_FAILED))
    }

    /// Whether any test ran and passed.
    #[must_use]
    pub fn tests_passed(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code.as_deref() == Some(TESTS_PASSED))
    }
}

/// What stands between a program and the user's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confinement {
    /// A private view of the file system at the project's own path, all else read-only, without
    /// network.
    Overlay,
    /// The program ran in a copy of the project.
    #[default]
    Copy,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does not build.
    Error,
    /// It builds.
    Warning,
    /// For information.
    Note,
}

/// One complaint of a checker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The checker's own code, such as `E0308`.
    pub code: Option<String>,
    /// The first line of what it says.
    pub message: String,
    /// The places it speaks of; the primary ones first. Empty for a complaint about the whole.
    pub spans: Vec<Span>,
    /// Further remarks that belong to it, with places of their own.
    pub notes: Vec<Diagnostic>,
    /// Changes that the checker itself proposes, each on its own.
    pub suggestions: Vec<Suggestion>,
    /// The complaint as the checker prints it, without colours.
    pub rendered: String,
}

/// A place in a file of the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Path relative to the root, with `/`; absolute for a file outside of it.
    pub file: String,
    /// Bytes of the file as drafted.
    pub bytes: Range<usize>,
    /// First line, from 1.
    pub line: usize,
    /// First column in characters, from 1.
    pub column: usize,
    /// Last line, from 1.
    pub end_line: usize,
    /// Whether the complaint is about this place, not merely explained by it.
    pub primary: bool,
    /// What the checker says about this place.
    pub label: Option<String>,
}

/// A change that a checker proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What it is for.
    pub message: String,
    /// The edits, all to be made together.
    pub edits: Vec<(Span, String)>,
    /// Whether the checker is sure.
    pub machine_applicable: bool,
    /// Whether it contains a blank that a person must fill in.
    pub has_placeholders: bool,
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckError {
    /// No checker knows this project.
    #[error("no checker found for this project ({0})")]
    NoChecker(String),
    /// The checker could not do its work; the text says why, in one line.
    #[error("{0}")]
    Failed(String),
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled,
}
