//! A private view of the machine for one program: overlays where it may write, some folders
//! hidden, all else read-only, no network, no other processes.

mod child;
mod sys;

use std::collections::BTreeSet;
use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use stdx::process::Command;

use child::{Detached, Identity, PLACES, Plan, Step};

/// A folder that the program may write, without anything reaching what lies beneath.
#[derive(Debug, Clone)]
pub(crate) struct Overlay {
    /// Where it is, for the program as for us.
    pub(crate) at: PathBuf,
    /// Where its writes go.
    pub(crate) upper: PathBuf,
    /// An empty folder on the same file system as `upper`.
    pub(crate) work: PathBuf,
}

/// What the program will see.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    pub(crate) overlays: Vec<Overlay>,
    /// Folders and files that are empty for it, as far as no overlay covers them.
    pub(crate) hidden: Vec<PathBuf>,
    /// Folders and files that are empty for it wherever they lie, within an overlay too.
    pub(crate) secret: Vec<PathBuf>,
    /// What is to be seen nevertheless, read-only.
    pub(crate) shown: Vec<PathBuf>,
    /// What it finds at `/tmp`.
    pub(crate) temporary: PathBuf,
    /// Where it runs.
    pub(crate) folder: PathBuf,
    /// No file that it writes can grow larger.
    pub(crate) file_bytes: u64,
}

/// Devices that every program expects; all others are hidden.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
const DEVICE_LINKS: [(&str, &str); 4] = [
    ("/proc/self/fd", "/dev/fd"),
    ("/proc/self/fd/0", "/dev/stdin"),
    ("/proc/self/fd/1", "/dev/stdout"),
    ("/proc/self/fd/2", "/dev/stderr"),
];
/// Sockets of services live there; with one of them a program could act outside.
const RUNTIME: &str = "/run";
/// On systems that keep their programs in a store, `PATH` leads through these.
const RUNTIME_LINKS: [&str; 2] = ["/run/current-system", "/run/booted-system"];

/// Lets `command` run within `view`.
///
/// # Errors
/// If a path contains a NUL byte or a descriptor cannot be had.
#[expect(unsafe_code, reason = "the child prepares itself between fork and exec")]
pub(crate) fn confine(command: Command, view: &View) -> io::Result<Command> {
    let (lifeline, end) = io::pipe()?;
    let mut plan = plan(view, lifeline.into())?;
    // SAFETY: `enter` neither allocates nor locks.
    Ok(unsafe { command.before_exec(move || plan.enter()) }.supervised_by(end.into()))
}

/// What an error of a confined start means, if the wall and not the program was at fault.
pub(crate) fn wall_failure(error: &io::Error) -> Option<String> {
    let raw = error.raw_os_error()?;
    let place = PLACES.get(usize::try_from(raw >> 16).ok()?).filter(|place| !place.is_empty())?;
    Some(format!("{place}: {}", io::Error::from_raw_os_error(raw & 0xffff)))
}

fn plan(view: &View, lifeline: OwnedFd) -> io::Result<Plan> {
    let mut parts = Parts::default();
    let beneath_overlay =
        |path: &Path| view.overlays.iter().any(|overlay| path.starts_with(&overlay.at));

    // From the outside in, and none beneath another: it is hidden with that one.
    let mut hidden: BTreeSet<PathBuf> = BTreeSet::new();
    let mut masked = Vec::new();
    let standard = [RUNTIME, "/dev", "/tmp"].map(PathBuf::from);
    let candidates: BTreeSet<PathBuf> = standard
        .iter()
        .chain(&view.hidden)
        .chain(&view.secret)
        .filter(|path| !beneath_overlay(path))
        .cloned()
        .collect();
    for path in candidates {
        // A link is left: what it leads to is hidden or not by its own name.
        let Ok(found) = std::fs::symlink_metadata(&path) else { continue };
        if hidden.iter().any(|outer| path.starts_with(outer)) {
            continue;
        }
        if found.is_dir() {
            hidden.insert(path);
        } else if found.is_file() {
            masked.push(path);
        }
    }
    for path in &hidden {
        if path == Path::new("/tmp") {
            continue;
        }
        parts.steps.push(Step::Hide { at: c_string(path)?, mode: c"755".to_owned() });
    }

    parts.devices()?;
    for link in RUNTIME_LINKS {
        if let Ok(to) = std::fs::read_link(link) {
            parts.steps.push(Step::Link { to: c_string(&to)?, at: c_string(Path::new(link))? });
        }
    }
    for path in masked {
        parts.attach(nothing(), &path)?;
    }

    let mut attached: Vec<(&Path, Detached)> = Vec::new();
    let temporary = c_string(&view.temporary)?;
    attached.push((
        Path::new("/tmp"),
        Detached::Bind { path: temporary, read_only: false, devices: false },
    ));
    for overlay in &view.overlays {
        let part = Detached::Overlay {
            lower: c_string(&overlay.at)?,
            upper: c_string(&overlay.upper)?,
            work: c_string(&overlay.work)?,
        };
        attached.push((&overlay.at, part));
    }
    for path in &view.shown {
        let needed = hidden.iter().any(|outer| path.starts_with(outer) && path != outer);
        if needed && !beneath_overlay(path) && path.exists() {
            let path_c = c_string(path)?;
            attached.push((path, Detached::Bind { path: path_c, read_only: true, devices: false }));
        }
    }
    attached.sort_by_key(|(path, _)| *path);
    attached.dedup_by_key(|(path, _)| *path);
    let places: Vec<&Path> = attached.iter().map(|(path, _)| *path).collect();
    for (position, (path, part)) in attached.into_iter().enumerate() {
        let outer = hidden.iter().find(|outer| path.starts_with(outer));
        // Within an earlier mount the place exists already.
        let in_mount = places[..position]
            .iter()
            .any(|earlier| path.starts_with(earlier) && *earlier != Path::new("/tmp"));
        if let Some(outer) = outer
            && !in_mount
        {
            parts.folders_to(outer, path)?;
        }
        parts.attach(part, path)?;
    }
    // The project may be a folder that holds secrets, such as the user's home.
    let secret: BTreeSet<&PathBuf> = view.secret.iter().filter(|it| beneath_overlay(it)).collect();
    let mut empty: Vec<&Path> = Vec::new();
    for path in secret {
        let Ok(found) = std::fs::symlink_metadata(path) else { continue };
        if empty.iter().any(|outer| path.starts_with(outer)) {
            continue;
        }
        if found.is_dir() {
            parts.steps.push(Step::Hide { at: c_string(path)?, mode: c"755".to_owned() });
            empty.push(path);
        } else if found.is_file() {
            parts.attach(nothing(), path)?;
        }
    }
    parts.steps.push(Step::Seal(c"/dev".to_owned()));

    let mounts = Vec::with_capacity(parts.detached.len());
    Ok(Plan {
        identity: identity(),
        detached: parts.detached,
        steps: parts.steps,
        folder: c_string(&view.folder)?,
        file_bytes: view.file_bytes,
        lifeline,
        mounts,
    })
}

