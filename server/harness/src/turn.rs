//! One turn: a request, the answer as it comes, the calls that it makes and their outcomes.

use std::sync::Arc;

use futures::StreamExt;
use model::{ModelError, Request, StopReason, StreamEvent, ToolUse};

use crate::answer::Answer;
use crate::calls::{Calls, Ended};
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
        let mut calls = Calls::new(self.cx.clone(), self.harness.spec.max_result_bytes);
        let mut answer = Answer::default();
        let end = self.listen(&request, &mut answer, &mut calls).await;
        let end = match end {
            Ok(end) => {
                self.usage = self.usage.plus(answer.usage);
                let _ = self.events.send(TaskEvent::Usage(self.usage));
                self.await_calls(&mut calls).await.map(|()| end)
            }
            Err(stop) => Err(stop),
        };
        let end = match end {
            Ok(Ok(stop)) => match self.written_calls(&stop, &mut answer, &mut calls).await {
                Ok(()) => Ok(Ok(stop)),
                Err(stop) => Err(stop),
            },
            other => other,
        };
        match end {
            Ok(Ok(stop)) => self.ended(stop, answer),
            Ok(Err(error)) => self.broke_off(error, answer).await,
            Err(stop) => {
                self.give_up(&mut calls).await;
                Err(stop)
            }
        }
    }

    /// Takes the answer in. The outer error ends the task; the inner result says how the answer
    /// ended.
    async fn listen(
        &mut self,
        request: &Request,
        answer: &mut Answer,
        calls: &mut Calls,
    ) -> Result<Result<StopReason, ModelError>, Stop> {
        let mut stream = self.model.stream(request, self.cancel.child_token());
        loop {
            let cancelled = self.cancel.clone();
            tokio::select! {
                biased;
                () = cancelled.cancelled() => return Err(Stop::Cancelled),
                Some(ended) = calls.next(), if !calls.is_empty() => {
                    self.call_ended(ended)?;
                    self.start_ready(answer, calls);
                }
                event = stream.next() => match event {
                    Some(Ok(StreamEvent::Block(block))) => {
                        self.log(Event::Said { block: block.clone() });
                        if let Some(call) = answer.block(block) {
                            self.called(call, answer, calls);
                        }
                        self.start_ready(answer, calls);
                    }
                    Some(Ok(StreamEvent::Stopped(stop))) => return Ok(Ok(stop)),
                    Some(Ok(event)) => answer.piece(event),
                    Some(Err(ModelError::Cancelled)) => return Err(Stop::Cancelled),
                    Some(Err(error)) => return Ok(Err(error)),
                    None => {
                        let why = "the answer broke off".to_owned();
                        return Ok(Err(ModelError::Interrupted(why)));
                    }
                }
            }
        }
    }

    pub(crate) async fn await_calls(&mut self, calls: &mut Calls) -> Result<(), Stop> {
        while !calls.is_empty() {
            // A call that has not been started by now waits for one that runs.
            self.start_ready(&mut Answer::default(), calls);
            let cancelled = self.cancel.clone();
            tokio::select! {
                biased;
                () = cancelled.cancelled() => return Err(Stop::Cancelled),
                Some(ended) = calls.next() => self.call_ended(ended)?,
            }
        }
        Ok(())
    }

    /// A call is complete. One that cannot be run gets its outcome at the end of the answer,
    /// when it is known whether the answer was cut.
    pub(crate) fn called(&mut self, call: ToolUse, answer: &mut Answer, calls: &mut Calls) {
        match self.tools.get(&call.name) {
            Some(tool) if call.malformed.is_none() => calls.push(Arc::clone(tool), call),
            _ => answer.unusable.push(call),
        }
    }

    pub(crate) fn start_ready(&mut self, answer: &mut Answer, calls: &mut Calls) {
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
            answer.executed = true;
        }
    }

    fn call_ended(&mut self, ended: Ended) -> Result<(), Stop> {
        match ended {
            Ended::Result(result) => {
                self.log(Event::CallEnded { result });
                Ok(())
            }
            Ended::Fatal(result, why) => {
                self.log(Event::CallEnded { result });
                Err(Stop::Failed(why))
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
