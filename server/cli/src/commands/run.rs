//! `ostler run`: one task without an editor.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use harness::session::{Entry, Sink};
use harness::{DoneWhen, Grade, Outcome, Status, Task, TaskEvent};
use stdx::store::DataDir;
use stdx::{AbsPath, Clock, SystemClock};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use workspace::Snapshot;

use crate::args::Run;
use crate::terminal::{fail, note, say};
use crate::{compose, terminal};

/// The code of a task that ended with an answer and without a change: right for a question, and
/// no success for whoever wanted something to be done.
const ANSWERED: u8 = 3;

pub(crate) async fn run(args: Run) -> ExitCode {
    match try_run(args).await {
        Ok(code) => code,
        Err(error) => fail(&format!("{error:#}")),
    }
}

async fn try_run(args: Run) -> Result<ExitCode> {
    let root = root(&args)?;
    let data = compose::data_dir()?;
    let (settings, problems) = compose::settings(args.model.as_deref());
    for problem in &problems {
        note(&format!("ostler: {problem}"));
    }
    let harness = compose::harness(&settings, &data)?;
    let clock = SystemClock::new();
    let builds = harness.model.name() == "offline" || args.task.trim() == "fix the build";
    let task = Task {
        goal: args.task.clone(),
        snapshot: Snapshot::of_disk(root.clone()),
        place: None,
        diagnostics: Vec::new(),
        done_when: if builds { DoneWhen::Builds } else { DoneWhen::Answered },
    };
    if !args.allow.is_empty() {
        tracing::info!(capabilities = args.allow.join(","), "granted; no tool asks for any so far");
    }
    let cancel = CancellationToken::new();
    stop_on_ctrl_c(cancel.clone());
    let (events, watched) = mpsc::unbounded_channel();
    let watcher = (!args.json).then(|| tokio::spawn(watch(watched)));
    let mut sinks = compose::session_sinks(&data, &clock);
    if args.json {
        sinks.push(Box::new(JsonLines));
    }
    let (outcome, _session) = harness.run(task, events, sinks, cancel).await;
    if let Some(watcher) = watcher {
        watcher.await.context("the progress display crashed")?;
    }
    let written = if args.apply { Some(apply(&outcome, &data)) } else { None };
    if !args.json {
        report(&outcome, &root, clock.monotonic());
        match &written {
            Some(Ok(count)) if *count > 0 => say(&format!("{count} files written")),
            Some(Err(error)) => note(&format!("ostler: {error:#}")),
            _ => {}
        }
    }
    Ok(match outcome.status {
        Status::Done if written.is_some_and(|written| written.is_err()) => ExitCode::FAILURE,
        // No checker has said that nothing had to be done.
        Status::Done if outcome.change.is_empty() && !builds => ExitCode::from(ANSWERED),
        Status::Done => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// Writes the change if it is no worse than what was there; returns the number of files.
fn apply(outcome: &Outcome, data: &DataDir) -> Result<usize> {
    if outcome.change.is_empty() {
        return Ok(0);
    }
    let worth_it =
        outcome.problems.is_empty() && matches!(outcome.status, Status::Done | Status::Unsolved(_));
    anyhow::ensure!(worth_it, "nothing was written, because the change brings new problems");
    let preimages = data.sub("preimages").context("cannot keep the old texts")?;
    outcome.change.write_to_disk(&preimages)?;
    Ok(outcome.change.files.len())
}

#[expect(clippy::disallowed_methods, reason = "the command line knows the current folder")]
fn root(args: &Run) -> Result<AbsPath> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let root = args.root.as_ref().map_or_else(|| here.clone(), |root| here.join(root));
    let root = root.canonicalize().with_context(|| {
        format!("no such folder: {}", terminal::printable(&root.to_string_lossy()))
    })?;
    Ok(AbsPath::new(root)?)
}

/// The first interrupt stops the task, the second one the process.
fn stop_on_ctrl_c(cancel: CancellationToken) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            note("stopping");
            cancel.cancel();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    });
}

async fn watch(mut events: mpsc::UnboundedReceiver<TaskEvent>) {
    while let Some(event) = events.recv().await {
        match event {
            TaskEvent::Call { tool, about } => note(&format!("  {tool} {about}")),
            TaskEvent::Notice(text) => note(&format!("ostler: {text}")),
            TaskEvent::Phase(_) | TaskEvent::Usage(_) => {}
        }
    }
}

fn report(outcome: &Outcome, root: &AbsPath, elapsed: Duration) {
    for file in &outcome.change.files {
        let name = file.path.relative_to(root).unwrap_or_else(|| file.path.to_string());
        say(&file.unified_diff(&name));
    }
    if !outcome.summary.is_empty() {
        say(&outcome.summary);
    }
    let verdict = match (&outcome.status, outcome.grade) {
        (Status::Done, _) if outcome.change.is_empty() => "done, nothing was changed".to_owned(),
        (Status::Done, Grade::Unchecked) => "done, unchecked".to_owned(),
        (Status::Done, grade) => format!("done: {grade}"),
        (Status::Unsolved(problems), _) => format!("not solved:\n  {}", problems.join("\n  ")),
        (Status::Stopped, _) => "stopped".to_owned(),
        (Status::Failed(why), _) => format!("failed: {why}"),
    };
    say(&verdict);
    for test in &outcome.failed_tests {
        say(&format!("  {test} (whether it did before cannot be known)"));
    }
    let usage = outcome.usage;
    say(&format!(
        "{} requests, {} checks, {} tokens in ({} from the cache), {} out, {:.1} s",
        outcome.requests,
        outcome.checks,
        usage.prompt(),
        usage.cache_read,
        usage.output,
        elapsed.as_secs_f64(),
    ));
}

/// Prints each entry of the session as it is appended.
struct JsonLines;

impl Sink for JsonLines {
    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        writeln!(io::stdout(), "{}", serde_json::to_string(entry)?)
    }
}
