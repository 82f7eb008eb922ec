//! Puts the rooms together.

mod models;
mod sources;
mod team;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use context::Indexes;
use harness::session::Sink;
use harness::{Harness, HarnessSpec, Recovery, Verifier};
use sandbox::{CargoVerifier, SandboxConfig, Unconfined};
use settings::{Origin, Settings, TrustStore};
use stdx::store::{AppendLog, DataDir};
use stdx::{AbsPath, Clock, SystemClock};

pub(crate) use models::{ClientKeys, Decisions, answers, remedy, server_of};
pub(crate) use sources::{
    Read, Sources, cache_dir, config_home, data_dir, data_home, folder, variable,
};
pub(crate) use team::{Factory, Team};

/// Who checks drafts. It keeps what it built, so there is one for the whole life of the program.
pub(crate) fn verifier(
    data: &DataDir,
    settings: &Settings,
    sources: &Sources,
    unconfined: Unconfined,
) -> Result<Arc<dyn Verifier>> {
    let scratch = data.sub("scratch").context("cannot make the scratch folder")?;
    let mut config = SandboxConfig::new(scratch.path());
    config.hidden = secrets(data, settings, sources);
    config.unconfined = unconfined;
    Ok(Arc::new(CargoVerifier::new(config)))
}

/// The projects in which programs may run where nothing confines them: those that the user trusts
/// at that moment.
pub(crate) fn where_trusted(data: &DataDir) -> Unconfined {
    let trust = TrustStore::new(data);
    Unconfined::where_so(move |root| {
        AbsPath::new(root).is_ok_and(|root| trust.covering(&root).is_some())
    })
}

/// What programs of a project must not read, wherever it lies: keys, and what is known of other
/// projects.
fn secrets(data: &DataDir, settings: &Settings, sources: &Sources) -> Vec<PathBuf> {
    let own = ["keys.json", "consents.json", "trusted.json", "sessions", "preimages"];
    let mut hidden: Vec<PathBuf> = own.iter().map(|name| data.path().join(name)).collect();
    hidden.extend(cache_dir().map(|folder| folder.path().to_owned()));
    hidden.extend(sources.file());
    let key_files = settings.iter().filter(|(name, _)| name.ends_with(".key_file"));
    hidden.extend(key_files.filter_map(|(_, value)| value.text()).map(PathBuf::from));
    hidden.retain(|path| path.is_absolute());
    hidden
}

/// The indexes of projects, kept between lives where there is a place for them.
pub(crate) fn indexes() -> Indexes {
    let folder = cache_dir().and_then(|folder| folder.sub("index").ok());
    folder.map_or_else(Indexes::default, Indexes::kept_in)
}

/// The harness with these models.
pub(crate) fn harness(
    settings: &Settings,
    team: Team,
    verifier: Arc<dyn Verifier>,
    indexes: Indexes,
) -> Harness {
    let Team { model, fallbacks, .. } = team;
    let mut spec = HarnessSpec::for_model(&model.card());
    // What nobody has set is the specification's own matter.
    let set = settings.get("limits.turns").is_some_and(|turns| turns.origin != Origin::BuiltIn);
    if let Some(turns) = settings.turns().filter(|_| set) {
        spec.max_turns = turns;
    }
    Harness {
        model,
        tools: tools::all(),
        in_words: Some(Arc::new(tools::Words)),
        verifier,
        spec,
        recovery: Recovery { fallbacks, ..Recovery::default() },
        clock: Arc::new(SystemClock::new()),
        indexes,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_say_what_the_harness_does_by_itself() {
        let (settings, _) = settings::resolve(&[settings::Layer::built_in()]);
        assert_eq!(settings.turns(), Some(HarnessSpec::default().max_turns));
    }
}
