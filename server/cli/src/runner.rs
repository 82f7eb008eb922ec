//! The product's own runner of tasks: each task gets the settings as they are when it starts.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use context::Indexes;
use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{Draft, Grade, Harness, Outcome, Task, TaskEvent, Verifier};
use lsp::{ClientSettings, TaskRunner};
use settings::{Layer, Origin, Settings};
use stdx::store::DataDir;
use stdx::{AbsPath, Clock, SystemClock};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use workspace::Snapshot;

use crate::compose::{self, ClientKeys, Decisions, Factory, Sources, Team};

/// More mistakes than these are not told one by one.
const TOLD_AT_ONCE: usize = 3;

/// Runs tasks with the harness; each leaves its session in the data folder.
pub(crate) struct Runner {
    data: DataDir,
    sources: Sources,
    verifier: Arc<dyn Verifier>,
    indexes: Indexes,
    models: Factory,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What the client said last about its settings.
    client: Vec<Layer>,
    keys: ClientKeys,
    /// What the user has been told already.
    told: BTreeSet<String>,
}

impl Runner {
    /// A runner with the settings of `sources`, the client's aside.
    ///
    /// # Errors
    /// If there is no place for data.
    pub(crate) fn new(sources: Sources) -> Result<Runner> {
        let data = compose::data_dir()?;
        let settings = sources.read(None, &[]).settings;
        let verifier =
            compose::verifier(&data, &settings, &sources, compose::where_trusted(&data))?;
        let indexes = compose::indexes();
        let (models, state) = (Factory::default(), Mutex::default());
        Ok(Runner { data, sources, verifier, indexes, models, state })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what the client says about its settings, and returns what the user must hear: each
    /// mistake in one line, once.
    pub(crate) fn client_says(&self, said: ClientSettings<'_>) -> Vec<String> {
        if !said.value.is_null() {
            let (layers, keys) = layers(said);
            let mut state = self.state();
            state.client = layers;
            state.keys = keys;
        }
        let (settings, mut lines) = self.settings(None);
        lines.extend(self.team(&settings).notices);
        let mut state = self.state();
        lines.retain(|line| state.told.insert(line.clone()));
        let more = lines.len().saturating_sub(TOLD_AT_ONCE);
        if more > 0 {
            lines.truncate(TOLD_AT_ONCE);
            lines.push(format!("and {more} more mistakes in the settings: `ostler doctor`"));
        }
        lines
    }

    /// The settings in `root`, and what is wrong with them.
    fn settings(&self, root: Option<&AbsPath>) -> (Settings, Vec<String>) {
        let client = self.state().client.clone();
        let read = self.sources.read(root.map(|root| (root, &self.data)), &client);
        (read.settings, read.problems.iter().map(ToString::to_string).collect())
    }

    /// Who works on a task with these settings: the built-in policy if nobody else can.
    fn team(&self, settings: &Settings) -> Team {
        let of_client = self.state().keys.clone();
        let decisions = Decisions { of_client, ..Decisions::new(&self.data) };
        let decided = decisions.decide(settings);
        let team = decided.and_then(|decision| self.models.team(settings, &decisions, decision));
        team.unwrap_or_else(|error| Team {
            model: Arc::new(offline::Offline::default()),
            fallbacks: Vec::new(),
            notices: vec![format!("{error:#}; until then the built-in policy does the work")],
        })
    }

    /// The harness for a task in `root`, and what the user must hear about it.
    fn harness(&self, root: &AbsPath) -> (Harness, Vec<String>) {
        let (settings, problems) = self.settings(Some(root));
        for problem in problems {
            tracing::warn!("{problem}");
        }
        let mut team = self.team(&settings);
        let notices = std::mem::take(&mut team.notices);
        for notice in &notices {
            tracing::warn!("{notice}");
        }
        let verifier = Arc::clone(&self.verifier);
        (compose::harness(&settings, team, verifier, self.indexes.clone()), notices)
    }
}

/// What a client says as sources of settings. Only where the client vouches for them, what it says
/// of the user's machine and of keys is taken at its word.
fn layers(said: ClientSettings<'_>) -> (Vec<Layer>, ClientKeys) {
    let mut rest = said.value.get("ostler").unwrap_or(said.value).clone();
    let (mut machine, mut keys) = (None, None);
    if let (true, Some(members)) = (said.vouches, rest.as_object_mut()) {
        machine = members.remove("machine");
        keys = members.remove("keys");
    }
    let mut layers = vec![Layer::json(Origin::Client, &rest)];
    layers.extend(machine.map(|machine| Layer::json(Origin::ClientMachine, &machine)));
    let keys = keys.and_then(|keys| serde_json::from_value(keys).ok()).unwrap_or_default();
    (layers, ClientKeys(keys))
}

impl TaskRunner for Runner {
    fn run(
        &self,
        task: Task,
        events: UnboundedSender<TaskEvent>,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Outcome> {
        let (harness, notices) = self.harness(task.snapshot.root());
        for notice in notices {
            // Nobody listening is no reason to stop.
            let _ = events.send(TaskEvent::Notice(notice));
        }
        let clock: &dyn Clock = &SystemClock::new();
        let sinks = compose::session_sinks(&self.data, clock);
        async move { harness.run(task, events, sinks, cancel).await.0 }.boxed()
    }

    fn files_changed(&self, paths: &[AbsPath]) {
        paths.iter().for_each(|path| self.indexes.invalidate(path));
    }

    fn watch_begins(&self, root: &AbsPath) {
        self.indexes.of(root).set_watched(true);
    }

    fn watch_ends(&self, root: &AbsPath) {
        self.indexes.of(root).set_watched(false);
    }

    fn project_opened(&self, root: &AbsPath) {
        let index = self.indexes.of(root);
        let snapshot = Snapshot::of_disk(root.clone());
        // On a thread of its own: the first task finds it ready, and nobody waits for it.
        let made = std::thread::Builder::new()
            .name("index".to_owned())
            .spawn(move || drop(index.world(&snapshot)));
        if let Err(error) = made {
            tracing::warn!(%error, "the index waits for the first task");
        }
    }

    fn recheck(
        &self,
        draft: Draft,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Option<Grade>> {
        let verifier = Arc::clone(&self.verifier);
        async move {
            let verdict = harness::inspect(&draft, verifier.as_ref(), false, &cancel).await.ok()?;
            verdict.is_clean().then_some(verdict.grade)
        }
        .boxed()
    }
}
