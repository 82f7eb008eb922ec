//! `window/workDoneProgress/cancel`

use std::sync::Arc;

use serde_json::Value;

use crate::progress;
use crate::state::Shared;

/// Stops the task whose progress it is. A token that is not ours stops nothing.
pub(super) fn apply(shared: &Arc<Shared>, params: Value) -> Result<(), String> {
    if let Some(task) = params["token"].as_str().and_then(progress::task_of) {
        shared.tasks.stop(task);
    }
    Ok(())
}
