//! What the user sees of a task while it runs.

use std::sync::Arc;

use harness::{TaskEvent, TaskId};
use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::state::Shared;

const PREFIX: &str = "ostler/task/";

fn token_of(task: TaskId) -> String {
    format!("{PREFIX}{task}")
}

/// The task whose progress has this token.
pub(crate) fn task_of(token: &str) -> Option<TaskId> {
    token.strip_prefix(PREFIX)?.parse().ok().map(TaskId)
}

/// Shows the progress of a task until `events` ends, and from then on nothing.
pub(crate) async fn show(
    shared: Arc<Shared>,
    task: TaskId,
    title: String,
    mut events: UnboundedReceiver<TaskEvent>,
) {
    let token = token_of(task);
    let editor = &shared.editor;
    let mut shown = harness::Phase::Gathering.to_string();
    let created = {
        let mut asking = std::pin::pin!(editor.create_progress(&token));
        loop {
            tokio::select! {
                created = &mut asking => break created,
                event = events.recv() => match event {
                    Some(event) => shown = words(event).unwrap_or(shown),
                    // The task has ended before the client has answered. What was not begun needs
                    // no end.
                    None => return,
                },
            }
        }
    };
    if !created {
        return;
    }
    let begin = json!({
        "kind": "begin",
        // Without our name: clients that name the server beside it would show it twice.
        "title": title,
        "message": shown,
        "cancellable": true,
    });
    editor.progress(&token, begin).await;
    while let Some(event) = events.recv().await {
        let Some(message) = words(event).filter(|message| *message != shown) else { continue };
        let report = json!({"kind": "report", "message": message, "cancellable": true});
        editor.progress(&token, report).await;
        shown = message;
    }
    editor.progress(&token, json!({"kind": "end"})).await;
}

/// What the user is told of an event.
fn words(event: TaskEvent) -> Option<String> {
    match event {
        TaskEvent::Phase(phase) => Some(phase.to_string()),
        TaskEvent::Call { tool, about } => Some(ide::one_line(&format!("{tool} {about}"), 80)),
        TaskEvent::Notice(text) => Some(ide::one_line(&text, 200)),
        TaskEvent::Usage(_) => None,
    }
}
