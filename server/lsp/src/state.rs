//! The one owner of everything that changes while the server runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use harness::Diagnostic;
use stdx::AbsPath;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_lsp::gen_lsp_types::MessageType;
use workspace::{Change, Documents, Snapshot};

use crate::config::ServerConfig;
use crate::delivery::Deliveries;
use crate::editor::Editor;
use crate::tasks::Tasks;

tokio::task_local! {
    /// The project at the place of the message on the wire: everything that the client had said
    /// before it. Set by the ingress for every handler.
    static WIRE: Snapshot;
}

/// Lets `handler` see the project as `snapshot` has it.
pub(crate) fn at_wire<F>(
    snapshot: Snapshot,
    handler: F,
) -> tokio::task::futures::TaskLocalFuture<Snapshot, F>
where
    F: Future,
{
    WIRE.scope(snapshot, handler)
}

/// Files whose diagnostics are remembered.
const REMEMBERED_FILES: usize = 64;
/// Diagnostics remembered of one file.
const REMEMBERED_DIAGNOSTICS: usize = 200;

/// What all handlers share. Its locks are held for single steps only, never across an await.
pub(crate) struct Shared {
    state: Mutex<State>,
    events: watch::Sender<Events>,
    pub(crate) editor: Editor,
    pub(crate) config: ServerConfig,
    /// Cancelled when the server ends; tasks and commands hang below it.
    pub(crate) ending: CancellationToken,
    /// Everything that runs on its own.
    pub(crate) tracker: TaskTracker,
    pub(crate) tasks: Tasks,
}

/// Counts what happened that may settle the fate of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Events {
    /// Documents opened, changed and closed, and files that the client saw change.
    pub(crate) documents: u64,
    /// Answers to requests for an edit.
    pub(crate) replies: u64,
}

#[derive(Default)]
struct State {
    documents: Documents,
    folders: Vec<AbsPath>,
    /// Whether the client tells of every file that changes in its folders.
    is_watched: bool,
    shut_down: bool,
    /// What the user must hear about the settings, as soon as anything can be said.
    untold: Vec<String>,
    deliveries: Deliveries,
    /// What other servers complained about when the client last told us, by file.
    diagnostics: BTreeMap<AbsPath, Vec<Diagnostic>>,
}

