//! `initialize`

use std::sync::Arc;

use serde_json::{Value, json};
use stdx::AbsPath;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Request;

use crate::facts::Facts;
use crate::state::Shared;
use crate::{convert, parent};

/// Learns what the client says about itself, and returns the request with parameters that surely
/// have the shape they should have: no client is turned away over an odd value that nobody needs.
pub(crate) fn read(shared: &Arc<Shared>, request: Request) -> Request {
    let params = request.params().cloned().unwrap_or_default();
    let facts = Facts::of(&params);
    tracing::info!(client = %params["clientInfo"], ?facts, "a client");
    shared.editor.learn(facts);
    shared.set_folders(folders(&params));
    shared.hear_settings(params.get("initializationOptions").unwrap_or(&Value::Null));
    if let Some(process) = params["processId"].as_u64().and_then(|id| u32::try_from(id).ok()) {
        parent::watch(shared, process);
    }
    let mut plain = Request::build("initialize");
    if let Some(id) = request.id() {
        plain = plain.id(id.clone());
    }
    plain.params(json!({"processId": null, "rootUri": null, "capabilities": {}})).finish()
}

fn folders(params: &Value) -> Vec<AbsPath> {
    let named = params["workspaceFolders"].as_array().map(Vec::as_slice).unwrap_or_default();
    let named: Vec<AbsPath> =
        named.iter().filter_map(|folder| convert::path(folder["uri"].as_str()?)).collect();
    if !named.is_empty() {
        return named;
    }
    let root = params["rootUri"].as_str().and_then(convert::path);
    let root = root.or_else(|| AbsPath::new(params["rootPath"].as_str()?).ok());
    root.into_iter().collect()
}

/// What the server can do. Nothing is listed that is not there.
pub(crate) fn result(shared: &Shared) -> lsp::InitializeResult {
    let facts = shared.editor.facts();
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::Incremental),
        ..Default::default()
    };
    lsp::InitializeResult {
        capabilities: lsp::ServerCapabilities {
            position_encoding: Some(facts.encoding_name()),
            text_document_sync: Some(sync.into()),
            code_action_provider: Some(
                lsp::CodeActionOptions {
                    code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix]),
                    ..Default::default()
                }
                .into(),
            ),
            execute_command_provider: Some(lsp::ExecuteCommandOptions {
                commands: shared.config.commands.keys().cloned().collect(),
                ..Default::default()
            }),
            workspace: Some(lsp::WorkspaceOptions {
                workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(true.into()),
                }),
                ..Default::default()
            }),
            ..Default::default()
        },
        server_info: Some(lsp::ServerInfo {
            name: "ostler".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}
