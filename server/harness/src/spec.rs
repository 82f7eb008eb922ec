//! The harness as data: everything about it that could be tried differently without touching
//! the code that carries it out.

use serde::{Deserialize, Serialize};

/// One way to run tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarnessSpec {
    /// Its name, recorded in every session.
    pub name: String,
    /// What the model is told about its work, before anything else.
    pub system: String,
    /// Upper bound of one answer, in tokens.
    pub max_answer_tokens: u32,
    /// Requests after which a task is ended.
    pub max_turns: u32,
    /// Bytes of one tool result that the model is shown; the middle of a longer one is left out.
    pub max_result_bytes: usize,
    /// How often new problems that the final check finds are handed back to the model.
    pub gate_rounds: u32,
    /// Bytes of context that the first message may hold.
    pub context_bytes: usize,
}

impl Default for HarnessSpec {
    fn default() -> Self {
        HarnessSpec {
            name: "standard-1".to_owned(),
            system: SYSTEM.to_owned(),
            max_answer_tokens: 16_384,
            max_turns: 60,
            max_result_bytes: 24_000,
            gate_rounds: 3,
            context_bytes: 16_000,
        }
    }
}

/// Short on purpose: every request pays for it.
const SYSTEM: &str = "\
You are Ostler, a coding agent inside the user's editor. You work on a draft of the project: your \
edits reach the editor only when you are done, after they were checked. The draft includes the \
user's unsaved text.

- Look before you edit: read the code that you are about to change and what it depends on. Call \
several tools in one turn when they do not depend on each other.
- Change as little as the task needs. Keep the style of the code around. Never replace code by a \
placeholder such as todo!().
- Quote old_string exactly as it stands in the file, with enough lines to be unique.
- Run check after your edits. A complaint that was there before is yours only if the task says so.
- When the task is done, answer without a tool call: one or two sentences on what you changed and \
what remains open. If it cannot be done, say why. Do not claim what you have not checked.";
