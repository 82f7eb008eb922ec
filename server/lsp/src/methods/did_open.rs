//! `textDocument/didOpen`

use std::sync::Arc;

use tower_lsp::gen_lsp_types::DidOpenTextDocumentParams;

use crate::convert;
use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    // A buffer without a place on disk has nothing that a task could check.
    if let Some(path) = convert::path(&document.uri) {
        shared.opened(path, document.version, &document.text);
    }
}
