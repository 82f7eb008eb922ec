//! What is known about the client. Decided by what it says it can do; by its name only where a
//! client can do what it does not announce, each with the place where that was seen.

use text::PositionEncoding;
use tower_lsp::gen_lsp_types as lsp;

/// What the client can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Facts {
    /// How it counts characters in a line.
    pub(crate) encoding: PositionEncoding,
    /// It shows progress that the server begins.
    pub(crate) progress: bool,
    /// It applies edits on request.
    pub(crate) apply_edit: bool,
    /// It understands edits with document versions.
    pub(crate) document_changes: bool,
    /// It understands the creation of files within edits.
    pub(crate) create_files: bool,
    /// It understands the deletion of files within edits.
    pub(crate) delete_files: bool,
    /// It takes code actions that carry a command, not only bare commands.
    pub(crate) code_action_literals: bool,
}

impl Facts {
    /// What `params` of `initialize` say.
    pub(crate) fn of(params: &lsp::InitializeParams) -> Facts {
        // By value, because the typed form differs between releases of the types and what is
        // missing or of another shape must only count as "no".
        let capabilities = serde_json::to_value(&params.capabilities).unwrap_or_default();
        let at = |path: &str| capabilities.pointer(path);
        let yes = |path: &str| at(path).and_then(serde_json::Value::as_bool).unwrap_or(false);
        let lists = |path: &str, wanted: &str| {
            at(path)
                .and_then(serde_json::Value::as_array)
                .is_some_and(|items| items.iter().any(|item| item == wanted))
        };
        let encodings = "/general/positionEncodings";
        let encoding = if lists(encodings, "utf-8") {
            PositionEncoding::Utf8
        } else if lists(encodings, "utf-32") {
            PositionEncoding::Utf32
        } else {
            PositionEncoding::Utf16
        };
        let operation = |name: &str| lists("/workspace/workspaceEdit/resourceOperations", name);
        let name = params.client_info.as_ref().map(|info| info.name.as_str()).unwrap_or_default();
        // Neovim 0.10 to 0.12 applies versioned document changes and does not say so
        // (runtime/lua/vim/lsp/protocol.lua announces `resourceOperations` only).
        let neovim = name.eq_ignore_ascii_case("neovim");
        Facts {
            encoding,
            progress: yes("/window/workDoneProgress"),
            apply_edit: yes("/workspace/applyEdit"),
            document_changes: yes("/workspace/workspaceEdit/documentChanges") || neovim,
            create_files: operation("create"),
            delete_files: operation("delete"),
            code_action_literals: at("/textDocument/codeAction/codeActionLiteralSupport").is_some(),
        }
    }

    /// The name of the encoding on the wire.
    pub(crate) fn encoding_name(&self) -> lsp::PositionEncodingKind {
        match self.encoding {
            PositionEncoding::Utf8 => "utf-8",
            PositionEncoding::Utf16 => "utf-16",
            PositionEncoding::Utf32 => "utf-32",
        }
        .to_owned()
        .into()
    }
}
