//! The progress of a task as the client shows it.

use std::sync::Arc;

use harness::{TaskEvent, TaskId};
use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::state::Shared;

/// The name of a task's progress.
fn token(id: TaskId) -> String {
    format!("ostler/{id}")
}

/// The task that a progress belongs to.
pub(crate) fn task_of(token: &str) -> Option<TaskId> {
    token.strip_prefix("ostler/")?.parse().ok().map(TaskId)
}

/// Shows what `events` tell until they end, then says that the progress has ended. Without a
/// client that shows progress the events are only taken.
pub(crate) async fn show(
    shared: Arc<Shared>,
    id: TaskId,
    title: String,
    mut events: UnboundedReceiver<TaskEvent>,
) {
    let token = token(id);
    let shown = shared.facts().progress && shared.editor.create_progress(&token).await;
    if !shown {
        while events.recv().await.is_some() {}
        return;
    }
    let begin = json!({
        "kind": "begin", "title": title, "cancellable": true, "message": "starting",
    });
    shared.editor.progress(&token, begin).await;
    let mut last = String::new();
    while let Some(event) = events.recv().await {
        let message = match event {
            TaskEvent::Phase(phase) => phase.to_string(),
            TaskEvent::Call { tool, about } if about.is_empty() => tool,
            TaskEvent::Call { tool, about } => format!("{tool} {about}"),
            TaskEvent::Usage(_) => continue,
        };
        // What came meanwhile is newer; a client that reads slowly gets the latest only.
        if message != last && events.is_empty() {
            let report = json!({"kind": "report", "message": message, "cancellable": true});
            shared.editor.progress(&token, report).await;
            last = message;
        }
    }
    shared.editor.progress(&token, json!({"kind": "end"})).await;
}
