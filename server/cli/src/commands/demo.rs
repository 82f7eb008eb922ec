//! `ostler demo`: broken sample crates, the real server over stdio, and the demo in the place of
//! the editor. Every line that it prints is read off what happened.

mod client;
mod samples;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use harness::session::{Entry, Event};
use harness::{CheckReport, CheckScope, Diagnostic, Verifier};
use model::{Block, Usage};
use sandbox::{CargoVerifier, SandboxConfig};
use stdx::store::DataDir;
use stdx::{AbsPath, Clock, SystemClock};
use text::Text;
use tokio_util::sync::CancellationToken;
use workspace::{Snapshot, SourceChange};

use self::client::Client;
use self::samples::{SAMPLES, Sample};
use crate::terminal::{fail, say};

pub(crate) async fn demo() -> ExitCode {
    let folder = match TempFolder::new() {
        Ok(folder) => folder,
        Err(error) => return fail(&format!("{error:#}")),
    };
    say("Ostler demo: the real server, the real checker, no key and no network.");
    say("Model: the built-in offline policy (it has no weights; it searches under cargo check).");
    for sample in SAMPLES {
        if let Err(error) = show(sample, &folder.0).await {
            return fail(&format!("{}: {error:#}", sample.name));
        }
    }
    say("\nEvery crate failed its checker before and passes it now.");
    ExitCode::SUCCESS
}

async fn show(sample: &Sample, folder: &AbsPath) -> Result<()> {
    let clock = SystemClock::new();
    let root = folder.join(sample.name);
    let data = DataDir::open(folder.join(format!("{}-data", sample.name)).as_path())?;
    sample.lay_out(&root)?;
    say(&format!("\n== {}: {}", sample.name, sample.about));

    let before = check(&root, &data).await?;
    say(&format!("before: {}", outcome(&before)));
    let error = before.errors().next().context("the sample is not broken")?.clone();
    say(&format!("  {}", error.headline()));

    let span = error.spans.first().context("the error has no place")?;
    let file = root.join(&span.file);
    let mut client = Client::start(server(&data)?, &root).await?;
    let text = Snapshot::of_disk(root.clone()).read(&file)?.text;
    client.open(&file, text).await?;
    let asked = clock.monotonic();
    let actions =
        client.actions(&file, span.bytes.clone(), error.code.as_deref(), &error.message).await?;
    let waited = clock.monotonic().saturating_sub(asked);
    let titles: Vec<&str> = actions.iter().filter_map(|a| a["title"].as_str()).collect();
    say(&format!("code actions after {:.1} ms: {}", millis(waited), titles.join(" | ")));
    let fix = actions
        .iter()
        .find(|action| action["title"].as_str().is_some_and(|title| title.starts_with("Fix: ")))
        .context("no action mends it")?
        .clone();
    let started = clock.monotonic();
    client.choose(&fix).await?;
    let took = clock.monotonic().saturating_sub(started);
    for line in std::mem::take(&mut client.told) {
        say(&format!("  {line}"));
    }
    ensure!(client.edited, "the server offered no edit");

    // The demo is the editor: it shows what changed, and saves.
    let edited: Vec<(AbsPath, Text)> =
        client.texts().map(|(path, text)| (path.clone(), text.clone())).collect();
    let change = saved(&root, edited);
    for file in &change.files {
        let name = file.path.relative_to(&root).unwrap_or_default();
        say(&file.unified_diff(&name));
    }
    change.write_to_disk(&data.sub("preimages")?)?;
    ensure!(client.quit().await?, "the server did not end well");

    let after = check(&root, &data).await?;
    say(&format!("after: {}", outcome(&after)));
    ensure!(after.errors().next().is_none(), "the crate still fails its checker");
    let (calls, usage, requests) = session(&data)?;
    say(&format!("tool calls: {}", calls.join(", ")));
    say(&format!(
        "{requests} requests, {} tokens in ({} from the cache), {} out, {:.1} s",
        usage.prompt(),
        usage.cache_read,
        usage.output,
        took.as_secs_f64(),
    ));
    Ok(())
}

/// The checker on what is on disk, as the user would run it.
async fn check(root: &AbsPath, data: &DataDir) -> Result<CheckReport> {
    let scratch = data.sub("check")?;
    let verifier = CargoVerifier::new(SandboxConfig::new(scratch.path()));
    let draft = Snapshot::of_disk(root.clone()).draft();
    Ok(verifier.check(&draft, &CheckScope::default(), &CancellationToken::new()).await?)
}

fn outcome(report: &CheckReport) -> String {
    let errors: Vec<&Diagnostic> = report.errors().collect();
    match errors.len() {
        0 => format!("`{}` passes", report.program),
        1 => format!("`{}` fails with 1 error", report.program),
        many => format!("`{}` fails with {many} errors", report.program),
    }
}

/// This very program, as an editor starts it.
#[expect(clippy::disallowed_methods, reason = "the demo is the editor, which starts its server")]
fn server(data: &DataDir) -> Result<tokio::process::Command> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = tokio::process::Command::new(program);
    command.arg("serve").env("OSTLER_DATA_DIR", data.path());
    Ok(command)
}

fn saved(root: &AbsPath, texts: Vec<(AbsPath, Text)>) -> SourceChange {
    let mut draft = Snapshot::of_disk(root.clone()).draft();
    for (path, text) in texts {
        draft.write(path, text);
    }
    draft.source_change()
}

/// What the session log says: the calls in order, the cost, the requests.
fn session(data: &DataDir) -> Result<(Vec<String>, Usage, usize)> {
    let (mut calls, mut usage, mut requests) = (Vec::new(), Usage::default(), 0);
    for line in stdx::store::newest_lines(data.sub("sessions")?.path())? {
        let entry: Entry = serde_json::from_str(&line)?;
        match entry.event {
            Event::Said { block: Block::ToolUse(call) } => {
                let path = call.input.value()["path"].as_str().map(str::to_owned);
                calls.push(match path {
                    Some(path) => format!("{}({path})", call.name),
                    None => format!("{}()", call.name),
                });
            }
            Event::TurnEnded { usage: cost, .. } => usage = usage.plus(cost),
            Event::Sent { .. } => requests += 1,
            _ => {}
        }
    }
    if requests == 0 {
        bail!("the server kept no session");
    }
    Ok((calls, usage, requests))
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A folder that goes when the demo ends, however it ends.
struct TempFolder(AbsPath);

impl TempFolder {
    fn new() -> Result<TempFolder> {
        let name = format!("ostler-demo-{}", std::process::id());
        let path = std::env::temp_dir().canonicalize()?.join(name);
        std::fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(TempFolder(AbsPath::new(path)?))
    }
}

impl Drop for TempFolder {
    #[expect(clippy::disallowed_methods, reason = "the demo's own folder, which it made")]
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.as_path());
    }
}
