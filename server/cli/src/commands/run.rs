//! `ostler run`: one task without an editor.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use harness::session::{Entry, Sink};
use harness::{DoneWhen, Grade, Harness, Outcome, Status, Task, TaskEvent};
use sandbox::Unconfined;
use settings::{Decision, Settings, Why};
use stdx::store::DataDir;
use stdx::{AbsPath, Clock, SystemClock};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use workspace::Snapshot;

use super::auth::how_to_use;
use crate::args::Run;
use crate::compose::{self, Decisions, Factory, Sources, Team};
use crate::terminal::{confirm, is_interactive, note, one_line, say};
use crate::words;

/// The code of a task that ended with an answer and without a change: right for a question, and
/// no success for whoever wanted something to be done.
const ANSWERED: u8 = 3;
/// What shells expect of a program that an interrupt ended.
const INTERRUPTED: u8 = 130;

/// 0 only if the task was done, 3 if it was answered without a change, 130 if it was interrupted.
pub(crate) async fn run(args: Run, sources: Sources) -> Result<ExitCode> {
    let sources = sources.with_model(args.model.clone());
    let place = Place::find(args.root.as_deref(), &sources)?;
    let unconfined = unconfined(&args.allow, &place.data)?;
    let decisions = Decisions::new(&place.data);
    let settings = &place.settings;
    let decision = choose(settings, &decisions)?;
    let models = match &args.record {
        Some(path) => Factory::recording(super::replay::recorder(path, &args.task)?),
        None => Factory::default(),
    };
    let team = models.team(settings, &decisions, decision)?;
    let harness = place.harness(team, &sources, unconfined)?;
    let job = Job { goal: args.task, apply: args.apply, json: args.json };
    place.carry_out(harness, job).await
}

/// Where a task is carried out.
pub(crate) struct Place {
    root: AbsPath,
    pub(crate) data: DataDir,
    pub(crate) settings: Settings,
}

/// What is to be done there.
pub(crate) struct Job {
    pub(crate) goal: String,
    /// Whether the change is written to the project's files.
    pub(crate) apply: bool,
    /// Whether each event is printed as JSON, instead of words for people.
    pub(crate) json: bool,
}

impl Place {
    /// The project at `root` or in the current folder. What is wrong with its settings is told.
    ///
    /// # Errors
    /// If there is no such folder, or no place for data.
    pub(crate) fn find(root: Option<&Path>, sources: &Sources) -> Result<Place> {
        let root = compose::folder(root)?;
        let data = compose::data_dir()?;
        let read = sources.read(Some((&root, &data)), &[]);
        for problem in &read.problems {
            note(&format!("ostler: {}", one_line(&problem.to_string())));
        }
        Ok(Place { root, data, settings: read.settings })
    }

    /// The harness for a task of `team` here, whose programs run where nothing confines them only
    /// if `unconfined` lets them. What the user must hear about the team is told.
    ///
    /// # Errors
    /// If there is no place for what checks need.
    pub(crate) fn harness(
        &self,
        mut team: Team,
        sources: &Sources,
        unconfined: Unconfined,
    ) -> Result<Harness> {
        for notice in std::mem::take(&mut team.notices) {
            note(&format!("ostler: {}", one_line(&notice)));
        }
        let verifier = compose::verifier(&self.data, &self.settings, sources, unconfined)?;
        Ok(compose::harness(&self.settings, team, verifier, compose::indexes()))
    }

