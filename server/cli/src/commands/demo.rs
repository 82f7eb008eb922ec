//! `ostler demo`: broken sample crates, the real server over stdio, and the demo in the place of
//! the editor. Every line that it prints is read off what happened.

mod client;
mod samples;

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use harness::session::{Entry, Event};
use harness::{CheckReport, CheckScope, Confinement, Diagnostic, Verifier};
use model::{Block, Usage};
use sandbox::{CargoVerifier, SandboxConfig, Unconfined};
use settings::{Choice, TrustStore};
use stdx::store::DataDir;
use stdx::{AbsPath, Clock, SystemClock};
use text::Text;
use tokio_util::sync::CancellationToken;
use workspace::{Snapshot, SourceChange};

use self::client::Client;
use self::samples::{SAMPLES, Sample};
use super::auth::why;
use crate::compose::{Decisions, Sources};
use crate::terminal::say;
use crate::words;

pub(crate) async fn demo(sources: &Sources) -> Result<bool> {
    words::cargo_is_there()?;
    let folder = TempFolder::new()?;
    let clock = SystemClock::new();
    say("Ostler demo: the real server, the real checker; the demo plays the editor.");
    let settings = sources.read(None, &[]).settings;
    // The servers of the demo have a data folder of their own: kept keys do not count there.
    let decision = Decisions::new(&DataDir::open(folder.0.as_path())?).decide(&settings)?;
    match decision.choice {
        Choice::Offline => {
            say(
                "Model: the built-in offline policy. It has no weights: it searches, and keeps what",
            );
            say("the checker agrees with. No key, no network, nothing leaves this machine.");
        }
        Choice::Http { endpoint, .. } => {
            let why = why(&decision.why);
            say(&format!("Model: {} at {} ({why}).", decision.name, endpoint.base_url));
        }
    }
    for sample in SAMPLES {
        show(sample, &folder.0, sources).await.with_context(|| sample.name)?;
    }
    say(&format!(
        "\nEach of the {} crates failed its checker before and passes it now, after {:.1} s.",
        SAMPLES.len(),
        clock.monotonic().as_secs_f64()
    ));
    say("Now yours: `ostler run \"fix the build\"` in a Cargo project, `ostler setup helix` (or");
    say("neovim, vscode) for your editor, `ostler doctor` if something is wrong.");
    Ok(true)
}

async fn show(sample: &Sample, folder: &AbsPath, sources: &Sources) -> Result<()> {
    let clock = SystemClock::new();
    let root = folder.join(sample.name);
    let data = DataDir::open(folder.join(format!("{}-data", sample.name)).as_path())?;
    sample.lay_out(&root)?;
    // The demo wrote the sample, so it may run where nothing confines programs.
    TrustStore::new(&data).trust(&root)?;
    say(&format!("\n== {}: {}", sample.name, sample.about));

    let before = check(&root, &data).await?;
    say(&format!("before: {} ({})", outcome(&before), confinement(&before)));
    let error = before.errors().next().context("the sample is not broken")?.clone();
    say(&format!("  {}", error.headline()));

    let span = error.spans.first().context("the error has no place")?;
    let file = root.join(&span.file);
    let mut client = Client::start(server(&data, sources)?, &root).await?;
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
    say(&format!("choosing the fix; progress: {}", phases(&client.progress)));
    for line in &client.messages {
        say(&format!("the server says: {line}"));
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
    let session = session(&data)?;
    say(&format!("tool calls of {}: {}", session.model, session.calls.join(", ")));
    let tokens = match session.usage.prompt() + session.usage.output {
        0 => String::new(),
        _ => format!(
            "{} tokens in ({} from the cache), {} out, ",
            session.usage.prompt(),
            session.usage.cache_read,
            session.usage.output
        ),
    };
    say(&format!(
        "{} requests, {} checks, {tokens}{:.1} s from the choice to the edit",
        session.requests,
        session.checks,
        took.as_secs_f64(),
    ));
    Ok(())
}

/// The phases in their order, each as often as it came back.
fn phases(progress: &[String]) -> String {
    let mut phases: Vec<&str> = progress.iter().map(String::as_str).collect();
    phases.dedup();
    phases.join(", ")
}

fn confinement(report: &CheckReport) -> &'static str {
    match report.confinement {
        Confinement::Overlay => "confined: behind an overlay, without network",
        Confinement::Copy => "in a copy of the project; nothing confines here",
    }
}

/// The checker on what is on disk, as the user would run it.
async fn check(root: &AbsPath, data: &DataDir) -> Result<CheckReport> {
    let scratch = data.sub("check")?;
    let mut config = SandboxConfig::new(scratch.path());
    config.unconfined = Unconfined::where_so(|_| true);
    let verifier = CargoVerifier::new(config);
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
fn server(data: &DataDir, sources: &Sources) -> Result<tokio::process::Command> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = tokio::process::Command::new(program);
    command.arg("serve").env("OSTLER_DATA_DIR", data.path());
    if let Some(file) = sources.named_file() {
        command.arg("--config").arg(file);
    }
    Ok(command)
}

fn saved(root: &AbsPath, texts: Vec<(AbsPath, Text)>) -> SourceChange {
    let mut draft = Snapshot::of_disk(root.clone()).draft();
    for (path, text) in texts {
        draft.write(path, text);
    }
    draft.source_change()
}

/// What the session log says.
#[derive(Default)]
struct SessionFacts {
    model: String,
    /// In their order.
    calls: Vec<String>,
    usage: Usage,
    requests: usize,
    /// Runs of the checker.
    checks: u32,
}

fn session(data: &DataDir) -> Result<SessionFacts> {
    let mut facts = SessionFacts::default();
    for line in stdx::store::newest_lines(data.sub("sessions")?.path())? {
        let entry: Entry = serde_json::from_str(&line)?;
        match entry.event {
            Event::Opened { model, .. } => facts.model = model,
            Event::Said { block: Block::ToolUse(call) } => {
                let path = call.input.value()["path"].as_str().map(str::to_owned);
                facts.calls.push(match path {
                    Some(path) => format!("{} {path}", call.name),
                    None => call.name,
                });
            }
            Event::TurnEnded { usage, .. } => facts.usage = facts.usage.plus(usage),
            Event::Sent { .. } => facts.requests += 1,
            Event::Ended { checks, .. } => facts.checks = checks,
            _ => {}
        }
    }
    if facts.requests == 0 {
        bail!("the server kept no session");
    }
    facts.calls = run_lengths(&facts.calls);
    Ok(facts)
}

/// Equal neighbours as one with their number.
fn run_lengths(names: &[String]) -> Vec<String> {
    let runs = names.chunk_by(|a, b| a == b).map(|run| (run.len(), &run[0]));
    runs.map(|(count, name)| if count == 1 { name.clone() } else { format!("{count} × {name}") })
        .collect()
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
