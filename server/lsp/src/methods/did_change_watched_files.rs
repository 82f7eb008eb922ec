//! `workspace/didChangeWatchedFiles`, and what else tells that the disk has changed.

use std::sync::Arc;

use serde_json::Value;
use stdx::AbsPath;

use crate::convert;
use crate::state::Shared;

/// Files are read anew for every request, so which ones have changed makes no difference there;
/// but an edit that waits for the disk to be as expected may have its answer now, and whoever
/// keeps what was read must hear of it.
pub(super) fn apply(shared: &Arc<Shared>, params: Value) -> Result<(), String> {
    let changes = params["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let named = changes.iter().map(|change| &change["uri"]);
    let saved = &params["textDocument"]["uri"];
    let paths: Vec<AbsPath> =
        named.chain([saved]).filter_map(|uri| convert::path(uri.as_str()?)).collect();
    shared.config.runner.files_changed(&paths);
    shared.document_event();
    Ok(())
}
