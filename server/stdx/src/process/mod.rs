//! Child processes: started with an allow-listed environment, in a session and group of their
//! own, with a bound on their output, and gone when the caller no longer wants them.
//!
//! Nobody else starts processes.

mod command;
mod environment;
mod git;
mod gone;
mod output;
mod spawner;

pub use command::{Command, Exit, Finished, RunError};
pub use environment::Environment;
pub use git::{files_of_commits, git, latest_commit};
pub use gone::when_gone;
pub use output::Captured;
