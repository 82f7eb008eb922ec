//! Real children: what they print, and that they end.

use super::*;

fn environment() -> Environment {
    Environment::of_this_process(|_| false)
}

fn shell(script: &str) -> Command {
    Command::new("sh", AbsPath::new("/").unwrap(), environment()).args(["-c", script])
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("nothing came")
}

fn lives(pid: &str) -> bool {
    // A killed process that nobody has reaped yet is dead.
    std::fs::metadata(format!("/proc/{pid}")).is_ok() && !state(pid).contains("Z (zombie)")
}

#[expect(clippy::disallowed_methods, reason = "the test looks at processes from outside")]
fn state(pid: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default()
}

#[tokio::test]
async fn output_status_and_environment() {
    let mut environment = environment();
    environment.set("GREETING", "hello");
    let command = Command::new("sh", AbsPath::new("/usr").unwrap(), environment)
        .args(["-c", "echo $GREETING from $(pwd); echo bad >&2; cat; exit 3"]);
    let finished = within(command.run(&CancellationToken::new())).await.unwrap();
    assert_eq!(finished.exit, Exit::Code(3));
    assert_eq!(finished.stdout.text(), "hello from /usr\n");
    assert_eq!(finished.stderr.text(), "bad\n");
}

#[tokio::test]
async fn a_program_that_is_not_there() {
    let command = Command::new("no-such-program", AbsPath::new("/").unwrap(), environment());
    let error = within(command.run(&CancellationToken::new())).await.unwrap_err();
    assert!(matches!(&error, RunError::Start { program, .. } if program == "no-such-program"));
}

#[tokio::test]
async fn endless_output_is_bounded_and_ends_with_the_time() {
    let command = shell("yes").output_limit(1000).timeout(Duration::from_millis(200));
    let finished = within(command.run(&CancellationToken::new())).await.unwrap();
    assert_eq!(finished.exit, Exit::TimedOut);
    assert!(finished.stdout.omitted() > 0 && finished.stdout.text().len() < 1100);
}

#[tokio::test]
async fn cancelling_ends_the_whole_group() {
    let cancel = CancellationToken::new();
    let mut pids = Vec::new();
    let seen = cancel.clone();
    let mut on_line = |line: &[u8]| {
        pids.push(String::from_utf8_lossy(line).into_owned());
        if pids.len() == 2 {
            seen.cancel();
        }
    };
    // The first does not hold our pipes: their end does not prove its end.
    let command = shell("sleep 1000 >/dev/null 2>&1 & echo $!; echo $$; wait");
    let result = within(command.run_lines(&cancel, &mut on_line)).await;
    assert!(matches!(result, Err(RunError::Cancelled)));
    assert_eq!(pids.len(), 2);
    for pid in pids {
        assert!(!lives(&pid), "{pid} lives on");
    }
}

#[tokio::test]
async fn what_a_program_leaves_behind_ends_with_it() {
    let command = shell("sleep 1000 & echo $!");
    let finished = within(command.run(&CancellationToken::new())).await.unwrap();
    assert_eq!(finished.exit, Exit::Code(0));
    assert!(!lives(finished.stdout.text().trim()));
}

#[tokio::test]
async fn dropping_the_run_ends_the_program() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let mut sender = Some(sender);
    let running = tokio::spawn(async move {
        let mut on_line = |line: &[u8]| {
            if let Some(sender) = sender.take() {
                sender.send(String::from_utf8_lossy(line).into_owned()).unwrap();
            }
        };
        // The inner shell keeps a pipe whose other end this test holds: its end is an event.
        shell("echo $$; exec sleep 1000").run_lines(&CancellationToken::new(), &mut on_line).await
    });
    let pid = within(receiver).await.unwrap();
    running.abort();
    assert!(within(running).await.unwrap_err().is_cancelled());
    let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
    // Somebody else may reap it first; in both cases it is gone.
    let gone = tokio::task::spawn_blocking(move || {
        while rustix::process::test_kill_process_group(pid).is_ok() {
            std::thread::yield_now();
        }
    });
    within(gone).await.unwrap();
}

#[tokio::test]
async fn merged_outputs_keep_their_order() {
    let command = shell("echo a; echo b >&2; echo c").merge_stderr();
    let finished = within(command.run(&CancellationToken::new())).await.unwrap();
    assert_eq!(finished.stdout.text(), "a\nb\nc\n");
}
