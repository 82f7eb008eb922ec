//! The loop: request, answer, calls, results, until the model says it is done and the gate does
//! not contradict.

use std::collections::BTreeMap;
use std::sync::Arc;

use context::Indexes;
use model::{Model, Usage};
use stdx::Clock;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::checks::Checks;
use crate::gate::{self, Verdict};
use crate::recovery::{Recovery, Troubles};
use crate::session::{Event, FORMAT, Session, Sink};
use crate::turn::{Stop, Turn};
use crate::{
    DoneWhen, Grade, HarnessSpec, InWords, Outcome, Phase, PromptPlan, SharedDraft, Status, Task,
    TaskEvent, Tool, ToolCx, Verifier,
};

/// Everything that tasks have in common.
pub struct Harness {
    /// Who answers.
    pub model: Arc<dyn Model>,
    /// What it may call.
    pub tools: Vec<Arc<dyn Tool>>,
    /// Who reads the calls of models that write them in words.
    pub in_words: Option<Arc<dyn InWords>>,
    /// Who checks drafts.
    pub verifier: Arc<dyn Verifier>,
    /// How it is done.
    pub spec: HarnessSpec,
    /// How what goes wrong with a model is got over.
    pub recovery: Recovery,
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
            model: Arc::clone(&self.model),
            fallbacks_used: 0,
            troubles: Troubles::default(),
            unfinished: String::new(),
        };
        run.open(&task).await;
        let (status, verdict, summary) = run.drive(&task, &checks).await;
        let draft = draft.get();
        let grade = verdict.as_ref().map_or(Grade::Unchecked, |verdict| verdict.grade);
        let unconfined = verdict.as_ref().is_some_and(|verdict| verdict.unconfined);
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
            unconfined,
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

pub(crate) struct Run<'a> {
    pub(crate) harness: &'a Harness,
    pub(crate) tools: BTreeMap<String, Arc<dyn Tool>>,
    pub(crate) plan: PromptPlan,
    pub(crate) session: Session,
    pub(crate) events: UnboundedSender<TaskEvent>,
    pub(crate) cancel: CancellationToken,
    pub(crate) cx: ToolCx,
    pub(crate) usage: Usage,
    pub(crate) requests: u32,
    /// Who answers now.
    pub(crate) model: Arc<dyn Model>,
    pub(crate) fallbacks_used: usize,
    pub(crate) troubles: Troubles,
    /// The text of answers that the one under way continues.
    pub(crate) unfinished: String,
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
        if crate::opening::asks_history(task) {
            let root = task.snapshot.root();
            crate::history::learn_history(root, &indexes.of(root), &self.cancel).await;
        }
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
        loop {
            if self.requests >= self.harness.spec.max_turns {
                let limit = self.harness.spec.max_turns;
                let status = Status::Failed(format!("stopped after {limit} requests to the model"));
                return (status, None, String::new());
            }
            match self.turn().await {
                Ok(Turn::Calls | Turn::Again) => {}
                Ok(Turn::Answer(summary)) => {
                    self.phase(Phase::Checking);
                    let draft = self.cx.draft.get();
                    let tests = task.done_when == DoneWhen::Builds && !draft.is_unchanged();
                    let inspected = gate::inspect(&draft, checks, tests, &self.cancel).await;
                    let verdict = match inspected {
                        Ok(verdict) => verdict,
                        Err(_) => return (Status::Stopped, None, summary),
                    };
                    let problems = open_problems(task, &verdict, draft.is_unchanged());
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

    pub(crate) fn phase(&self, phase: Phase) {
        // Nobody listening is no reason to stop.
        let _ = self.events.send(TaskEvent::Phase(phase));
    }

    pub(crate) fn log(&mut self, event: Event) {
        self.session.append(self.harness.clock.unix_millis(), event);
    }
}

/// What contradicts the model's claim to be done, one line each.
fn open_problems(task: &Task, verdict: &Verdict, unchanged: bool) -> Vec<String> {
    let mut problems = verdict.problems();
    let left = verdict.errors.iter().filter(|error| !verdict.new.contains(error));
    // What came to light is no reason to hold the change back, and must not go unsaid.
    if task.done_when != DoneWhen::Builds {
        problems.extend(verdict.revealed.iter().map(crate::Diagnostic::headline));
    }
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
            let told = |error: &&crate::Diagnostic| !verdict.revealed.contains(error);
            problems.extend(left.filter(told).filter(wanted).map(crate::Diagnostic::headline));
            // Nothing was done, and nobody can say that nothing had to be done.
            let blind = verdict.unchecked.iter().filter(|_| unchanged);
            problems.extend(blind.map(|why| format!("not checked: {why}")));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_done_and_nothing_known_is_not_mended() {
        let root = stdx::AbsPath::root();
        let task = Task {
            goal: "mend it".to_owned(),
            snapshot: workspace::Snapshot::of_disk(root),
            place: None,
            diagnostics: Vec::new(),
            done_when: DoneWhen::Mended,
        };
        let verdict = |unchecked: Option<&str>| Verdict {
            grade: Grade::Parses,
            new: Vec::new(),
            revealed: Vec::new(),
            errors: Vec::new(),
            syntax: Vec::new(),
            failed_tests: Vec::new(),
            unchecked: unchecked.map(str::to_owned),
            unconfined: false,
        };
        let missing = verdict(Some("no `cargo`"));
        assert_eq!(open_problems(&task, &missing, true), ["not checked: no `cargo`"]);
        assert_eq!(open_problems(&task, &missing, false), [""; 0]);
        assert_eq!(open_problems(&task, &verdict(None), true), [""; 0]);
    }
}