/// What stands for a file that is hidden.
fn nothing() -> Detached {
    Detached::Bind { path: c"/dev/null".to_owned(), read_only: true, devices: true }
}

#[derive(Default)]
struct Parts {
    detached: Vec<Detached>,
    steps: Vec<Step>,
}

impl Parts {
    fn attach(&mut self, part: Detached, at: &Path) -> io::Result<()> {
        self.steps.push(Step::Attach { index: self.detached.len(), at: c_string(at)? });
        self.detached.push(part);
        Ok(())
    }

    fn devices(&mut self) -> io::Result<()> {
        for path in DEVICES.map(Path::new) {
            if path.exists() {
                let path_c = c_string(path)?;
                self.steps.push(Step::File(path_c.clone()));
                self.attach(Detached::Bind { path: path_c, read_only: true, devices: true }, path)?;
            }
        }
        for (to, at) in DEVICE_LINKS {
            self.steps
                .push(Step::Link { to: c_string(Path::new(to))?, at: c_string(Path::new(at))? });
        }
        self.steps.push(Step::Folder(c"/dev/shm".to_owned()));
        self.steps.push(Step::Hide { at: c"/dev/shm".to_owned(), mode: c"1777".to_owned() });
        Ok(())
    }

    /// Makes the folders (and, for a file, the file) between `outer` and `path`.
    fn folders_to(&mut self, outer: &Path, path: &Path) -> io::Result<()> {
        let Ok(inner) = path.strip_prefix(outer) else { return Ok(()) };
        let mut at = outer.to_owned();
        let is_file = std::fs::metadata(path).is_ok_and(|found| !found.is_dir());
        let mut components = inner.components().peekable();
        while let Some(component) = components.next() {
            at.push(component);
            let at = c_string(&at)?;
            let last = components.peek().is_none();
            self.steps.push(if last && is_file { Step::File(at) } else { Step::Folder(at) });
        }
        Ok(())
    }
}

/// Everybody keeps their numbers. Root may map all users that it knows of, so that it can go on
/// working in a tree that belongs to somebody else.
fn identity() -> Identity {
    let uid = rustix::process::geteuid();
    let gid = rustix::process::getegid();
    let own = [uid.as_raw(), gid.as_raw()].map(|id| format!("{id} {id} 1\n").into_bytes());
    let whole = uid.is_root().then(|| [known("/proc/self/uid_map"), known("/proc/self/gid_map")]);
    Identity { whole, own }
}

#[expect(clippy::disallowed_methods, reason = "a file of the kernel")]
fn known(path: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = |line: &str| {
        let mut columns = line.split_whitespace();
        let (inside, _, count) = (columns.next()?, columns.next()?, columns.next()?);
        Some(format!("{inside} {inside} {count}\n"))
    };
    text.lines().filter_map(line).collect::<String>().into_bytes()
}

fn c_string(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| io::ErrorKind::InvalidInput.into())
}

#[cfg(test)]
mod tests;
