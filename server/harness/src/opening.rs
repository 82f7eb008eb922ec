//! The first message of a task: what the model sees before the user's words.

use context::{Complaint, ContextQuery, Fragment, Indexes, Intent, TokenBudget, World};

use crate::Task;

/// The project, the complaints that the task is about, and the code that it needs to see, within
/// `limit` bytes. The same task in the same project always gives the same text. Reads files, all
/// of the project the first time: not for a thread that must answer soon.
#[must_use]
pub(crate) fn context(task: &Task, indexes: &Indexes, limit: usize) -> String {
    let mut text = String::new();
    let root = task.snapshot.root();
    let open: Vec<String> =
        task.snapshot.documents().filter_map(|document| document.path.relative_to(root)).collect();
    if !open.is_empty() {
        text.push_str(&format!("Open in the editor: {}\n", open.join(", ")));
    }
    if !task.diagnostics.is_empty() {
        text.push_str("Complaints that the task is about:\n");
        for diagnostic in &task.diagnostics {
            text.push_str(&format!("- {}\n", diagnostic.headline()));
        }
    }
    let query = query(task);
    let world = match &query.place {
        // Without a place there is nothing that an index could be asked.
        None => World::unindexed(task.snapshot.clone()),
        Some(_) => {
            let index = indexes.of(root);
            index.task_begins();
            index.world(&task.snapshot)
        }
    };
    let left = limit.saturating_sub(text.len());
    let mut last = "";
    for fragment in &context::gather(&world, &query, TokenBudget::of_bytes(left)) {
        let piece = shown(fragment, fragment.file == last);
        // The budget counts what is selected; what is said about it comes on top.
        if text.len() + piece.len() > limit {
            break;
        }
        text.push_str(&piece);
        last = &fragment.file;
    }
    if text.is_empty() {
        text.push_str("Nothing is open in the editor.\n");
    }
    text
}

/// Whether what is selected depends on the project's history: where something is to be changed at
/// a place.
pub(crate) fn asks_history(task: &Task) -> bool {
    task.place.is_some() && intent(task) == Intent::Change
}

fn intent(task: &Task) -> Intent {
    if task.diagnostics.is_empty() { Intent::Change } else { Intent::Fix }
}

fn query(task: &Task) -> ContextQuery {
    let root = task.snapshot.root();
    let complaints = task.diagnostics.iter().filter_map(|diagnostic| {
        let span = diagnostic.spans.first()?;
        Some(Complaint {
            path: root.join(&span.file),
            line: span.line,
            column: Some(span.column),
            code: diagnostic.code.clone(),
            message: diagnostic.message.clone(),
        })
    });
    ContextQuery {
        place: task.place.as_ref().map(|place| (place.path.clone(), place.bytes.clone())),
        intent: intent(task),
        words: task.goal.clone(),
        complaints: complaints.collect(),
        changed: Vec::new(),
        sees_open_file: false,
    }
}

/// A fragment as the model sees it. The name of the file is not said twice in a row.
fn shown(fragment: &Fragment, is_same_file: bool) -> String {
    let Fragment { file, start_line, end_line, reason, text, .. } = fragment;
    let file = if is_same_file { "" } else { file };
    format!("\n{file}:{start_line}-{end_line} ({reason})\n```\n{text}\n```\n")
}
