//! The disk, processes and the clock, as this instrument uses them: patients live in a cache
//! folder that belongs to it, and no editor or draft is involved.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, bail};

/// What a program left behind.
pub(crate) struct Ran {
    pub(crate) success: bool,
    /// The exit code; none after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) timed_out: bool,
    pub(crate) stdout: String,
    /// Empty where both streams were asked for in one.
    pub(crate) stderr: String,
    pub(crate) seconds: f64,
}

/// How to run a program.
pub(crate) struct Program<'a> {
    /// The program and its arguments.
    pub(crate) words: &'a [&'a str],
    pub(crate) folder: &'a Path,
    /// An existing folder for the captured output.
    pub(crate) scratch: &'a Path,
    pub(crate) limit: Duration,
    /// Whether standard error goes to the same place as standard output, in order.
    pub(crate) merged: bool,
    pub(crate) variables: &'a [(&'a str, &'a str)],
}

/// Variables that would change what is measured: those that the outer cargo sets for this task,
/// and keys with which a candidate would ask a hosted model.
fn is_foreign(name: &str) -> bool {
    let of_cargo = name.starts_with("CARGO") && name != "CARGO_HOME";
    of_cargo
        || name.starts_with("RUSTFLAGS")
        || name.ends_with("_API_KEY")
        || name.ends_with("_AUTH_TOKEN")
        || name.ends_with("_BASE_URL")
}

#[expect(clippy::disallowed_methods, reason = "a development task that runs cargo and candidates")]
fn command(words: &[&str]) -> Command {
    let mut command = Command::new(words.first().copied().unwrap_or_default());
    command.args(words.get(1..).unwrap_or_default());
    for (name, _) in std::env::vars_os() {
        if is_foreign(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

impl Program<'_> {
    /// Runs it without network for cargo, kills its whole group at the limit.
    #[expect(clippy::disallowed_methods, reason = "a development task times what it runs")]
    pub(crate) fn run(&self) -> Result<Ran> {
        let seconds = self.limit.as_secs().max(1).to_string();
        let (out, err) = (self.scratch.join("stdout"), self.scratch.join("stderr"));
        let stdout = fs::File::create(&out).with_context(|| format!("create {}", out.display()))?;
        let stderr = if self.merged { stdout.try_clone()? } else { fs::File::create(&err)? };
        // `timeout` puts itself and its children into a group of their own and ends the group.
        let mut command = command(&["timeout", "--kill-after=5", &seconds]);
        command.args(self.words).current_dir(self.folder);
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TERM_COLOR", "never");
        command.envs(self.variables.iter().copied());
        let started = Instant::now();
        let status = command.status().with_context(|| format!("start {:?}", self.words))?;
        let seconds = started.elapsed().as_secs_f64();
        let text = |path: &Path| -> Result<String> {
            Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
        };
        Ok(Ran {
            success: status.success(),
            code: status.code(),
            timed_out: matches!(status.code(), Some(124 | 137)),
            stdout: text(&out)?,
            stderr: if self.merged { String::new() } else { text(&err)? },
            seconds,
        })
    }
}

/// What `work` gives, and the seconds it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    #[expect(clippy::disallowed_methods, reason = "a development task times what it runs")]
    let started = Instant::now();
    let value = work()?;
    Ok((value, started.elapsed().as_secs_f64()))
}

/// Runs a helper program that has to succeed, with network. Gives back its standard output.
pub(crate) fn must(words: &[&str], folder: &Path) -> Result<String> {
    let mut command = command(words);
    let output = command.current_dir(folder).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("start {words:?}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{words:?} in {}: {}", folder.display(), errors.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[expect(clippy::disallowed_methods, reason = "the cache folder is no project")]
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "the cache folder is no project")]
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

pub(crate) fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("create {}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "the cache folder is no project")]
pub(crate) fn remove_folder(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).with_context(|| format!("remove {}", path.display()))?;
    }
    Ok(())
}

/// Copies a folder with its times, so that cargo finds in the copy what it built in the original.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (from.to_string_lossy(), to.to_string_lossy());
    must(&["cp", "-a", "--reflink=auto", "-T", &from, &to], &std::env::temp_dir()).map(|_| ())
}

/// The text files below `root` that make up a project, by path relative to `root`.
/// Build output, the lock file and what is not UTF-8 are left out.
pub(crate) fn texts(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let name = path.to_string_lossy().into_owned();
            if name == "target" || name == "Cargo.lock" || name == ".git" {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if entry.file_type()?.is_file()
                && let Ok(text) = read(&root.join(&path))
            {
                found.insert(name, text);
            }
        }
    }
    Ok(found)
}

/// Gives the file a new time: an old one could make cargo take broken code for fresh.
pub(crate) fn touch(path: &Path) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "cargo compares a file's time with the clock")]
    let now = SystemTime::now();
    let file = fs::OpenOptions::new().write(true).open(path);
    let file = file.with_context(|| format!("open {}", path.display()))?;
    file.set_modified(now).with_context(|| format!("touch {}", path.display()))
}
