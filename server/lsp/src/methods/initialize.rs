//! `initialize`

use std::sync::Arc;

use serde_json::{Value, json};
use stdx::AbsPath;
use tower_lsp::gen_lsp_types::{InitializeParams, InitializeResult};
use tower_lsp::jsonrpc::{Error, Result};

use crate::convert;
use crate::facts::Facts;
use crate::state::Shared;
use crate::tasks;

pub(crate) fn initialize(
    shared: &Arc<Shared>,
    params: &InitializeParams,
) -> Result<InitializeResult> {
    let facts = Facts::of(params);
    shared.initialized(facts, folders(params));
    if let Some(parent) = params.process_id.and_then(|id| u32::try_from(id).ok()) {
        let ending = shared.ending.clone();
        stdx::process::when_gone(parent, move || ending.cancel());
    }
    let mut commands: Vec<&str> = tasks::COMMANDS.to_vec();
    commands.extend(shared.extra.iter().map(|extra| extra.name));
    let result = json!({
        "serverInfo": {"name": "ostler", "version": env!("CARGO_PKG_VERSION")},
        "capabilities": {
            "positionEncoding": facts.encoding_name(),
            "textDocumentSync": {"openClose": true, "change": 2},
            "codeActionProvider": {"codeActionKinds": ["quickfix"]},
            "executeCommandProvider": {"commands": commands},
            "workspace": {
                "workspaceFolders": {"supported": true, "changeNotifications": true},
            },
        },
    });
    serde_json::from_value(result).map_err(|_| Error::internal_error())
}

/// The client's folders; older clients name one root.
fn folders(params: &InitializeParams) -> Vec<AbsPath> {
    let value = serde_json::to_value(params).unwrap_or_default();
    let uri = |value: &Value| {
        let text = value.as_str()?.to_owned();
        convert::path(&tower_lsp::gen_lsp_types::Uri(text))
    };
    let listed = value["workspaceFolders"].as_array().into_iter().flatten();
    let mut folders: Vec<AbsPath> = listed.filter_map(|folder| uri(&folder["uri"])).collect();
    if folders.is_empty() {
        folders.extend(uri(&value["rootUri"]));
    }
    if folders.is_empty() {
        let path = value["rootPath"].as_str().and_then(|path| AbsPath::new(path).ok());
        folders.extend(path);
    }
    folders
}
