//! `window/workDoneProgress/cancel`

use std::sync::Arc;

use serde::Deserialize;

use crate::progress;
use crate::state::Shared;

#[derive(Deserialize)]
pub(super) struct Params {
    token: String,
}

pub(super) fn apply(shared: &Arc<Shared>, params: Params) {
    if let Some(id) = progress::task_of(&params.token) {
        shared.task(id, |task| task.cancel.cancel());
    }
}
