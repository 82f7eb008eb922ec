//! Cargo as a verifier.

mod failures;
mod messages;
mod metadata;
mod report;
mod test_run;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{CheckError, CheckReport, CheckScope, Diagnostic, Draft, Severity, Verifier};
use stdx::process::{Exit, Finished};
use stdx::{Clock, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::config::SandboxConfig;
use crate::confined::{Confined, Program, SandboxError};
use crate::stage::Stage;
use messages::Message;
use metadata::Metadata;
use report::WorkspaceFiles;
use test_run::TestReader;
pub use test_run::{FailedTest, TestReport};

/// How often a check begins again because files changed on disk while it ran.
const MAX_RUNS: usize = 3;

/// Runs `cargo check`, and where asked `cargo test`, on drafts.
pub struct CargoVerifier {
    confined: Confined,
    clock: SystemClock,
    known: Mutex<Option<Known>>,
}

/// What cargo said about the workspaces, as long as no manifest changes.
#[derive(Clone)]
struct Known {
    key: (u64, Vec<PathBuf>),
    workspaces: Vec<Metadata>,
}

impl From<SandboxError> for CheckError {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Cancelled => CheckError::Cancelled,
            other => {
                CheckError::Failed(other.to_string().lines().next().unwrap_or_default().to_owned())
            }
        }
    }
}

impl Verifier for CargoVerifier {
    fn check<'a>(
        &'a self,
        draft: &'a Draft,
        scope: &'a CheckScope,
        cancel: &'a CancellationToken,
    ) -> BoxFuture<'a, Result<CheckReport, CheckError>> {
        self.check_inner(draft, scope, cancel).boxed()
    }
}

impl CargoVerifier {
    /// A verifier with an upper layer of its own, which is removed with it.
    #[must_use]
    pub fn new(config: SandboxConfig) -> CargoVerifier {
        CargoVerifier {
            confined: Confined::new(config),
            clock: SystemClock::new(),
            known: Mutex::default(),
        }
    }

    /// Runs the tests (of libraries, programs and `tests/`) on `draft`.
    ///
    /// # Errors
    /// As [`Verifier::check`]; a draft that does not build fails here.
    pub async fn run_tests(
        &self,
        draft: &Draft,
        scope: &CheckScope,
        cancel: &CancellationToken,
    ) -> Result<TestReport, CheckError> {
        let mut stage = self.confined.prepare(draft, cancel).await?;
        let workspaces = self.workspaces(&mut stage, scope, cancel).await?;
        let mut all = TestReport::default();
        for workspace in &workspaces {
            let found = self.test(&mut stage, workspace, scope, cancel).await?;
            all.passed.extend(found.passed);
            all.failed.extend(found.failed);
            all.broken.extend(found.broken);
        }
        Ok(all)
    }

    async fn check_inner(
        &self,
        draft: &Draft,
        scope: &CheckScope,
        cancel: &CancellationToken,
    ) -> Result<CheckReport, CheckError> {
        let begin = self.clock.monotonic();
        let mut stage = self.confined.prepare(draft, cancel).await?;
        let mut report = CheckReport::default();
        for run in 1..=MAX_RUNS {
            report = self.check_once(&mut stage, scope, cancel).await?;
            if !stage.disk_moved_on() {
                break;
            }
            tracing::debug!(run, "files changed on disk during a check");
        }
        report.confinement = stage.confinement;
        report.elapsed = self.clock.monotonic().saturating_sub(begin);
        Ok(report)
    }

    async fn check_once(
        &self,
        stage: &mut Stage<'_>,
        scope: &CheckScope,
        cancel: &CancellationToken,
    ) -> Result<CheckReport, CheckError> {
        let workspaces = self.workspaces(stage, scope, cancel).await?;
        let mut report = CheckReport::default();
        for workspace in &workspaces {
            let (program, diagnostics) =
                self.check_workspace(stage, workspace, scope, cancel).await?;
            if !report.program.is_empty() {
                report.program.push_str("; ");
            }
            report.program.push_str(&program);
            report.diagnostics.extend(diagnostics);
        }
        if scope.tests && report.errors().next().is_none() {
            for workspace in &workspaces {
                let tests = self.test(stage, workspace, scope, cancel).await?;
                let files = WorkspaceFiles { stage, workspace };
                report.diagnostics.extend(report::of_tests(&tests, &files));
            }
            report.program.push_str("; cargo test");
        }
        Ok(report)
    }

