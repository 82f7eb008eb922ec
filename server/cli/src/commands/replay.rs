//! `ostler replay`, and how `ostler run` records what it plays.

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use harness::Recovery;
use model::replay::{Exchange, Header, Recorder, Recording};
use model::{Model, Retry, RetryPolicy};
use stdx::store::AppendLog;

use super::run::{Job, Place};
use crate::args;
use crate::compose::{self, Sources, Team};
use crate::terminal::note;

/// Does a recorded task again: the model's part comes from the recording, all else is real. The
/// codes are those of `ostler run`.
pub(crate) async fn replay(args: args::Replay, sources: Sources) -> Result<ExitCode> {
    let path = args.recording.display();
    let bytes =
        stdx::store::read(&args.recording).with_context(|| format!("cannot read {path}"))?;
    let bytes = bytes.with_context(|| format!("there is no {path}"))?;
    let text = String::from_utf8(bytes).ok().with_context(|| format!("{path} is not text"))?;
    let place = Place::find(args.root.as_deref(), &sources)?;
    let recording = Recording::read(&text)
        .map_err(|error| anyhow::anyhow!("{path} is no recording: {error}"))?;
    let goal = recording.about().context("the recording does not say what was to be done")?;
    let job = Job { goal: goal.to_owned(), apply: false, json: args.json };
    let pauses = RetryPolicy::without_pauses();
    let models = recording.models(&place.settings.catalog().0).into_iter();
    let mut models =
        models.map(|model| Arc::new(Retry::with_policy(model, pauses)) as Arc<dyn Model>);
    let model = models.next().context("no model has answered in this recording")?;
    let fallbacks: Vec<_> = models.collect();
    let team = Team { model, fallbacks: fallbacks.clone(), notices: Vec::new() };
    let mut harness = place.harness(team, &sources, compose::where_trusted(&place.data))?;
    harness.recovery = Recovery { pauses, fallbacks };
    let code = place.carry_out(harness, job).await?;
    match recording.left() {
        0 => {}
        1 => note("ostler: 1 exchange of the recording was not played"),
        left => note(&format!("ostler: {left} exchanges of the recording were not played")),
    }
    Ok(code)
}

/// What writes all exchanges of a task to a new file, which only its owner can read.
///
/// # Errors
/// If the file is there already, or cannot be made.
pub(crate) fn recorder(path: &Path, about: &str) -> Result<Recorder> {
    let shown = path.display();
    let made = AppendLog::create(path).and_then(|mut log| {
        log.append(&serde_json::to_string(&Header::new(about))?)?;
        Ok(log)
    });
    let log = Mutex::new(made.with_context(|| format!("cannot record to {shown}"))?);
    Ok(Arc::new(move |exchange: &Exchange| {
        let line = serde_json::to_string(exchange).map_err(std::io::Error::from);
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = line.and_then(|line| log.append(&line)) {
            tracing::error!(%error, "a part of the recording is missing");
        }
    }))
}
