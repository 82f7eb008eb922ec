//! What the harness asks of a tool.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use model::{RawJson, ToolSpec};
use serde_json::Value;
use stdx::AbsPath;
use thiserror::Error;
use tokio_util::sync::CancellationToken;
use workspace::Draft;

use crate::{Access, Verifier};

/// Something that the model can call. One instance serves all tasks; what belongs to a task comes
/// in [`ToolCx`].
pub trait Tool: Send + Sync {
    /// What the model is told. The same at every call: it is part of the cached prefix.
    fn spec(&self) -> ToolSpec;

    /// What a call with this input touches. Must be quick and must not fail: an input that makes
    /// no sense touches nothing, and `run` will say what is wrong with it.
    fn access(&self, input: &RawJson, root: &AbsPath) -> Access;

    /// Runs one call. Must return soon after `cx.cancel` is cancelled.
    fn run<'a>(
        &'a self,
        input: &'a RawJson,
        cx: &'a ToolCx,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>>;
}

/// The task's draft, shared by the calls of one task. The lock is never held across an await.
#[derive(Clone)]
pub struct SharedDraft(Arc<Mutex<Draft>>);

impl SharedDraft {
    /// Shares `draft`.
    #[must_use]
    pub fn new(draft: Draft) -> SharedDraft {
        SharedDraft(Arc::new(Mutex::new(draft)))
    }

    /// The draft as it is now. Costs some nanoseconds.
    #[must_use]
    pub fn get(&self) -> Draft {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets `change` work on the draft while nobody else sees it.
    pub fn update<T>(&self, change: impl FnOnce(&mut Draft) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a call may use.
#[derive(Clone)]
pub struct ToolCx {
    /// The folder that relative paths refer to.
    pub root: AbsPath,
    /// What the task has changed so far.
    pub draft: SharedDraft,
    /// The checkers.
    pub verifier: Arc<dyn Verifier>,
    /// Cancelled when the task, the turn or the call is to stop.
    pub cancel: CancellationToken,
}

/// What a call brought.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToolOutput {
    /// What the model is told.
    pub text: String,
    /// The same as data, for models that are programs.
    pub data: Option<Value>,
}

impl ToolOutput {
    /// An output of text alone.
    pub fn text(text: impl Into<String>) -> ToolOutput {
        ToolOutput { text: text.into(), data: None }
    }
}

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ToolError {
    /// The model can do better: it is told, and goes on.
    #[error("{0}")]
    ForModel(String),
    /// The task cannot go on.
    #[error("{0}")]
    Fatal(String),
}