    /// Does `job` with `harness`, and reports. The code is that of the process.
    ///
    /// # Errors
    /// If it cannot even be begun.
    pub(crate) async fn carry_out(&self, harness: Harness, job: Job) -> Result<ExitCode> {
        let Place { root, data, .. } = self;
        let clock = SystemClock::new();
        let started = clock.monotonic();
        let name = harness.model.name().to_owned();
        let builds = name == "offline" || job.goal.trim() == "fix the build";
        if builds {
            words::can_be_built(root)?;
        }
        let task = Task {
            goal: job.goal,
            snapshot: Snapshot::of_disk(root.clone()),
            place: None,
            diagnostics: Vec::new(),
            done_when: if builds { DoneWhen::Builds } else { DoneWhen::Answered },
        };
        let cancel = CancellationToken::new();
        stop_on_ctrl_c(cancel.clone());
        let (events, watched) = mpsc::unbounded_channel();
        let watcher = (!job.json).then(|| tokio::spawn(watch(watched)));
        let mut sinks = compose::session_sinks(data, &clock);
        if job.json {
            sinks.push(Box::new(JsonLines));
        }
        let (outcome, _session) = harness.run(task, events, sinks, cancel).await;
        if let Some(watcher) = watcher {
            watcher.await.context("the progress display crashed")?;
        }
        let written = if job.apply { Some(apply(&outcome, data)) } else { None };
        if !job.json {
            report(&outcome, root, &name, clock.monotonic().saturating_sub(started));
            match &written {
                Some(Ok(0)) | None => {}
                Some(Ok(1)) => say("1 file written"),
                Some(Ok(count)) => say(&format!("{count} files written")),
                Some(Err(error)) => note(&format!("ostler: {error:#}")),
            }
        }
        Ok(match outcome.status {
            Status::Done if written.is_some_and(|written| written.is_err()) => ExitCode::FAILURE,
            // No checker has said that nothing had to be done.
            Status::Done if outcome.change.is_empty() && !builds => ExitCode::from(ANSWERED),
            Status::Done => ExitCode::SUCCESS,
            Status::Stopped => ExitCode::from(INTERRUPTED),
            _ => ExitCode::FAILURE,
        })
    }
}

/// Where programs may run although nothing confines them: everywhere if that was granted.
fn unconfined(granted: &[String], data: &DataDir) -> Result<Unconfined> {
    const CAPABILITIES: [&str; 2] = ["all", "unconfined"];
    let unknown = granted.iter().find(|name| !CAPABILITIES.contains(&name.as_str()));
    if let Some(name) = unknown {
        bail!("no capability `{name}`; there are: {}", CAPABILITIES.join(", "));
    }
    Ok(match granted.is_empty() {
        true => compose::where_trusted(data),
        false => Unconfined::where_so(|_| true),
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

/// Who does it. Somebody who sits at the terminal is asked about the first one that was
/// found and not said yes to; others are told how to say yes.
fn choose(settings: &Settings, decisions: &Decisions) -> Result<Decision> {
    let decision = decisions.decide(settings)?;
    let Some(offer) = decision.offers.first().filter(|_| decision.why == Why::NothingElse) else {
        return Ok(decision);
    };
    if !is_interactive() {
        note(&format!("not used: {} ({})", offer.origin, how_to_use(offer)));
        return Ok(decision);
    }
    let question = format!(
        "{} could do this: the project's text would go to {} ({}). Use it from now on?",
        offer.model, offer.origin, offer.source
    );
    if !confirm(&question) {
        return Ok(decision);
    }
    decisions.consents.add(offer)?;
    decisions.decide(settings)
}

/// The first interrupt stops the task, the second one the process.
fn stop_on_ctrl_c(cancel: CancellationToken) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            note("stopping");
            cancel.cancel();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(INTERRUPTED));
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

fn report(outcome: &Outcome, root: &AbsPath, model: &str, elapsed: Duration) {
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
        (Status::Done, grade) => format!("done: {}", grade.words(outcome.unconfined)),
        (Status::Unsolved(problems), _) => unsolved(problems, &outcome.summary),
        (Status::Stopped, _) => "stopped".to_owned(),
        (Status::Failed(why), _) => format!("failed: {why}"),
    };
    say(&verdict);
    if let Status::Unsolved(problems) = &outcome.status
        && let Some(mend) = words::mend(problems, root)
    {
        say(&mend);
    }
    for test in &outcome.failed_tests {
        say(&format!("  {test} (whether it did before cannot be known)"));
    }
    let usage = outcome.usage;
    let tokens = match usage.prompt() + usage.output {
        0 => String::new(),
        _ => format!(
            "{} tokens in ({} from the cache), {} out, ",
            usage.prompt(),
            usage.cache_read,
            usage.output
        ),
    };
    say(&format!(
        "{model}: {}, {}, {tokens}{:.1} s",
        counted(outcome.requests, "request"),
        counted(outcome.checks, "check"),
        elapsed.as_secs_f64(),
    ));
}

/// What is left, as far as the summary has not said it already.
fn unsolved(problems: &[String], summary: &str) -> String {
    let mut lines = vec!["not solved".to_owned()];
    let new = problems.iter().filter(|problem| !summary.contains(problem.as_str()));
    lines.extend(new.map(|problem| format!("  {problem}")));
    lines.join("\n")
}

fn counted(count: u32, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// Prints each entry of the session as it is appended.
struct JsonLines;

impl Sink for JsonLines {
    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        writeln!(io::stdout(), "{}", serde_json::to_string(entry)?)
    }
}
