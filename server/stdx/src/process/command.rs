//! Starting one program, and seeing it to its end.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal};
use thiserror::Error;
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use super::output::{Captured, Lines, drain};
use super::{Environment, spawner};
use crate::AbsPath;

/// After the program's end, how long its output may stay open: something escaped its group.
const DRAIN: Duration = Duration::from_secs(2);
/// How long a supervisor may take to end everything that it supervises.
const SUPERVISOR: Duration = Duration::from_secs(10);

type BeforeExec = Box<dyn FnMut() -> io::Result<()> + Send + Sync>;

/// A program to be run once, without input, in a session of its own. Everything that it starts
/// ends with it.
pub struct Command {
    program: OsString,
    arguments: Vec<OsString>,
    folder: AbsPath,
    environment: Environment,
    limit: usize,
    timeout: Option<Duration>,
    merge: bool,
    before_exec: Option<BeforeExec>,
    lifeline: Option<OwnedFd>,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Code(i32),
    /// By a signal of this number.
    Signal(i32),
    /// It took too long and was killed.
    TimedOut,
}

impl Exit {
    /// Whether it ended by itself with status 0.
    #[must_use]
    pub fn success(self) -> bool {
        self == Exit::Code(0)
    }

    fn of(status: ExitStatus) -> Exit {
        match (status.code(), status.signal()) {
            (Some(code), _) => Exit::Code(code),
            (None, signal) => Exit::Signal(signal.unwrap_or_default()),
        }
    }
}

/// A program that came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub exit: Exit,
    /// What it printed; empty where the lines were handed on instead.
    pub stdout: Captured,
    /// Its complaints; empty where they were merged into the output.
    pub stderr: Captured,
}

/// Why a program did not come to its end.
#[derive(Debug, Error)]
pub enum RunError {
    /// It could not be started.
    #[error("cannot start `{program}`: {error}")]
    Start {
        /// Its name.
        program: String,
        /// What the system, or the preparation before its start, said.
        error: io::Error,
    },
    /// Somebody asked to stop; all its processes are gone.
    #[error("cancelled")]
    Cancelled,
    /// The system refused to say how it goes.
    #[error("lost sight of the program: {0}")]
    Lost(io::Error),
}

