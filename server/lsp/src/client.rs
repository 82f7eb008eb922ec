//! The client as the server speaks to it. Nothing here waits for ever: a client that does not
//! answer costs a deadline.

use std::time::Duration;

use serde_json::{Value, json};
use tower_lsp::Client;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::gen_lsp_types::{
    LspNotificationMethod, LspRequestMethod, MessageDirection, Notification, Request,
};

/// How long an answer that needs no person may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Clone)]
pub(crate) struct Editor(Client);

/// What became of an edit that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The client says that it applied it.
    Applied,
    /// The client says that it did not, and perhaps why.
    Refused(Option<String>),
    /// The client said nothing, or nothing that makes sense.
    Silent,
}

impl Editor {
    pub(crate) fn new(client: Client) -> Editor {
        Editor(client)
    }

    /// Tells the user something in one line.
    pub(crate) async fn info(&self, message: &str) {
        let message = crate::convert::one_line(message, 300);
        self.0.show_message(lsp::MessageType::Info, message).await;
    }

    /// Tells the user in one line what went wrong.
    pub(crate) async fn error(&self, message: &str) {
        let message = crate::convert::one_line(message, 300);
        self.0.show_message(lsp::MessageType::Error, format!("Ostler: {message}")).await;
    }

    /// Asks for an edit to be applied.
    pub(crate) async fn apply(&self, label: &str, edit: &Value) -> Answer {
        let params = json!({"label": label, "edit": edit});
        let asked = self.0.send_request::<ApplyEdit>(params);
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(answer)) if answer["applied"] == true => Answer::Applied,
            Ok(Ok(answer)) => Answer::Refused(answer["failureReason"].as_str().map(str::to_owned)),
            Ok(Err(error)) => Answer::Refused(Some(error.message.to_string())),
            Err(_) => Answer::Silent,
        }
    }

    /// Asks for a place to show progress; `false` if the client has none.
    pub(crate) async fn create_progress(&self, token: &str) -> bool {
        let asked = self.0.send_request::<CreateProgress>(json!({"token": token}));
        matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(_)))
    }

    /// Shows progress.
    pub(crate) async fn progress(&self, token: &str, value: Value) {
        self.0.send_notification::<Progress>(json!({"token": token, "value": value})).await;
    }
}

/// The same messages as the typed ones of the library, with plain JSON inside: edits are built
/// once, and what a client answers is read leniently.
enum ApplyEdit {}

impl Request for ApplyEdit {
    type Params = Value;
    type Result = Value;
    const METHOD: LspRequestMethod<'static> = LspRequestMethod::WorkspaceApplyEdit;
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

enum CreateProgress {}

impl Request for CreateProgress {
    type Params = Value;
    type Result = Value;
    const METHOD: LspRequestMethod<'static> = LspRequestMethod::WindowWorkDoneProgressCreate;
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

enum Progress {}

impl Notification for Progress {
    type Params = Value;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::Progress;
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::Both;
}
