//! Runs programs on a draft, behind the best wall that the system allows.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::Confinement;
use stdx::AbsPath;
use stdx::process::{Command, Environment, Finished, RunError};
use text::Text;
use thiserror::Error;
use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;
use workspace::Draft;

use crate::config::{SandboxConfig, Wall};
use crate::files::{self, Mirror};
use crate::ground::{self, Ground};
#[cfg(target_os = "linux")]
use crate::namespace;
use crate::scratch::Scratch;
use crate::shown::{Place, Shown};

/// Where the private `/tmp` holds builds for which the project has no folder yet.
const OWN_TARGET: &str = "ostler-target";

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

/// Why a program could not be run.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// It wrote more than it may.
    #[error("the program wrote more than {0} bytes and was stopped")]
    TooLarge(u64),
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

#[derive(Default)]
struct State {
    chosen: Option<Chosen>,
    shown: Option<Shown>,
}

/// The wall that the system allows.
struct Chosen {
    confinement: Confinement,
    scratch: Scratch,
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

    /// Waits for its turn and shows `draft`.
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
        let chosen = match state.chosen.take() {
            Some(chosen) => chosen,
            None => self.choose(cancel).await?,
        };
        let root = draft.base().root().as_path();
        let root = root.canonicalize().map_err(|error| {
            SandboxError::Failed(format!("cannot open `{}`: {error}", root.display()))
        })?;
        let mut want = BTreeMap::new();
        for (path, text) in draft.differs_from_disk() {
            want.insert(real(path.as_path()), text);
        }
        let ground = ground::survey(&root, self.home.as_deref(), &want);
        let confinement = chosen.confinement;
        state.chosen = Some(chosen);
        Ok(Stage { confined: self, state, root, want, ground, confinement })
    }

    /// Tries which wall stands.
    async fn choose(&self, cancel: &CancellationToken) -> Result<Chosen, SandboxError> {
        let mut reason = String::from("the configuration asks for a copy");
        #[cfg(target_os = "linux")]
        if self.config.wall == Wall::Best {
            let temporary = self.config.environment.get("TMPDIR").unwrap_or("/tmp".as_ref());
            let bases = [
                self.config.scratch.clone(),
                Path::new(temporary).join("ostler"),
                "/dev/shm/ostler".into(),
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
                    Ok(()) => return Ok(Chosen { confinement: Confinement::Overlay, scratch }),
                    Err(SandboxError::Cancelled) => return Err(SandboxError::Cancelled),
                    Err(error) => reason = error.to_string(),
                }
            }
        }
        tracing::info!(reason, "programs run on a copy of the project");
        let scratch = Scratch::new(&self.config.scratch)?;
        Ok(Chosen { confinement: Confinement::Copy, scratch })
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

/// One draft, shown to programs until it is dropped.
pub(crate) struct Stage<'a> {
    confined: &'a Confined,
    state: MutexGuard<'a, State>,
    /// The project's folder, without links.
    pub(crate) root: PathBuf,
    want: BTreeMap<PathBuf, Option<Text>>,
    pub(crate) ground: Ground,
    pub(crate) confinement: Confinement,
}

