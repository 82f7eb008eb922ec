//! One draft, shown to programs.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::Confinement;
use stdx::process::{Command, Environment, Finished};
use text::Text;
use tokio::sync::MutexGuard;
use tokio_util::sync::CancellationToken;
use workspace::Draft;

use crate::confined::{
    Confined, OnLine, Program, SandboxError, State, absolute, off_the_runtime, real, run,
    system_root,
};
use crate::files::{self, Mirror};
use crate::ground::{self, Ground};
#[cfg(target_os = "linux")]
use crate::namespace;
use crate::shown::{Place, Shown, Written};

/// Where the private `/tmp` holds builds for which the project has no folder yet.
const OWN_TARGET: &str = "ostler-target";

/// One draft, shown to programs until it is dropped.
pub(crate) struct Stage<'a> {
    confined: &'a Confined,
    state: MutexGuard<'a, State>,
    /// The project's folder, without links.
    pub(crate) root: PathBuf,
    want: BTreeMap<PathBuf, Option<Text>>,
    /// What it stands on.
    pub(crate) ground: Ground,
    pub(crate) confinement: Confinement,
}

impl<'a> Stage<'a> {
    /// A stage for `draft`. Takes the disk some milliseconds.
    pub(crate) fn new(
        confined: &'a Confined,
        state: MutexGuard<'a, State>,
        draft: &Draft,
        confinement: Confinement,
    ) -> Result<Stage<'a>, SandboxError> {
        let root = draft.base().root().as_path();
        let root = root.canonicalize().map_err(|error| {
            SandboxError::Failed(format!("cannot open `{}`: {error}", root.display()))
        })?;
        if confinement == Confinement::Copy && !confined.config().unconfined.allows(&root) {
            return Err(SandboxError::Untrusted(root));
        }
        let mut want = BTreeMap::new();
        for (path, text) in draft.differs_from_disk() {
            want.insert(real(path.as_path()), text);
        }
        let ground = ground::survey(&root, confined.home(), &want);
        Ok(Stage { confined, state, root, want, ground, confinement })
    }

    /// Where builds go, as long as no checker has said.
    pub(crate) fn likely_targets(&self) -> Vec<PathBuf> {
        let folders = self.ground.manifests.iter().filter_map(|manifest| manifest.parent());
        let mut targets: Vec<PathBuf> = folders.map(|folder| folder.join("target")).collect();
        targets.retain(|target| target.is_dir() || target.parent() == Some(&self.root));
        targets
    }

    /// What the last program did to the project's files. It is forgotten with that.
    pub(crate) fn take_written(&mut self) -> Result<BTreeMap<PathBuf, Written>, SandboxError> {
        let written =
            self.state.shown.as_mut().map(|shown| off_the_runtime(|| shown.take_written()));
        Ok(written.transpose()?.unwrap_or_default())
    }

    /// Brings what programs see in line with the draft and the disk of now. `targets` are
    /// cargo's target folders, on disk.
    pub(crate) fn sync(&mut self, targets: &[PathBuf]) -> Result<(), SandboxError> {
        let likely = self.likely_targets();
        let State { chosen, shown } = &mut *self.state;
        let Some(chosen) = chosen else { return Err(io::Error::from(io::ErrorKind::Other).into()) };
        let scratch = chosen.scratch.path();
        let whole = self.confinement == Confinement::Copy;
        let mut places: Vec<(PathBuf, bool)> =
            self.ground.places.iter().map(|place| (place.clone(), true)).collect();
        places.extend(ground::mounts_beneath(&self.ground.places).into_iter().map(|at| (at, true)));
        let own = scratch.join("tmp").join(OWN_TARGET);
        let is_own = |target: &Path| target == own || target == Path::new("/tmp").join(OWN_TARGET);
        let mut own_target = None;
        // Those are not copied, and what appears in their place in a copy is not a source.
        let mut theirs = if whole { likely } else { Vec::new() };
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
        off_the_runtime(|| shown.sync(&self.want))?;
        Ok(())
    }

    /// Whether the disk changed since the last [`Stage::sync`].
    pub(crate) fn disk_moved_on(&self) -> bool {
        let shown = self.state.shown.as_ref();
        off_the_runtime(|| shown.is_some_and(Shown::disk_moved_on))
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
        on_line: OnLine<'_>,
    ) -> Result<Finished, SandboxError> {
        let Some(scratch) = self.state.chosen.as_ref().map(|chosen| chosen.scratch.path()) else {
            return Err(io::Error::from(io::ErrorKind::Other).into());
        };
        let temporary = scratch.join("tmp");
        std::fs::create_dir_all(&temporary)?;
        // The run before may have been dropped half-way.
        clear_after_run(scratch)?;
        let mut environment = self.confined.config().environment.clone();
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
        let stop = cancel.child_token();
        let finished = self.watched(run(command, &stop, on_line), &stop).await;
        clear_after_run(scratch)?;
        if self.size() > self.confined.config().upper_bytes {
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
        stop: &CancellationToken,
    ) -> Result<Finished, SandboxError> {
        const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
        tokio::pin!(running);
        loop {
            if let Ok(finished) = tokio::time::timeout(BETWEEN_LOOKS, &mut running).await {
                return finished;
            }
            let limit = self.confined.config().upper_bytes;
            if self.size() > limit {
                // Its end is awaited, because a program that still writes would put files into the
                // folders that are cleared next.
                stop.cancel();
                let _ = running.await;
                return Err(SandboxError::TooLarge(limit));
            }
        }
    }

    fn size(&self) -> u64 {
        let scratch = self.state.chosen.as_ref().map(|chosen| chosen.scratch.path());
        off_the_runtime(|| scratch.map_or(0, files::size_of_tree))
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
        let mut visible = self.confined.config().visible.clone();
        let home = self.confined.home();
        visible.extend(ground::readable(&environment, home, &self.ground.places));
        if let Some(cargo) = ground::cargo_home(&environment) {
            if cargo.is_dir() {
                if !places.iter().any(|place| cargo.starts_with(&place.at)) {
                    let upper = scratch.join("cargo");
                    std::fs::create_dir_all(&upper)?;
                    for secret in CREDENTIALS {
                        Mirror { root: upper.clone() }.write(
                            Path::new(secret),
                            b"",
                            0o600,
                            None,
                        )?;
                    }
                    // Written anew each time, it would cost a tenth of a second.
                    files::move_file(&scratch.join(LAST_USE), &upper.join(LAST_USE))?;
                    add(&cargo, &upper)?;
                }
            } else {
                environment.set("CARGO_HOME", "/tmp/cargo-home");
            }
        }
        let mut hidden: Vec<PathBuf> = HIDDEN.iter().map(PathBuf::from).collect();
        hidden.extend(self.confined.home().map(Path::to_owned));
        let mut secret = self.confined.config().hidden.clone();
        // Within the project neither the home nor cargo's folder is hidden as a whole.
        let cargo = ground::cargo_home(&environment);
        secret.extend(home.into_iter().flat_map(|home| SECRETS.map(|name| home.join(name))));
        secret.extend(cargo.into_iter().flat_map(|cargo| CREDENTIALS.map(|name| cargo.join(name))));
        let real = secret.iter().filter_map(|path| path.canonicalize().ok()).collect::<Vec<_>>();
        secret.extend(real);
        let view = namespace::View {
            overlays,
            hidden,
            secret,
            shown: visible,
            temporary: temporary.to_owned(),
            folder: program.folder.clone(),
            file_bytes: self.confined.config().upper_bytes,
        };
        let command = Command::new(&program.name, system_root()?, environment);
        Ok(namespace::confine(command, &view)?)
    }
}

