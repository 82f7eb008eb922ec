//! One file, one method of the protocol.
//!
//! Notifications that change state are applied one after the other in the order of the wire:
//! [`apply`]. All else runs side by side.

pub(crate) mod code_action;
mod did_change;
mod did_change_configuration;
mod did_change_watched_files;
mod did_change_workspace_folders;
mod did_close;
mod did_open;
pub(crate) mod execute_command;
pub(crate) mod initialize;
pub(crate) mod initialized;
mod work_done_progress_cancel;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use stdx::AbsPath;
use tower_lsp::jsonrpc::Request;

use crate::convert;
use crate::state::Shared;

type Apply = fn(&Arc<Shared>, serde_json::Value) -> Result<(), String>;

const ORDERED: &[(&str, Apply)] = &[
    ("textDocument/didOpen", did_open::apply),
    ("textDocument/didChange", did_change::apply),
    ("textDocument/didClose", did_close::apply),
    // What is saved is what we know already; but the disk is no longer what it was.
    ("textDocument/didSave", did_change_watched_files::apply),
    ("workspace/didChangeConfiguration", did_change_configuration::apply),
    ("workspace/didChangeWatchedFiles", did_change_watched_files::apply),
    ("workspace/didChangeWorkspaceFolders", did_change_workspace_folders::apply),
    ("window/workDoneProgress/cancel", work_done_progress_cancel::apply),
];

/// Whether a notification of this method changes state.
pub(crate) fn is_ordered(method: &str) -> bool {
    ORDERED.iter().any(|(name, _)| *name == method)
}

/// Applies a notification that changes state.
///
/// # Errors
/// What is wrong with it, in one line; then nothing has changed.
pub(crate) fn apply(shared: &Arc<Shared>, request: Request) -> Result<(), String> {
    let (method, _, params) = request.into_parts();
    let Some((_, apply)) = ORDERED.iter().find(|(name, _)| *name == method) else { return Ok(()) };
    apply(shared, params.unwrap_or_default())
}

fn decode<T: DeserializeOwned>(params: serde_json::Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

/// The path of a document, as far as it has one. Buffers without a file are nothing to us: there
/// is no project that they could belong to.
fn path_of(uri: &tower_lsp::gen_lsp_types::Uri) -> Option<AbsPath> {
    convert::path(&uri.0)
}
