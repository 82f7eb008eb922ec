//! The loop: request, answer, calls, results, until the model says it is done and the gate does
//! not contradict.

use std::collections::BTreeMap;
use std::sync::Arc;

use context::Indexes;
use futures::StreamExt;
use model::{Block, Model, ModelError, StopReason, StreamEvent, ToolUse, Usage};
use stdx::Clock;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::calls::{Calls, Ended, error_result};
use crate::checks::Checks;
use crate::gate::{self, Verdict};
use crate::session::{Event, FORMAT, Session, Sink};
use crate::{
    DoneWhen, Grade, HarnessSpec, Outcome, Phase, PromptPlan, SharedDraft, Status, Task, TaskEvent,
    Tool, ToolCx, Verifier,
};

/// Answers in a row that may break off before anything of them was used.
const MAX_DROPPED: u32 = 2;

/// Everything that tasks have in common.
pub struct Harness {
    /// Who answers.
    pub model: Arc<dyn Model>,
    /// What it may call.
    pub tools: Vec<Arc<dyn Tool>>,
    /// Who checks drafts.
    pub verifier: Arc<dyn Verifier>,
    /// How it is done.
    pub spec: HarnessSpec,
    /// Where the time of log entries comes from.
    pub clock: Arc<dyn Clock>,
    /// What is known of the projects that tasks run in.
    pub indexes: Indexes,
}

impl Harness {
    /// Runs `task` to its end and copies its session to `sinks` as it grows. Cancelling `cancel`
    /// stops it: its calls are given up and awaited, and no further request goes out.
    pub async fn run(
        &self,
        task: Task,
        events: UnboundedSender<TaskEvent>,
        sinks: Vec<Box<dyn Sink>>,
        cancel: CancellationToken,
    ) -> (Outcome, Session) {
        let checks = Arc::new(Checks::new(Arc::clone(&self.verifier)));
        let draft = SharedDraft::new(task.snapshot.draft());
        let cx = ToolCx {
            root: task.snapshot.root().clone(),
            draft: draft.clone(),
            verifier: Arc::clone(&checks) as Arc<dyn Verifier>,
            // A child: dropping the task stops its calls, whatever else goes on.
            cancel: cancel.child_token(),
        };
        let mut run = Run {
            harness: self,
            tools: self.tools.iter().map(|tool| (tool.spec().name, Arc::clone(tool))).collect(),
            plan: PromptPlan::new(&self.spec, self.tools.iter().map(|t| t.spec()).collect()),
            session: Session::new(sinks),
            events,
            cancel,
            cx,
            usage: Usage::default(),
            requests: 0,
        };
        run.open(&task).await;
        let (status, verdict, summary) = run.drive(&task, &checks).await;
        let draft = draft.get();
        let grade = verdict.as_ref().map_or(Grade::Unchecked, |verdict| verdict.grade);
        let problems = verdict.as_ref().map(Verdict::problems).unwrap_or_default();
        let failed_tests = verdict.map(|verdict| verdict.failed_tests).unwrap_or_default();
        let change = draft.source_change();
        let files = change.files.iter();
        run.log(Event::Ended {
            status: status.clone(),
            grade,
            usage: run.usage,
            requests: run.requests,
            checks: checks.runs(),
            files: files
                .map(|f| f.path.relative_to(&run.cx.root).unwrap_or_else(|| f.path.to_string()))
                .collect(),
        });
        let outcome = Outcome {
            status,
            change,
            summary,
            grade,
            problems,
            failed_tests,
            draft,
            usage: run.usage,
            requests: run.requests,
            checks: checks.runs(),
        };
        (outcome, run.session)
    }
}

struct Run<'a> {
    harness: &'a Harness,
    tools: BTreeMap<String, Arc<dyn Tool>>,
    plan: PromptPlan,
    session: Session,
    events: UnboundedSender<TaskEvent>,
    cancel: CancellationToken,
    cx: ToolCx,
    usage: Usage,
    requests: u32,
}

/// How a turn ended.
enum Turn {
    /// The model made calls, and all have ended.
    Calls,
    /// The model said what it had to say.
    Answer(String),
    /// The answer was of no use; the model has been told, or will simply be asked again.
    Again,
}

/// Why the loop cannot go on.
enum Stop {
    Cancelled,
    Failed(String),
}

