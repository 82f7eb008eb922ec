//! The way of a change into the editor: merged with what the user did meanwhile, with versions,
//! and confirmed by what the client then says its buffers hold.
//!
//! "Applied: true" proves nothing (Neovim says it of edits that it left out because a buffer was
//! newer), so an edit counts as landed when the text that it should bring about has been seen in
//! the content changes that follow. An edit that was not seen to land is brought onto the newer
//! text and sent again, but only when there is a newer text: a timeout alone proves nothing
//! either, and sending twice could apply it twice.

use std::sync::Arc;
use std::time::Duration;

use harness::TaskId;
use serde_json::{Value, json};
use stdx::AbsPath;
use text::{Text, TextEdit};
use tokio_util::sync::CancellationToken;
use workspace::{Conflict, FileChange, Rebased, Snapshot, SourceChange};

use crate::client::Answer;
use crate::convert;
use crate::facts::Facts;
use crate::state::Shared;

/// How often an edit is sent at most.
const ATTEMPTS: usize = 20;
/// How long it is tried at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It is in the editor.
    Landed {
        /// Files that it changed.
        files: usize,
        /// Whether it had to be merged with what the user typed.
        merged: bool,
        /// Places of files that were left out because the user changed the same lines.
        conflicts: Vec<String>,
    },
    /// The user changed the same lines everywhere; the places.
    Conflict(Vec<String>),
    /// The client did not take it, and perhaps said why.
    Refused(Option<String>),
}

/// Brings `change` into the editor.
pub(crate) async fn deliver(
    shared: &Arc<Shared>,
    id: TaskId,
    title: &str,
    change: &SourceChange,
    cancel: &CancellationToken,
) -> Delivery {
    if !shared.facts().apply_edit {
        return Delivery::Refused(Some("it cannot apply edits that a server sends".to_owned()));
    }
    let label = format!("Ostler: {title}");
    let mut why = None;
    let trying = async {
        for _ in 0..ATTEMPTS {
            // Before the text is looked at, so that no later change goes unnoticed.
            let mut changes = shared.watch_changes();
            changes.mark_unchanged();
            let now = shared.snapshot();
            let rebased = rebase(shared, change, &now);
            let conflicts: Vec<String> = rebased.conflicts.iter().map(place).collect();
            if rebased.change.is_empty() {
                if conflicts.is_empty() {
                    // Everything is there already: it landed unseen, or the user did it by hand.
                    return Some(Delivery::Landed {
                        files: change.files.len(),
                        merged: rebased.merged,
                        conflicts,
                    });
                }
                return Some(Delivery::Conflict(conflicts));
            }
            shared.expect(id, expected(&rebased.change, &now));
            let edit = workspace_edit(&rebased.change, shared.facts());
            match shared.editor.apply(&label, &edit).await {
                Answer::Applied if landed(shared, id, &mut changes).await => {
                    let files = rebased.change.files.len();
                    return Some(Delivery::Landed { files, merged: rebased.merged, conflicts });
                }
                Answer::Applied | Answer::Silent => why = None,
                Answer::Refused(reason) => {
                    why = reason;
                    // Without a newer text the same edit would meet the same refusal.
                    if shared.all_seen(id) || changes.changed().await.is_err() {
                        return None;
                    }
                }
            }
        }
        None
    };
    let delivered = tokio::select! {
        delivered = tokio::time::timeout(PATIENCE, trying) => delivered.ok().flatten(),
        () = cancel.cancelled() => None,
    };
    shared.forget(id);
    delivered.unwrap_or(Delivery::Refused(why))
}

/// Waits until all expected texts were seen; `false` as soon as the client sent a newer text of
/// which none was the expected one.
async fn landed(
    shared: &Shared,
    id: TaskId,
    changes: &mut tokio::sync::watch::Receiver<u64>,
) -> bool {
    loop {
        if shared.all_seen(id) {
            return true;
        }
        let before = *changes.borrow_and_update();
        if shared.all_seen(id) {
            return true;
        }
        if changes.changed().await.is_err() {
            return false;
        }
        let one_more = *changes.borrow() > before;
        if one_more && shared.nothing_seen(id) {
            return false;
        }
    }
}

/// The change on top of `now`. The disk is looked at anew: a file that is not open must still
/// have the text that the change was made on.
fn rebase(shared: &Shared, change: &SourceChange, now: &Snapshot) -> Rebased {
    let root = change.files.first().map(|file| shared.root_of(&file.path));
    change.rebase(&now.at_root(root.unwrap_or_else(|| now.root().clone())))
}

/// The texts that must be seen before the change counts as landed. A file that is not open need
/// not be opened by the client, so nothing can be expected of it.
fn expected(change: &SourceChange, now: &Snapshot) -> Vec<(AbsPath, Text)> {
    let open = change.files.iter().filter(|file| now.document(&file.path).is_some());
    open.filter_map(|file| Some((file.path.clone(), file.target.clone()?))).collect()
}

/// The change as the client takes it.
fn workspace_edit(change: &SourceChange, facts: Facts) -> Value {
    if !facts.document_changes {
        let by_file =
            change.files.iter().map(|file| (convert::uri(&file.path).0, json!(edits(file, facts))));
        return json!({"changes": by_file.collect::<serde_json::Map<_, _>>()});
    }
    let mut steps = Vec::new();
    for file in change.files.iter().filter(|file| file.target.is_some()) {
        let uri = convert::uri(&file.path);
        if file.base.text.is_none() && facts.create_files {
            let options = json!({"ignoreIfExists": true});
            steps.push(json!({"kind": "create", "uri": uri, "options": options}));
        }
        steps.push(json!({
            "textDocument": {"uri": uri, "version": file.base.version},
            "edits": edits(file, facts),
        }));
    }
    // What cannot be undone in a buffer comes last, when everything else has been taken.
    for file in change.files.iter().filter(|file| file.target.is_none()) {
        if facts.delete_files {
            steps.push(json!({"kind": "delete", "uri": convert::uri(&file.path)}));
        }
    }
    json!({"documentChanges": steps})
}

fn edits(file: &FileChange, facts: Facts) -> Vec<tower_lsp::gen_lsp_types::TextEdit> {
    let base = file.base.text.clone().unwrap_or_default();
    let target = file.target.clone().unwrap_or_default();
    let edits: Vec<TextEdit> = text::diff(&base, &target);
    edits.iter().map(|edit| convert::text_edit(&base, edit, facts.encoding)).collect()
}

fn place(conflict: &Conflict) -> String {
    let name = conflict.path.as_path().file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
