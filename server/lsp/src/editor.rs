//! What is said to the client. Nothing is sent that the client did not say it understands.

use std::sync::OnceLock;

use serde_json::{Value, json};
use tower_lsp::Client;
use tower_lsp::gen_lsp_types as lsp;

use crate::facts::Facts;

/// Longer messages are cut: Helix has one line for them, and Neovim wants a key press for two.
const MESSAGE: usize = 200;

/// The client, as the one that we ask for things.
pub(crate) struct Editor {
    client: Client,
    facts: OnceLock<Facts>,
}

/// What the client says about an edit that it was asked to apply. It is not believed without
/// proof: Neovim says `applied` also for edits that it threw away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// It says that all is applied.
    Applied,
    /// It says no.
    Refused {
        /// Why, if it says so.
        reason: String,
        /// The place in the list of changes that failed; those before it were applied.
        failed: Option<usize>,
    },
}

impl Editor {
    pub(crate) fn new(client: Client) -> Editor {
        Editor { client, facts: OnceLock::new() }
    }

    /// What it can do; nothing, as long as it has not said so.
    pub(crate) fn facts(&self) -> Facts {
        self.facts.get().copied().unwrap_or_default()
    }

    /// Learns what it can do. Only the first word counts, like that of the client.
    pub(crate) fn learn(&self, facts: Facts) {
        let _ = self.facts.set(facts);
    }

    /// Shows one line.
    pub(crate) async fn show(&self, kind: lsp::MessageType, text: &str) {
        let message = format!("Ostler: {}", ide::one_line(text, MESSAGE));
        let params = lsp::ShowMessageParams { kind, message };
        self.client.send_notification::<lsp::ShowMessageNotification>(params).await;
    }

    /// Asks the client to apply an edit, which it must be able to, and waits for what it says,
    /// however long that takes.
    pub(crate) async fn apply(&self, label: &str, edit: lsp::WorkspaceEdit) -> Reply {
        let params = lsp::ApplyWorkspaceEditParams {
            label: Some(format!("Ostler: {}", ide::one_line(label, 80))),
            edit,
            metadata: None,
        };
        match self.client.send_request::<lsp::ApplyWorkspaceEditRequest>(params).await {
            Ok(result) if result.applied => Reply::Applied,
            Ok(result) => Reply::Refused {
                reason: result.failure_reason.unwrap_or_default(),
                failed: result.failed_change.and_then(|index| usize::try_from(index).ok()),
            },
            Err(error) => Reply::Refused { reason: error.message.into_owned(), failed: None },
        }
    }

    /// Asks for the settings of this name, which the client must be able to answer. `None` if it
    /// does not.
    pub(crate) async fn settings(&self, section: &str) -> Option<Value> {
        let item = lsp::ConfigurationItem { section: Some(section.to_owned()), scope_uri: None };
        let answer = self.client.configuration(vec![item]).await.ok()?;
        answer.into_iter().next()
    }

    /// Asks the client to tell of all files that change, which it must be able to; `false` if it
    /// does not.
    pub(crate) async fn watch_files(&self) -> bool {
        let registration = lsp::Registration {
            id: "watch".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            // Without a kind, what appears, changes and goes is told.
            register_options: Some(json!({"watchers": [{"globPattern": "**/*"}]})),
        };
        self.client.register_capability(vec![registration]).await.is_ok()
    }

    /// Asks whether progress may be shown under `token`; `false` if not.
    pub(crate) async fn create_progress(&self, token: &str) -> bool {
        self.facts().progress && self.client.create_work_done_progress(token.into()).await.is_ok()
    }

    /// Sends a value of progress.
    pub(crate) async fn progress(&self, token: &str, value: Value) {
        let params = lsp::ProgressParams { token: token.into(), value };
        self.client.send_notification::<lsp::ProgressNotification>(params).await;
    }
}
