//! The harness: it turns a task and a model into a checked change.
//!
//! It knows the traits [`Tool`] and [`Verifier`] and no tool, checker, editor or protocol by
//! name, and it never touches the project but through a [`workspace::Draft`].

mod access;
mod answer;
mod calls;
mod checks;
mod gate;
mod history;
mod opening;
mod phases;
mod prompt;
mod recovery;
mod room;
mod run;
pub mod schedule;
pub mod session;
mod spec;
mod task;
#[cfg(test)]
mod tests;
mod tool;
mod turn;
mod verify;
mod words;

pub use access::{Access, Resource};
pub use checks::Checks;
pub use context::Indexes;
// Tools speak of these and of nothing else that belongs to models.
pub use gate::{Verdict, inspect, new_complaints};
pub use history::learn_history;
pub use model::{RawJson, ToolSpec};
pub use phases::error_phase;
pub use prompt::PromptPlan;
pub use recovery::Recovery;
pub use run::Harness;
pub use spec::HarnessSpec;
pub use task::{DoneWhen, Grade, Outcome, Phase, Place, Status, Task, TaskEvent, TaskId};
pub use tool::{SharedDraft, Tool, ToolCx, ToolError, ToolOutput};
pub use verify::{
    CheckError, CheckReport, CheckScope, Confinement, Diagnostic, Severity, Span, Suggestion,
    TEST_FAILED, TESTS_PASSED, Verifier,
};
pub use words::{InWords, Written, WrittenCall};
pub use workspace::Draft;
