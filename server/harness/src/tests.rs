//! The loop under a scripted model that enforces the laws of the prompt.

mod recovery;

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use model::{Block, Model, ModelError, RawJson, RetryPolicy, StopReason, ToolSpec};
use serde_json::json;
use stdx::{AbsPath, ManualClock};
use test_utils::{ScriptedModel, Turn};
use text::Text;
use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use workspace::{Draft, Snapshot};

use crate::session::{Entry, Event, Session, Sink};
use crate::{
    Access, CheckError, CheckReport, CheckScope, Diagnostic, DoneWhen, Grade, Harness, HarnessSpec,
    Outcome, PromptPlan, Recovery, Resource, Severity, Status, Task, TaskEvent, Tool, ToolCx,
    ToolError, ToolOutput, Verifier,
};

fn root() -> AbsPath {
    AbsPath::new("/no/such/project").unwrap()
}

/// `put {path, text}`: writes a file of the draft. `look {path, text}` reads, and says `text` many
/// times. `boom` panics, `wait` waits until it is cancelled or let go.
struct Put {
    name: &'static str,
    log: SharedLog,
    runs: Arc<AtomicU32>,
    go: Arc<Notify>,
    started: Arc<Notify>,
}

impl Tool for Put {
    fn spec(&self) -> ToolSpec {
        let description = "writes a file".to_owned();
        ToolSpec {
            name: self.name.to_owned(),
            description,
            input_schema: json!({"type": "object"}),
        }
    }

    fn access(&self, input: &RawJson, root: &AbsPath) -> Access {
        let path = input.value()["path"].as_str().unwrap_or_default().to_owned();
        let file = Resource::File(root.join(path));
        if self.name == "look" { Access::read(file) } else { Access::write(file) }
    }

    fn run<'a>(
        &'a self,
        input: &'a RawJson,
        cx: &'a ToolCx,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        async move {
            self.runs.fetch_add(1, Ordering::SeqCst);
            let started = |entry: &Entry| {
                matches!(&entry.event, Event::CallStarted { tool, .. } if tool == self.name)
            };
            assert!(self.log.entries().iter().any(started), "the intent is logged first");
            self.started.notify_one();
            let input = input.value();
            match self.name {
                "boom" => panic!("boom"),
                "look" => {
                    let text = input["text"].as_str().unwrap_or_default();
                    return Ok(ToolOutput::text(text.repeat(1000)));
                }
                "wait" => tokio::select! {
                    () = cx.cancel.cancelled() => {}
                    () = self.go.notified() => {}
                },
                _ => {}
            }
            let Some(text) = input["text"].as_str() else {
                return Err(ToolError::ForModel("`text` is missing".to_owned()));
            };
            let path = cx.root.join(input["path"].as_str().unwrap_or_default());
            cx.draft.update(|draft| draft.write(path, Text::new(text)));
            Ok(ToolOutput::text("written"))
        }
        .boxed()
    }
}

fn complaint(message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: Some("E1".to_owned()),
        message,
        spans: Vec::new(),
        notes: Vec::new(),
        suggestions: Vec::new(),
        rendered: String::new(),
    }
}

/// Complains about each file of the draft whose text contains `bad`.
struct Grumbler;

impl Verifier for Grumbler {
    fn check<'a>(
        &'a self,
        draft: &'a Draft,
        _: &'a CheckScope,
        _: &'a CancellationToken,
    ) -> BoxFuture<'a, Result<CheckReport, CheckError>> {
        let bad = draft
            .changes()
            .filter(|(_, text)| text.is_some_and(|text| text.to_string().contains("bad")));
        let diagnostics = bad.map(|(path, _)| complaint(format!("bad text in {path}")));
        let report = CheckReport { diagnostics: diagnostics.collect(), ..CheckReport::default() };
        futures::future::ready(Ok(report)).boxed()
    }
}

#[derive(Clone, Default)]
struct SharedLog(Arc<Mutex<Vec<Entry>>>);

impl SharedLog {
    fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap().clone()
    }
}

impl Sink for SharedLog {
    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        self.0.lock().unwrap().push(entry.clone());
        Ok(())
    }
}

struct Bench {
    model: Arc<ScriptedModel>,
    fallback: Option<Arc<ScriptedModel>>,
    notices: Mutex<Vec<String>>,
    log: SharedLog,
    runs: Arc<AtomicU32>,
    go: Arc<Notify>,
    started: Arc<Notify>,
    cancel: CancellationToken,
    harness: Harness,
}

