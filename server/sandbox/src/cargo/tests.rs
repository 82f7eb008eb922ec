//! Real cargo on small projects.

#![expect(clippy::disallowed_methods, reason = "a test makes and looks at projects of its own")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;

use harness::Confinement;
use stdx::AbsPath;
use text::Text;
use workspace::{Documents, Draft, Snapshot};

use super::*;
use crate::config::{Unconfined, Wall};
use crate::testing::{TempFolder, environment};

mod builds;
mod confinement;
mod freshness;
mod programs;
mod reports;

/// A project in a folder of its own.
pub(super) struct Project {
    folder: TempFolder,
}

impl Project {
    /// With these files; where no manifest is among them, a plain package `a`.
    pub(super) fn new(files: &[(&str, &str)]) -> Project {
        let project = Project { folder: TempFolder::new() };
        if !files.iter().any(|(name, _)| name.ends_with("Cargo.toml")) {
            project.write("Cargo.toml", &manifest("a", ""));
        }
        for (name, text) in files {
            project.write(name, text);
        }
        project
    }

    pub(super) fn root(&self) -> AbsPath {
        AbsPath::new(self.folder.path().join("project")).unwrap()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name).as_path().to_owned()
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn draft(&self) -> Draft {
        Snapshot::of_disk(self.root()).draft()
    }

    /// A draft in which these files have other texts.
    pub(super) fn with(&self, files: &[(&str, &str)]) -> Draft {
        let mut draft = self.draft();
        for (name, text) in files {
            draft.write(self.root().join(name), Text::new(text));
        }
        draft
    }

    pub(super) fn scratch(&self) -> PathBuf {
        self.folder.path().join("scratch")
    }

    pub(super) fn config(&self, wall: Wall) -> SandboxConfig {
        let unconfined = Unconfined::where_so(|_| true);
        let environment = environment();
        SandboxConfig { wall, unconfined, environment, ..SandboxConfig::new(self.scratch()) }
    }

    pub(super) fn verifier(&self) -> CargoVerifier {
        CargoVerifier::new(self.config(Wall::Best))
    }

    /// `cargo check` as the user would run it, in the project itself.
    pub(super) async fn users_check(&self) -> bool {
        plain_check(&self.root(), "--workspace").await
    }

    /// Every file and folder with its marks and contents, times of access aside.
    pub(super) fn everything(&self) -> BTreeMap<PathBuf, String> {
        let mut result = BTreeMap::new();
        let mut waiting = vec![self.folder.path().to_owned()];
        while let Some(path) = waiting.pop() {
            if path == self.scratch() {
                continue;
            }
            let found = fs::symlink_metadata(&path).unwrap();
            let contents = if found.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            if found.is_dir() {
                waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
            let marks = format!(
                "{} {:o} {} {}.{} {}.{} {contents:?}",
                found.ino(),
                found.mode(),
                found.len(),
                found.mtime(),
                found.mtime_nsec(),
                found.ctime(),
                found.ctime_nsec()
            );
            // The scratch folder is made in this one.
            if path != self.folder.path() {
                result.insert(path, marks);
            }
        }
        result
    }
}

pub(super) fn manifest(name: &str, more: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{more}\n"
    )
}

pub(super) async fn plain_check(folder: &AbsPath, package: &str) -> bool {
    let command = stdx::process::Command::new("cargo", folder.clone(), environment());
    let command = command.args(["check", "--offline", package, "--all-targets", "--quiet"]);
    within(command.run(&CancellationToken::new())).await.unwrap().exit.success()
}

/// The deadline fires only when something is broken.
pub(super) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(240), future).await.expect("nothing came")
}

pub(super) async fn check(verifier: &CargoVerifier, draft: &Draft) -> CheckReport {
    check_in(verifier, draft, &CheckScope::default()).await
}

pub(super) async fn check_in(
    verifier: &CargoVerifier,
    draft: &Draft,
    scope: &CheckScope,
) -> CheckReport {
    within(verifier.check(draft, scope, &CancellationToken::new())).await.unwrap()
}

pub(super) fn messages(report: &CheckReport) -> Vec<&str> {
    report.errors().map(|error| error.message.as_str()).collect()
}

/// Both walls give the same verdict: the errors' messages.
pub(super) async fn both(project: &Project, draft: &Draft) -> Vec<String> {
    let mut verdicts = Vec::new();
    for (wall, confinement) in [(Wall::Best, Confinement::Overlay), (Wall::Copy, Confinement::Copy)]
    {
        let verifier = CargoVerifier::new(project.config(wall));
        let report = check(&verifier, draft).await;
        assert_eq!(report.confinement, confinement);
        verdicts.push(messages(&report).into_iter().map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(verdicts[0], verdicts[1]);
    verdicts.swap_remove(0)
}

pub(super) fn unsaved(project: &Project, files: &[(&str, &str)]) -> Draft {
    let mut documents = Documents::default();
    for (name, text) in files {
        documents.open(project.root().join(name), 1, text);
    }
    documents.snapshot(project.root()).draft()
}