impl Command {
    /// `program` is looked up by the `PATH` of `environment`, and runs in `folder`.
    #[must_use]
    pub fn new(program: impl Into<OsString>, folder: AbsPath, environment: Environment) -> Command {
        Command {
            program: program.into(),
            arguments: Vec::new(),
            folder,
            environment,
            limit: 1024 * 1024,
            timeout: None,
            merge: false,
            before_exec: None,
            lifeline: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        self.arguments.extend(arguments.into_iter().map(|one| one.as_ref().to_owned()));
        self
    }

    /// Keeps at most this many bytes of each of the two outputs; 1 MiB if nothing is said.
    #[must_use]
    pub fn output_limit(mut self, bytes: usize) -> Command {
        self.limit = bytes;
        self
    }

    /// Kills it after this time.
    #[must_use]
    pub fn timeout(mut self, after: Duration) -> Command {
        self.timeout = Some(after);
        self
    }

    /// Writes complaints into the output, in the order in which both come.
    #[must_use]
    pub fn merge_stderr(mut self) -> Command {
        self.merge = true;
        self
    }

    /// Runs `prepare` in the new process before the program's first instruction.
    ///
    /// # Safety
    /// `prepare` runs between fork and exec of a process with many threads: it must neither
    /// allocate nor take a lock, and call only what is safe in a signal handler.
    #[expect(unsafe_code, reason = "the caller must keep a promise that no type can express")]
    #[must_use]
    pub unsafe fn before_exec(
        mut self,
        prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Command {
        self.before_exec = Some(Box::new(prepare));
        self
    }

    /// Says that the direct child is a supervisor which ends everything beneath it, and then
    /// itself, as soon as `end` is closed. Used instead of a signal, so that the supervisor's
    /// end proves the end of all.
    #[must_use]
    pub fn supervised_by(mut self, end: OwnedFd) -> Command {
        self.lifeline = Some(end);
        self
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    /// If it cannot be started, or if `cancel` is triggered; then all its processes are gone.
    pub async fn run(self, cancel: &CancellationToken) -> Result<Finished, RunError> {
        self.run_inner(cancel, None).await
    }

    /// Like [`Command::run`], handing each line of the output to `on_line` as it comes, without
    /// its line end, instead of keeping it.
    ///
    /// # Errors
    /// As [`Command::run`].
    pub async fn run_lines(
        self,
        cancel: &CancellationToken,
        on_line: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<Finished, RunError> {
        self.run_inner(cancel, Some(Lines::new(on_line))).await
    }

    async fn run_inner(
        mut self,
        cancel: &CancellationToken,
        lines: Option<Lines<'_>>,
    ) -> Result<Finished, RunError> {
        if cancel.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        let name = self.program.to_string_lossy().into_owned();
        let start = |error| RunError::Start { program: name.clone(), error };
        let merged = if self.merge { Some(std::io::pipe().map_err(start)?) } else { None };
        let mut command = self.prepare();
        let mut merged_reader = None;
        if let Some((reader, writer)) = merged {
            let copy = writer.try_clone().map_err(start)?;
            command.stdout(writer).stderr(copy);
            merged_reader = Some(
                tokio::net::unix::pipe::Receiver::from_owned_fd(reader.into()).map_err(start)?,
            );
        }
        // The command, and with it our copies of the pipe's writing end, goes with the spawner.
        let child = spawner::spawn(command).await.map_err(start)?;
        let mut group = Group::new(child, self.lifeline.take());

        let (mut out, mut err) = (Captured::new(self.limit), Captured::new(self.limit));
        let (stdout, stderr) = (group.child.stdout.take(), group.child.stderr.take());
        let mut ended = None;
        {
            let reading = async {
                let out = &mut out;
                match merged_reader {
                    Some(reader) => drain(Some(reader), out, lines).await,
                    None => {
                        tokio::join!(drain(stdout, out, lines), drain(stderr, &mut err, None));
                    }
                }
            };
            tokio::pin!(reading);
            let mut read_all = false;
            let deadline = async {
                match self.timeout {
                    Some(after) => {
                        let _ = tokio::time::timeout(after, std::future::pending::<()>()).await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::pin!(deadline);
            let stopped = loop {
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => break Some(Err(RunError::Cancelled)),
                    () = &mut deadline => break Some(Ok(Exit::TimedOut)),
                    () = &mut reading, if !read_all => read_all = true,
                    status = group.child.wait() => {
                        ended = Some(Exit::of(status.map_err(RunError::Lost)?));
                        break None;
                    }
                }
            };
            // Also after an end in peace: what the program left behind would hold the pipes open.
            group.end().await.map_err(RunError::Lost)?;
            if !read_all && tokio::time::timeout(DRAIN, &mut reading).await.is_err() {
                tracing::warn!(program = name, "something still holds the output of a program");
            }
            match stopped {
                Some(Err(error)) => return Err(error),
                Some(Ok(exit)) => ended = Some(exit),
                None => {}
            }
        }
        let exit = ended.unwrap_or(Exit::TimedOut);
        Ok(Finished { exit, stdout: out, stderr: err })
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door to processes")]
    #[expect(unsafe_code, reason = "session and death signal are set between fork and exec")]
    fn prepare(&mut self) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.program);
        command
            .args(&self.arguments)
            .current_dir(self.folder.as_path())
            .env_clear()
            .envs(self.environment.iter())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let parent = rustix::process::getpid();
        let mut before_exec = self.before_exec.take();
        // SAFETY: system calls without allocation; the rest is promised by `before_exec`.
        unsafe {
            command.pre_exec(move || {
                rustix::process::setsid()?;
                die_with(parent)?;
                match &mut before_exec {
                    Some(prepare) => prepare(),
                    None => Ok(()),
                }
            });
        }
        command
    }
}

/// Lets the system kill the calling process when `parent`, or rather the thread of it that
/// forked, ends.
#[cfg(target_os = "linux")]
fn die_with(parent: Pid) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    if rustix::process::getppid() != Some(parent) {
        // It ended before the line above.
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape on every system")]
fn die_with(_parent: Pid) -> io::Result<()> {
    Ok(())
}

/// A running program with everything that it started. Dropping it kills them all.
struct Group {
    child: Child,
    id: Option<Pid>,
    lifeline: Option<OwnedFd>,
}

impl Group {
    fn new(child: Child, lifeline: Option<OwnedFd>) -> Group {
        // The child made itself the leader of a group that bears its own number.
        let id = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Group { child, id, lifeline }
    }

    /// Kills what still lives and waits for the child's end.
    async fn end(&mut self) -> io::Result<()> {
        if self.lifeline.take().is_some()
            && tokio::time::timeout(SUPERVISOR, self.child.wait()).await.is_err()
        {
            tracing::error!("a supervisor did not end in time");
        }
        self.kill();
        let ended = self.child.wait().await.map(drop);
        if let Some(id) = self.id.take() {
            // The signal is on its way to the others; their end may take a moment.
            let _ = tokio::time::timeout(DRAIN, group_end(id)).await;
        }
        ended
    }

    fn kill(&self) {
        if let Some(id) = self.id {
            // Nothing left to kill is as good as killed.
            let _ = rustix::process::kill_process_group(id, Signal::KILL);
        }
    }
}

/// Waits for the end of all members of a group that was killed, and so does not grow any more.
#[cfg(target_os = "linux")]
async fn group_end(id: Pid) {
    use rustix::process::{PidfdFlags, pidfd_open};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    if rustix::process::test_kill_process_group(id).is_err() {
        return;
    }
    let Ok(entries) = std::fs::read_dir("/proc") else { return };
    for entry in entries.flatten() {
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        let Some(member) = number.and_then(Pid::from_raw) else { continue };
        if group_of(&entry.path()) != Some(id) {
            continue;
        }
        let Ok(member) = pidfd_open(member, PidfdFlags::NONBLOCK) else { continue };
        #[expect(unsafe_code, reason = "watching a descriptor is unsafe for some types")]
        // SAFETY: it owns its descriptor and keeps it until it is dropped, after the watch.
        let watched = unsafe { AsyncFd::register_with_interest(member, Interest::READABLE) };
        if let Ok(watched) = watched {
            // So it is as soon as the process has ended.
            let _ = watched.readable().await;
        }
    }
}

/// The group of the process with this folder in `/proc`. The system call for it would say 0 for
/// a kernel thread, which the wrapper cannot express.
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "a file of the kernel")]
fn group_of(process: &std::path::Path) -> Option<Pid> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    // The name stands in parentheses and may hold anything; state, parent and group follow.
    let after_name = stat.rsplit_once(')')?.1;
    Pid::from_raw(after_name.split_whitespace().nth(2)?.parse().ok()?)
}

#[cfg(not(target_os = "linux"))]
async fn group_end(_id: Pid) {}

impl Drop for Group {
    fn drop(&mut self) {
        self.lifeline.take();
        self.kill();
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
