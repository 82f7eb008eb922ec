//! The harness: it turns a task and a model into a checked change.
//!
//! It knows the traits [`Tool`] and [`Verifier`] and no tool, checker, editor or protocol by
//! name, and it never touches the project but through a [`workspace::Draft`].

mod access;
mod task;
mod tool;
mod verify;

pub use access::{Access, Resource};
pub use task::{Grade, Outcome, Phase, Place, Status, Task, TaskEvent, TaskId};
pub use tool::{SharedDraft, Tool, ToolCx, ToolError, ToolOutput};
pub use verify::{
    CheckError, CheckReport, CheckScope, Confinement, Diagnostic, Severity, Span, Suggestion,
    Verifier,
};
pub use workspace::Draft;
