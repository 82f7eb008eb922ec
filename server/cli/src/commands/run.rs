//! `ostler run`: one task without an editor.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use harness::session::{Entry, Sink};
use harness::{DoneWhen, Grade, Outcome, Status, Task, TaskEvent};
use settings::{Choice, ConsentStore, Settings, Why};
use stdx::store::DataDir;
use stdx::{AbsPath, Clock, SystemClock};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use workspace::Snapshot;

use super::auth::how_to_use;
use crate::args::Run;
use crate::compose::{self, Sources};
use crate::terminal::{confirm, is_interactive, note, one_line, say};

/// The code of a task that ended with an answer and without a change: right for a question, and
/// no success for whoever wanted something to be done.
const ANSWERED: u8 = 3;

pub(crate) async fn run(args: Run, sources: Sources) -> Result<ExitCode> {
    let root = compose::folder(args.root.as_deref())?;
    let data = compose::data_dir()?;
    let sources = sources.with_model(args.model.clone());
    let read = sources.read(Some((&root, &data)), None);
    for problem in &read.problems {
        note(&format!("ostler: {}", one_line(&problem.to_string())));
    }
    let choice = choose(&read.settings, &data)?;
    let key = compose::secret(&choice, &data)?;
    let model = compose::model(choice, key)?;
    let harness = compose::harness(&read.settings, model, compose::verifier(&data)?);
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

/// The model that does it. Somebody who sits at the terminal is asked about the first one that was
/// found and not said yes to; others are told how to say yes.
fn choose(settings: &Settings, data: &DataDir) -> Result<Choice> {
    let decision = compose::decide(settings, data)?;
    let Some(offer) = decision.offers.first().filter(|_| decision.why == Why::NothingElse) else {
        return Ok(decision.choice);
    };
    if !is_interactive() {
        note(&format!("not used: {} ({})", offer.origin, how_to_use(offer)));
        return Ok(decision.choice);
    }
    let question = format!(
        "{} could do this: the project's text would go to {} ({}). Use it from now on?",
        offer.model, offer.origin, offer.source
    );
    if !confirm(&question) {
        return Ok(decision.choice);
    }
    ConsentStore::new(data).add(offer)?;
    Ok(compose::decide(settings, data)?.choice)
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
            TaskEvent::Notice(text) => note(&format!("ostler: {}", one_line(&text))),
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
