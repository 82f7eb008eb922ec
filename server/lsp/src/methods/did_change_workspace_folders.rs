//! `workspace/didChangeWorkspaceFolders`

use std::sync::Arc;

use stdx::AbsPath;
use tower_lsp::gen_lsp_types::{DidChangeWorkspaceFoldersParams, WorkspaceFolder};

use crate::convert;
use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: DidChangeWorkspaceFoldersParams) {
    let paths = |folders: &[WorkspaceFolder]| -> Vec<AbsPath> {
        folders.iter().filter_map(|folder| convert::path(&folder.uri)).collect()
    };
    shared.folders_changed(&paths(&params.event.removed), paths(&params.event.added));
}
