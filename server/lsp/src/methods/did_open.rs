//! `textDocument/didOpen`

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::gen_lsp_types::DidOpenTextDocumentParams;

use super::{decode, path_of};
use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: Value) -> Result<(), String> {
    let document = decode::<DidOpenTextDocumentParams>(params)?.text_document;
    if let Some(path) = path_of(&document.uri) {
        shared.opened(path, document.version, &document.text);
    }
    Ok(())
}
