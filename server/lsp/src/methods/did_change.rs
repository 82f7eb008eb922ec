//! `textDocument/didChange`

use std::sync::Arc;

use serde::Deserialize;
use tower_lsp::gen_lsp_types::{Range, Uri};
use workspace::Change;

use crate::convert;
use crate::state::Shared;

/// The parameters as far as they are needed, read leniently: a change that is lost costs the user
/// the session.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Params {
    text_document: Document,
    content_changes: Vec<ContentChange>,
}

#[derive(Deserialize)]
struct Document {
    uri: Uri,
    #[serde(default)]
    version: Option<i32>,
}

#[derive(Deserialize)]
struct ContentChange {
    #[serde(default)]
    range: Option<Range>,
    text: String,
}

pub(super) fn apply(shared: &Arc<Shared>, params: Params) {
    let Some(path) = convert::path(&params.text_document.uri) else { return };
    let encoding = shared.facts().encoding;
    let changes = params.content_changes.into_iter().map(|change| {
        let range = change.range.map(|range| -> workspace::Locate {
            let range = convert::range(&range);
            Box::new(move |text| text.byte_range(range, encoding))
        });
        Change { range, text: change.text }
    });
    shared.changed(&path, params.text_document.version.unwrap_or(0), changes.collect());
}