/// What a program leaves outside of the project is forgotten: temporary files, and changes to
/// cargo's folder.
fn clear_after_run(scratch: &Path) -> io::Result<()> {
    let trash = scratch.join("trash");
    for entry in std::fs::read_dir(scratch.join("tmp"))?.flatten() {
        if entry.file_name() != OWN_TARGET {
            files::throw_away(&entry.path(), &trash)?;
        }
    }
    files::throw_away(&scratch.join("work"), &trash)?;
    files::move_file(&scratch.join("cargo").join(LAST_USE), &scratch.join(LAST_USE))?;
    files::throw_away(&scratch.join("cargo"), &trash)
}

/// The file in which cargo keeps when it last used what it has downloaded.
const LAST_USE: &str = ".global-cache";

/// In which files of its own folder cargo keeps keys.
#[cfg(target_os = "linux")]
const CREDENTIALS: [&str; 2] = ["credentials.toml", "credentials"];

/// Where programs that developers use keep keys, beneath a home.
#[cfg(target_os = "linux")]
const SECRETS: [&str; 13] = [
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".config/gcloud",
    ".config/gh",
    ".kube",
    ".docker/config.json",
    ".netrc",
    ".git-credentials",
    ".npmrc",
    ".pypirc",
    ".vault-token",
];

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
