//! `initialized`: from here on the client may be told and asked things.

use std::sync::Arc;

use crate::state::Shared;

pub(crate) fn heard(shared: &Arc<Shared>) {
    shared.tell_of_settings();
    shared.ask_for_settings();
    watch_files(shared);
}

/// Lets the client watch the project's files, if it can: it does so already, and two watchers on
/// one machine cost twice.
fn watch_files(shared: &Arc<Shared>) {
    if !shared.editor.facts().watches {
        return;
    }
    let shared = Arc::clone(shared);
    shared.tracker.clone().spawn(async move {
        let asked = shared.editor.watch_files();
        if shared.ending.run_until_cancelled(asked).await == Some(true) {
            shared.watched();
        }
    });
}
