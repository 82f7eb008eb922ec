//! Tasks: started by commands, run in the background, stopped when asked, their change delivered.

use std::sync::Arc;

use futures::future::BoxFuture;
use harness::{
    Diagnostic, DoneWhen, Outcome, Phase, Place, Severity, Span, Status, Task, TaskEvent, TaskId,
};
use serde_json::Value;
use stdx::AbsPath;
use text::Position;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio_util::sync::CancellationToken;
use tower_lsp::gen_lsp_types::Uri;
use workspace::{ReadError, Snapshot};

use crate::client::{Answer, Editor};
use crate::delivery::{self, Delivery};
use crate::state::{Shared, Wire};
use crate::{convert, progress};

/// All commands of the product.
pub(crate) const COMMANDS: [&str; 3] = ["ostler.fix", "ostler.stop", "ostler.applyNow"];

/// Whoever runs tasks.
pub trait TaskRunner: Send + Sync {
    /// Runs `task` to its end and tells `events` what happens. Cancelling `cancel` stops it.
    fn run(
        &self,
        task: Task,
        events: UnboundedSender<TaskEvent>,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Outcome>;
}

/// A command beyond Ostler's own, with its name and what it does with its first argument.
pub struct ExtraCommand {
    /// Its name; announced to the client like the others.
    pub name: &'static str,
    /// What it does. An error is one line for the user.
    #[expect(
        clippy::type_complexity,
        reason = "a function that returns a future has no shorter type"
    )]
    pub run:
        Arc<dyn Fn(Value, CommandCx) -> BoxFuture<'static, Result<Value, String>> + Send + Sync>,
}

/// What an extra command may use.
pub struct CommandCx(Editor);

impl CommandCx {
    pub(crate) fn new(editor: Editor) -> CommandCx {
        CommandCx(editor)
    }

    /// Asks the client to apply a workspace edit; `true` if it says that it did.
    pub async fn apply_edit(&self, edit: Value) -> bool {
        self.0.apply("extra command", &edit).await == Answer::Applied
    }
}

/// A task that has not been forgotten.
pub(crate) struct TaskEntry {
    pub(crate) title: String,
    pub(crate) cancel: CancellationToken,
    /// What it brought, if that waits for the user.
    pub(crate) waiting: Option<Outcome>,
}

/// What is to be mended, as the client names it.
pub(crate) struct FixRequest {
    pub(crate) uri: Option<Uri>,
    pub(crate) path: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) diagnostic: Option<Value>,
}

/// Starts mending what `request` names. The error is one line for the user.
pub(crate) fn fix(
    shared: &Arc<Shared>,
    wire: &Wire,
    request: FixRequest,
) -> Result<TaskId, String> {
    let path = match (&request.uri, &request.path) {
        (Some(uri), _) => convert::path(uri)
            .ok_or_else(|| format!("`{}` is not a file on this machine", uri.0))?,
        (None, Some(path)) => AbsPath::new(path).map_err(|error| error.to_string())?,
        (None, None) => return Err("ostler.fix needs `uri` or `path`".to_owned()),
    };
    let snapshot = wire.snapshot.at_root(shared.root_of(&path));
    let text = match snapshot.read(&path) {
        Ok(file) => file.text,
        Err(error @ ReadError::NotFound) => return Err(format!("{path}: {error}")),
        Err(error) => return Err(format!("{path} cannot be worked on: {error}")),
    };
    let encoding = shared.facts().encoding;
    let diagnostic = request
        .diagnostic
        .filter(|diagnostic| !diagnostic.is_null())
        .map(|value| complaint(&value, &path, &text, &snapshot, encoding));
    let (title, goal, done_when) = match &diagnostic {
        Some(complaint) => {
            let message = convert::one_line(&complaint.message, 60);
            let goal = format!("Fix this complaint: {}", complaint.headline());
            (format!("Fix: {message}"), goal, DoneWhen::Mended)
        }
        None => ("Fix the build".to_owned(), "Fix the build.".to_owned(), DoneWhen::Builds),
    };
    let bytes = match (&diagnostic, request.line) {
        (Some(complaint), _) => complaint.spans.first().map(|span| span.bytes.clone()),
        (None, Some(line)) => Some(text.line_range(line.saturating_sub(1) as usize)),
        (None, None) => None,
    };
    let task = Task {
        goal,
        place: bytes.map(|bytes| Place { path: path.clone(), bytes }),
        snapshot,
        diagnostics: diagnostic.into_iter().collect(),
        done_when,
    };
    Ok(start(shared, title, task))
}

