//! `textDocument/didClose`

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::gen_lsp_types::DidCloseTextDocumentParams;

use super::{decode, path_of};
use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: Value) -> Result<(), String> {
    let params = decode::<DidCloseTextDocumentParams>(params)?;
    if let Some(path) = path_of(&params.text_document.uri) {
        shared.closed(&path);
    }
    Ok(())
}
