//! Language models: the request and the stream of events in neutral words, the dialects that
//! carry them over HTTP, and what a provider's failure means.
//!
//! This room knows nothing of tasks, tools' effects, files, editors or prompts' contents. It is
//! the only one that knows HTTP.

mod catalog;
mod dialect;
mod endpoint;
mod error;
mod event;
mod failure;
mod fim;
pub mod http;
mod json;
mod limiter;
mod next_edit;
mod probe;
mod quirks;
mod reader;
pub mod replay;
mod request;
mod retry;
pub mod secret;
mod sse;
mod tokens;
pub mod wire;

pub use catalog::{
    CacheKind, CacheRule, Card, Catalog, CountKind, Found, LongPrice, Price, ServerEntry, ToolSkill,
};
pub use endpoint::{ANTHROPIC_VERSION, Auth, CacheTtl, Dialect, Endpoint, Timeouts};
pub use error::ModelError;
pub use event::{StopReason, StreamEvent, Usage};
pub use fim::{FimFile, FimKind, FimRequest};
pub use json::RawJson;
pub use limiter::{Limiter, Limiters};
pub use next_edit::{Edit, NextEditRequest};
pub use probe::{Check, Depth, Report};
pub use quirks::{CallIds, MaxTokensMember, Quirks};
pub use request::{Block, CacheMark, Extra, Message, Request, Role, ToolResult, ToolSpec, ToolUse};
pub use retry::{Retry, RetryPolicy};
pub use tokens::Estimator;

use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;

/// The events of one answer. After `Ok(StreamEvent::Stopped)` or an `Err` nothing follows.
pub type EventStream = BoxStream<'static, Result<StreamEvent, ModelError>>;

/// Anything that can continue a conversation.
pub trait Model: Send + Sync {
    /// `dialect/name`, as users write it; the offline policy is `offline`.
    fn name(&self) -> &str;

    /// What is known about it: its window, what it can do, what it costs.
    fn card(&self) -> Card {
        Card::default()
    }

    /// How many tokens `request` is likely to have.
    fn tokens(&self, request: &Request) -> u64 {
        Estimator::new(self.card().bytes_per_token).tokens(request.bytes())
    }

    /// Sends `request` and returns the answer as it comes. Cancelling `cancel` or dropping the
    /// stream gives up the connection; a cancelled stream ends with [`ModelError::Cancelled`].
    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream;
}
