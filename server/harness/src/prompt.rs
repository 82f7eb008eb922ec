//! The prompt plan: what is sent to the model, computed from the log.
//!
//! Within an epoch the blocks of one request are a prefix of those of the next: nothing that was
//! sent is changed, reordered or left out later, so the provider's cache of the prefix holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Block, CacheMark, Message, Request, Role, StopReason, ToolResult, ToolSpec, ToolUse};

use crate::session::{Entry, Event};
use crate::spec::HarnessSpec;
use crate::words;

/// The parts of a request that stay the same for a whole session.
#[derive(Debug, Clone)]
pub struct PromptPlan {
    system: Vec<Arc<str>>,
    tools: Arc<[ToolSpec]>,
    max_tokens: u32,
    in_words: bool,
}

impl PromptPlan {
    /// A plan for `spec` with these tools, which are sent in the order of their names.
    #[must_use]
    pub fn new(spec: &HarnessSpec, mut tools: Vec<ToolSpec>) -> PromptPlan {
        tools.sort_by(|a, b| a.name.cmp(&b.name));
        if spec.in_words {
            tools.clear();
        }
        PromptPlan {
            system: vec![spec.system.as_str().into()],
            tools: tools.into(),
            max_tokens: spec.max_answer_tokens,
            in_words: spec.in_words,
        }
    }

    /// The next request after `entries`: a pure function of its arguments.
    #[must_use]
    pub fn render(&self, entries: &[Entry]) -> Request {
        let view = View::of(entries);
        let mut messages = Messages { in_words: self.in_words, all: Vec::new() };
        let mut answer: Vec<Block> = Vec::new();
        let mut results: BTreeMap<String, ToolResult> = BTreeMap::new();
        for entry in entries {
            let left_out = view.left_out.contains(&entry.seq);
            match &entry.event {
                Event::Context { .. } if left_out => {
                    messages.push(Role::User, Block::Text(CONTEXT_LEFT_OUT.to_owned()));
                }
                Event::Context { text } | Event::User { text } | Event::Note { text } => {
                    messages.push(Role::User, Block::Text(text.clone()));
                }
                Event::Said { block } if entry.seq < view.plain_before => {
                    answer.extend(plain(block));
                }
                Event::Said { block } => answer.push(block.clone()),
                Event::CallEnded { result } => {
                    let mut result = result.clone();
                    if left_out {
                        result.text = RESULT_LEFT_OUT.to_owned();
                    }
                    results.insert(result.tool_use_id.clone(), result);
                }
                Event::TurnDropped { .. } => {
                    answer.clear();
                    results.clear();
                }
                Event::TurnEnded { stop, .. } => {
                    if !matches!(stop, StopReason::EndTurn | StopReason::ToolUse) {
                        // What the thinking led to is missing, and providers refuse such an end.
                        while answer.pop_if(|block| matches!(block, Block::Opaque { .. })).is_some()
                        {
                        }
                    }
                    messages.turn(std::mem::take(&mut answer), std::mem::take(&mut results));
                }
                Event::Opened { .. }
                | Event::Sent { .. }
                | Event::CallStarted { .. }
                | Event::Epoch(_)
                | Event::Ended { .. } => {}
            }
        }
        // A log that ends within an answer was cut off by a crash: what was complete counts.
        messages.turn(answer, results);
        let messages = messages.all;
        let cache_marks = marks(&messages);
        Request {
            system: self.system.clone(),
            tools: Arc::clone(&self.tools),
            messages,
            max_tokens: view.max_answer_tokens.unwrap_or(self.max_tokens),
            cache_marks,
        }
    }
}

/// What stands for a result that was left out.
pub(crate) const RESULT_LEFT_OUT: &str =
    "[left out to make room; call the tool again if you need this]";
/// What stands for the context that was left out.
pub(crate) const CONTEXT_LEFT_OUT: &str =
    "[The code that was selected for the beginning is left out to make room.]";

/// What the epochs of a log say together about how it is shown.
struct View {
    left_out: BTreeSet<u64>,
    plain_before: u64,
    max_answer_tokens: Option<u32>,
}

impl View {
    fn of(entries: &[Entry]) -> View {
        let mut view = View { left_out: BTreeSet::new(), plain_before: 0, max_answer_tokens: None };
        for entry in entries {
            let Event::Epoch(epoch) = &entry.event else { continue };
            view.left_out.extend(&epoch.left_out);
            if epoch.plain {
                view.plain_before = entry.seq;
            }
            view.max_answer_tokens = epoch.max_answer_tokens.or(view.max_answer_tokens);
        }
        view
    }
}

/// The block without what only its provider understands.
fn plain(block: &Block) -> Option<Block> {
    match block {
        Block::Opaque { .. } => None,
        Block::ToolUse(call) => {
            Some(Block::ToolUse(model::ToolUse { extra: None, ..call.clone() }))
        }
        Block::Text(_) | Block::ToolResult(_) => Some(block.clone()),
    }
}

/// The marks: behind the fixed part, behind the first message, which no later turn changes, and
/// behind the last one. Where many blocks came in one turn, one more keeps the provider's
/// look-back (20 blocks, Anthropic) from missing the earlier prefix.
fn marks(messages: &[Message]) -> Vec<CacheMark> {
    let mut marks = vec![CacheMark::System(0)];
    let Some(last) = messages.len().checked_sub(1) else { return marks };
    if last > 0 {
        let earlier = messages[..last]
            .iter()
            .rposition(|message| message.role == Role::User)
            .map(CacheMark::Message);
        marks.extend(earlier);
    }
    marks.push(CacheMark::Message(last));
    marks
}

struct Messages {
    all: Vec<Message>,
    /// Whether calls and their results are words.
    in_words: bool,
}

impl Messages {
    fn push(&mut self, role: Role, block: Block) {
        match self.all.last_mut() {
            Some(last) if last.role == role => last.content.push(block),
            _ => self.all.push(Message { role, content: vec![block] }),
        }
    }

    /// An answer and the results of its calls, in the order of the calls.
    fn turn(&mut self, answer: Vec<Block>, mut results: BTreeMap<String, ToolResult>) {
        let calls: Vec<ToolUse> = answer
            .iter()
            .filter_map(|block| match block {
                Block::ToolUse(call) => Some(call.clone()),
                _ => None,
            })
            .collect();
        for block in answer {
            // Calls in words stand in the text already.
            if !(self.in_words && matches!(block, Block::ToolUse(_))) {
                self.push(Role::Assistant, block);
            }
        }
        for call in calls {
            let result = results.remove(&call.id).unwrap_or_else(|| ToolResult {
                tool_use_id: call.id.clone(),
                text: "interrupted: the effect of this call is unknown".to_owned(),
                is_error: true,
                data: None,
            });
            let block = match self.in_words {
                true => Block::Text(words::told(&call, &result)),
                false => Block::ToolResult(result),
            };
            self.push(Role::User, block);
        }
    }
}
