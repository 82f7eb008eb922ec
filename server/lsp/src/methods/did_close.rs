//! `textDocument/didClose`

use std::sync::Arc;

use tower_lsp::gen_lsp_types::DidCloseTextDocumentParams;

use crate::convert;
use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: DidCloseTextDocumentParams) {
    if let Some(path) = convert::path(&params.text_document.uri) {
        shared.closed(&path);
    }
}
