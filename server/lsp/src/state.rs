//! The one owner of everything that changes while the server runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use harness::TaskId;
use stdx::AbsPath;
use text::Text;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use workspace::{Change, Documents, Snapshot};

use crate::client::Editor;
use crate::facts::Facts;
use crate::tasks::{ExtraCommand, TaskEntry, TaskRunner};

/// The project at the place of a message on the wire.
#[derive(Clone)]
pub(crate) struct Wire {
    /// Everything that the client had said before the message.
    pub(crate) snapshot: Snapshot,
}

tokio::task_local! {
    /// Set by the ingress for every request.
    pub(crate) static WIRE: Wire;
}

/// What all handlers share. The lock inside is held for single steps only, never across an await.
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Counts the content changes that the client sent.
    changes: watch::Sender<u64>,
    pub(crate) editor: Editor,
    pub(crate) runner: Arc<dyn TaskRunner>,
    pub(crate) extra: Vec<ExtraCommand>,
    /// Cancelled when the server ends.
    pub(crate) ending: CancellationToken,
    pub(crate) tracker: TaskTracker,
}

#[derive(Default)]
struct State {
    documents: Documents,
    folders: Vec<AbsPath>,
    facts: Facts,
    shut_down: bool,
    /// Texts that an edit of ours should bring about, and who waits for them.
    expected: Vec<Expected>,
    tasks: BTreeMap<TaskId, TaskEntry>,
    last_task: u64,
}

struct Expected {
    path: AbsPath,
    text: Text,
    /// The task whose edit it is.
    task: TaskId,
    seen: bool,
}

impl Shared {
    pub(crate) fn new(
        editor: Editor,
        runner: Arc<dyn TaskRunner>,
        extra: Vec<ExtraCommand>,
        ending: CancellationToken,
    ) -> Shared {
        Shared {
            state: Mutex::default(),
            changes: watch::Sender::new(0),
            editor,
            runner,
            extra,
            ending,
            tracker: TaskTracker::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The project now, at the first folder.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let state = self.state();
        let root = state.folders.first().cloned().unwrap_or_else(AbsPath::root);
        state.documents.snapshot(root)
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

    pub(crate) fn facts(&self) -> Facts {
        self.state().facts
    }

    pub(crate) fn initialized(&self, facts: Facts, folders: Vec<AbsPath>) {
        let mut state = self.state();
        state.facts = facts;
        state.folders = folders;
    }

    pub(crate) fn folders_changed(&self, gone: &[AbsPath], new: Vec<AbsPath>) {
        let mut state = self.state();
        state.folders.retain(|folder| !gone.contains(folder));
        state.folders.extend(new);
    }

    pub(crate) fn folders(&self) -> Vec<AbsPath> {
        self.state().folders.clone()
    }

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
        self.changes.send_modify(|count| *count += 1);
    }

    pub(crate) fn closed(&self, path: &AbsPath) {
        self.state().documents.close(path);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Applies content changes one after the other and looks after each whether the text is one
    /// that an edit of ours should bring about.
    pub(crate) fn changed(&self, path: &AbsPath, version: i32, changes: Vec<Change>) {
        let mut state = self.state();
        if state.expected.iter().any(|expected| expected.path == *path) {
            for change in changes {
                state.documents.change(path, version, vec![change]);
                state.observe(path);
            }
        } else if !state.documents.change(path, version, changes) {
            tracing::warn!(%path, "a change of a document that is not open");
        }
        drop(state);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Counts content changes from here on.
    pub(crate) fn watch_changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// From now on looks out for `texts`, which an edit of `task` should bring about.
    pub(crate) fn expect(&self, task: TaskId, texts: Vec<(AbsPath, Text)>) {
        let mut state = self.state();
        state.expected.retain(|expected| expected.task != task);
        let new = texts.into_iter().map(|(path, text)| Expected { path, text, task, seen: false });
        state.expected.extend(new);
    }

    /// Whether all texts that `task` expects have been seen.
    pub(crate) fn all_seen(&self, task: TaskId) -> bool {
        self.state().expected.iter().filter(|e| e.task == task).all(|expected| expected.seen)
    }

    /// Whether no text that `task` expects has been seen.
    pub(crate) fn nothing_seen(&self, task: TaskId) -> bool {
        !self.state().expected.iter().any(|expected| expected.task == task && expected.seen)
    }

    /// Looks out for nothing of `task` any more.
    pub(crate) fn forget(&self, task: TaskId) {
        self.state().expected.retain(|expected| expected.task != task);
    }

    /// A new task, by a number that no other had.
    pub(crate) fn add_task(&self, make: impl FnOnce(TaskId) -> TaskEntry) -> TaskId {
        let mut state = self.state();
        state.last_task += 1;
        let id = TaskId(state.last_task);
        state.tasks.insert(id, make(id));
        id
    }

    /// Lets `change` work on a task; `None` if there is none of this number.
    pub(crate) fn task<T>(
        &self,
        id: TaskId,
        change: impl FnOnce(&mut TaskEntry) -> T,
    ) -> Option<T> {
        self.state().tasks.get_mut(&id).map(change)
    }

    pub(crate) fn remove_task(&self, id: TaskId) -> Option<TaskEntry> {
        self.state().tasks.remove(&id)
    }

    /// What each task is about, by number.
    pub(crate) fn tasks<T>(&self, look: impl Fn(TaskId, &TaskEntry) -> T) -> Vec<T> {
        self.state().tasks.iter().map(|(id, entry)| look(*id, entry)).collect()
    }

    /// Tells the user what went wrong, in one line, without waiting for it to be said.
    pub(crate) fn tell_error(self: &Arc<Self>, message: &str) {
        let (shared, message) = (Arc::clone(self), message.to_owned());
        self.tracker.spawn(async move { shared.editor.error(&message).await });
    }
}

impl State {
    fn observe(&mut self, path: &AbsPath) {
        let snapshot = self.documents.snapshot(path.clone());
        let Some(document) = snapshot.document(path) else { return };
        for expected in &mut self.expected {
            if expected.path == *path && expected.text == document.text {
                expected.seen = true;
            }
        }
    }
}
