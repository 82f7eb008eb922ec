//! What comes back from a model.

use serde::{Deserialize, Serialize};

use crate::Block;

/// One event of an answer, in the order in which it came.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamEvent {
    /// The provider began to answer.
    Started,
    /// More text of the block under way: for showing only, [`StreamEvent::Block`] brings it whole.
    TextDelta(String),
    /// More of the model's thinking: for showing only.
    ThinkingDelta(String),
    /// A call of this tool has begun and its arguments are on their way: for showing only.
    ToolUseStarted(String),
    /// A block is complete. A tool use may be run from here on.
    Block(Block),
    /// What the answer has cost so far; a later one replaces it.
    Usage(Usage),
    /// The answer is complete. Nothing follows.
    Stopped(StopReason),
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The model has said what it had to say.
    EndTurn,
    /// It waits for the results of its tool uses.
    ToolUse,
    /// It reached `max_tokens`.
    MaxTokens,
    /// The conversation no longer fits into its window.
    ContextOverflow,
    /// It declined; the text says why, if the provider said so.
    Refusal(String),
    /// Anything else, in the provider's word.
    Other(String),
}

/// Tokens of one request. The three kinds of input are disjoint; their sum is the whole prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Input that was neither read from nor written to a cache.
    pub input: u64,
    /// Input read from the provider's cache.
    pub cache_read: u64,
    /// Input written to the provider's cache.
    pub cache_write: u64,
    /// Output, thinking included.
    pub output: u64,
}

impl Usage {
    /// All input tokens.
    #[must_use]
    pub fn prompt(&self) -> u64 {
        self.input + self.cache_read + self.cache_write
    }

    /// Both added up.
    #[must_use]
    pub fn plus(self, other: Usage) -> Usage {
        Usage {
            input: self.input + other.input,
            cache_read: self.cache_read + other.cache_read,
            cache_write: self.cache_write + other.cache_write,
            output: self.output + other.output,
        }
    }
}
