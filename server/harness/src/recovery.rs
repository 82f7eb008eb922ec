//! What becomes of an answer that is not as it should be: it is asked for again, kept as far as
//! it came, made possible by leaving something out, or asked of another model.
//!
//! Every way is bounded, and nothing that was executed is asked for again.

use std::sync::Arc;

use model::{Block, Model, ModelError, RetryPolicy, StopReason, ToolUse};

use crate::TaskEvent;
use crate::answer::{Answer, refusal};
use crate::calls::error_result;
use crate::room;
use crate::run::Run;
use crate::session::{Epoch, Event};
use crate::turn::{Stop, Turn};

/// Answers in a row that may break off, if no call of them was executed.
const MAX_BROKEN: u32 = 5;
/// Answers in a row that may be empty or refused.
const MAX_USELESS: u32 = 2;
/// Answers in a row that may end at their limit.
const MAX_CUT: u32 = 4;
/// Times in a row that room is made.
const MAX_OVERFLOWS: u32 = 3;
/// No answer's limit is made smaller than this, in tokens.
const SMALLEST_ANSWER: u32 = 2048;

/// How tasks get over what goes wrong with a model.
#[derive(Clone, Default)]
pub struct Recovery {
    /// How long to wait before an answer that broke off is asked for again.
    pub pauses: RetryPolicy,
    /// Who takes over, in this order, when a model cannot go on. A task changes models between
    /// two turns only, and does not come back.
    pub fallbacks: Vec<Arc<dyn Model>>,
}

/// What has gone wrong in a row.
#[derive(Default)]
pub(crate) struct Troubles {
    broken: u32,
    useless: u32,
    cut: u32,
    overflows: u32,
}

