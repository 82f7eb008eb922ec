//! The first message of a task: what the model sees before the user's words.

use crate::Task;

/// The project, the complaints that the task is about, and the code around them, within
/// `limit` bytes. The same task always gives the same text.
#[must_use]
pub(crate) fn context(task: &Task, limit: usize) -> String {
    let mut text = String::new();
    let open: Vec<String> = task
        .snapshot
        .documents()
        .filter_map(|document| document.path.relative_to(task.snapshot.root()))
        .collect();
    if !open.is_empty() {
        text.push_str(&format!("Open in the editor: {}\n", open.join(", ")));
    }
    if !task.diagnostics.is_empty() {
        text.push_str("Complaints that the task is about:\n");
        for diagnostic in &task.diagnostics {
            text.push_str(&format!("- {}\n", diagnostic.headline()));
        }
    }
    let query = context::ContextQuery {
        place: task.place.as_ref().map(|place| (place.path.clone(), place.bytes.clone())),
    };
    let budget = context::TokenBudget::of_bytes(limit.saturating_sub(text.len()));
    for fragment in context::gather(&task.snapshot, &query, budget) {
        text.push_str(&format!(
            "\n{}:{}-{} ({})\n```\n{}\n```\n",
            fragment.file, fragment.start_line, fragment.end_line, fragment.reason, fragment.text
        ));
    }
    if text.is_empty() {
        text.push_str("Nothing is open in the editor.\n");
    }
    text
}
