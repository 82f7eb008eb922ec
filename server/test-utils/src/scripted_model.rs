//! A model that says what it was told to say, and that holds every request against the laws of
//! the prompt.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use model::{
    Block, EventStream, Message, Model, ModelError, RawJson, Request, Role, StopReason,
    StreamEvent, ToolUse, Usage,
};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// One answer of the script.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    Event(StreamEvent),
    Fail(ModelError),
    Wait(Arc<Notify>),
}

impl Turn {
    /// An answer of nothing but text.
    #[must_use]
    pub fn says(text: &str) -> Turn {
        Turn::default().text(text)
    }

    /// An answer of one call.
    #[must_use]
    pub fn calls(id: &str, tool: &str, input: Value) -> Turn {
        Turn::default().call(id, tool, input)
    }

    /// Adds a piece of text whose block is not complete.
    #[must_use]
    pub fn piece(self, text: &str) -> Turn {
        self.event(StreamEvent::TextDelta(text.to_owned()))
    }

    /// Adds a block that only the model of this origin understands.
    #[must_use]
    pub fn opaque(self, origin: &str) -> Turn {
        let (origin, json) = (origin.to_owned(), RawJson::of(&json!({"type": "thinking"})));
        self.event(StreamEvent::Block(Block::Opaque { origin, json }))
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, text: &str) -> Turn {
        self.event(StreamEvent::Block(Block::Text(text.to_owned())))
    }

    /// Adds a call.
    #[must_use]
    pub fn call(self, id: &str, tool: &str, input: Value) -> Turn {
        self.event(StreamEvent::Block(Block::ToolUse(ToolUse {
            id: id.to_owned(),
            name: tool.to_owned(),
            input: RawJson::of(&input),
            malformed: None,
            extra: None,
        })))
    }

    /// Adds a call whose arguments are no JSON.
    #[must_use]
    pub fn broken_call(self, id: &str, tool: &str, written: &str) -> Turn {
        self.event(StreamEvent::Block(Block::ToolUse(ToolUse {
            id: id.to_owned(),
            name: tool.to_owned(),
            input: RawJson::of(&json!({})),
            malformed: Some(written.to_owned()),
            extra: None,
        })))
    }

    /// Holds the answer back here until `notify` is notified.
    #[must_use]
    pub fn wait(mut self, notify: &Arc<Notify>) -> Turn {
        self.steps.push(Step::Wait(Arc::clone(notify)));
        self
    }

    /// Ends the answer with this reason instead of the natural one.
    #[must_use]
    pub fn stop(self, reason: StopReason) -> Turn {
        self.event(StreamEvent::Stopped(reason))
    }

    /// Ends the answer with an error.
    #[must_use]
    pub fn fail(mut self, error: ModelError) -> Turn {
        self.steps.push(Step::Fail(error));
        self
    }

    fn event(mut self, event: StreamEvent) -> Turn {
        self.steps.push(Step::Event(event));
        self
    }

    fn finish(mut self) -> Vec<Step> {
        let ended =
            matches!(self.steps.last(), Some(Step::Fail(_) | Step::Event(StreamEvent::Stopped(_))));
        if !ended {
            let calls =
                |step: &Step| matches!(step, Step::Event(StreamEvent::Block(Block::ToolUse(_))));
            let reason = if self.steps.iter().any(calls) {
                StopReason::ToolUse
            } else {
                StopReason::EndTurn
            };
            let usage = Usage { input: 10, output: 1, ..Usage::default() };
            self.steps.push(Step::Event(StreamEvent::Usage(usage)));
            self.steps.push(Step::Event(StreamEvent::Stopped(reason)));
        }
        self.steps
    }
}

/// Plays its turns in order. Every request is held against the laws (see `breaches`); a breach
/// fails the test when the model is dropped, even where the server caught the panic.
pub struct ScriptedModel {
    turns: Mutex<VecDeque<Turn>>,
    requests: Mutex<Vec<Request>>,
    breaches: Mutex<Vec<String>>,
    /// Announced requests that may begin a new epoch.
    epochs: AtomicUsize,
}

