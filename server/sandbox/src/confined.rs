//! Runs programs on a draft, behind the best wall that the system allows.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::Confinement;
use stdx::AbsPath;
use stdx::process::{Command, Finished, RunError};
use thiserror::Error;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use workspace::Draft;

use crate::config::{SandboxConfig, Wall};
#[cfg(target_os = "linux")]
use crate::files;
use crate::ground;
#[cfg(target_os = "linux")]
use crate::namespace;
use crate::scratch::Scratch;
use crate::shown::{Shown, Written};
use crate::stage::Stage;

/// A program to be run.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name, looked up by `PATH`, or its absolute path.
    pub name: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Where it runs: a folder of the project, as on disk.
    pub folder: PathBuf,
    /// Variables besides those that every program gets.
    pub variables: Vec<(OsString, OsString)>,
    /// After which time it is killed.
    pub timeout: Duration,
    /// Whether its complaints are written into its output.
    pub merge_stderr: bool,
}

/// Who is given the lines of an output, if anybody.
pub(crate) type OnLine<'a> = Option<&'a mut (dyn FnMut(&[u8]) + Send)>;

/// Why a program could not be run.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// It wrote more than it may.
    #[error("the program wrote more than {0} bytes and was stopped")]
    TooLarge(u64),
    /// Nothing confines programs here, and nobody trusts the project (its root is named).
    #[error(
        "nothing on this machine confines what a check runs (build scripts, macros), so it runs \
         only in projects that you trust: `ostler trust {}`", .0.display()
    )]
    Untrusted(PathBuf),
    /// The program, or what it needs, is not there.
    #[error("{0}")]
    Failed(String),
}

impl From<io::Error> for SandboxError {
    fn from(error: io::Error) -> Self {
        SandboxError::Failed(error.to_string())
    }
}

/// Runs programs on drafts, one draft at a time. What they built stays for the next run; what
/// they wrote never reaches the project.
pub struct Confined {
    config: SandboxConfig,
    home: Option<PathBuf>,
    state: Mutex<State>,
}

/// What stays from run to run.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) chosen: Option<Chosen>,
    pub(crate) shown: Option<Shown>,
}

/// The wall that the system allows.
pub(crate) struct Chosen {
    pub(crate) confinement: Confinement,
    pub(crate) scratch: Scratch,
    /// Why it is no better one.
    pub(crate) reason: Option<String>,
}

/// A program that came to its end.
#[derive(Debug)]
pub struct Ran {
    /// How, and what it printed.
    pub finished: Finished,
    /// What stood between it and the user's machine.
    pub confinement: Confinement,
    /// What it did to the project's files, by path: nothing of it is on disk. Left out are build
    /// folders, other marked caches, `node_modules` and `.git`.
    pub written: BTreeMap<AbsPath, Written>,
}

impl Confined {
    /// Nothing is made before the first run.
    #[must_use]
    pub fn new(config: SandboxConfig) -> Confined {
        let home = ground::home(&config.environment);
        Confined { config, home, state: Mutex::default() }
    }

    pub(crate) fn config(&self) -> &SandboxConfig {
        &self.config
    }

    /// Runs `program` on `draft`. What it wrote is forgotten when the next program runs.
    ///
    /// # Errors
    /// If it cannot be run, writes too much, or is cancelled.
    pub async fn run(
        &self,
        draft: &Draft,
        program: &Program,
        cancel: &CancellationToken,
    ) -> Result<Ran, SandboxError> {
        let mut stage = self.prepare(draft, cancel).await?;
        let targets = stage.likely_targets();
        stage.sync(&targets)?;
        let finished = stage.run(program, cancel, None).await?;
        let mut written = BTreeMap::new();
        for (path, what) in stage.take_written()? {
            written.insert(absolute(&path)?, what);
        }
        Ok(Ran { finished, confinement: stage.confinement, written })
    }

    /// What would stand between a program and the user's machine, and why nothing better.
    ///
    /// # Errors
    /// If there is no place for what programs write, or if it is cancelled.
    pub async fn wall(
        &self,
        cancel: &CancellationToken,
    ) -> Result<(Confinement, Option<String>), SandboxError> {
        let mut state = self.state.lock().await;
        let chosen = match &state.chosen {
            Some(chosen) => chosen,
            None => state.chosen.insert(self.choose(cancel).await?),
        };
        Ok((chosen.confinement, chosen.reason.clone()))
    }