/// A client's diagnostic in the harness's words.
fn complaint(
    value: &Value,
    path: &AbsPath,
    text: &text::Text,
    snapshot: &Snapshot,
    encoding: text::PositionEncoding,
) -> Diagnostic {
    let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let position = |end: &str| {
        let part =
            |name: &str| u32::try_from(number(&format!("/range/{end}/{name}"))).unwrap_or(u32::MAX);
        text.offset(Position::new(part("line"), part("character")), encoding)
    };
    let start = position("start");
    let bytes = start..position("end").max(start);
    let message = value["message"].as_str().unwrap_or_default();
    let code = match &value["code"] {
        Value::String(code) => Some(code.clone()),
        Value::Number(code) => Some(code.to_string()),
        _ => None,
    };
    let line = text.line_of(bytes.start);
    let column = text.slice(text.line_start(line)..bytes.start).chars().count() + 1;
    Diagnostic {
        severity: match value["severity"].as_u64() {
            Some(2) => Severity::Warning,
            Some(3 | 4) => Severity::Note,
            _ => Severity::Error,
        },
        code,
        message: message.lines().next().unwrap_or_default().to_owned(),
        spans: vec![Span {
            file: path.relative_to(snapshot.root()).unwrap_or_else(|| path.to_string()),
            line: line + 1,
            column,
            end_line: text.line_of(bytes.end) + 1,
            bytes,
            primary: true,
            label: None,
        }],
        notes: Vec::new(),
        suggestions: Vec::new(),
        rendered: message.to_owned(),
    }
}

/// Starts `task` in the background.
fn start(shared: &Arc<Shared>, title: String, task: Task) -> TaskId {
    let cancel = shared.ending.child_token();
    let id = shared.add_task(|_| TaskEntry {
        title: title.clone(),
        cancel: cancel.clone(),
        waiting: None,
    });
    let shared = Arc::clone(shared);
    let tracker = shared.tracker.clone();
    tracker.spawn(async move {
        let (events, watched) = mpsc::unbounded_channel();
        let shown = tokio::spawn(progress::show(Arc::clone(&shared), id, title.clone(), watched));
        // A task of its own, so that a crash in it is reported and nothing else is lost.
        let run = tokio::spawn(shared.runner.run(task, events.clone(), cancel.clone()));
        match run.await {
            Ok(outcome) => {
                // Nobody watching is no reason to keep the change.
                let _ = events.send(TaskEvent::Phase(Phase::Offering));
                finish(&shared, id, &title, outcome, &cancel).await;
            }
            Err(error) => {
                tracing::error!(%id, %error, "a task crashed");
                shared.remove_task(id);
                shared.editor.error(&format!("{title}: the task crashed")).await;
            }
        }
        drop(events);
        let _ = shown.await;
    });
    id
}

