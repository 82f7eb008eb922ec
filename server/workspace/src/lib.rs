//! The project's files as a task sees them: what is on disk, what is open and unsaved, and what
//! the task itself has drafted on top.
//!
//! This room knows nothing of protocols, models, prompts or checkers, and it is free of async
//! code. It is the only room that reads the project's files. While a client is connected nothing
//! here writes them; [`SourceChange::write_to_disk`] is for runs without an editor.

mod beneath;
mod change;
mod disk;
mod document;
mod draft;
mod files;
mod headless;
mod snapshot;
mod stamp;
mod syntax_ring;
#[cfg(test)]
mod test_dir;

pub use change::{Base, Conflict, FileChange, Rebased, SourceChange};
pub use disk::{MAX_FILE_BYTES, ReadError};
pub use document::{Change, Document, Documents, Locate};
pub use draft::Draft;
pub use files::{FileList, MAX_FILES};
pub use headless::WriteError;
pub use snapshot::{FileText, Snapshot};
pub use stamp::{STAMP_BYTES, Stamp};