    /// Brings `stage` in line with the draft, and asks cargo about the workspaces that `scope`
    /// concerns.
    async fn workspaces(
        &self,
        stage: &mut Stage<'_>,
        scope: &CheckScope,
        cancel: &CancellationToken,
    ) -> Result<Vec<Metadata>, CheckError> {
        let starts = starts(stage, scope);
        if starts.is_empty() {
            return Err(CheckError::NoChecker(stage.root.display().to_string()));
        }
        let key = (stage.ground.signature, starts.clone());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.key == key) {
            stage.sync(&targets(&known.workspaces))?;
            return Ok(known.workspaces);
        }
        // Where cargo builds is only known when it has been asked.
        let guesses: Vec<Metadata> = starts.iter().map(|folder| Metadata::guess(folder)).collect();
        stage.sync(&targets(&guesses))?;
        let mut workspaces: Vec<Metadata> = Vec::new();
        let mut complete = true;
        for folder in starts {
            if workspaces
                .iter()
                .any(|known| known.packages.iter().any(|one| one.folder() == folder))
            {
                continue;
            }
            let arguments = ["metadata", "--format-version=1", "--no-deps", "--offline"];
            let program = self.cargo(&folder, &arguments, self.confined.config().check_timeout);
            let finished = stage.run(&program, cancel, None).await?;
            // Where it fails, the check will fail in the same way and say why.
            let said =
                finished.exit.success().then(|| serde_json::from_str(&finished.stdout.text()));
            match said {
                Some(Ok(metadata)) => {
                    let metadata: Metadata = metadata;
                    let metadata = metadata.mapped(|path| stage.on_disk(path));
                    let again = |one: &Metadata| one.workspace_root == metadata.workspace_root;
                    if !workspaces.iter().any(again) {
                        workspaces.push(metadata);
                    }
                }
                _ => {
                    complete = false;
                    workspaces.push(Metadata::guess(&folder));
                }
            }
        }
        stage.sync(&targets(&workspaces))?;
        if complete {
            let known = Known { key, workspaces: workspaces.clone() };
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        }
        Ok(workspaces)
    }

    async fn check_workspace(
        &self,
        stage: &mut Stage<'_>,
        workspace: &Metadata,
        scope: &CheckScope,
        cancel: &CancellationToken,
    ) -> Result<(String, Vec<Diagnostic>), CheckError> {
        let mut arguments = vec!["check".to_owned()];
        arguments.extend(packages(stage, workspace, scope));
        let rest = ["--all-targets", "--keep-going", "--offline", "--message-format=json"];
        arguments.extend(rest.map(str::to_owned));
        let timeout = self.confined.config().check_timeout;
        let program = self.cargo(&workspace.workspace_root, &arguments, timeout);
        let mut messages = Vec::new();
        let mut on_line = |line: &[u8]| messages.extend(serde_json::from_slice::<Message>(line));
        let finished = stage.run(&program, cancel, Some(&mut on_line)).await?;
        let files = WorkspaceFiles { stage, workspace };
        let mut diagnostics = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for message in &messages {
            let Message::Complaint { manifest_path, message } = message else { continue };
            if let Some(found) = messages::convert(message, manifest_path, &files) {
                // The library alone and the library with its tests complain about the same.
                if seen.insert(report::identity(&found)) {
                    diagnostics.push(found);
                }
            }
        }
        if !finished.exit.success() {
            let failures = failures::failures(&finished.stderr.text());
            diagnostics.extend(report::failed(&failures, &files)?);
            let explained = diagnostics.iter().any(|one| one.severity == Severity::Error);
            if !explained {
                return Err(CheckError::Failed(why(&finished)));
            }
        }
        // Cargo builds side by side, and reports in the order in which it happened.
        diagnostics.sort_by_cached_key(|found| {
            found.spans.first().map(|span| (span.file.clone(), span.bytes.start))
        });
        Ok((format!("cargo {}", arguments.join(" ")), diagnostics))
    }

    async fn test(
        &self,
        stage: &mut Stage<'_>,
        workspace: &Metadata,
        scope: &CheckScope,
        cancel: &CancellationToken,
    ) -> Result<TestReport, CheckError> {
        let mut arguments = vec!["test".to_owned()];
        arguments.extend(packages(stage, workspace, scope));
        let rest = ["--tests", "--no-fail-fast", "--offline", "--message-format=json"];
        arguments.extend(rest.map(str::to_owned));
        // Building takes its time; only the tests themselves are watched closely.
        let mut building = arguments.clone();
        building.push("--no-run".to_owned());
        let config = self.confined.config();
        let program = self.cargo(&workspace.workspace_root, &building, config.check_timeout);
        let mut artifacts = Vec::new();
        let mut on_line = |line: &[u8]| artifacts.extend(serde_json::from_slice::<Message>(line));
        let built = stage.run(&program, cancel, Some(&mut on_line)).await?;
        if !built.exit.success() {
            return Err(CheckError::Failed(why(&built)));
        }
        let mut reader = TestReader::default();
        for artifact in artifacts {
            let Message::Artifact { manifest_path, target, executable: Some(path) } = artifact
            else {
                continue;
            };
            let manifest = stage.on_disk(&manifest_path);
            let package = workspace.name_of(&manifest).unwrap_or(&target.name);
            let name = match target.kind.first().map(String::as_str).unwrap_or_default() {
                kind @ ("bin" | "test" | "example" | "bench") => {
                    format!("{package} {kind} {}", target.name)
                }
                _ => format!("{package} lib"),
            };
            reader.add_program(path, name);
        }
        let mut program = self.cargo(&workspace.workspace_root, &arguments, config.test_timeout);
        program.merge_stderr = true;
        program.variables.push(("RUST_BACKTRACE".into(), "0".into()));
        let mut on_line = |line: &[u8]| {
            if serde_json::from_slice::<Message>(line).is_err() {
                reader.line(&String::from_utf8_lossy(line));
            }
        };
        let finished = stage.run(&program, cancel, Some(&mut on_line)).await?;
        Ok(reader.finish(finished.exit == Exit::TimedOut))
    }

    fn cargo(&self, folder: &Path, arguments: &[impl AsRef<str>], timeout: Duration) -> Program {
        let mut variables: Vec<(OsString, OsString)> = vec![
            ("CARGO_TERM_COLOR".into(), "never".into()),
            ("CARGO_TERM_PROGRESS_WHEN".into(), "never".into()),
            ("CARGO_TERM_VERBOSE".into(), "false".into()),
            ("CARGO_TERM_QUIET".into(), "false".into()),
        ];
        if self.drops_wrapper() {
            variables.push(("RUSTC_WRAPPER".into(), OsString::new()));
        }
        Program {
            name: "cargo".into(),
            arguments: arguments.iter().map(|one| one.as_ref().into()).collect(),
            folder: folder.to_owned(),
            variables,
            timeout,
            merge_stderr: false,
        }
    }

    /// A wrapper that is a cache keeps a server and files outside, where we cannot go; for the
    /// result it makes no difference. One that is not there would fail.
    fn drops_wrapper(&self) -> bool {
        let environment = &self.confined.config().environment;
        match environment.get("RUSTC_WRAPPER") {
            // The user's configuration may name one as well.
            None => true,
            Some(wrapper) => {
                let path = Path::new(wrapper);
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let cache = name.contains("cache");
                let found = path.is_file() || environment.find(&name).is_some();
                cache || !found
            }
        }
    }
}