impl ScriptedModel {
    /// A model that gives these answers, one a request.
    pub fn new(turns: impl IntoIterator<Item = Turn>) -> Arc<ScriptedModel> {
        Arc::new(ScriptedModel {
            turns: Mutex::new(turns.into_iter().collect()),
            requests: Mutex::default(),
            breaches: Mutex::default(),
            epochs: AtomicUsize::new(0),
        })
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers of the script that were not asked for.
    #[must_use]
    pub fn turns_left(&self) -> usize {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Announces that one coming request begins a new epoch.
    pub fn allow_epoch(&self) {
        self.epochs.fetch_add(1, Ordering::SeqCst);
    }

    /// Takes the breaches found so far, so that a test of the laws themselves can look at them.
    #[must_use]
    pub fn take_breaches(&self) -> Vec<String> {
        std::mem::take(&mut self.breaches.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        let breaches = self.take_breaches();
        if !std::thread::panicking() {
            assert!(breaches.is_empty(), "requests broke the law:\n{}", breaches.join("\n"));
        }
    }
}

impl Model for ScriptedModel {
    fn name(&self) -> &str {
        "scripted"
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = breaches(request);
        if let Some(previous) = requests.last()
            && let Some(breach) = changed(previous, request)
        {
            let allowed = |left: usize| left.checked_sub(1);
            match self.epochs.fetch_update(Ordering::SeqCst, Ordering::SeqCst, allowed) {
                Ok(_) => found.extend(lost(previous, request)),
                Err(_) => found.push(breach),
            }
        }
        self.breaches.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        requests.push(request.clone());
        let turn = self.turns.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(turn) = turn else {
            let error = ModelError::BadRequest("the script has no further answer".to_owned());
            return futures::stream::iter([Err(error)]).boxed();
        };
        let steps = turn.finish();
        futures::stream::iter(steps)
            .then(move |step| {
                let cancel = cancel.clone();
                async move {
                    if let Step::Wait(notify) = &step {
                        tokio::select! {
                            () = notify.notified() => {}
                            () = cancel.cancelled() => {}
                        }
                    }
                    match step {
                        _ if cancel.is_cancelled() => Some(Err(ModelError::Cancelled)),
                        Step::Event(event) => Some(Ok(event)),
                        Step::Fail(error) => Some(Err(error)),
                        Step::Wait(_) => None,
                    }
                }
            })
            .filter_map(futures::future::ready)
            .boxed()
    }
}

/// Within an epoch the sequence of blocks only grows: what `request` changes after `previous`.
fn changed(previous: &Request, request: &Request) -> Option<String> {
    let (before, after) = (blocks(previous), blocks(request));
    let at = (0..before.len()).find(|&at| after.get(at) != Some(&before[at]))?;
    let now = after.get(at).map_or("nothing", String::as_str);
    Some(format!("block {at} was sent as {} and is now {now}", before[at]))
}

/// What a new epoch may not do: the same tools and instructions are offered, what the model said
/// and which calls were made stays, results only become shorter, and of the user's words all but
/// the first block (which the harness wrote) stay to the letter.
fn lost(previous: &Request, request: &Request) -> Vec<String> {
    let mut found = Vec::new();
    if previous.tools != request.tools || previous.system != request.system {
        found.push("a new epoch offers other tools or instructions".to_owned());
    }
    let said = |request: &Request| {
        let blocks = request.messages.iter().flat_map(|message| &message.content);
        blocks.filter(|block| !matches!(block, Block::Opaque { .. })).cloned().collect::<Vec<_>>()
    };
    let (before, after) = (said(previous), said(request));
    for (at, old) in before.iter().enumerate() {
        let kept = match (old, after.get(at)) {
            (Block::Text(old), Some(Block::Text(new))) => {
                old == new || (at == 0 && new.len() < old.len())
            }
            (Block::ToolUse(old), Some(Block::ToolUse(new))) => {
                (&old.id, &old.name, &old.input) == (&new.id, &new.name, &new.input)
            }
            (Block::ToolResult(old), Some(Block::ToolResult(new))) => {
                old.tool_use_id == new.tool_use_id
                    && (old.text == new.text || new.text.len() < old.text.len())
            }
            _ => false,
        };
        if !kept {
            let now = after.get(at);
            found.push(format!("a new epoch loses {old:?}; at its place stands {now:?}"));
        }
    }
    found
}

/// What is unlawful about `request` by itself: roles alternate and the user begins, every call
/// has exactly one result, at the beginning of the next message and in the order of the calls,
/// and there are at most four cache marks.
fn breaches(request: &Request) -> Vec<String> {
    let mut found = Vec::new();
    for (at, message) in request.messages.iter().enumerate() {
        let expected = if at % 2 == 0 { Role::User } else { Role::Assistant };
        if message.role != expected || message.content.is_empty() {
            found.push(format!("message {at} is of {:?} or empty", message.role));
        }
        let calls = calls(message);
        let results = request.messages.get(at + 1).map(results).unwrap_or_default();
        if message.role == Role::Assistant && calls != results {
            found.push(format!("message {at} calls {calls:?}, the results are {results:?}"));
        }
    }
    if request.messages.last().map(|message| message.role) != Some(Role::User) {
        found.push("the last message is not the user's".to_owned());
    }
    if request.cache_marks.len() > 4 {
        found.push(format!("{} cache marks", request.cache_marks.len()));
    }
    found
}

fn calls(message: &Message) -> Vec<&str> {
    let calls = message.content.iter().filter_map(|block| match block {
        Block::ToolUse(call) => Some(call.id.as_str()),
        _ => None,
    });
    calls.collect()
}

/// The calls that the beginning of `message` answers; a result further back counts as none.
fn results(message: &Message) -> Vec<&str> {
    let results = message.content.iter().map_while(|block| match block {
        Block::ToolResult(result) => Some(result.tool_use_id.as_str()),
        _ => None,
    });
    results.collect()
}

/// The request as a sequence of blocks, as they would be cached; cache marks aside.
fn blocks(request: &Request) -> Vec<String> {
    let tools = request.tools.iter().map(|tool| json!(tool).to_string());
    let system = request.system.iter().map(|text| json!(text).to_string());
    let messages = request.messages.iter().flat_map(|message| {
        message.content.iter().map(|block| {
            let mut block = json!(block);
            if let Some(result) = block.get_mut("tool_result").and_then(Value::as_object_mut) {
                // Never sent, so it may differ.
                result.remove("data");
            }
            format!("{:?} {block}", message.role)
        })
    });
    tools.chain(system).chain(messages).collect()
}
