//! `workspace/didChangeWorkspaceFolders`

use std::sync::Arc;

use serde_json::Value;
use stdx::AbsPath;
use tower_lsp::gen_lsp_types::{DidChangeWorkspaceFoldersParams, WorkspaceFolder};

use super::{decode, path_of};
use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: Value) -> Result<(), String> {
    let event = decode::<DidChangeWorkspaceFoldersParams>(params)?.event;
    let paths = |folders: &[WorkspaceFolder]| -> Vec<AbsPath> {
        folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
    };
    shared.folders_changed(&paths(&event.removed), paths(&event.added));
    Ok(())
}
