//! The built-in tools: one file, one tool.
//!
//! Tools see the project through the task's draft and change nothing but the draft. They know
//! nothing of models, prompts, editors or protocols.

mod check;
mod edit;
mod grep;

mod input;
mod read;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use harness::Tool;

pub use check::Check;
pub use edit::Edit;
pub use grep::Grep;

pub use read::Read;
pub use words::Words;

/// All built-in tools.
#[must_use]
pub fn all() -> Vec<Arc<dyn Tool>> {
    vec![Arc::new(Check), Arc::new(Edit), Arc::new(Grep), Arc::new(Read)]
}
