//! Tasks: they run in the background, can be stopped at any time, and end with one message.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use harness::{Outcome, Phase, Status, Task, TaskEvent, TaskId};
use ide::{TaskState, TaskView};
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_lsp::gen_lsp_types::MessageType;

use crate::config::CommandError;
use crate::delivery::{Delivered, Delivery};
use crate::ingress::panic_text;
use crate::progress;
use crate::state::Shared;

/// More tasks than these at once are a mistake.
const MAX_RUNNING: usize = 16;
/// More changes than these do not wait; the oldest is dropped.
const MAX_WAITING: usize = 8;
/// How long a task may take to stop before it is dropped.
const GRACE: Duration = Duration::from_secs(2);

/// The tasks that there are.
#[derive(Default)]
pub(crate) struct Tasks {
    registry: Mutex<Registry>,
}

#[derive(Default)]
struct Registry {
    entries: BTreeMap<TaskId, Entry>,
    last: u64,
}

struct Entry {
    title: String,
    state: TaskState,
    cancel: CancellationToken,
    /// Notified when the user wants the change that waits.
    wanted: Arc<Notify>,
}

impl Tasks {
    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, title: String, cancel: CancellationToken) -> Result<TaskId, CommandError> {
        let mut registry = self.registry();
        let running = registry.entries.values().filter(|e| e.state == TaskState::Running).count();
        if running >= MAX_RUNNING {
            let text = format!("{running} tasks are running already; stop one of them first");
            return Err(CommandError::Failed(text));
        }
        registry.last += 1;
        let id = TaskId(registry.last);
        let entry = Entry { title, state: TaskState::Running, cancel, wanted: Arc::default() };
        registry.entries.insert(id, entry);
        Ok(id)
    }

    /// The task has ended, and its change waits for the user. Returns what tells that it is
    /// wanted.
    fn wait(&self, id: TaskId) -> Arc<Notify> {
        let mut registry = self.registry();
        let waiting: Vec<TaskId> = registry.waiting().filter(|other| *other != id).collect();
        if waiting.len() >= MAX_WAITING
            && let Some(oldest) = waiting.first().and_then(|oldest| registry.entries.get(oldest))
        {
            oldest.cancel.cancel();
        }
        let Some(entry) = registry.entries.get_mut(&id) else { return Arc::default() };
        entry.state = TaskState::Waiting;
        Arc::clone(&entry.wanted)
    }

    fn remove(&self, id: TaskId) {
        self.registry().entries.remove(&id);
    }

    /// Stops a task, or drops the change that it has waiting. `false` if there is no such task.
    pub(crate) fn stop(&self, id: TaskId) -> bool {
        let registry = self.registry();
        let entry = registry.entries.get(&id);
        entry.inspect(|entry| entry.cancel.cancel()).is_some()
    }

    /// Stops all tasks that run and returns which. Changes that wait are left alone.
    pub(crate) fn stop_all(&self) -> Vec<TaskId> {
        let registry = self.registry();
        let running = registry.entries.iter().filter(|(_, e)| e.state == TaskState::Running);
        running.inspect(|(_, entry)| entry.cancel.cancel()).map(|(id, _)| *id).collect()
    }

    /// The tasks whose change waits.
    pub(crate) fn waiting(&self) -> Vec<TaskId> {
        self.registry().waiting().collect()
    }

    /// Lets a change that waits be applied. `false` if there is no such change.
    pub(crate) fn apply_now(&self, id: TaskId) -> bool {
        let registry = self.registry();
        let entry = registry.entries.get(&id).filter(|entry| entry.state == TaskState::Waiting);
        entry.inspect(|entry| entry.wanted.notify_one()).is_some()
    }

    /// All tasks, for showing, the oldest first.
    pub(crate) fn views(&self) -> Vec<TaskView> {
        let registry = self.registry();
        let view = |(id, entry): (&TaskId, &Entry)| TaskView {
            id: *id,
            title: entry.title.clone(),
            state: entry.state,
        };
        registry.entries.iter().map(view).collect()
    }
}

impl Registry {
    fn waiting(&self) -> impl Iterator<Item = TaskId> {
        let waiting = self.entries.iter().filter(|(_, e)| e.state == TaskState::Waiting);
        waiting.map(|(id, _)| *id)
    }
}

/// Starts a task in the background. `about` says what is to be fixed, in a few words.
///
/// # Errors
/// If too many are running.
pub(crate) fn start(
    shared: &Arc<Shared>,
    task: Task,
    about: String,
) -> Result<TaskId, CommandError> {
    let cancel = shared.ending.child_token();
    let id = shared.tasks.add(format!("fix: {about}"), cancel.clone())?;
    let job = Job { shared: Arc::clone(shared), id, about, cancel };
    shared.tracker.spawn(async move {
        // An outer net: what runs inside of the task has one of its own.
        if let Err(panic) = AssertUnwindSafe(job.run(task)).catch_unwind().await {
            job.crashed(&*panic);
        }
        job.shared.tasks.remove(job.id);
    });
    Ok(id)
}

/// The progress of a task, while it is shown.
struct Watched {
    events: UnboundedSender<TaskEvent>,
    shown: JoinHandle<()>,
}

impl Watched {
    /// Ends it, and waits until its end is on the way to the client. What is told about the task
    /// comes after that: Helix has one line for both, and clears it when a progress ends.
    async fn end(self) {
        drop(self.events);
        // What a runner that was dropped has left behind may hold the channel open.
        let _ = tokio::time::timeout(GRACE, self.shown).await;
    }
}

