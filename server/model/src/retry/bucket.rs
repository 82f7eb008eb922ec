//! What all requests that show one key have in common: if the provider is in trouble, or asks for
//! quiet, that holds for all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The bucket of one key, through which the requests of all tasks and sub-agents go: freely as
/// long as all is well, one after the other while the provider is in trouble.
#[derive(Debug, Clone, Default)]
pub struct Bucket(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Whether the last that was heard of the provider was trouble.
    troubled: bool,
    /// Nothing may be sent before.
    quiet_until: Option<Instant>,
    /// When the last of the requests that wait will be sent.
    last: Option<Instant>,
}

impl Bucket {
    /// A bucket that nobody shares yet.
    #[must_use]
    pub fn new() -> Bucket {
        Bucket::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the next request may be sent: at once, unless the provider is in trouble; then at
    /// this distance from the one before.
    pub(super) fn turn(&self, distance: Duration) -> Instant {
        let now = Instant::now();
        let mut state = self.state();
        if !state.troubled {
            return now;
        }
        let after_last = state.last.map(|last| last + distance);
        let at = [Some(now), state.quiet_until, after_last].into_iter().flatten().max();
        state.last = at;
        at.unwrap_or(now)
    }

    /// The provider is in trouble and wants no request for this long.
    pub(super) fn troubled(&self, quiet: Duration) {
        let mut state = self.state();
        state.troubled = true;
        state.quiet_until = state.quiet_until.max(Some(Instant::now() + quiet));
    }

    /// The provider answers.
    pub(super) fn answered(&self) {
        *self.state() = State::default();
    }
}
