//! Noticing the end of a process that is not our child.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// Calls `then` once, from a thread of its own, when the process `pid` has ended. Nothing is polled
/// meanwhile. A process that cannot be found is taken to live: it may do so on the other side of
/// a container's wall, where its number means nothing here.
pub fn when_gone(pid: u32, then: impl FnOnce() + Send + 'static) {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    // Opened here and not in the thread: by the time that runs, the process may have ended, and
    // could no longer be told from one that was never there.
    let process = match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(process) => process,
        Err(error) => {
            tracing::info!(%error, "cannot watch process {pid:?}");
            return;
        }
    };
    std::thread::spawn(move || {
        let mut waiting = [PollFd::new(&process, PollFlags::IN)];
        while let Err(rustix::io::Errno::INTR) = poll(&mut waiting, None) {}
        then();
    });
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a process to be watched")]
    fn tells_when_a_process_has_ended_and_not_before() {
        let mut child =
            std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let (tell, told) = mpsc::channel();
        super::when_gone(child.id(), move || tell.send(()).unwrap());
        assert!(told.try_recv().is_err());
        drop(child.stdin.take());
        child.wait().unwrap();
        told.recv_timeout(Duration::from_secs(30)).unwrap();
    }
}