struct Job {
    shared: Arc<Shared>,
    id: TaskId,
    about: String,
    cancel: CancellationToken,
}

impl Job {
    async fn run(&self, task: Task) {
        let (events, received) = mpsc::unbounded_channel();
        let shared = Arc::clone(&self.shared);
        let title = format!("fix: {}", self.about);
        let shown = self.shared.tracker.spawn(progress::show(shared, self.id, title, received));
        let watched = Watched { events, shown };
        let outcome = match self.outcome(task, watched.events.clone()).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => {
                watched.end().await;
                return self.stopped();
            }
            Err(panic) => {
                watched.end().await;
                return self.crashed(&*panic);
            }
        };
        let solved = matches!(outcome.status, Status::Done | Status::Unsolved(_));
        if solved && !outcome.change.is_empty() {
            return self.deliver(outcome, watched).await;
        }
        watched.end().await;
        match &outcome.status {
            Status::Stopped => self.stopped(),
            Status::Failed(reason) => {
                self.tell(MessageType::Error, format!("not fixed: {reason} ({})", self.about));
            }
            Status::Unsolved(problems) => {
                let why = problems.first().map(String::as_str).unwrap_or("no solution found");
                self.tell(MessageType::Warning, format!("not fixed: {why} ({})", self.about));
            }
            Status::Done => {
                let summary = outcome.summary.lines().next().unwrap_or_default();
                let text = format!("nothing to change: {summary} ({})", self.about);
                self.tell(MessageType::Info, text);
            }
        }
    }

    /// Runs the task; `None` if it was stopped and did not even say so.
    async fn outcome(
        &self,
        task: Task,
        events: UnboundedSender<TaskEvent>,
    ) -> Result<Option<Outcome>, Box<dyn std::any::Any + Send>> {
        let runner = Arc::clone(&self.shared.config.runner);
        let cancel = self.cancel.clone();
        let running = async move { runner.run(task, events, cancel).await };
        let mut running = std::pin::pin!(AssertUnwindSafe(running).catch_unwind());
        tokio::select! {
            outcome = &mut running => outcome.map(Some),
            () = self.cancel.cancelled() => {
                tokio::select! {
                    outcome = &mut running => outcome.map(Some),
                    () = (self.shared.config.timer)(GRACE) => Ok(None),
                }
            }
        }
    }

    /// Brings the change to the editor, at once or when the user says so.
    async fn deliver(&self, outcome: Outcome, watched: Watched) {
        let mut delivery = Delivery {
            shared: Arc::clone(&self.shared),
            task: self.id,
            label: format!("fix: {}", self.about),
            change: outcome.change,
            grade: outcome.grade,
            unconfined: outcome.unconfined,
            cancel: self.cancel.clone(),
            merged: false,
            rechecked: false,
            arrived: 0,
        };
        let mut delivered = match outcome.problems.first() {
            Some(problem) => Delivered::NotTaken(format!("it brings a new problem: {problem}")),
            None => {
                // Nobody may be watching any more.
                let _ = watched.events.send(TaskEvent::Phase(Phase::Offering));
                delivery.run().await
            }
        };
        watched.end().await;
        loop {
            let (kind, text) = match delivered {
                Delivered::Applied => return self.applied(&delivery, &outcome.status),
                Delivered::Stopped => return self.stopped(),
                Delivered::Conflict(places) => (
                    MessageType::Warning,
                    format!(
                        "not applied: {places} changed meanwhile; undo that and choose 'Apply now' ({})",
                        self.about
                    ),
                ),
                Delivered::NotTaken(reason) => (
                    MessageType::Warning,
                    format!("not applied: {reason}; 'Apply now' has it ({})", self.about),
                ),
            };
            let wanted = self.shared.tasks.wait(self.id);
            self.tell(kind, text);
            delivered = tokio::select! {
                () = self.cancel.cancelled() => return,
                () = wanted.notified() => delivery.run().await,
                () = delivery.late_arrival() => Delivered::Applied,
            };
        }
    }

    fn applied(&self, delivery: &Delivery, status: &Status) {
        let grade = match (delivery.merged, delivery.rechecked) {
            (true, false) => "merged, unchecked".to_owned(),
            _ => delivery.grade.words(delivery.unconfined),
        };
        let files = match delivery.arrived {
            0 => "you had done it already".to_owned(),
            1 => "1 file changed, unsaved".to_owned(),
            many => format!("{many} files changed, unsaved"),
        };
        let about = &self.about;
        match status {
            Status::Unsolved(problems) => {
                let why = problems.first().map(String::as_str).unwrap_or("something is left");
                let text = format!("fixed in part ({grade}), {files}; left: {why} ({about})");
                self.tell(MessageType::Warning, text);
            }
            _ => self.tell(MessageType::Info, format!("fixed ({grade}), {files}: {about}")),
        }
    }

    fn stopped(&self) {
        self.tell(MessageType::Info, format!("stopped task {}, fix: {}", self.id, self.about));
    }

    fn crashed(&self, panic: &(dyn std::any::Any + Send)) {
        let text = panic_text(panic);
        tracing::error!(task = %self.id, text, "a task crashed");
        let text = format!("task {} failed inside of Ostler, which goes on: {text}", self.id);
        self.tell(MessageType::Error, text);
    }

    fn tell(&self, kind: MessageType, text: String) {
        self.shared.tell(kind, text);
    }
}
