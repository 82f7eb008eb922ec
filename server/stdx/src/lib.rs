//! The ground under the rooms that touch the machine: absolute paths, the clock, the data
//! folder and child processes.
//!
//! This room knows nothing of projects, protocols, languages or models. It is the only one that
//! starts processes and that knows where Ostler's own files lie.

mod clock;
mod hash;
mod memory;
mod never;
#[doc(hidden)]
pub use never::log_never;
pub mod cache;
mod path;
pub mod process;
pub mod store;

pub use clock::{Clock, Instant, ManualClock, SystemClock};
pub use hash::content_hash;
pub use memory::{give_back_memory, hold_little_memory};
pub use path::{AbsPath, NotAbsolute};
