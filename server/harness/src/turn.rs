//! One turn: a request, the answer as it comes, the calls that it makes and their outcomes.

use std::sync::Arc;

use futures::StreamExt;
use model::{Block, ModelError, StopReason, StreamEvent, ToolUse, Usage};

use crate::calls::{Calls, Ended, error_result};
use crate::run::Run;
use crate::session::Event;
use crate::{Phase, TaskEvent};

/// How a turn ended.
pub(crate) enum Turn {
    /// The model made calls, and all have ended.
    Calls,
    /// The model said what it had to say.
    Answer(String),
    /// The answer was of no use; the model has been told, or will simply be asked again.
    Again,
}

/// Why the loop cannot go on.
pub(crate) enum Stop {
    Cancelled,
    Failed(String),
}

impl Run<'_> {
    /// One request, its answer and the calls that it makes.
    pub(crate) async fn turn(&mut self) -> Result<Turn, Stop> {
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        self.phase(Phase::Thinking);
        let request = self.plan.render(self.session.entries());
        self.log(Event::Sent { turn: self.requests });
        self.requests += 1;
        let cancel = self.cancel.child_token();
        let mut stream = self.harness.model.stream(&request, cancel.clone());
        let mut calls = Calls::new(self.cx.clone(), self.harness.spec.max_result_bytes);
        let mut answer = Answer::default();
        let stopped = loop {
            let cancelled = self.cancel.clone();
            tokio::select! {
                biased;
                () = cancelled.cancelled() => break Err(ModelError::Cancelled),
                Some(ended) = calls.next(), if !calls.is_empty() => {
                    if let Err(why) = self.ended(ended) {
                        self.give_up(&mut calls).await;
                        return Err(Stop::Failed(why));
                    }
                    self.start_ready(&mut calls);
                }
                event = stream.next() => match event {
                    Some(Ok(StreamEvent::Block(block))) => {
                        self.said(block, &mut answer, &mut calls);
                        self.start_ready(&mut calls);
                    }
                    Some(Ok(StreamEvent::Usage(usage))) => answer.usage = usage,
                    Some(Ok(StreamEvent::Stopped(stop))) => break Ok(stop),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => break Err(error),
                    None => break Err(ModelError::Interrupted("the answer broke off".to_owned())),
                }
            }
        };
        drop(stream);
        self.usage = self.usage.plus(answer.usage);
        let _ = self.events.send(TaskEvent::Usage(self.usage));
        let stop = match stopped {
            Ok(stop) => stop,
            Err(ModelError::Cancelled) => {
                self.give_up(&mut calls).await;
                return Err(Stop::Cancelled);
            }
            // Nothing of it was used, so it can be asked for again.
            Err(ModelError::Interrupted(reason)) if answer.calls == 0 => {
                self.log(Event::TurnDropped { reason });
                return Ok(Turn::Again);
            }
            // Calls have run: what was complete stays, and the model goes on from there.
            Err(ModelError::Interrupted(reason)) => StopReason::Other(reason),
            Err(error) => {
                self.give_up(&mut calls).await;
                return Err(Stop::Failed(error.to_string()));
            }
        };
        while !calls.is_empty() {
            self.start_ready(&mut calls);
            let cancelled = self.cancel.clone();
            tokio::select! {
                biased;
                () = cancelled.cancelled() => {
                    self.give_up(&mut calls).await;
                    return Err(Stop::Cancelled);
                }
                Some(ended) = calls.next() => if let Err(why) = self.ended(ended) {
                    self.give_up(&mut calls).await;
                    return Err(Stop::Failed(why));
                }
            }
        }
        self.log(Event::TurnEnded { stop: stop.clone(), usage: answer.usage });
        Ok(self.after(&stop, answer))
    }

    /// What a complete answer means for the loop.
    fn after(&mut self, stop: &StopReason, answer: Answer) -> Turn {
        if answer.calls > 0 {
            return Turn::Calls;
        }
        let note = match stop {
            StopReason::MaxTokens => {
                "Your answer reached its length limit. Go on from where it broke off, in smaller \
                 steps."
            }
            StopReason::Refusal(_) => {
                "The answer was stopped by the provider's classifier. If the task is harmless, go \
                 on with it in another way; otherwise say that you will not do it."
            }
            _ if answer.text.trim().is_empty() => {
                "Your answer was empty. Go on with the task, or say what stands in its way."
            }
            _ => return Turn::Answer(answer.text),
        };
        self.log(Event::Note { text: note.to_owned() });
        Turn::Again
    }

    /// A block of the answer is complete.
    fn said(&mut self, block: Block, answer: &mut Answer, calls: &mut Calls) {
        self.log(Event::Said { block: block.clone() });
        match block {
            Block::Text(text) => answer.text.push_str(&text),
            Block::ToolUse(call) => {
                answer.calls += 1;
                self.called(call, calls);
            }
            Block::ToolResult(_) | Block::Opaque { .. } => {}
        }
    }

    fn called(&mut self, call: ToolUse, calls: &mut Calls) {
        if let Some(written) = &call.malformed {
            let text = format!("the arguments are not valid JSON, so nothing was run: {written}");
            self.log(Event::CallEnded { result: error_result(call.id, text) });
            return;
        }
        match self.tools.get(&call.name) {
            Some(tool) => calls.push(Arc::clone(tool), call),
            None => {
                let names: Vec<&str> = self.tools.keys().map(String::as_str).collect();
                let text = format!("no tool `{}`; there are: {}", call.name, names.join(", "));
                self.log(Event::CallEnded { result: error_result(call.id, text) });
            }
        }
    }

    fn start_ready(&mut self, calls: &mut Calls) {
        for (id, tool) in calls.ready() {
            self.phase(match tool.as_str() {
                "check" => Phase::Checking,
                "edit" | "write" | "move" | "delete" => Phase::Editing,
                _ => Phase::Reading,
            });
            let _ = self.events.send(TaskEvent::Call { tool: tool.clone(), about: String::new() });
            // Before it starts, so that a crash leaves a trace of what may have had an effect.
            self.log(Event::CallStarted { id: id.clone(), tool });
            calls.start(&id);
        }
    }

    fn ended(&mut self, ended: Ended) -> Result<(), String> {
        match ended {
            Ended::Result(result) => {
                self.log(Event::CallEnded { result });
                Ok(())
            }
            Ended::Fatal(result, why) => {
                self.log(Event::CallEnded { result });
                Err(why)
            }
        }
    }

    /// Stops all calls and waits for them, so that none outlives the task.
    async fn give_up(&mut self, calls: &mut Calls) {
        self.cx.cancel.cancel();
        for result in calls.abort().await {
            self.log(Event::CallEnded { result });
        }
    }
}

/// What has come of an answer so far.
#[derive(Default)]
struct Answer {
    text: String,
    calls: usize,
    usage: Usage,
}
