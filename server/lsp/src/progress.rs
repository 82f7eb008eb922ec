//! What the user sees of a task while it runs.

use std::sync::Arc;

use harness::{TaskEvent, TaskId};
use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::gen_lsp_types::MessageType;

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
                event = next(&mut events, &shared) => match event {
                    Some(event) => shown = words(event).unwrap_or(shown),
                    // The task has ended before the client has answered. What was not begun needs
                    // no end.
                    None => return,
                },
            }
        }
    };
    if !created {
        // Notices come all the same.
        while next(&mut events, &shared).await.is_some() {}
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
    while let Some(event) = next(&mut events, &shared).await {
        let Some(message) = words(event).filter(|message| *message != shown) else { continue };
        let report = json!({"kind": "report", "message": message, "cancellable": true});
        editor.progress(&token, report).await;
        shown = message;
    }
    editor.progress(&token, json!({"kind": "end"})).await;
}

/// The next event. A notice is told in a message besides: what is shown of a progress goes with
/// the next step.
async fn next(
    events: &mut UnboundedReceiver<TaskEvent>,
    shared: &Arc<Shared>,
) -> Option<TaskEvent> {
    let event = events.recv().await?;
    if let TaskEvent::Notice(text) = &event {
        shared.tell(MessageType::Warning, text.clone());
    }
    Some(event)
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
