//! The dialects: each one is a pure function from a request to what is sent, and a pure state
//! machine from what comes back to events. The transport is the same for all.

mod anthropic;
mod chat;
#[cfg(test)]
mod fuzz;
mod object;
mod responses;
#[cfg(test)]
pub(crate) mod testing;
mod tool_input;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::endpoint::{Dialect, Endpoint};
use crate::quirks;
use crate::sse::SseEvent;
use crate::{Block, ModelError, Request, StopReason, StreamEvent, ToolUse};

pub(crate) use object::Object;

/// A request as it goes over the wire. It is a pure function of the request and the endpoint:
/// equal ones give equal bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) url: String,
    /// Headers that belong to the dialect. Those for the key and those of every request are the
    /// transport's.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// Reads one answer. After an error, or after it appended [`StreamEvent::Stopped`], it is not
/// called again.
pub(crate) trait Decode: Send {
    /// Takes one event of the stream and appends what follows from it to `out`.
    fn event(&mut self, event: &SseEvent, out: &mut Vec<StreamEvent>) -> Result<(), ModelError>;

    /// Takes the whole answer of a server that answers in one piece although it was asked for a
    /// stream.
    fn whole(&mut self, body: &str, out: &mut Vec<StreamEvent>) -> Result<(), ModelError>;

    /// The body has ended although no [`StreamEvent::Stopped`] came.
    fn end(&mut self, out: &mut Vec<StreamEvent>) -> Result<(), ModelError>;
}

/// What is sent for `request`.
///
/// # Errors
/// [`ModelError::BadRequest`] if it cannot be written as JSON.
pub(crate) fn encode(request: &Request, endpoint: &Endpoint) -> Result<Encoded, ModelError> {
    let encoded = match endpoint.dialect {
        Dialect::Anthropic => anthropic::encode(request, endpoint),
        Dialect::Chat => chat::encode(request, endpoint),
        Dialect::Responses => responses::encode(request, endpoint),
    };
    encoded.map_err(|error| ModelError::BadRequest(format!("the request is not JSON: {error}")))
}

/// A reader for the answer of `endpoint` to `request`.
pub(crate) fn decoder(endpoint: &Endpoint, request: &Request) -> Box<dyn Decode> {
    let names = CallNames::after(request);
    let origin = endpoint.origin();
    match endpoint.dialect {
        Dialect::Anthropic => Box::new(anthropic::Decoder::new(names, origin)),
        Dialect::Chat => Box::new(chat::Decoder::new(names, origin)),
        Dialect::Responses => Box::new(responses::Decoder::new(names, origin)),
    }
}

/// Names for calls that came without one. They begin after the last such name of the
/// conversation, so that every call of it has its own.
#[derive(Debug)]
struct CallNames {
    last: u64,
}

impl CallNames {
    fn after(request: &Request) -> CallNames {
        let blocks = request.messages.iter().flat_map(|message| &message.content);
        let numbers = blocks.filter_map(|block| match block {
            Block::ToolUse(call) => call.id.strip_prefix("call_")?.parse().ok(),
            _ => None,
        });
        // A server's own name may look the same and bear a huge number.
        CallNames { last: numbers.filter(|&number| number < u64::MAX / 2).max().unwrap_or(0) }
    }

    fn next(&mut self) -> String {
        self.last += 1;
        format!("call_{}", self.last)
    }
}

/// Why an answer with or without calls ended: calls that are there want their results, whatever
/// the server says, unless the answer was cut.
fn derived_stop(said: StopReason, calls: bool) -> StopReason {
    match said {
        StopReason::EndTurn if calls => StopReason::ToolUse,
        StopReason::ToolUse if !calls => StopReason::EndTurn,
        said => said,
    }
}

/// The endpoint's further members of the body without those in `own`.
fn further_members<'a>(endpoint: &'a Endpoint, own: &[&str]) -> BTreeMap<&'a str, &'a Value> {
    let members = endpoint.body.iter().map(|(key, value)| (key.as_str(), value));
    members.filter(|(key, _)| !own.contains(key)).collect()
}

/// `path` on a server whose base URL holds the version, as OpenAI's does. A bare address gets
/// `/v1`, which is where all such servers have it.
pub(crate) fn openai_url(base: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    let authority = base.split_once("://").map_or(base, |(_, rest)| rest);
    let version = if authority.contains('/') { "" } else { "/v1" };
    format!("{base}{version}{path}")
}

/// What `origin` attached to the call; `None` if another wrote it.
fn extra_members(call: &ToolUse, origin: &str) -> Option<Object> {
    let extra = call.extra.as_ref().filter(|extra| extra.origin == origin)?;
    Object::parse(extra.members.as_str())
}

/// A name for the prefix that all requests of a conversation, and those of its forks, share: what
/// they begin with.
fn cache_key(request: &Request) -> String {
    let mut state = quirks::fnv(b"");
    let mut add = |text: &str| {
        state = quirks::fnv_on(state, text.as_bytes());
        // An end that is no text keeps "a", "b" and "ab", "" apart.
        state = quirks::fnv_on(state, &[0xff]);
    };
    request.system.iter().for_each(|text| add(text));
    request.tools.iter().for_each(|tool| add(&tool.name));
    for block in request.messages.first().iter().flat_map(|message| &message.content) {
        if let Block::Text(text) = block {
            add(text);
        }
    }
    format!("ostler-{}", quirks::digits(state, 11))
}

/// The last event of a stream in the dialects that have no better end.
pub(crate) const DONE: &str = "[DONE]";

/// How an answer that breaks off is reported.
pub(crate) fn broken_off() -> ModelError {
    ModelError::Interrupted("the answer ended before it was complete".to_owned())
}

/// How an answer that is not in the dialect is reported; `data` is shown in part.
pub(crate) fn not_understood(what: impl std::fmt::Display, data: &str) -> ModelError {
    let shown: String = data.chars().take(80).collect();
    ModelError::Protocol(format!("the answer cannot be read: {what}: {shown:?}"))
}
