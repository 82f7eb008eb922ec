//! What went wrong with a model, by what a caller would do about it.

use std::time::Duration;

use thiserror::Error;

/// Why there is no (complete) answer. The text is one line for the user.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The key is missing or refused.
    #[error("{0}")]
    Auth(String),
    /// Out of money or quota; trying again does not help.
    #[error("{0}")]
    Quota(String),
    /// Too many requests; `after` is the delay that the provider asked for.
    #[error("{message}")]
    RateLimited {
        /// What the provider said.
        message: String,
        /// How long it wants us to wait.
        after: Option<Duration>,
    },
    /// The provider has more to do than it can; trying again helps if it does not come soon.
    #[error("{message}")]
    Overloaded {
        /// What the provider said.
        message: String,
        /// How long it wants us to wait.
        after: Option<Duration>,
    },
    /// The provider is broken or out of reach; trying again may help.
    #[error("{message}")]
    Unavailable {
        /// What the provider said.
        message: String,
        /// How long it wants us to wait.
        after: Option<Duration>,
    },
    /// The conversation does not fit into the model's window.
    #[error("{0}")]
    ContextOverflow(String),
    /// The request is wrong, and will be wrong again.
    #[error("{0}")]
    BadRequest(String),
    /// The answer broke off, or nothing came for too long.
    #[error("{0}")]
    Interrupted(String),
    /// The answer is not in the dialect that was agreed on.
    #[error("{0}")]
    Protocol(String),
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl ModelError {
    /// The same error with its text changed, such as without a key that a server quotes. What kind
    /// of error it is was decided by the text as it came.
    #[must_use]
    pub(crate) fn with_text(mut self, change: impl FnOnce(&str) -> String) -> ModelError {
        let text = match &mut self {
            ModelError::Auth(text)
            | ModelError::Quota(text)
            | ModelError::ContextOverflow(text)
            | ModelError::BadRequest(text)
            | ModelError::Interrupted(text)
            | ModelError::Protocol(text)
            | ModelError::RateLimited { message: text, .. }
            | ModelError::Overloaded { message: text, .. }
            | ModelError::Unavailable { message: text, .. } => text,
            ModelError::Cancelled => return self,
        };
        *text = change(text);
        self
    }
}
