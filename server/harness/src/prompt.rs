//! The prompt plan: what is sent to the model, computed from the log.
//!
//! Within an epoch the blocks of one request are a prefix of those of the next: nothing that was
//! sent is changed, reordered or left out later, so the provider's cache of the prefix holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Block, CacheMark, Message, Request, Role, ToolResult, ToolSpec};

use crate::session::{Entry, Event};
use crate::spec::HarnessSpec;

/// The parts of a request that stay the same for a whole session.
#[derive(Debug, Clone)]
pub struct PromptPlan {
    system: Vec<Arc<str>>,
    tools: Arc<[ToolSpec]>,
    max_tokens: u32,
}

impl PromptPlan {
    /// A plan for `spec` with these tools, which are sent in the order of their names.
    #[must_use]
    pub fn new(spec: &HarnessSpec, mut tools: Vec<ToolSpec>) -> PromptPlan {
        tools.sort_by(|a, b| a.name.cmp(&b.name));
        PromptPlan {
            system: vec![spec.system.as_str().into()],
            tools: tools.into(),
            max_tokens: spec.max_answer_tokens,
        }
    }

    /// The next request after `entries`: a pure function of its arguments.
    #[must_use]
    pub fn render(&self, entries: &[Entry]) -> Request {
        let mut messages = Messages::default();
        let mut answer: Vec<Block> = Vec::new();
        let mut results: BTreeMap<&str, &ToolResult> = BTreeMap::new();
        for entry in entries {
            if let Event::CallEnded { result } = &entry.event {
                results.insert(&result.tool_use_id, result);
            }
        }
        for entry in entries {
            match &entry.event {
                Event::Context { text } | Event::User { text } | Event::Note { text } => {
                    messages.push(Role::User, Block::Text(text.clone()));
                }
                Event::Said { block } => answer.push(block.clone()),
                Event::TurnDropped { .. } => answer.clear(),
                Event::TurnEnded { .. } => messages.turn(std::mem::take(&mut answer), &results),
                Event::Opened { .. }
                | Event::Sent { .. }
                | Event::CallStarted { .. }
                | Event::CallEnded { .. }
                | Event::Epoch { .. }
                | Event::Ended { .. } => {}
            }
        }
        // A log that ends within an answer was cut off by a crash: what was complete counts.
        messages.turn(answer, &results);
        let messages = messages.0;
        let cache_marks = marks(&messages);
        Request {
            system: self.system.clone(),
            tools: Arc::clone(&self.tools),
            messages,
            max_tokens: self.max_tokens,
            cache_marks,
        }
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

#[derive(Default)]
struct Messages(Vec<Message>);

impl Messages {
    fn push(&mut self, role: Role, block: Block) {
        match self.0.last_mut() {
            Some(last) if last.role == role => last.content.push(block),
            _ => self.0.push(Message { role, content: vec![block] }),
        }
    }

    /// An answer and the results of its calls, in the order of the calls.
    fn turn(&mut self, answer: Vec<Block>, results: &BTreeMap<&str, &ToolResult>) {
        let calls: Vec<String> = answer
            .iter()
            .filter_map(|block| match block {
                Block::ToolUse(call) => Some(call.id.clone()),
                _ => None,
            })
            .collect();
        for block in answer {
            self.push(Role::Assistant, block);
        }
        for id in calls {
            let result = results.get(id.as_str()).map_or_else(
                || ToolResult {
                    tool_use_id: id.clone(),
                    text: "interrupted: the effect of this call is unknown".to_owned(),
                    is_error: true,
                    data: None,
                },
                |&result| result.clone(),
            );
            self.push(Role::User, Block::ToolResult(result));
        }
    }
}
