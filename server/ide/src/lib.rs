//! What an editor can ask for, in the editor's words: the actions at a place, and the tasks that
//! come of them.
//!
//! This room knows nothing of protocols and clients: it is handed what they said and returns
//! plain values. It asks no model, reads no disk but through a snapshot, and does nothing itself.

mod actions;
mod line;
mod request;

pub use actions::{Action, Kind, Place, TaskState, TaskView, actions};
pub use line::one_line;
pub use request::{APPLY_NOW, Command, FIX, FixArgs, PlaceError, STOP, TaskArgs, fix, lines};
