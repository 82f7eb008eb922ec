//! What is known about the client: what it says it can do, and after that what it was seen to do.

use serde_json::Value;
use text::PositionEncoding;
use tower_lsp::gen_lsp_types::PositionEncodingKind;

/// What the client can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Facts {
    /// How it counts characters in a line, by the agreement of both sides.
    pub(crate) encoding: PositionEncoding,
    /// It shows progress that the server begins.
    pub(crate) progress: bool,
    /// It can be asked for its settings.
    pub(crate) configuration: bool,
    /// It tells settings of its user's machine apart from those of a project.
    pub(crate) vouches: bool,
    /// It can be asked to tell of all files that change on disk, whoever changes them.
    pub(crate) watches: bool,
    /// It applies edits on request.
    pub(crate) apply_edit: bool,
    /// It understands edits with document versions.
    pub(crate) document_changes: bool,
    /// It understands the creation of files within edits.
    pub(crate) create_files: bool,
    /// It understands the deletion of files within edits.
    pub(crate) delete_files: bool,
    /// It takes code actions that say more than a bare command.
    pub(crate) code_action_literals: bool,
}

/// Something that a client does although it does not say so, or does not do although it says so.
struct Quirk {
    /// `clientInfo.name`, in any case.
    client: &'static str,
    /// The capability that it does not announce, as a JSON pointer: a client that says anything
    /// there is taken at its word. `None` if it is not to be taken at its word.
    silent_about: Option<&'static str>,
    apply: fn(&mut Facts),
}

const DOCUMENT_CHANGES: &str = "/workspace/workspaceEdit/documentChanges";

const QUIRKS: &[Quirk] = &[
    // Neovim (0.10.4 and 0.12.4 were tried) applies `documentChanges` and compares versions, but
    // runtime/lua/vim/lsp/protocol.lua does not announce it:
    // https://github.com/neovim/neovim/blob/master/runtime/lua/vim/lsp/protocol.lua
    Quirk {
        client: "neovim",
        silent_about: Some(DOCUMENT_CHANGES),
        apply: |facts| facts.document_changes = true,
    },
    // Helix (25.01 and 25.07) registers watchers, but tells of nothing except what it writes
    // itself: helix-lsp/src/file_event.rs has no watcher behind it. What others write would be
    // missed:
    // https://github.com/helix-editor/helix/blob/25.07/helix-lsp/src/file_event.rs
    Quirk { client: "helix", silent_about: None, apply: |facts| facts.watches = false },
];

impl Facts {
    /// What the parameters of `initialize` say. Whatever is missing or of another shape than it
    /// should be counts as "no": a client must not be lost over one odd value.
    pub(crate) fn of(params: &Value) -> Facts {
        let capabilities = &params["capabilities"];
        let at = |path: &str| capabilities.pointer(path);
        let says = |path: &str| at(path) == Some(&Value::Bool(true));
        let lists = |path: &str, wanted: &str| {
            let items = at(path).and_then(Value::as_array);
            items.is_some_and(|items| items.iter().any(|item| item == wanted))
        };
        let encodings = "/general/positionEncodings";
        let operations = "/workspace/workspaceEdit/resourceOperations";
        let mut facts = Facts {
            encoding: if lists(encodings, "utf-8") {
                PositionEncoding::Utf8
            } else if lists(encodings, "utf-32") {
                PositionEncoding::Utf32
            } else {
                PositionEncoding::Utf16
            },
            progress: says("/window/workDoneProgress"),
            configuration: says("/workspace/configuration"),
            vouches: says("/experimental/ostler/machine"),
            watches: says("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            apply_edit: says("/workspace/applyEdit"),
            document_changes: says(DOCUMENT_CHANGES),
            create_files: lists(operations, "create"),
            delete_files: lists(operations, "delete"),
            code_action_literals: at("/textDocument/codeAction/codeActionLiteralSupport").is_some(),
        };
        let name = params["clientInfo"]["name"].as_str().unwrap_or_default();
        for quirk in QUIRKS {
            let is_silent = quirk.silent_about.is_none_or(|pointer| at(pointer).is_none());
            if name.eq_ignore_ascii_case(quirk.client) && is_silent {
                (quirk.apply)(&mut facts);
            }
        }
        facts
    }

    /// The name of the encoding on the wire.
    pub(crate) fn encoding_name(&self) -> PositionEncodingKind {
        match self.encoding {
            PositionEncoding::Utf8 => PositionEncodingKind::UTF8,
            PositionEncoding::Utf16 => PositionEncodingKind::UTF16,
            PositionEncoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn odd_values_count_as_no() {
        for params in [
            json!({}),
            json!([]),
            json!({"capabilities": []}),
            json!({"capabilities": {
                "general": {"positionEncodings": "utf-8"},
                "window": {"workDoneProgress": "yes"},
                "workspace": {"applyEdit": 1, "workspaceEdit": {"resourceOperations": {}}},
            }, "clientInfo": 3}),
        ] {
            assert_eq!(Facts::of(&params), Facts::default(), "{params}");
        }
    }

    #[test]
    fn what_a_client_says_comes_before_what_its_name_suggests() {
        let changes = |params: &Value| Facts::of(params).document_changes;
        let says = |value: Value| json!({"workspace": {"workspaceEdit": value}});
        let named = |name: &str, capabilities: Value| json!({"clientInfo": {"name": name}, "capabilities": capabilities});
        assert!(changes(&named("Neovim", says(json!({})))));
        assert!(!changes(&named("Neovim", says(json!({"documentChanges": false})))));
        assert!(!changes(&named("helix", says(json!({})))));
        assert!(changes(&named("helix", says(json!({"documentChanges": true})))));
        let watching = json!({"didChangeWatchedFiles": {"dynamicRegistration": true}});
        let watches = |name| Facts::of(&named(name, json!({"workspace": watching}))).watches;
        assert!(watches("Visual Studio Code") && !watches("helix"));
    }
}
