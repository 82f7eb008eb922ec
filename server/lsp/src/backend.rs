//! The methods that are requests, each on a task of its own with the snapshot of its place on the
//! wire. State-changing notifications never come here; the ingress applies them.

use std::sync::Arc;

use tower_lsp::LanguageServer;
use tower_lsp::gen_lsp_types::{
    CodeActionParams, CodeActionResponse, ExecuteCommandParams, InitializeParams, InitializeResult,
    InitializedParams, LspAny,
};
use tower_lsp::jsonrpc::Result;

use crate::methods;
use crate::state::{Shared, WIRE, Wire};

pub(crate) struct Backend {
    pub(crate) shared: Arc<Shared>,
}

impl Backend {
    /// The wire position of the request that is being answered.
    fn wire(&self) -> Wire {
        WIRE.try_with(Wire::clone).unwrap_or_else(|_| Wire { snapshot: self.shared.snapshot() })
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        methods::initialize(&self.shared, &params)
    }

    async fn initialized(&self, _: InitializedParams) {}

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn code_action(
        &self,
        params: CodeActionParams,
    ) -> Result<Option<Vec<CodeActionResponse>>> {
        Ok(Some(methods::code_action(&self.shared, &self.wire(), &params)))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LspAny>> {
        methods::execute_command(&self.shared, &self.wire(), params).await
    }
}