impl Run<'_> {
    async fn open(&mut self, task: &Task) {
        let spec = &self.harness.spec;
        self.log(Event::Opened {
            format: FORMAT,
            model: self.harness.model.name().to_owned(),
            spec: spec.name.clone(),
        });
        self.phase(Phase::Gathering);
        let (limit, indexes) = (spec.context_bytes, self.harness.indexes.clone());
        let asked = task.clone();
        // It reads files and computes, which is no work for a thread that others wait for.
        let context =
            tokio::task::spawn_blocking(move || crate::opening::context(&asked, &indexes, limit))
                .await
                .unwrap_or_else(|error| {
                    tracing::error!(%error, "the selection of the context crashed");
                    String::new()
                });
        self.log(Event::Context { text: context });
        self.log(Event::User { text: task.goal.clone() });
    }

    async fn drive(&mut self, task: &Task, checks: &Checks) -> (Status, Option<Verdict>, String) {
        let mut rounds = 0;
        let mut dropped = 0;
        loop {
            if self.requests >= self.harness.spec.max_turns {
                let limit = self.harness.spec.max_turns;
                let status = Status::Failed(format!("stopped after {limit} requests to the model"));
                return (status, None, String::new());
            }
            match self.turn().await {
                Ok(Turn::Calls) => dropped = 0,
                Ok(Turn::Again) if dropped < MAX_DROPPED => dropped += 1,
                Ok(Turn::Again) => {
                    let why = "the model gave no usable answer several times in a row".to_owned();
                    return (Status::Failed(why), None, String::new());
                }
                Ok(Turn::Answer(summary)) => {
                    dropped = 0;
                    self.phase(Phase::Checking);
                    let draft = self.cx.draft.get();
                    let tests = task.done_when == DoneWhen::Builds && !draft.is_unchanged();
                    let inspected = gate::inspect(&draft, checks, tests, &self.cancel).await;
                    let verdict = match inspected {
                        Ok(verdict) => verdict,
                        Err(_) => return (Status::Stopped, None, summary),
                    };
                    let problems = open_problems(task, &verdict);
                    if problems.is_empty() {
                        return (Status::Done, Some(verdict), summary);
                    }
                    if rounds >= self.harness.spec.gate_rounds {
                        return (Status::Unsolved(problems), Some(verdict), summary);
                    }
                    rounds += 1;
                    self.log(Event::Note { text: gate_note(&problems) });
                }
                Err(Stop::Cancelled) => return (Status::Stopped, None, String::new()),
                Err(Stop::Failed(why)) => return (Status::Failed(why), None, String::new()),
            }
        }
    }

    /// One request, its answer and the calls that it makes.
    async fn turn(&mut self) -> Result<Turn, Stop> {
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

    fn phase(&self, phase: Phase) {
        // Nobody listening is no reason to stop.
        let _ = self.events.send(TaskEvent::Phase(phase));
    }

    fn log(&mut self, event: Event) {
        self.session.append(self.harness.clock.unix_millis(), event);
    }
}

/// What has come of an answer so far.
#[derive(Default)]
struct Answer {
    text: String,
    calls: usize,
    usage: Usage,
}

/// What contradicts the model's claim to be done, one line each.
fn open_problems(task: &Task, verdict: &Verdict) -> Vec<String> {
    let mut problems = verdict.problems();
    let left = verdict.errors.iter().filter(|error| !verdict.new.contains(error));
    match task.done_when {
        DoneWhen::Answered => {}
        DoneWhen::Builds => {
            problems.extend(left.map(crate::Diagnostic::headline));
            problems.extend(verdict.unchecked.iter().map(|why| format!("not checked: {why}")));
        }
        DoneWhen::Mended => {
            let wanted = |error: &&crate::Diagnostic| {
                task.diagnostics.iter().any(|wanted| wanted.is_about(error))
            };
            problems.extend(left.filter(wanted).map(crate::Diagnostic::headline));
        }
    }
    problems
}

fn gate_note(problems: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut note = "The final check found:\n".to_owned();
    for problem in problems.iter().take(SHOWN) {
        note.push_str(&format!("- {problem}\n"));
    }
    if problems.len() > SHOWN {
        note.push_str(&format!("- … and {} more\n", problems.len() - SHOWN));
    }
    note.push_str("Mend this, or say plainly that it cannot be done.");
    note
}