impl Stage<'_> {
    /// Brings what programs see in line with the draft and the disk of now. `targets` are
    /// cargo's target folders, on disk.
    pub(crate) fn sync(&mut self, targets: &[PathBuf]) -> Result<(), SandboxError> {
        let State { chosen, shown } = &mut *self.state;
        let Some(chosen) = chosen else { return Err(io::Error::from(io::ErrorKind::Other).into()) };
        let scratch = chosen.scratch.path();
        let whole = self.confinement == Confinement::Copy;
        let mut places: Vec<(PathBuf, bool)> =
            self.ground.places.iter().map(|place| (place.clone(), true)).collect();
        places.extend(mounts_beneath(&self.ground.places).into_iter().map(|at| (at, true)));
        let own = scratch.join("tmp").join(OWN_TARGET);
        let is_own = |target: &Path| target == own || target == Path::new("/tmp").join(OWN_TARGET);
        let mut own_target = None;
        let mut theirs = Vec::new();
        for target in targets {
            let inside = self.ground.places.iter().any(|place| target.starts_with(place));
            if whole || is_own(target) || (!inside && !target.is_dir()) {
                own_target = Some(own.clone());
            } else {
                theirs.push(target.clone());
                if !inside {
                    places.push((target.clone(), false));
                }
            }
        }
        if !shown.as_ref().is_some_and(|shown| shown.fits(&places, &theirs, own_target.as_deref()))
        {
            let mirror_of = |(index, (at, sources)): (usize, (PathBuf, bool))| {
                // A copy keeps the distances between folders, which relative paths rely on.
                let root = if whole {
                    scratch.join("copy").join(at.strip_prefix("/").unwrap_or(&at))
                } else {
                    scratch.join("upper").join(index.to_string())
                };
                Place { at, mirror: Mirror { root }, sources }
            };
            let places = places.into_iter().enumerate().map(mirror_of).collect();
            let mut fresh = Shown::new(places, theirs, own_target, whole);
            files::empty_folder(&scratch.join("upper"))?;
            files::empty_folder(&scratch.join("copy"))?;
            fresh.reset()?;
            *shown = Some(fresh);
        }
        let Some(shown) = shown else { return Ok(()) };
        shown.sync(&self.want)?;
        Ok(())
    }

    /// Whether the disk changed since the last [`Stage::sync`].
    pub(crate) fn disk_moved_on(&self) -> bool {
        self.state.shown.as_ref().is_some_and(Shown::disk_moved_on)
    }

    /// Where on disk is what a program calls `path`.
    pub(crate) fn on_disk(&self, path: &Path) -> PathBuf {
        self.state.shown.as_ref().map_or_else(|| path.to_owned(), |shown| shown.on_disk(path))
    }

    /// What programs find at `path`, which is a path on disk: the text of the draft or of the
    /// disk; `None` if there is no text.
    pub(crate) fn text(&self, path: &Path) -> Option<Text> {
        match self.want.get(path) {
            Some(text) => text.clone(),
            None => files::read_text(path).ok().map(|text| Text::new(&text)),
        }
    }

    /// Whether programs find a file at `path`.
    pub(crate) fn has_file(&self, path: &Path) -> bool {
        self.want.get(path).map_or_else(|| path.is_file(), Option::is_some)
    }

    /// Runs `program`; its output goes to `on_line`, line by line, if given.
    pub(crate) async fn run(
        &mut self,
        program: &Program,
        cancel: &CancellationToken,
        on_line: Option<&mut (dyn FnMut(&[u8]) + Send)>,
    ) -> Result<Finished, SandboxError> {
        let Some(scratch) = self.state.chosen.as_ref().map(|chosen| chosen.scratch.path()) else {
            return Err(io::Error::from(io::ErrorKind::Other).into());
        };
        let temporary = scratch.join("tmp");
        std::fs::create_dir_all(&temporary)?;
        for entry in std::fs::read_dir(&temporary)?.flatten() {
            if entry.file_name() != OWN_TARGET {
                files::remove_tree(&entry.path())?;
            }
        }
        let mut environment = self.confined.config.environment.clone();
        for (name, value) in &program.variables {
            environment.set(name, value);
        }
        let own_target = self.state.shown.as_ref().and_then(Shown::own_target);
        let mut command = match self.confinement {
            Confinement::Copy => {
                environment.set("TMPDIR", &temporary);
                if let Some(own_target) = own_target {
                    environment.set("CARGO_TARGET_DIR", own_target);
                }
                let folder = match &self.state.shown {
                    Some(shown) => shown.for_program(&program.folder),
                    None => program.folder.clone(),
                };
                Command::new(&program.name, absolute(&folder)?, environment)
            }
            Confinement::Overlay => {
                environment.set("TMPDIR", "/tmp");
                if own_target.is_some() {
                    environment.set("CARGO_TARGET_DIR", Path::new("/tmp").join(OWN_TARGET));
                }
                self.behind_overlay(program, scratch, &temporary, environment)?
            }
        };
        command = command.args(&program.arguments).timeout(program.timeout);
        if program.merge_stderr {
            command = command.merge_stderr();
        }
        let finished = self.watched(run(command, cancel, on_line)).await;
        if self.size() > self.confined.config.upper_bytes {
            tracing::warn!("what programs built is too large to keep");
            if let Some(shown) = &mut self.state.shown {
                shown.reset()?;
            }
        }
        finished
    }

    /// Sees to it that the running program does not fill the disk.
    async fn watched(
        &self,
        running: impl Future<Output = Result<Finished, SandboxError>>,
    ) -> Result<Finished, SandboxError> {
        const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
        tokio::pin!(running);
        loop {
            if let Ok(finished) = tokio::time::timeout(BETWEEN_LOOKS, &mut running).await {
                return finished;
            }
            let limit = self.confined.config.upper_bytes;
            if self.size() > limit {
                // Dropping the run ends the program.
                return Err(SandboxError::TooLarge(limit));
            }
        }
    }

    fn size(&self) -> u64 {
        let scratch = self.state.chosen.as_ref().map(|chosen| chosen.scratch.path());
        scratch.map_or(0, files::size_of_tree)
    }

    #[cfg(not(target_os = "linux"))]
    fn behind_overlay(
        &self,
        program: &Program,
        _scratch: &Path,
        _temporary: &Path,
        environment: Environment,
    ) -> Result<Command, SandboxError> {
        Ok(Command::new(&program.name, absolute(&program.folder)?, environment))
    }

    #[cfg(target_os = "linux")]
    fn behind_overlay(
        &self,
        program: &Program,
        scratch: &Path,
        temporary: &Path,
        mut environment: Environment,
    ) -> Result<Command, SandboxError> {
        let mut overlays = Vec::new();
        // The kernel wants a fresh one for each mount.
        let works = scratch.join("work");
        files::empty_folder(&works)?;
        let mut add = |at: &Path, upper: &Path| -> io::Result<()> {
            let work = works.join(overlays.len().to_string());
            std::fs::create_dir_all(&work)?;
            overlays.push(namespace::Overlay { at: at.to_owned(), upper: upper.to_owned(), work });
            Ok(())
        };
        let places = self.state.shown.as_ref().map_or(&[][..], Shown::places);
        for place in places {
            add(&place.at, &place.mirror.root)?;
        }
        let mut visible = self.confined.config.visible.clone();
        let home = self.confined.home.as_deref();
        visible.extend(ground::readable(&environment, home, &self.ground.places));
        if let Some(cargo) = ground::cargo_home(&environment) {
            if cargo.is_dir() {
                if !places.iter().any(|place| cargo.starts_with(&place.at)) {
                    let upper = scratch.join("cargo");
                    files::empty_folder(&upper)?;
                    for secret in ["credentials.toml", "credentials"] {
                        Mirror { root: upper.clone() }.write(
                            Path::new(secret),
                            b"",
                            0o600,
                            None,
                        )?;
                    }
                    add(&cargo, &upper)?;
                }
            } else {
                environment.set("CARGO_HOME", "/tmp/cargo-home");
            }
        }
        let mut hidden: Vec<PathBuf> = HIDDEN.iter().map(PathBuf::from).collect();
        hidden.extend(self.confined.home.clone());
        let view = namespace::View {
            overlays,
            hidden,
            shown: visible,
            temporary: temporary.to_owned(),
            folder: program.folder.clone(),
            file_bytes: self.confined.config.upper_bytes,
        };
        let command = Command::new(&program.name, system_root()?, environment);
        Ok(namespace::confine(command, &view)?)
    }
}

