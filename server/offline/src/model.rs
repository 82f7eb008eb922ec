//! The policy as a `Model`.

use futures::StreamExt;
use model::{
    Block, EventStream, Model, ModelError, Request, StopReason, StreamEvent, ToolUse, Usage,
};
use tokio_util::sync::CancellationToken;

use crate::search::{Action, Search};
use crate::transcript::{self, Exchange};

/// See the crate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

impl Model for Offline {
    fn name(&self) -> &str {
        "offline"
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        if cancel.is_cancelled() {
            return futures::stream::iter([Err(ModelError::Cancelled)]).boxed();
        }
        let action = answer(request);
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

/// Plays the conversation again and returns the next step.
fn answer(request: &Request) -> Action {
    let mut search = Search::new(transcript::goal(request));
    for exchange in transcript::exchanges(request) {
        // What it decided then: the same as in the conversation, because it knew the same.
        search.next();
        match exchange {
            Exchange::Calls(results) => search.feed(&results),
            Exchange::Said => search.told(),
        }
    }
    search.next()
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