impl Run<'_> {
    /// The answer came to its end. What that means for the loop.
    pub(crate) fn ended(&mut self, stop: StopReason, answer: Answer) -> Result<Turn, Stop> {
        self.refuse(&answer.unusable, Some(&stop));
        if answer.is_worth_keeping() {
            self.log(Event::TurnEnded { stop: stop.clone(), usage: answer.usage });
        } else {
            // Providers refuse answers without a word, although they give them.
            self.log(Event::TurnDropped { reason: "nothing was said".to_owned() });
        }
        let carried_out = self.is_carried_out(&answer);
        let troubles = &mut self.troubles;
        let Troubles { useless, cut, overflows, .. } = std::mem::take(troubles);
        let note = match &stop {
            StopReason::MaxTokens => {
                troubles.cut = cut + 1;
                "Your answer reached its length limit. Go on from where it broke off, in smaller \
                 steps."
            }
            StopReason::ContextOverflow => {
                troubles.overflows = overflows;
                self.unfinished.push_str(&answer.text);
                return self.make_room("its window was full in the middle of the answer");
            }
            StopReason::Refusal(_) => {
                troubles.useless = useless + 1;
                "The answer was stopped by the provider's classifier. If the task is harmless, go \
                 on with it in another way; otherwise say that you will not do it."
            }
            StopReason::Other(reason) if reason == "pause_turn" => "Go on.",
            _ if !answer.unclear.is_empty() => {
                let text = answer.unclear.join("\n");
                self.log(Event::Note { text });
                return Ok(Turn::Calls);
            }
            _ if answer.calls > 0 && carried_out => {
                self.unfinished.clear();
                return Ok(Turn::Answer(answer.rest.unwrap_or_default()));
            }
            _ if answer.calls > 0 => {
                self.unfinished.clear();
                return Ok(Turn::Calls);
            }
            _ if answer.text.trim().is_empty() => {
                troubles.useless = useless + 1;
                "Your answer was empty. Go on with the task, or say what stands in its way."
            }
            _ => return Ok(Turn::Answer(std::mem::take(&mut self.unfinished) + &answer.text)),
        };
        if self.troubles.useless > MAX_USELESS || self.troubles.cut > MAX_CUT {
            let why = match stop {
                StopReason::Refusal(why) if why.is_empty() => "refused by the provider".to_owned(),
                StopReason::Refusal(why) => format!("refused by the provider: {why}"),
                StopReason::MaxTokens => "cut at its length limit".to_owned(),
                _ => "empty".to_owned(),
            };
            let why = format!("the model's answer was {why}, several times in a row");
            return self.next_model(&why);
        }
        if answer.calls == 0 {
            self.unfinished.push_str(&answer.text);
        }
        self.log(Event::Note { text: note.to_owned() });
        Ok(Turn::Again)
    }

    /// The answer broke off, or never began.
    pub(crate) async fn broke_off(
        &mut self,
        error: ModelError,
        mut answer: Answer,
    ) -> Result<Turn, Stop> {
        let passing = matches!(
            error,
            ModelError::Interrupted(_)
                | ModelError::Unavailable { .. }
                | ModelError::Overloaded { .. }
                | ModelError::RateLimited { .. }
                | ModelError::Protocol(_)
        ) && answer.seen;
        let executed = answer.executed;
        // The first time it is asked for again as if nothing had been; if that is of no use
        // either, what came is kept. What was executed has happened, so it is kept always.
        // Calls in words are made when an answer is whole, so a part of one is of no use.
        let again =
            self.troubles.broken > 0 && passing && answer.is_worth_keeping() && !self.in_words();
        if executed || again {
            self.keep(&error, &mut answer);
        } else {
            self.log(Event::TurnDropped { reason: error.to_string() });
        }
        match &error {
            _ if passing => {
                self.troubles.broken = if executed { 0 } else { self.troubles.broken + 1 };
                if self.troubles.broken > MAX_BROKEN {
                    return self.next_model(&error.to_string());
                }
                let number = self.troubles.broken.saturating_sub(1);
                let pause = self.harness.recovery.pauses.pause(number, &error);
                let pause = pause.unwrap_or_default();
                match tokio::time::timeout(pause, self.cancel.cancelled()).await {
                    Ok(()) => Err(Stop::Cancelled),
                    Err(_) => Ok(Turn::Again),
                }
            }
            ModelError::ContextOverflow(why) => self.make_room(why),
            // Some providers refuse what they, or their like, said earlier.
            ModelError::BadRequest(why) if room::holds_opaque(self.session.entries()) => {
                let reason = format!("earlier answers are refused: {why}");
                self.log(Event::Epoch(Epoch { reason, plain: true, ..Epoch::default() }));
                Ok(Turn::Again)
            }
            _ => self.next_model(&error.to_string()),
        }
    }

    /// Keeps what came of an answer that broke off, and asks the model to go on from there.
    fn keep(&mut self, error: &ModelError, answer: &mut Answer) {
        let text = answer.unfinished();
        if answer.calls > 0 {
            self.unfinished.clear();
        }
        self.unfinished.push_str(&answer.text);
        if let Some(text) = text {
            self.unfinished.push_str(&text);
            self.log(Event::Said { block: Block::Text(text) });
        }
        self.refuse(&answer.unusable, None);
        let stop = StopReason::Other(format!("broken off: {error}"));
        self.log(Event::TurnEnded { stop, usage: answer.usage });
        let text = "The connection broke off in the middle of your answer; what came of it stands \
                    above. Go on from there, without repeating it.";
        self.log(Event::Note { text: text.to_owned() });
    }

    /// Gives the calls that cannot be run their outcomes.
    fn refuse(&mut self, calls: &[ToolUse], end: Option<&StopReason>) {
        for call in calls {
            let names: Vec<&str> = self.tools.keys().map(String::as_str).collect();
            let text = refusal(call, end, &names);
            self.log(Event::CallEnded { result: error_result(call.id.clone(), text) });
        }
    }

    /// The conversation does not fit: leaves out what can be had again, the oldest first, and
    /// never a word of the user's. The first time half, then all of it.
    fn make_room(&mut self, why: &str) -> Result<Turn, Stop> {
        self.troubles.overflows += 1;
        let entries = self.session.entries();
        let again = |call: &ToolUse| {
            self.tools.get(&call.name).is_some_and(|tool| {
                let access = tool.access(&call.input, &self.cx.root);
                access.writes.is_empty() && !access.exclusive
            })
        };
        let mut left_out = Vec::new();
        if self.troubles.overflows == 1 {
            left_out = room::half(entries, again);
        }
        if left_out.is_empty() {
            left_out = room::all(entries, again);
        }
        let bound = self.plan.render(entries).max_tokens;
        let smaller = (bound / 2).max(SMALLEST_ANSWER.min(bound));
        let nothing = left_out.is_empty() && smaller == bound;
        if nothing || self.troubles.overflows > MAX_OVERFLOWS {
            return self.next_model(&format!(
                "the conversation does not fit into the model's window, and nothing more can be \
                 left out: {why}"
            ));
        }
        let count = left_out.len();
        self.log(Event::Epoch(Epoch {
            reason: format!("no room: {why}"),
            left_out,
            max_answer_tokens: Some(smaller),
            ..Epoch::default()
        }));
        if count > 0 {
            let text = "The conversation no longer fitted into your window, so earlier results \
                        were left out. Call the tools again for what you still need.";
            self.log(Event::Note { text: text.to_owned() });
        }
        self.notice(format!(
            "the conversation no longer fitted into the model's window: {count} earlier results \
             were left out"
        ));
        Ok(Turn::Again)
    }

    /// The next model takes over; without one the task has failed.
    fn next_model(&mut self, why: &str) -> Result<Turn, Stop> {
        let Some(next) = self.harness.recovery.fallbacks.get(self.fallbacks_used) else {
            return Err(Stop::Failed(why.to_owned()));
        };
        self.fallbacks_used += 1;
        self.troubles = Troubles::default();
        let before = std::mem::replace(&mut self.model, Arc::clone(next));
        self.log(Event::Epoch(Epoch {
            reason: format!("{} cannot go on: {why}", before.name()),
            model: Some(next.name().to_owned()),
            plain: true,
            ..Epoch::default()
        }));
        let text =
            format!("{} takes over, because {} cannot go on: {why}", next.name(), before.name());
        self.notice(text);
        Ok(Turn::Again)
    }

    fn notice(&self, text: String) {
        // Nobody listening is no reason to stop.
        let _ = self.events.send(TaskEvent::Notice(text));
    }
}
