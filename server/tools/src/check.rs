//! `check`: the project's own checkers on the draft.

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{
    Access, CheckError, CheckReport, CheckScope, Diagnostic, RawJson, Resource, Severity,
    TESTS_PASSED, Tool, ToolCx, ToolError, ToolOutput, ToolSpec,
};
use serde_json::json;
use stdx::AbsPath;

/// Errors that are shown in full.
const IN_FULL: usize = 8;
/// Complaints that are shown with a line each after those.
const IN_BRIEF: usize = 40;

/// See the module.
pub struct Check;

impl Tool for Check {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "check".to_owned(),
            description: "Runs the project's checkers (cargo check and the like) on the draft, \
                          your edits included, and returns what they complain about; with \
                          `tests` the tests are run as well, once everything builds."
                .to_owned(),
            input_schema: json!({"type": "object", "properties": {"tests": {"type": "boolean"}}}),
        }
    }

    fn access(&self, _: &RawJson, _: &AbsPath) -> Access {
        // The program sees the whole tree, which must not change beneath it.
        Access::read(Resource::Tree)
    }

    fn run<'a>(
        &'a self,
        input: &'a RawJson,
        cx: &'a ToolCx,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        async move {
            let tests = input.value()["tests"] == true;
            let scope = CheckScope { tests, ..CheckScope::default() };
            match cx.verifier.check(&cx.draft.get(), &scope, &cx.cancel).await {
                Ok(report) => {
                    let data = serde_json::to_value(&report).ok();
                    Ok(ToolOutput { text: summary(&report), data })
                }
                Err(error @ CheckError::Cancelled) => Err(ToolError::Fatal(error.to_string())),
                Err(error) => Err(ToolError::ForModel(error.to_string())),
            }
        }
        .boxed()
    }
}

fn summary(report: &CheckReport) -> String {
    let errors: Vec<&Diagnostic> = report.errors().collect();
    let warnings: Vec<&Diagnostic> = report
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Warning)
        .collect();
    let (e, w) = (errors.len(), warnings.len());
    let mut text =
        format!("{}: {} and {}\n", report.program, count(e, "error"), count(w, "warning"));
    for error in errors.iter().take(IN_FULL) {
        text.push('\n');
        text.push_str(if error.rendered.is_empty() {
            &error.message
        } else {
            error.rendered.trim()
        });
        text.push('\n');
    }
    for diagnostic in errors.iter().skip(IN_FULL).chain(&warnings).take(IN_BRIEF) {
        text.push_str(&format!("\n{}", diagnostic.headline()));
    }
    for failed in report.failed_tests().take(IN_FULL) {
        text.push_str(&format!("\n{}\n", failed.rendered.trim()));
    }
    if let Some(passed) =
        report.diagnostics.iter().find(|d| d.code.as_deref() == Some(TESTS_PASSED))
    {
        text.push_str(&format!("\n{}\n", passed.message));
    }
    let left_out = (e + w).saturating_sub(IN_FULL.min(e) + IN_BRIEF);
    if left_out > 0 {
        text.push_str(&format!("\n… and {left_out} more"));
    }
    text
}

fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
