//! `workspace/didChangeConfiguration`

use std::sync::Arc;

use serde_json::Value;

use crate::state::Shared;

pub(super) fn apply(shared: &Arc<Shared>, params: Value) -> Result<(), String> {
    let settings = params.get("settings").unwrap_or(&Value::Null);
    if let Some(sink) = shared.config.on_settings.as_ref().filter(|_| !settings.is_null()) {
        sink(settings);
    }
    Ok(())
}