impl Shared {
    pub(crate) fn new(editor: Editor, config: ServerConfig, ending: CancellationToken) -> Shared {
        Shared {
            state: Mutex::default(),
            events: watch::Sender::new(Events::default()),
            editor,
            config,
            ending,
            tracker: TaskTracker::new(),
            tasks: Tasks::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The project now, seen from the client's first folder.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let state = self.state();
        let root = state.folders.first().cloned();
        state.documents.snapshot(root.unwrap_or_else(AbsPath::root))
    }

    /// The project at the place on the wire of the message that is being handled.
    pub(crate) fn wire(&self) -> Snapshot {
        WIRE.try_with(Snapshot::clone).unwrap_or_else(|_| self.snapshot())
    }

    /// The folder of the project that `path` belongs to: the innermost of the client's folders
    /// that holds it, otherwise the folder that it lies in.
    pub(crate) fn root_of(&self, path: &AbsPath) -> AbsPath {
        let state = self.state();
        let holding = state.folders.iter().filter(|folder| path.starts_with(folder));
        holding
            .max_by_key(|folder| folder.as_path().components().count())
            .cloned()
            .or_else(|| path.parent())
            .unwrap_or_else(|| path.clone())
    }

    pub(crate) fn set_folders(&self, folders: Vec<AbsPath>) {
        folders.iter().for_each(|folder| self.config.runner.project_opened(folder));
        self.state().folders = folders;
    }

    pub(crate) fn folders_changed(&self, gone: &[AbsPath], new: Vec<AbsPath>) {
        new.iter().for_each(|folder| self.config.runner.project_opened(folder));
        let mut state = self.state();
        if state.is_watched {
            gone.iter().for_each(|folder| self.config.runner.watch_ends(folder));
            new.iter().for_each(|folder| self.config.runner.watch_begins(folder));
        }
        state.folders.retain(|folder| !gone.contains(folder) && !new.contains(folder));
        state.folders.extend(new);
    }

    /// The client tells of every file that changes in its folders from now on.
    pub(crate) fn watched(&self) {
        let mut state = self.state();
        state.is_watched = true;
        state.folders.iter().for_each(|folder| self.config.runner.watch_begins(folder));
    }

    /// Keeps lines for the user until something can be said.
    pub(crate) fn keep_untold(&self, lines: Vec<String>) {
        self.state().untold.extend(lines);
    }

    pub(crate) fn take_untold(&self) -> Vec<String> {
        std::mem::take(&mut self.state().untold)
    }

    /// Remembers that the client asked us to shut down.
    pub(crate) fn shut_down(&self) {
        self.state().shut_down = true;
    }

    pub(crate) fn was_shut_down(&self) -> bool {
        self.state().shut_down
    }

    pub(crate) fn opened(&self, path: AbsPath, version: i32, text: &str) {
        let mut state = self.state();
        state.documents.open(path.clone(), version, text);
        state.observe(&path);
        drop(state);
        self.document_event();
    }

    pub(crate) fn closed(&self, path: &AbsPath) {
        let mut state = self.state();
        state.documents.close(path);
        state.diagnostics.remove(path);
        drop(state);
        self.document_event();
    }

    /// Applies content changes one after the other and looks after each whether the text is the
    /// one that an edit of ours should bring about. `false` if the document is not open.
    pub(crate) fn changed(&self, path: &AbsPath, version: i32, changes: Vec<Change>) -> bool {
        let mut state = self.state();
        let open = if state.deliveries.expects(path) {
            changes.into_iter().fold(true, |open, change| {
                let open = state.documents.change(path, version, vec![change]) && open;
                state.observe(path);
                open
            })
        } else {
            state.documents.change(path, version, changes)
        };
        drop(state);
        self.document_event();
        open
    }

    /// Something changed that may settle the fate of an edit.
    pub(crate) fn document_event(&self) {
        self.events.send_modify(|events| events.documents += 1);
    }

    pub(crate) fn events(&self) -> watch::Receiver<Events> {
        self.events.subscribe()
    }

    /// Lets `step` work on the edits that are under way, with the documents as they are now.
    pub(crate) fn deliveries<T>(&self, step: impl FnOnce(&mut Deliveries, &Snapshot) -> T) -> T {
        let mut state = self.state();
        let now = state.documents.snapshot(AbsPath::root());
        step(&mut state.deliveries, &now)
    }

    pub(crate) fn reply_event(&self) {
        self.events.send_modify(|events| events.replies += 1);
    }

    /// Remembers what the client knows to be wrong in the lines `first..=last` (from 1) of a file.
    pub(crate) fn remember(&self, path: &AbsPath, lines: (usize, usize), found: &[Diagnostic]) {
        let mut state = self.state();
        if state.diagnostics.len() >= REMEMBERED_FILES && !state.diagnostics.contains_key(path) {
            state.diagnostics.pop_first();
        }
        let known = state.diagnostics.entry(path.clone()).or_default();
        known.retain(|old| {
            let touches = old.spans.iter().any(|s| s.line <= lines.1 && s.end_line >= lines.0);
            !touches && !found.contains(old)
        });
        known.extend(found.iter().cloned());
        let excess = known.len().saturating_sub(REMEMBERED_DIAGNOSTICS);
        known.drain(..excess);
    }

    /// What was last known to be wrong in a line (from 1) of a file.
    pub(crate) fn remembered(&self, path: &AbsPath, line: usize) -> Vec<Diagnostic> {
        let state = self.state();
        let known = state.diagnostics.get(path).map(Vec::as_slice).unwrap_or_default();
        let at_line = |found: &&Diagnostic| {
            found.spans.iter().any(|span| span.line <= line && line <= span.end_line)
        };
        known.iter().filter(at_line).cloned().collect()
    }

    /// Shows one line to the user, without waiting until it is shown.
    pub(crate) fn tell(self: &Arc<Self>, kind: MessageType, text: String) {
        let shared = Arc::clone(self);
        self.tracker.spawn(async move { shared.editor.show(kind, &text).await });
    }
}

impl State {
    /// Compares the text of a document with what edits of ours should bring about.
    fn observe(&mut self, path: &AbsPath) {
        if self.deliveries.expects(path) {
            let now = self.documents.snapshot(AbsPath::root());
            if let Some(document) = now.document(path) {
                self.deliveries.observe(path, &document.text);
            }
        }
    }
}
