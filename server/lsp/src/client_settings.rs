//! The client's settings: what it sends by itself, and what it says when it is asked.

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::gen_lsp_types::MessageType;

use crate::config::ClientSettings;
use crate::state::Shared;

/// The name of our settings among those that the client has for all servers.
const SECTION: &str = "ostler";

impl Shared {
    /// Hands on what the client says, and keeps what the user must hear about it.
    pub(crate) fn hear_settings(&self, value: &Value) {
        if let Some(sink) = &self.config.on_settings {
            let vouches = self.editor.facts().vouches;
            self.keep_untold(sink(ClientSettings { value, vouches }));
        }
    }

    /// Tells the user what has been kept.
    pub(crate) fn tell_of_settings(self: &Arc<Self>) {
        for line in self.take_untold() {
            self.tell(MessageType::Warning, line);
        }
    }

    /// Asks the client for its settings, if it can be asked and somebody wants to know. A client
    /// that has none answers with null, which changes nothing.
    pub(crate) fn ask_for_settings(self: &Arc<Self>) {
        if self.config.on_settings.is_none() || !self.editor.facts().configuration {
            return;
        }
        let shared = Arc::clone(self);
        self.tracker.spawn(async move {
            let asked = shared.editor.settings(SECTION);
            let Some(Some(value)) = shared.ending.run_until_cancelled(asked).await else { return };
            if !value.is_null() {
                shared.hear_settings(&value);
                shared.tell_of_settings();
            }
        });
    }
}
