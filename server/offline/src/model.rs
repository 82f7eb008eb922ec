//! The policy as a `Model`.

use std::sync::{Mutex, PoisonError};

use futures::StreamExt;
use model::{
    Block, EventStream, Message, Model, ModelError, Request, StopReason, StreamEvent, ToolUse,
    Usage,
};
use tokio_util::sync::CancellationToken;

use crate::search::{Action, Search};
use crate::transcript::{self, Exchange};

/// See the crate.
#[derive(Default)]
pub struct Offline {
    /// The search as the last request left it, so that the next one of the same conversation need
    /// not be played from its beginning. What it answers does not depend on it.
    memo: Mutex<Option<Memo>>,
}

/// A search, and the messages that it has been fed with.
struct Memo {
    messages: Vec<Message>,
    search: Search,
}

impl Model for Offline {
    fn name(&self) -> &str {
        "offline"
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        if cancel.is_cancelled() {
            return futures::stream::iter([Err(ModelError::Cancelled)]).boxed();
        }
        let action = self.answer(request);
        let (blocks, stop) = match action {
            Action::Calls(calls) => {
                (calls.into_iter().map(Block::ToolUse).collect(), StopReason::ToolUse)
            }
            Action::Say(text) => (vec![Block::Text(text)], StopReason::EndTurn),
        };
        let events = blocks.into_iter().map(StreamEvent::Block).chain([
            // No tokens: nobody is paid for this.
            StreamEvent::Usage(Usage::default()),
            StreamEvent::Stopped(stop),
        ]);
        let events: Vec<_> = [StreamEvent::Started].into_iter().chain(events).map(Ok).collect();
        futures::stream::iter(events).boxed()
    }
}

impl Offline {
    /// Plays the conversation, as far as it is new, and returns the next step.
    fn answer(&self, request: &Request) -> Action {
        let mut memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        let count = transcript::count(&request.messages);
        let goes_on = |memo: &Memo| {
            request.messages.starts_with(&memo.messages)
                && transcript::count(&memo.messages) < count
        };
        let (known, mut search, mut action) = match memo.take().filter(goes_on) {
            Some(Memo { messages, search }) => (transcript::count(&messages), search, None),
            None => {
                let mut search = Search::new(transcript::goal(request));
                let first = search.next();
                (0, search, Some(first))
            }
        };
        for exchange in transcript::exchanges(request).into_iter().skip(known) {
            match exchange {
                Exchange::Calls(results) => search.feed(&results),
                Exchange::Said => search.told(),
            }
            // What it decided then: the same as in the conversation, because it knew the same.
            action = Some(search.next());
        }
        *memo = Some(Memo { messages: request.messages.clone(), search });
        action.unwrap_or_else(|| Action::Say("There is nothing new to answer.".to_owned()))
    }
}

/// The calls of one step, with ids that no other step of the conversation has.
pub(crate) fn call(id: &mut u32, name: &str, input: &serde_json::Value) -> ToolUse {
    *id += 1;
    ToolUse {
        id: format!("offline-{id}"),
        name: name.to_owned(),
        input: ::model::RawJson::of(input),
        malformed: None,
        extra: None,
    }
}