impl Bench {
    fn new(turns: impl IntoIterator<Item = Turn>) -> Bench {
        let model = ScriptedModel::new(turns);
        let (log, runs) = (SharedLog::default(), Arc::<AtomicU32>::default());
        let (go, started) = (Arc::<Notify>::default(), Arc::<Notify>::default());
        let tool = |name| {
            let (log, runs) = (log.clone(), Arc::clone(&runs));
            let (go, started) = (Arc::clone(&go), Arc::clone(&started));
            Arc::new(Put { name, log, runs, go, started }) as Arc<dyn Tool>
        };
        let harness = Harness {
            model: Arc::clone(&model) as Arc<dyn Model>,
            tools: vec![tool("put"), tool("look"), tool("boom"), tool("wait")],
            in_words: None,
            verifier: Arc::new(Grumbler),
            spec: HarnessSpec::default(),
            recovery: Recovery {
                pauses: RetryPolicy { first_pause: Duration::ZERO, ..RetryPolicy::default() },
                fallbacks: Vec::new(),
            },
            clock: Arc::new(ManualClock::default()),
            indexes: context::Indexes::default(),
        };
        let (fallback, notices, cancel) = (None, Mutex::default(), CancellationToken::new());
        Bench { model, fallback, notices, log, runs, go, started, cancel, harness }
    }

    /// With a second model that takes over.
    fn or(mut self, turns: impl IntoIterator<Item = Turn>) -> Bench {
        let fallback = ScriptedModel::new(turns);
        self.harness.recovery.fallbacks.push(Arc::clone(&fallback) as Arc<dyn Model>);
        self.fallback = Some(fallback);
        self
    }

    async fn run(&self) -> Outcome {
        let (events, mut watched) = mpsc::unbounded_channel();
        let task = Task {
            goal: "make it so".to_owned(),
            snapshot: Snapshot::of_disk(root()),
            place: None,
            diagnostics: vec![complaint(format!(
                "something long to begin with {}",
                "…".repeat(40)
            ))],
            done_when: DoneWhen::Answered,
        };
        let sinks: Vec<Box<dyn Sink>> = vec![Box::new(self.log.clone())];
        let (outcome, session) = self.harness.run(task, events, sinks, self.cancel.clone()).await;
        self.assert_lawful(&session);
        while let Ok(event) = watched.try_recv() {
            if let TaskEvent::Notice(text) = event {
                self.notices.lock().unwrap().push(text);
            }
        }
        outcome
    }

    /// What must hold after every run: the log that a reader of the file would see gives exactly
    /// the requests that were sent, each call has one outcome, and a log that is cut off anywhere
    /// still gives a lawful request.
    fn assert_lawful(&self, session: &Session) {
        let stored: Vec<Entry> = self
            .log
            .entries()
            .iter()
            .map(|entry| serde_json::from_str(&serde_json::to_string(entry).unwrap()).unwrap())
            .collect();
        assert_eq!(stored, session.entries());
        let specs = self.harness.tools.iter().map(|tool| tool.spec()).collect();
        let plan = PromptPlan::new(&self.harness.spec, specs);
        let sent: Vec<_> = stored
            .iter()
            .enumerate()
            .filter(|(_, entry)| matches!(entry.event, Event::Sent { .. }))
            .map(|(at, _)| plan.render(&stored[..at]))
            .collect();
        let mut received = self.model.requests();
        received.extend(self.fallback.iter().flat_map(|model| model.requests()));
        assert_eq!(sent, received, "the prompt is a function of the log");
        let mut calls: BTreeMap<String, i32> = BTreeMap::new();
        for entry in &stored {
            match &entry.event {
                Event::Said { block: Block::ToolUse(call) } => {
                    *calls.entry(call.id.clone()).or_default() += 1;
                }
                Event::CallEnded { result } => {
                    *calls.entry(result.tool_use_id.clone()).or_default() -= 1;
                }
                _ => {}
            }
        }
        assert!(calls.values().all(|&balance| balance == 0), "one outcome a call: {calls:?}");
        for cut in 3..=stored.len() {
            let request = plan.render(&stored[..cut]);
            let judge = ScriptedModel::new([]);
            drop(judge.stream(&request, CancellationToken::new()));
            let ends_with_answer = request.messages.len().is_multiple_of(2);
            let breaches = judge.take_breaches();
            assert!(
                breaches.is_empty() || ends_with_answer && breaches.len() == 1,
                "cut at {cut}: {breaches:?}"
            );
        }
    }

