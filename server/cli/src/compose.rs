//! Puts the rooms together.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use harness::session::Sink;
use harness::{Harness, HarnessSpec, Recovery};
use model::http::HttpModel;
use model::secret::Secret;
use model::{Model, Retry};
use sandbox::{CargoVerifier, SandboxConfig};
use settings::{Choice, KeySource, Layer, Origin, Problem, Settings};
use stdx::store::{AppendLog, DataDir};
use stdx::{Clock, SystemClock};

/// The harness with the model that the settings choose.
pub(crate) fn harness(settings: &Settings, data: &DataDir) -> Result<Harness> {
    let scratch = data.sub("scratch").context("cannot make the scratch folder")?;
    let mut spec = HarnessSpec::default();
    spec.max_turns = settings.turns().unwrap_or(spec.max_turns);
    Ok(Harness {
        model: model(settings)?,
        tools: tools::all(),
        verifier: Arc::new(CargoVerifier::new(SandboxConfig::new(scratch.path()))),
        spec,
        recovery: Recovery::default(),
        clock: Arc::new(SystemClock::new()),
    })
}

fn model(settings: &Settings) -> Result<Arc<dyn Model>> {
    let (endpoint, keys) = match settings.choice().map_err(anyhow::Error::msg)? {
        Choice::Offline => return Ok(Arc::new(offline::Offline)),
        Choice::Http { endpoint, keys } => (endpoint, keys),
    };
    let key = keys.iter().find_map(|source| key(source).transpose()).transpose()?;
    let secret = key.map(|key| Secret::new(&key, &endpoint.base_url)).transpose()?;
    if secret.is_none() && !is_local(&endpoint.base_url) {
        let places = keys.iter().map(|source| match source {
            KeySource::Environment(name) => format!("set ${name}"),
            KeySource::File(path) => format!("put it into {path}"),
        });
        bail!("no key for {}: {}", endpoint.base_url, places.collect::<Vec<_>>().join(" or "));
    }
    Ok(Arc::new(Retry::new(HttpModel::new(*endpoint, secret)?)))
}

/// Servers on this machine ask for no key.
fn is_local(url: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|own| url.starts_with(own))
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the environment and keys")]
fn key(source: &KeySource) -> Result<Option<String>> {
    match source {
        KeySource::Environment(name) => {
            Ok(std::env::var(name).ok().filter(|key| !key.trim().is_empty()))
        }
        KeySource::File(path) => std::fs::read_to_string(path)
            .map(Some)
            .with_context(|| format!("cannot read the key file {path}")),
    }
}

/// The settings from the user's file, the environment and, counting most, `model` of the command
/// line. What is wrong with them is told and does not count.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(crate) fn settings(model: Option<&str>) -> (Settings, Vec<Problem>) {
    let mut layers = Vec::new();
    let mut problems = Vec::new();
    if let Some(path) = config_file()
        && let Ok(text) = std::fs::read_to_string(&path)
    {
        let (layer, mistakes) = Layer::toml(Origin::UserFile(path.display().to_string()), &text);
        layers.push(layer);
        problems.extend(mistakes);
    }
    let variables = [
        ("ANTHROPIC_BASE_URL", "endpoints.anthropic.url"),
        ("OPENAI_BASE_URL", "endpoints.openai-chat.url"),
        ("OPENAI_BASE_URL", "endpoints.openai-responses.url"),
        ("OSTLER_MODEL", "model"),
    ];
    for (name, key) in variables {
        if let Some(value) = std::env::var(name).ok().filter(|value| !value.is_empty()) {
            layers.push(Layer::single(Origin::Environment(name.to_owned()), key, &value));
        }
    }
    layers.extend(model.map(|model| Layer::single(Origin::CommandLine, "model", model)));
    let (settings, mistakes) = settings::resolve(&layers);
    problems.extend(mistakes);
    (settings, problems)
}

/// The user's own file: beneath `XDG_CONFIG_HOME` or `~/.config`.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn config_file() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let base = from("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| from("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(base.join("ostler/config.toml"))
}

/// The data folder: `OSTLER_DATA_DIR`, or the place that the XDG rules name.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(crate) fn data_dir() -> Result<DataDir> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let path = from("OSTLER_DATA_DIR")
        .map(PathBuf::from)
        .or_else(|| from("XDG_DATA_HOME").map(|base| PathBuf::from(base).join("ostler")))
        .or_else(|| from("HOME").map(|home| PathBuf::from(home).join(".local/share/ostler")))
        .context("no folder for data: set OSTLER_DATA_DIR")?;
    DataDir::open(&path).with_context(|| format!("cannot make {}", path.display()))
}

/// Where the session of one task is kept: a file of its own in the data folder. Without one the
/// session still runs, and the log says why it is not kept.
pub(crate) fn session_sinks(data: &DataDir, clock: &dyn Clock) -> Vec<Box<dyn Sink>> {
    let open = || {
        let sessions = data.sub("sessions")?;
        let name = format!("{}-{}.jsonl", clock.unix_millis(), std::process::id());
        AppendLog::open(&sessions.path().join(name))
    };
    match open() {
        Ok(log) => vec![Box::new(log)],
        Err(error) => {
            tracing::warn!(%error, "the session is not kept");
            Vec::new()
        }
    }
}
