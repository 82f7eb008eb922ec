//! `initialized`: from here on the client may be told and asked things.

use std::sync::Arc;

use crate::state::Shared;

pub(crate) fn heard(shared: &Arc<Shared>) {
    shared.tell_of_settings();
    shared.ask_for_settings();
}
