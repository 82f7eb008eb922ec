//! Language models: the request and the stream of events in neutral words, the dialects that
//! carry them over HTTP, and what a provider's failure means.
//!
//! This room knows nothing of tasks, tools' effects, files, editors or prompts' contents. It is
//! the only one that knows HTTP.

mod dialect;
mod endpoint;
mod error;
mod event;
mod failure;
pub mod http;
mod json;
mod reader;
mod request;
mod retry;
pub mod secret;
mod sse;

pub use endpoint::{
    ANTHROPIC_VERSION, Auth, CacheTtl, Dialect, Endpoint, MaxTokensMember, Timeouts,
};
pub use error::ModelError;
pub use event::{StopReason, StreamEvent, Usage};
pub use json::RawJson;
pub use request::{Block, CacheMark, Extra, Message, Request, Role, ToolResult, ToolSpec, ToolUse};
pub use retry::{Bucket, Retry, RetryPolicy};

use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;

/// The events of one answer. After `Ok(StreamEvent::Stopped)` or an `Err` nothing follows.
pub type EventStream = BoxStream<'static, Result<StreamEvent, ModelError>>;

/// Anything that can continue a conversation.
pub trait Model: Send + Sync {
    /// `dialect/name`, as users write it; the offline policy is `offline`.
    fn name(&self) -> &str;

    /// Sends `request` and returns the answer as it comes. Cancelling `cancel` or dropping the
    /// stream gives up the connection; a cancelled stream ends with [`ModelError::Cancelled`].
    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream;
}
