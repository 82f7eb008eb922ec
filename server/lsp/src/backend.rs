//! Which method is served by whom.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Request, Result};
use tower_lsp::{ClientSocket, LanguageServer, LspService};

use crate::config::ServerConfig;
use crate::editor::Editor;
use crate::methods::{code_action, execute_command, initialize};
use crate::state::Shared;

/// What handlers are given.
pub(crate) struct Backend {
    pub(crate) shared: Arc<Shared>,
}

impl LanguageServer for Backend {
    async fn initialize(&self, _: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        Ok(initialize::result(&self.shared))
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

/// The service, and the other end of what it says to the client. Only what is served is
/// registered: a method that nobody implements is answered as unknown.
pub(crate) fn service(
    config: ServerConfig,
    ending: CancellationToken,
) -> (LspService<Backend>, ClientSocket) {
    LspService::build_with_lifecycle_methods(|client| Backend {
        shared: Arc::new(Shared::new(Editor::new(client), config, ending)),
    })
    .custom_method("textDocument/codeAction", code_action::handle)
    .custom_method("workspace/executeCommand", execute_command::handle)
    .finish()
}

/// The token of a `$/progress` that merely reports, so that a newer one says all that it says.
pub(crate) fn progress_report_of(request: &Request) -> Option<String> {
    if request.method() != "$/progress" {
        return None;
    }
    let params = request.params()?;
    let is_report = params["value"]["kind"] == "report";
    is_report.then(|| params["token"].to_string())
}
