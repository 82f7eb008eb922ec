//! What is asked of a selection, and what it answers.

use std::ops::Range;

use stdx::AbsPath;

/// What the selection is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContextQuery {
    /// The file and the bytes that the user is at.
    pub place: Option<(AbsPath, Range<usize>)>,
    /// What is to be done there.
    pub intent: Intent,
    /// The user's words.
    pub words: String,
    /// What is known to be wrong.
    pub complaints: Vec<Complaint>,
    /// Files that were changed lately, the latest first.
    pub changed: Vec<AbsPath>,
    /// Whether whoever reads the answer has the open file before them. Then nothing of it is
    /// selected.
    pub sees_open_file: bool,
}

/// What is to be done at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Intent {
    /// A body is to be written: what may it use?
    Implement,
    /// Something is to be changed: what else changes with it?
    #[default]
    Change,
    /// Something is broken: where does it come from, and where else does it show?
    Fix,
}

/// What a checker says of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The file.
    pub path: AbsPath,
    /// From 1.
    pub line: usize,
    /// Of the line, from 1; `None` if it is not known.
    pub column: Option<usize>,
    /// Such as `E0425`.
    pub code: Option<String>,
    /// In words.
    pub message: String,
}

/// How much may be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBudget {
    tokens: u32,
}

impl TokenBudget {
    /// A budget in tokens, as they are estimated without a vocabulary.
    #[must_use]
    pub fn of_tokens(tokens: usize) -> TokenBudget {
        TokenBudget { tokens: u32::try_from(tokens).unwrap_or(u32::MAX) }
    }

    /// A budget by the bytes of the selected text, at four bytes a token.
    #[must_use]
    pub fn of_bytes(bytes: usize) -> TokenBudget {
        TokenBudget::of_tokens(bytes / 4)
    }

    /// In tokens.
    #[must_use]
    pub fn tokens(self) -> u32 {
        self.tokens
    }
}

/// Some lines of a file and why they were selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Path relative to the root.
    pub file: String,
    /// First line, from 1.
    pub start_line: usize,
    /// Last line, from 1.
    pub end_line: usize,
    /// Why it is here, in a few words.
    pub reason: String,
    /// What it costs, in tokens, the name of its file aside.
    pub tokens: u32,
    /// The lines, without the last line end.
    pub text: String,
}
