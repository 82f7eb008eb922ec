//! Completing code and proposing edits over the same transport.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::HttpModel;
use crate::fim::{self, Call, FimKind, FimRequest};
use crate::next_edit::{self, NextEditRequest};
use crate::{EventStream, ModelError};

impl HttpModel {
    /// Completes code: the pieces as they come, then one text block, tidied, if there is
    /// anything to insert. It is sent once and never again, and given up after `patience`: who
    /// types does not wait. A server that turns out not to complete code in its own way is asked
    /// in words, now and from then on.
    pub fn complete(
        &self,
        request: &FimRequest,
        patience: Duration,
        cancel: CancellationToken,
    ) -> EventStream {
        let (kind, template) = (self.code_kind(), self.code_template());
        let call = |kind| fim::call(request, &self.endpoint, kind, template);
        let own = self.begin(call(kind), cancel.clone());
        if kind == FimKind::Chat {
            return within(own, patience);
        }
        let in_words = self.begin(call(FimKind::Chat), cancel);
        let refused = Arc::clone(&self.code_in_words);
        // Nothing is sent before it is asked for, so the second only if the first was refused.
        let both = stream::once(async move {
            let mut own = own.peekable();
            match std::pin::Pin::new(&mut own).peek().await {
                Some(Err(ModelError::BadRequest(reason))) => {
                    tracing::info!(reason, "code completion by the server's own way is refused");
                    refused.store(true, Ordering::Relaxed);
                    in_words
                }
                _ => own.boxed(),
            }
        });
        within(both.flatten().boxed(), patience)
    }

    /// Proposes the next edit: a text block with the new text of the request's region, or none if
    /// it is right as it is. Sent once, and given up after `patience`.
    pub fn next_edit(
        &self,
        request: &NextEditRequest,
        patience: Duration,
        cancel: CancellationToken,
    ) -> EventStream {
        let call =
            next_edit::call(request, &self.endpoint, self.endpoint.card.next_edit.as_deref());
        within(self.begin(call, cancel), patience)
    }

    /// Whether code is completed by asking in words.
    pub(crate) fn completes_in_words(&self) -> bool {
        self.code_kind() == FimKind::Chat
    }

    fn code_kind(&self) -> FimKind {
        match self.endpoint.fim {
            _ if self.code_in_words.load(Ordering::Relaxed) => FimKind::Chat,
            None | Some(FimKind::Template) if self.code_template().is_some() => FimKind::Template,
            None | Some(FimKind::Template) => FimKind::Chat,
            Some(kind) => kind,
        }
    }

    fn code_template(&self) -> Option<&str> {
        self.endpoint.card.fim.as_deref().filter(|name| *name != fim::IN_WORDS)
    }

    fn begin(&self, call: Result<Call, ModelError>, cancel: CancellationToken) -> EventStream {
        match call {
            Ok(call) => self.send(call.encoded, call.reader, cancel),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }
}

/// `stream`, given up after `patience` from when it is first asked for an item.
fn within(stream: EventStream, patience: Duration) -> EventStream {
    let state = (Some(stream), None);
    stream::unfold(state, move |(stream, deadline)| async move {
        let mut stream = stream?;
        let deadline = deadline.unwrap_or_else(|| Instant::now() + patience);
        match timeout_at(deadline, stream.next()).await {
            Ok(item) => Some((item?, (Some(stream), Some(deadline)))),
            Err(_) => {
                let late = format!("nothing came within {} s", patience.as_secs_f64());
                Some((Err(ModelError::Interrupted(late)), (None, None)))
            }
        }
    })
    .boxed()
}
