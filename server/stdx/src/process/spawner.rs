//! The one thread that forks.
//!
//! Linux sends a child its parent-death signal when the *thread* that forked it ends, and the
//! threads of a runtime come and go. So all children are forked by a thread that lives as long as
//! this process.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

struct Job {
    command: Command,
    runtime: Handle,
    reply: oneshot::Sender<io::Result<Child>>,
}

static JOBS: OnceLock<Mutex<Sender<Job>>> = OnceLock::new();

/// Starts `command`. Must be called within a runtime, which then watches the child.
pub(crate) async fn spawn(command: Command) -> io::Result<Child> {
    let (reply, answer) = oneshot::channel();
    let job = Job { command, runtime: Handle::current(), reply };
    let jobs = JOBS.get_or_init(|| Mutex::new(start()));
    // The lock is released before the wait below.
    let sent = jobs.lock().unwrap_or_else(PoisonError::into_inner).send(job);
    if sent.is_err() {
        return Err(io::Error::other("the thread that starts programs is gone"));
    }
    answer.await.unwrap_or_else(|_| Err(io::Error::other("the program was not started")))
}

fn start() -> Sender<Job> {
    let (jobs, inbox) = channel::<Job>();
    let thread = std::thread::Builder::new().name("spawner".to_owned()).spawn(move || {
        for Job { mut command, runtime, reply } in inbox {
            let _inside = runtime.enter();
            // If nobody waits any longer the child is dropped, and with it killed.
            let _ = reply.send(command.spawn());
        }
    });
    if let Err(error) = thread {
        // The channel is closed with the failed thread; every `spawn` then reports it.
        tracing::error!(%error, "cannot start the thread that starts programs");
    }
    jobs
}
