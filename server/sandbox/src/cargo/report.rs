//! What is reported besides the compiler's own messages, and where it is.

use std::path::{Path, PathBuf};

use harness::{CheckError, Diagnostic, Severity, TEST_FAILED, TESTS_PASSED};
use text::Text;

use super::failures::{self, Failure};
use super::messages::{self, Files};
use super::metadata::Metadata;
use super::test_run::{FailedTest, TestReport};
use crate::stage::Stage;

/// What two complaints have in common if they are one.
pub(super) fn identity(diagnostic: &Diagnostic) -> String {
    let places: Vec<_> =
        diagnostic.spans.iter().map(|span| (&span.file, &span.bytes, span.primary)).collect();
    format!("{:?} {} {places:?}", diagnostic.code, diagnostic.message)
}

/// Cargo's own complaints as diagnostics.
pub(super) fn failed(
    failures: &[Failure],
    files: &WorkspaceFiles<'_, '_>,
) -> Result<Vec<Diagnostic>, CheckError> {
    let mut result = Vec::new();
    for failure in failures {
        if failure.of_the_machine {
            return Err(CheckError::Failed(failure.message.clone()));
        }
        let manifest = files.workspace.workspace_root.join("Cargo.toml");
        let (path, line, column) =
            failure.place.clone().unwrap_or_else(|| (PathBuf::from("Cargo.toml"), 1, 1));
        let span = files.name(&path.to_string_lossy(), &manifest).map(|name| {
            let text = files.text(&name);
            messages::place_at(name, line, column, text.as_ref())
        });
        result.push(Diagnostic {
            severity: Severity::Error,
            code: None,
            message: failure.message.clone(),
            spans: span.into_iter().collect(),
            notes: Vec::new(),
            suggestions: Vec::new(),
            rendered: failure.text.clone(),
        });
    }
    Ok(result)
}

/// Failed tests as errors, in words that are the same in every run, and the passed ones as one
/// note, so that two reports can be compared.
pub(super) fn of_tests(tests: &TestReport, files: &WorkspaceFiles<'_, '_>) -> Vec<Diagnostic> {
    let manifest = files.workspace.workspace_root.join("Cargo.toml");
    let of = |test: &FailedTest, message: String| {
        let place = failures::panicked(&test.output).and_then(|(path, line, column)| {
            let name = files.name(&path.to_string_lossy(), &manifest)?;
            let text = files.text(&name);
            Some(messages::place_at(name, line, column, text.as_ref()))
        });
        Diagnostic {
            severity: Severity::Error,
            code: Some(TEST_FAILED.to_owned()),
            rendered: format!("{message}\n{}", test.output),
            message,
            spans: place.into_iter().collect(),
            notes: Vec::new(),
            suggestions: Vec::new(),
        }
    };
    let mut result: Vec<Diagnostic> = Vec::new();
    for test in &tests.failed {
        result.push(of(test, format!("test `{}` failed", test.name)));
    }
    for test in &tests.broken {
        result.push(of(test, format!("tests of `{}` did not finish", test.name)));
    }
    if !tests.passed.is_empty() {
        result.push(Diagnostic {
            severity: Severity::Note,
            code: Some(TESTS_PASSED.to_owned()),
            message: format!("{} tests passed", tests.passed.len()),
            spans: Vec::new(),
            notes: Vec::new(),
            suggestions: Vec::new(),
            rendered: tests.passed.join("\n"),
        });
    }
    result
}

/// The files of a workspace, by the names that the compiler gives them.
pub(super) struct WorkspaceFiles<'a, 'b> {
    pub(super) stage: &'a Stage<'b>,
    pub(super) workspace: &'a Metadata,
}

impl WorkspaceFiles<'_, '_> {
    fn path(&self, name: &str) -> PathBuf {
        self.stage.root.join(name)
    }
}

impl Files for WorkspaceFiles<'_, '_> {
    fn name(&self, file: &str, manifest: &Path) -> Option<String> {
        if file.starts_with('<') || file.starts_with("/rustc/") {
            return None;
        }
        let manifest = self.stage.on_disk(manifest);
        // For members the compiler runs in the folder of the workspace, for others in their own.
        let candidates = [Some(self.workspace.workspace_root.as_path()), manifest.parent()];
        let mut paths =
            candidates.into_iter().flatten().map(|base| self.stage.on_disk(&base.join(file)));
        let first = paths.next()?;
        let path = if self.stage.has_file(&first) {
            first
        } else {
            paths.find(|path| self.stage.has_file(path)).unwrap_or(first)
        };
        messages::relative(&path, &self.stage.root)
    }

    fn text(&self, name: &str) -> Option<Text> {
        self.stage.text(&self.path(name))
    }
}
