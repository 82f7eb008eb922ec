//! What the server is made of, as its maker hands it over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use harness::{Draft, Grade, Outcome, Task, TaskEvent};
use serde_json::Value;
use stdx::AbsPath;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use workspace::{Snapshot, SourceChange};

use crate::delivery;
use crate::editor::Reply;
use crate::methods::execute_command;
use crate::state::Shared;

/// Who runs tasks.
pub trait TaskRunner: Send + Sync {
    /// Runs `task` to its end and tells `events` how it goes. Must end soon after `cancel` is
    /// cancelled; two seconds later it is dropped.
    fn run(
        &self,
        task: Task,
        events: UnboundedSender<TaskEvent>,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Outcome>;

    /// Hears that files may have changed on disk, appeared or gone. Must be quick.
    fn files_changed(&self, _paths: &[AbsPath]) {}

    /// Hears that from now on [`TaskRunner::files_changed`] tells of every file that changes in a
    /// project. Must be quick.
    fn watch_begins(&self, _root: &AbsPath) {}

    /// Hears that it does so no longer. Must be quick.
    fn watch_ends(&self, _root: &AbsPath) {}

    /// Hears of a project that the client works in, before the first task there. Must be quick.
    fn project_opened(&self, _root: &AbsPath) {}

    /// Checks a draft again that had to be merged with what the user typed. `None` if nothing
    /// can be said in time; then the change counts as unchecked.
    fn recheck(
        &self,
        _draft: Draft,
        _cancel: CancellationToken,
    ) -> BoxFuture<'static, Option<Grade>> {
        Box::pin(std::future::ready(None))
    }
}

/// A command: it gets the arguments that came with it and answers, or fails with one line for
/// the user.
pub(crate) type Command = Arc<
    dyn Fn(CommandCx, Vec<Value>) -> BoxFuture<'static, Result<Value, CommandError>> + Send + Sync,
>;

/// Lets time pass.
pub(crate) type Timer = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// Hears of the client's settings, and says what the user must know about them.
pub(crate) type SettingsSink = Arc<dyn Fn(ClientSettings<'_>) -> Vec<String> + Send + Sync>;

/// What a client says about its settings.
#[derive(Debug, Clone, Copy)]
pub struct ClientSettings<'a> {
    /// As it came.
    pub value: &'a Value,
    /// Whether the client vouches that the member `machine` comes from its user alone, and `keys`
    /// from a store of secrets. It says so among its capabilities, which are made by code: in its
    /// settings a repository may have a say (`.vscode/settings.json`, `.helix/languages.toml`).
    pub vouches: bool,
}

/// Why a command did nothing; one line for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// What came with the command makes no sense.
    #[error("{0}")]
    Arguments(String),
    /// It cannot be done.
    #[error("{0}")]
    Failed(String),
}

/// What a command may use.
pub struct CommandCx {
    /// The project at the place of the command on the wire.
    pub snapshot: Snapshot,
    /// Cancelled when the server ends. A request that the client cancels is simply dropped.
    pub cancel: CancellationToken,
    pub(crate) shared: Arc<Shared>,
}

impl CommandCx {
    /// Asks the client once to apply `change`, whose bases must be those of the snapshot, and
    /// waits for what it says: whether it says that it did.
    pub async fn offer(&self, label: &str, change: &SourceChange) -> bool {
        let facts = self.shared.editor.facts();
        match delivery::workspace_edit(change, &facts) {
            Ok(edit) => self.shared.editor.apply(label, edit.edit).await == Reply::Applied,
            Err(_) => false,
        }
    }
}

/// What the server is made of.
#[derive(Clone)]
pub struct ServerConfig {
    pub(crate) runner: Arc<dyn TaskRunner>,
    pub(crate) commands: BTreeMap<String, Command>,
    pub(crate) on_settings: Option<SettingsSink>,
    pub(crate) timer: Timer,
}

impl ServerConfig {
    /// A server whose tasks are run by `runner`.
    pub fn new(runner: Arc<dyn TaskRunner>) -> ServerConfig {
        ServerConfig {
            runner,
            commands: execute_command::commands(),
            on_settings: None,
            timer: Arc::new(|time| Box::pin(pass(time))),
        }
    }

    /// Adds a command, which is listed and run like the server's own. The name of one that is
    /// there already changes nothing.
    #[must_use]
    pub fn command<F, Answer>(mut self, name: &str, handler: F) -> ServerConfig
    where
        F: Fn(CommandCx, Vec<Value>) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Value, CommandError>> + Send + 'static,
    {
        self.commands
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(move |cx, args| Box::pin(handler(cx, args))));
        self
    }

    /// Lets deadlines come when the futures of `timer` are done, which are made with the time that
    /// is left: for those who have another idea of time than the machine.
    #[must_use]
    pub fn timer(
        mut self,
        timer: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> ServerConfig {
        self.timer = Arc::new(timer);
        self
    }

    /// Hands the client's settings to `sink`, as they come: first the `initializationOptions`
    /// (null if there are none), then what the client answers to `workspace/configuration`, if it
    /// can be asked, and what each `workspace/didChangeConfiguration` says. Each replaces what
    /// came before. The lines that `sink` returns are shown to the user. It must be quick.
    #[must_use]
    pub fn on_settings(
        mut self,
        sink: impl Fn(ClientSettings<'_>) -> Vec<String> + Send + Sync + 'static,
    ) -> ServerConfig {
        self.on_settings = Some(Arc::new(sink));
        self
    }
}

/// Is done after `time`.
async fn pass(time: Duration) {
    let never = std::future::pending::<()>();
    // It can only be the time that has passed.
    let _ = tokio::time::timeout(time, never).await;
}