fn targets(workspaces: &[Metadata]) -> Vec<PathBuf> {
    let mut targets: Vec<PathBuf> = workspaces.iter().flat_map(Metadata::targets).collect();
    targets.sort();
    targets.dedup();
    targets
}

/// The folders of the packages at which to begin: those around the files of `scope`, or the one
/// of the project.
fn starts(stage: &Stage<'_>, scope: &CheckScope) -> Vec<PathBuf> {
    let root = &stage.root;
    let above = |path: &Path| {
        let holds = |folder: &&Path| stage.has_file(&folder.join("Cargo.toml"));
        path.ancestors().find(holds).map(Path::to_owned)
    };
    let mut found: BTreeSet<PathBuf> =
        scope.around.iter().filter_map(|file| above(root.join(file).parent()?)).collect();
    if found.is_empty() {
        found.extend(above(root));
    }
    if found.is_empty() {
        // The project holds several workspaces side by side: the outermost manifests.
        let mut folders: Vec<&Path> =
            stage.ground.manifests.iter().filter_map(|manifest| manifest.parent()).collect();
        folders.retain(|folder| folder.starts_with(root));
        folders.sort_by_key(|folder| folder.components().count());
        for folder in folders {
            if !found.iter().any(|outer| folder.starts_with(outer)) {
                found.insert(folder.to_owned());
            }
        }
    }
    found.into_iter().collect()
}

/// The arguments that narrow a command to what `scope` concerns.
fn packages(stage: &Stage<'_>, workspace: &Metadata, scope: &CheckScope) -> Vec<String> {
    let files: Vec<PathBuf> = scope.around.iter().map(|file| stage.root.join(file)).collect();
    match workspace.around(&files) {
        Some(names) => names.into_iter().flat_map(|name| ["-p".to_owned(), name]).collect(),
        None => vec!["--workspace".to_owned()],
    }
}

fn why(finished: &Finished) -> String {
    if finished.exit == Exit::TimedOut {
        return "cargo took too long".to_owned();
    }
    let text = finished.stderr.text();
    let first = text.lines().find(|line| line.starts_with("error")).or_else(|| text.lines().last());
    first.unwrap_or("cargo failed without a word").to_owned()
}

#[cfg(test)]
mod tests;
