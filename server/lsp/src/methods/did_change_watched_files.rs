//! `workspace/didChangeWatchedFiles`, and what else tells that the disk has changed.

use std::sync::Arc;

use serde_json::Value;

use crate::state::Shared;

/// Files are read anew for every request, so which ones have changed makes no difference; but an
/// edit that waits for the disk to be as expected may have its answer now.
pub(super) fn apply(shared: &Arc<Shared>, _: Value) -> Result<(), String> {
    shared.document_event();
    Ok(())
}
