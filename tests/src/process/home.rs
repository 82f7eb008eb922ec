//! The program in an empty home: nothing of this machine's user reaches it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use test_utils::{LspClient, Persona};

/// A home with nothing in it, which goes in the end.
pub(super) struct Home {
    path: PathBuf,
}

impl Home {
    pub(super) fn new() -> Home {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ostler-home-{}-{count}", std::process::id());
        let path = std::env::temp_dir().canonicalize().unwrap().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Home { path }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The user's own settings.
    pub(super) fn configure(&self, text: &str) {
        self.write(".config/ostler/config.toml", text);
    }

    /// A variable that leads to the toolchain of the tests, which an empty home does not have.
    fn toolchain() -> Vec<(&'static str, PathBuf)> {
        let cargo = Path::new(env!("CARGO")).parent().unwrap().to_owned();
        let system = std::env::var_os("PATH").unwrap_or_default();
        let path =
            std::env::join_paths(std::iter::once(cargo).chain(std::env::split_paths(&system)));
        vec![("PATH", PathBuf::from(path.unwrap()))]
    }

    /// The program with these arguments, in the home.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server-under-test"));
        command.args(arguments).env_clear().envs(Home::toolchain()).env("HOME", &self.path);
        for name in ["CARGO_HOME", "RUSTUP_HOME"] {
            let folder = if name == "CARGO_HOME" { ".cargo" } else { ".rustup" };
            let usual = std::env::var_os("HOME").map(|home| Path::new(&home).join(folder));
            if let Some(value) = std::env::var_os(name).map(PathBuf::from).or(usual) {
                command.env(name, value);
            }
        }
        command.current_dir(&self.path).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(super) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }

    /// The same with something on its standard input.
    pub(super) fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that does not read its input has closed it by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Said::of(&child.wait_with_output().unwrap())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A test that failed has more to say than this.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Said {
    pub(super) fn of(output: &Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// What it printed, if it ended well.
    #[track_caller]
    pub(super) fn well(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        assert!(!self.err.contains("ostler:"), "{self:?}");
        &self.out
    }

    /// The one line that says why it did not.
    #[track_caller]
    pub(super) fn refused(&self) -> &str {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.starts_with("ostler: "), "{self:?}");
        &self.err
    }
}

/// The server that `command` starts, with a client that speaks to it. It ends with the process
/// that is returned.
pub(super) fn serve_as(
    mut command: Command,
    persona: Persona,
) -> (tokio::process::Child, LspClient) {
    command.stderr(Stdio::null());
    let mut child = tokio::process::Command::from(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (input, output) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    (child, LspClient::new(input, output, persona))
}
