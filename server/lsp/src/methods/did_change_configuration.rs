//! `workspace/didChangeConfiguration`

use std::sync::Arc;

use serde_json::Value;

use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: Value) -> Result<(), String> {
    match params.get("settings").unwrap_or(&Value::Null) {
        // VS Code merely says that something changed, and wants to be asked what.
        Value::Null => shared.ask_for_settings(),
        settings => {
            shared.hear_settings(settings);
            shared.tell_of_settings();
        }
    }
    Ok(())
}
