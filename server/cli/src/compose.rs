//! Puts the rooms together.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use harness::session::Sink;
use harness::{Harness, HarnessSpec};
use model::Model;
use sandbox::{CargoVerifier, SandboxConfig};
use stdx::store::{AppendLog, DataDir};
use stdx::{Clock, SystemClock};

/// The harness with the model that `name` (`DIALECT/NAME` or `offline`) says, or with the offline
/// policy.
pub(crate) fn harness(name: Option<&str>, data: &DataDir) -> Result<Harness> {
    let model: Arc<dyn Model> = match name.unwrap_or("offline") {
        "offline" => Arc::new(offline::Offline),
        other => bail!("no such model: `{other}` (try `offline`)"),
    };
    let scratch = data.sub("scratch").context("cannot make the scratch folder")?;
    Ok(Harness {
        model,
        tools: tools::all(),
        verifier: Arc::new(CargoVerifier::new(SandboxConfig::new(scratch.path()))),
        spec: HarnessSpec::default(),
        clock: Arc::new(SystemClock::new()),
    })
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