    pub(crate) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Waits for its turn, and looks at what `draft` needs.
    pub(crate) async fn prepare(
        &self,
        draft: &Draft,
        cancel: &CancellationToken,
    ) -> Result<Stage<'_>, SandboxError> {
        let mut state = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(SandboxError::Cancelled),
            state = self.state.lock() => state,
        };
        let confinement = match &state.chosen {
            Some(chosen) => chosen.confinement,
            None => state.chosen.insert(self.choose(cancel).await?).confinement,
        };
        off_the_runtime(|| Stage::new(self, state, draft, confinement))
    }

    /// Tries which wall stands.
    async fn choose(&self, cancel: &CancellationToken) -> Result<Chosen, SandboxError> {
        let mut reason = String::from("the configuration asks for a copy");
        #[cfg(target_os = "linux")]
        if self.config.wall == Wall::Best {
            let temporary = self.config.environment.get("TMPDIR").unwrap_or("/tmp".as_ref());
            let name = format!("ostler-{}", rustix::process::geteuid().as_raw());
            let bases = [
                self.config.scratch.clone(),
                Path::new(temporary).join(&name),
                Path::new("/dev/shm").join(&name),
            ];
            for base in bases {
                let scratch = match Scratch::new(&base) {
                    Ok(scratch) => scratch,
                    Err(error) => {
                        reason = error.to_string();
                        continue;
                    }
                };
                match self.try_overlay(&scratch, cancel).await {
                    Ok(()) => {
                        let confinement = Confinement::Overlay;
                        return Ok(Chosen { confinement, scratch, reason: None });
                    }
                    Err(SandboxError::Cancelled) => return Err(SandboxError::Cancelled),
                    Err(error) => reason = error.to_string(),
                }
            }
        }
        tracing::info!(reason, "programs run on a copy of the project");
        let scratch = Scratch::new(&self.config.scratch)?;
        Ok(Chosen { confinement: Confinement::Copy, scratch, reason: Some(reason) })
    }

    #[cfg(target_os = "linux")]
    async fn try_overlay(
        &self,
        scratch: &Scratch,
        cancel: &CancellationToken,
    ) -> Result<(), SandboxError> {
        let folder = |name: &str| {
            let path = scratch.path().join(name);
            files::empty_folder(&path).map(|()| path)
        };
        let overlay = namespace::Overlay {
            at: folder("probe")?,
            upper: folder("probe-upper")?,
            work: folder("probe-work")?,
        };
        let view = namespace::View {
            folder: overlay.at.clone(),
            overlays: vec![overlay],
            temporary: folder("probe-tmp")?,
            file_bytes: self.config.upper_bytes,
            ..namespace::View::default()
        };
        let command = Command::new("/bin/sh", system_root()?, self.config.environment.clone());
        let command = command.args(["-c", "echo x > probe"]).timeout(Duration::from_secs(20));
        let finished = run(namespace::confine(command, &view)?, cancel, None).await?;
        if finished.exit.success() && scratch.path().join("probe-upper/probe").exists() {
            return Ok(());
        }
        Err(SandboxError::Failed(finished.stderr.text()))
    }
}

pub(crate) async fn run(
    command: Command,
    cancel: &CancellationToken,
    on_line: OnLine<'_>,
) -> Result<Finished, SandboxError> {
    let finished = match on_line {
        Some(on_line) => command.run_lines(cancel, on_line).await,
        None => command.run(cancel).await,
    };
    finished.map_err(|error| match error {
        RunError::Cancelled => SandboxError::Cancelled,
        #[cfg(target_os = "linux")]
        RunError::Start { program, error } => SandboxError::Failed(
            namespace::wall_failure(&error)
                .unwrap_or_else(|| format!("cannot start `{program}`: {error}")),
        ),
        other => SandboxError::Failed(other.to_string()),
    })
}

pub(crate) fn absolute(path: &Path) -> Result<AbsPath, SandboxError> {
    AbsPath::new(path).map_err(|error| SandboxError::Failed(error.to_string()))
}

pub(crate) fn system_root() -> Result<AbsPath, SandboxError> {
    absolute(Path::new("/"))
}

/// Does `work`, which takes the disk some milliseconds, without holding up other tasks of the
/// thread, where the runtime has other threads to give them to.
pub(crate) fn off_the_runtime<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// `path` without links in the part of it that exists. A link that is the file itself stays.
pub(crate) fn real(path: &Path) -> PathBuf {
    let Some(name) = path.file_name() else { return path.to_owned() };
    for folder in path.ancestors().skip(1) {
        if let (Ok(found), Ok(rest)) = (folder.canonicalize(), path.strip_prefix(folder)) {
            return found.join(rest);
        }
    }
    PathBuf::from("/").join(name)
}