    fn result(&self, id: &str) -> String {
        let found = self.log.entries().into_iter().find_map(|entry| match entry.event {
            Event::CallEnded { result } if result.tool_use_id == id => Some(result.text),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no result of {id}"))
    }
}

fn put(path: &str, text: &str) -> serde_json::Value {
    json!({"path": path, "text": text})
}

#[tokio::test]
async fn a_task_from_goal_to_checked_change() {
    let bench = Bench::new([
        Turn::default().text("I will.").call("1", "put", put("a", "x")).call(
            "2",
            "put",
            put("b", "y"),
        ),
        Turn::says("Done."),
    ]);
    let outcome = bench.run().await;
    assert_eq!((outcome.status, outcome.grade), (Status::Done, Grade::Checks));
    assert_eq!(outcome.summary, "Done.");
    let files: Vec<_> = outcome.change.files.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(files, ["/no/such/project/a", "/no/such/project/b"]);
    assert_eq!(outcome.usage.output, 2);
}

#[tokio::test]
async fn a_call_starts_before_the_answer_ends() {
    let hold = Arc::<Notify>::default();
    let bench = Bench::new([
        Turn::calls("1", "put", put("a", "x")).wait(&hold).text("and on"),
        Turn::says("Done."),
    ]);
    let (outcome, ()) = tokio::join!(bench.run(), async {
        bench.started.notified().await;
        hold.notify_one();
    });
    assert_eq!(outcome.status, Status::Done);
}

#[tokio::test]
async fn every_bad_call_has_an_outcome_that_helps() {
    let bench = Bench::new([
        Turn::default()
            .call("1", "nosuch", json!({}))
            .broken_call("2", "put", "{\"path\": \"a")
            .call("3", "boom", json!({}))
            .call("4", "put", json!({"path": "a"})),
        Turn::says("I give up."),
    ]);
    let outcome = bench.run().await;
    assert!(outcome.change.is_empty());
    assert_eq!(bench.result("1"), "There is no tool `nosuch`. There are: boom, look, put, wait.");
    assert!(bench.result("2").contains("{\"path\": \"a"));
    assert!(bench.result("3").contains("crashed"));
    assert_eq!(bench.result("4"), "`text` is missing");
}

#[tokio::test]
async fn the_gate_hands_new_problems_back() {
    let bench = Bench::new([
        Turn::calls("1", "put", put("a", "bad")),
        Turn::says("Done."),
        Turn::calls("2", "put", put("a", "good")),
        Turn::says("Mended."),
    ]);
    let outcome = bench.run().await;
    assert_eq!((outcome.status, outcome.grade), (Status::Done, Grade::Checks));
    let last = bench.model.requests().pop().unwrap();
    let told = format!("{:?}", last.messages);
    assert!(told.contains("error[E1]: bad text in /no/such/project/a"), "{told}");
}

#[tokio::test]
async fn the_gate_ends_honestly() {
    let rounds = HarnessSpec::default().gate_rounds as usize;
    let answers = (0..=rounds).map(|_| Turn::says("Done, really."));
    let bench = Bench::new([Turn::calls("1", "put", put("a", "bad"))].into_iter().chain(answers));
    let outcome = bench.run().await;
    let Status::Unsolved(problems) = outcome.status else { panic!("{:?}", outcome.status) };
    assert_eq!(problems, ["error[E1]: bad text in /no/such/project/a"]);
    assert_eq!(outcome.grade, Grade::Parses);
    assert_eq!(bench.model.turns_left(), 0);
}

#[tokio::test]
async fn stop_ends_running_and_waiting_calls() {
    let bench = Bench::new([Turn::default().call("1", "wait", put("a", "x")).call(
        "2",
        "put",
        put("a", "y"),
    )]);
    let (outcome, ()) = tokio::join!(bench.run(), async {
        bench.started.notified().await;
        bench.cancel.cancel();
    });
    assert_eq!(outcome.status, Status::Stopped);
    assert_eq!(bench.result("2"), "cancelled before it ended");
    assert_eq!(bench.runs.load(Ordering::SeqCst), 1, "the waiting call never ran");
    assert_eq!(bench.model.requests().len(), 1, "no request after a stop");
}

#[tokio::test]
async fn colliding_calls_run_in_order_and_others_side_by_side() {
    let bench = Bench::new([
        Turn::default()
            .call("1", "wait", put("a", "first"))
            .call("2", "put", put("a", "second"))
            .call("3", "put", put("b", "x")),
        Turn::says("Done."),
    ]);
    let (outcome, ()) = tokio::join!(bench.run(), async {
        // `wait` and the call on another file have begun, the second call on the same file not.
        bench.started.notified().await;
        while bench.runs.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        bench.go.notify_one();
    });
    let first = &outcome.change.files[0];
    assert_eq!(first.target.as_ref().map(ToString::to_string).as_deref(), Some("second"));
    let ends: Vec<String> = bench
        .log
        .entries()
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::CallEnded { result } => Some(result.tool_use_id),
            _ => None,
        })
        .collect();
    assert_eq!(ends, ["3", "1", "2"]);
    let last = bench.model.requests().pop().unwrap();
    let told: Vec<_> = last.messages[2]
        .content
        .iter()
        .filter_map(|block| match block {
            Block::ToolResult(result) => Some(result.tool_use_id.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["1", "2", "3"], "results return in the order of the calls");
}