/// Hands over what a task brought, or says why there is nothing.
async fn finish(
    shared: &Arc<Shared>,
    id: TaskId,
    title: &str,
    outcome: Outcome,
    cancel: &CancellationToken,
) {
    match &outcome.status {
        Status::Stopped => {
            shared.remove_task(id);
            shared.editor.info(&format!("Ostler: {title}: stopped, nothing was changed")).await;
        }
        Status::Failed(why) => {
            shared.remove_task(id);
            shared.editor.error(&format!("{title}: {why}")).await;
        }
        Status::Done if outcome.change.is_empty() => {
            shared.remove_task(id);
            let said = first_line(&outcome.summary);
            shared.editor.info(&format!("Ostler: {title}: nothing was changed. {said}")).await;
        }
        Status::Unsolved(problems) if outcome.change.is_empty() => {
            shared.remove_task(id);
            let left = problems.first().cloned().unwrap_or_default();
            shared.editor.error(&format!("{title}: not solved: {left}")).await;
        }
        Status::Unsolved(_) if !outcome.problems.is_empty() => {
            let why = outcome.problems.first().cloned().unwrap_or_default();
            let message = format!(
                "{title}: the change brings new problems, so it was not applied ({why}); \
                 the action \"Apply now\" applies it all the same"
            );
            shared.task(id, |task| task.waiting = Some(outcome));
            shared.editor.error(&message).await;
        }
        Status::Done | Status::Unsolved(_) => hand_over(shared, id, title, outcome, cancel).await,
    }
}

/// Delivers a change and tells how that went.
async fn hand_over(
    shared: &Arc<Shared>,
    id: TaskId,
    title: &str,
    outcome: Outcome,
    cancel: &CancellationToken,
) {
    let delivery = delivery::deliver(shared, id, title, &outcome.change, cancel).await;
    let keep = !matches!(delivery, Delivery::Landed { .. });
    if keep {
        shared.task(id, |task| task.waiting = Some(outcome.clone()));
    } else {
        shared.remove_task(id);
    }
    match delivery {
        Delivery::Landed { files, merged, conflicts } => {
            let grade = if merged {
                "merged with what you typed, unchecked".to_owned()
            } else {
                outcome.grade.to_string()
            };
            let files = match files {
                1 => "1 file".to_owned(),
                many => format!("{many} files"),
            };
            let mut message = format!("Ostler: {title}: {files} changed, unsaved ({grade})");
            if let Status::Unsolved(problems) = &outcome.status {
                message.push_str(&format!("; not all is solved: {}", problems.join("; ")));
            }
            if !conflicts.is_empty() {
                message.push_str(&format!(
                    "; left out, because you changed: {}",
                    conflicts.join(", ")
                ));
            }
            shared.editor.info(&message).await;
        }
        Delivery::Conflict(places) => {
            let places = places.join(", ");
            let message = format!(
                "{title}: you changed the same lines meanwhile ({places}); nothing was applied. \
                 \"Apply now\" tries again"
            );
            shared.editor.error(&message).await;
        }
        Delivery::Refused(why) => {
            let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
            let message = format!(
                "{title}: the editor did not apply the edit{why}; the action \"Apply now\" is ready"
            );
            shared.editor.error(&message).await;
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Stops a task, or gives up the change of one that waits. `false` if it had ended.
pub(crate) fn stop(shared: &Arc<Shared>, id: TaskId) -> Result<bool, String> {
    let waits = shared.task(id, |task| {
        task.cancel.cancel();
        task.waiting.is_some()
    });
    match waits {
        Some(true) => Ok(shared.remove_task(id).is_some()),
        Some(false) => Ok(true),
        None => Err(format!("there is no task {id}")),
    }
}

/// Stops everything that runs; returns how many tasks that were.
pub(crate) fn stop_all(shared: &Arc<Shared>) -> usize {
    let running = shared.tasks(|id, task| task.waiting.is_none().then_some(id));
    running.into_iter().flatten().filter(|id| stop(shared, *id) == Ok(true)).count()
}

/// Delivers the change of a task that waits.
pub(crate) fn apply_now(shared: &Arc<Shared>, id: TaskId) -> Result<(), String> {
    let found = shared.task(id, |task| {
        task.waiting.take().map(|outcome| (outcome, task.title.clone(), task.cancel.clone()))
    });
    let (outcome, title, cancel) =
        found.flatten().ok_or_else(|| format!("there is no change of task {id} that waits"))?;
    let shared = Arc::clone(shared);
    let tracker = shared.tracker.clone();
    tracker.spawn(async move { hand_over(&shared, id, &title, outcome, &cancel).await });
    Ok(())
}
