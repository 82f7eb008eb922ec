//! `textDocument/didChange`

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::gen_lsp_types::{DidChangeTextDocumentParams, TextDocumentContentChangeEvent};
use workspace::Change;

use super::{decode, path_of};
use crate::convert;
use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: Value) -> Result<(), String> {
    let params = decode::<DidChangeTextDocumentParams>(params)?;
    let document = params.text_document;
    let Some(path) = path_of(&document.text_document_identifier.uri) else { return Ok(()) };
    let encoding = shared.editor.facts().encoding;
    let changes = params.content_changes.into_iter().map(|change| match change {
        TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
            let range = convert::range(&change.range);
            Change {
                range: Some(Box::new(move |text| text.byte_range(range, encoding))),
                text: change.text,
            }
        }
        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
            Change { range: None, text: change.text }
        }
    });
    if shared.changed(&path, document.version, changes.collect()) {
        Ok(())
    } else {
        Err(format!("{path} is not open"))
    }
}