/// Mount points within `places`: an overlay shows only the file system that it was made over.
fn mounts_beneath(places: &[PathBuf]) -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let table = files::read_text(Path::new("/proc/self/mountinfo")).unwrap_or_default();
    let mut result: Vec<PathBuf> = table
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .map(|at| PathBuf::from(OsString::from_vec(unescape(at))))
        .filter(|at| places.iter().any(|place| at.starts_with(place) && at != place))
        .filter(|at| at.is_dir())
        .collect();
    result.sort();
    result.dedup();
    result
}

/// Spaces and the like stand in the kernel's table as three octal digits.
fn unescape(text: &str) -> Vec<u8> {
    let mut result = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(escaped) if byte == b'\\' => {
                result.push(escaped);
                rest = &after[3..];
            }
            _ => {
                result.push(byte);
                rest = after;
            }
        }
    }
    result
}

/// What no build needs: other people's homes, and what only root can read.
#[cfg(target_os = "linux")]
const HIDDEN: [&str; 9] = [
    "/home",
    "/root",
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/sudoers",
    "/etc/ssh",
    "/etc/ssl/private",
];

async fn run(
    command: Command,
    cancel: &CancellationToken,
    on_line: Option<&mut (dyn FnMut(&[u8]) + Send)>,
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

fn absolute(path: &Path) -> Result<AbsPath, SandboxError> {
    AbsPath::new(path).map_err(|error| SandboxError::Failed(error.to_string()))
}

fn system_root() -> Result<AbsPath, SandboxError> {
    absolute(Path::new("/"))
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
