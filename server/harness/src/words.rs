//! Models that cannot call tools write their calls in the middle of words. How they are written is
//! the business of whoever reads them ([`InWords`]); here they become calls like all others.

use model::{Block, RawJson, StopReason, ToolResult, ToolUse};

use crate::answer::Answer;
use crate::calls::Calls;
use crate::run::Run;
use crate::session::Event;
use crate::turn::Stop;

/// Reads calls out of words.
pub trait InWords: Send + Sync {
    /// What is asked for in `text`, an answer that may have been cut off. Nothing of what is not
    /// complete may be taken for a call.
    fn read(&self, text: &str) -> Written;
}

/// An answer in words, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// What is asked for, in order.
    pub calls: Vec<WrittenCall>,
    /// What is said beside it.
    pub rest: String,
}

/// Something that is asked for in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenCall {
    /// A call.
    Call {
        /// The tool.
        tool: String,
        /// Its arguments.
        input: RawJson,
    },
    /// What cannot be read; the text tells the model why.
    Unclear(String),
}

impl Run<'_> {
    /// Makes the calls that the answer asks for in words, and awaits them.
    pub(crate) async fn written_calls(
        &mut self,
        stop: &StopReason,
        answer: &mut Answer,
        calls: &mut Calls,
    ) -> Result<(), Stop> {
        let Some(reader) = self.harness.in_words.clone().filter(|_| self.in_words()) else {
            return Ok(());
        };
        if matches!(stop, StopReason::Refusal(_)) {
            return Ok(());
        }
        // Text whose end did not come is read too: what is cut off in it is not taken for a call.
        let Written { calls: written, rest } = reader.read(&answer.text);
        for call in written {
            match call {
                WrittenCall::Call { tool, input } => {
                    let id = format!("written_{}_{}", self.requests, answer.calls + 1);
                    let call = ToolUse { id, name: tool, input, malformed: None, extra: None };
                    let block = Block::ToolUse(call);
                    self.log(Event::Said { block: block.clone() });
                    if let Some(call) = answer.block(block) {
                        answer.looks |= !self.writes(&call);
                        self.called(call, answer, calls);
                    }
                }
                WrittenCall::Unclear(why) => answer.unclear.push(why),
            }
        }
        answer.rest = Some(rest);
        self.start_ready(answer, calls);
        self.await_calls(calls).await
    }

    /// Whether the model at work writes its calls in words.
    pub(crate) fn in_words(&self) -> bool {
        self.harness.spec.in_words
    }

    fn writes(&self, call: &ToolUse) -> bool {
        self.tools.get(&call.name).is_some_and(|tool| {
            let access = tool.access(&call.input, &self.cx.root);
            !access.writes.is_empty()
        })
    }

    /// Whether all that an answer asked for in words is done, so that it can be checked as it is.
    pub(crate) fn is_carried_out(&self, answer: &Answer) -> bool {
        let since = self.session.entries().iter().rev();
        let mut since = since.take_while(|entry| !matches!(entry.event, Event::Sent { .. }));
        let failed = since
            .any(|entry| matches!(&entry.event, Event::CallEnded { result } if result.is_error));
        answer.rest.is_some() && !failed && !answer.looks && answer.unclear.is_empty()
    }
}

/// What the model is told of a call that it has made in words.
pub(crate) fn told(call: &ToolUse, result: &ToolResult) -> String {
    let about = call.input.value();
    let about = about.get("path").and_then(|path| path.as_str()).unwrap_or_default();
    let failed = if result.is_error { " failed" } else { "" };
    format!("[{} {about}{failed}]\n{}", call.name, result.text)
}
