//! One file, one method of the protocol.

mod code_action;
mod did_change;
mod did_change_workspace_folders;
mod did_close;
mod did_open;
mod execute_command;
mod initialize;
mod work_done_progress_cancel;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use tower_lsp::jsonrpc::Request;

use crate::state::Shared;

pub(crate) use code_action::code_action;
pub(crate) use execute_command::execute_command;
pub(crate) use initialize::initialize;

/// Applies a notification that changes state, and says whether `request` was one. Called in the
/// order of the wire, before anything that came later is looked at.
pub(crate) fn applied_in_order(shared: &Arc<Shared>, request: &Request) -> bool {
    let apply: fn(&Arc<Shared>, &Request) -> Option<()> = match request.method() {
        "textDocument/didOpen" => |shared, r| Some(did_open::apply(shared, params(r)?)),
        "textDocument/didChange" => |shared, r| Some(did_change::apply(shared, params(r)?)),
        "textDocument/didClose" => |shared, r| Some(did_close::apply(shared, params(r)?)),
        "workspace/didChangeWorkspaceFolders" => {
            |shared, r| Some(did_change_workspace_folders::apply(shared, params(r)?))
        }
        "window/workDoneProgress/cancel" => {
            |shared, r| Some(work_done_progress_cancel::apply(shared, params(r)?))
        }
        // Taken note of and nothing else, so that no client is told that it is not understood.
        "textDocument/didSave"
        | "workspace/didChangeConfiguration"
        | "workspace/didChangeWatchedFiles"
        | "$/setTrace" => |_, _| Some(()),
        _ => return false,
    };
    if apply(shared, request).is_none() {
        tracing::warn!(method = request.method(), "parameters that make no sense were ignored");
    }
    true
}

fn params<T: DeserializeOwned>(request: &Request) -> Option<T> {
    serde_json::from_value(request.params()?.clone()).ok()
}
