//! The process that the client says it is: when it dies, there is nobody left to serve.

use std::sync::Arc;

use crate::state::Shared;

/// Ends the server when the process `id` ends.
pub(crate) fn watch(shared: &Arc<Shared>, id: u32) {
    let ending = shared.ending.clone();
    stdx::process::when_gone(id, move || {
        tracing::warn!(id, "the client's process has ended");
        ending.cancel();
    });
}
