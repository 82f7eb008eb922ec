//! Everything that can go wrong between a task and its model, at every place, in every dialect:
//! the real loop and tools over the real HTTP client against a provider on loopback.
//!
//! The task is always the same: read two files, edit both, say so. Whatever happens, it must be
//! done in the end, no edit may run twice, and it may not be called done if it is not.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod answers;
mod failures;
mod streams;
mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{
    Access, CheckError, CheckReport, CheckScope, DoneWhen, Draft, Harness, HarnessSpec, Outcome,
    RawJson, Recovery, Status, Task, Tool, ToolCx, ToolError, ToolOutput, ToolSpec, Verifier,
};
use model::http::HttpModel;
use model::secret::Secret;
use model::{Dialect, Endpoint, Retry, RetryPolicy, Timeouts};
use serde_json::json;
use stdx::{AbsPath, ManualClock};
use test_utils::fake_provider::{Answer, FakeProvider, Recorded};
use tokio_util::sync::CancellationToken;
use workspace::Documents;

/// Too long to be waited for.
const FOR_EVER: usize = usize::MAX;

/// Which answer of the task is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Read,
    Edit,
    Done,
}

impl Step {
    /// The next step after what a request tells.
    fn of(request: &Recorded) -> Step {
        let seen = |text: &str| String::from_utf8_lossy(&request.body).contains(text);
        match (seen("I read."), missing(request).is_empty()) {
            (false, _) => Step::Read,
            (true, false) => Step::Edit,
            (true, true) => Step::Done,
        }
    }

    /// What a good model says at this step.
    fn answer(self, request: &Recorded) -> Answer {
        let thinking = Answer::empty().and_thinking("Hm. 😀");
        match self {
            Step::Read => thinking
                .and_text("I read.")
                .and_call("read", &json!({"path": "a.rs"}))
                .and_call("read", &json!({"path": "b.rs"})),
            Step::Edit => missing(request)
                .into_iter()
                .fold(thinking.and_text("Now I edit both files."), |answer, file| {
                    answer.and_call("edit", &edit(file))
                }),
            Step::Done => thinking.and_text("Both files are edited."),
        }
    }
}

/// The files of which a request does not tell that they are edited.
fn missing(request: &Recorded) -> Vec<&'static str> {
    let body = String::from_utf8_lossy(&request.body);
    ["a.rs", "b.rs"].into_iter().filter(|file| !body.contains(&format!("{file}: edited"))).collect()
}

pub(crate) fn edit(file: &str) -> serde_json::Value {
    json!({"path": file, "old_string": "fn one() {}", "new_string": "fn two() {}"})
}

/// A tool that remembers with which arguments it has run.
struct Counted {
    inner: Arc<dyn Tool>,
    runs: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Tool for Counted {
    fn spec(&self) -> ToolSpec {
        self.inner.spec()
    }

    fn access(&self, input: &RawJson, root: &AbsPath) -> Access {
        self.inner.access(input, root)
    }

    fn run<'a>(
        &'a self,
        input: &'a RawJson,
        cx: &'a ToolCx,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        let run = format!("{} {}", self.inner.spec().name, input.as_str());
        *self.runs.lock().unwrap().entry(run).or_default() += 1;
        self.inner.run(input, cx)
    }
}

/// Has nothing to complain about.
struct Content;

impl Verifier for Content {
    fn check<'a>(
        &'a self,
        _: &'a Draft,
        _: &'a CheckScope,
        _: &'a CancellationToken,
    ) -> BoxFuture<'a, Result<CheckReport, CheckError>> {
        futures::future::ready(Ok(CheckReport::default())).boxed()
    }
}

/// One task with one kind of mishap.
struct Case<F> {
    dialect: Dialect,
    /// At which step it happens.
    step: Step,
    /// How many times in a row.
    times: usize,
    /// What comes instead of the good answer.
    mishap: F,
    timeouts: Timeouts,
}

impl<F: Fn(Answer) -> Answer + Send + 'static> Case<F> {
    fn new(dialect: Dialect, step: Step, times: usize, mishap: F) -> Case<F> {
        Case { dialect, step, times, mishap, timeouts: Timeouts::default() }
    }

    async fn run(self) -> Ended {
        let Case { dialect, step, times, mishap, timeouts } = self;
        let provider = FakeProvider::start().await;
        let mut left = times;
        provider.play(move |request| {
            let next = Step::of(request);
            let good = next.answer(request);
            if next == step && left > 0 {
                left -= 1;
                return mishap(good);
            }
            good
        });
        let endpoint = Endpoint { timeouts, ..Endpoint::new(dialect, provider.url(), "m") };
        let mut ended = call_it_two(endpoint).await;
        ended.requests = provider.requests().len();
        ended
    }
}

/// Does the task with the model at this endpoint, which asks for no key.
pub(crate) async fn call_it_two(endpoint: Endpoint) -> Ended {
    call_it_two_with(endpoint, None).await
}

/// Does the task with the model at this endpoint.
pub(crate) async fn call_it_two_with(endpoint: Endpoint, key: Option<Secret>) -> Ended {
    let pauses = RetryPolicy {
        first_pause: Duration::from_millis(1),
        first_overload: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let spec = HarnessSpec { max_turns: 25, ..HarnessSpec::for_model(&endpoint.card) };
    let model = Retry::with_policy(HttpModel::new(endpoint, key).unwrap(), pauses);
    let runs = Arc::new(Mutex::new(BTreeMap::new()));
    let counted = |inner| Arc::new(Counted { inner, runs: Arc::clone(&runs) }) as Arc<dyn Tool>;
    let harness = Harness {
        model: Arc::new(model),
        tools: tools::all().into_iter().map(counted).collect(),
        in_words: Some(Arc::new(tools::Words)),
        verifier: Arc::new(Content),
        spec,
        recovery: Recovery { pauses, fallbacks: Vec::new() },
        clock: Arc::new(ManualClock::default()),
        indexes: harness::Indexes::default(),
    };
    let root = AbsPath::new("/no/such/project").unwrap();
    let mut documents = Documents::default();
    for file in ["a.rs", "b.rs"] {
        documents.open(root.join(file), 1, "fn one() {}\n");
    }
    let task = Task {
        goal: "call it two".to_owned(),
        snapshot: documents.snapshot(root),
        place: None,
        diagnostics: Vec::new(),
        done_when: DoneWhen::Answered,
    };
    let (events, _watched) = tokio::sync::mpsc::unbounded_channel();
    let (outcome, _) = harness.run(task, events, Vec::new(), CancellationToken::new()).await;
    let runs = runs.lock().unwrap().clone();
    Ended { outcome, runs, requests: 0 }
}

/// What became of a task.
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    /// How often each call has run.
    pub(crate) runs: BTreeMap<String, usize>,
    /// How many requests the provider has seen.
    requests: usize,
}

impl Ended {
    /// The task is done, by everything that it needs and by nothing twice.
    pub(crate) fn assert_done(&self, case: &str) {
        assert_eq!(self.outcome.status, Status::Done, "{case}");
        assert!(self.outcome.summary.ends_with("edited."), "{case}: {}", self.outcome.summary);
        let files = self.outcome.change.files.iter();
        let texts: Vec<String> =
            files.filter_map(|file| file.target.as_ref().map(ToString::to_string)).collect();
        assert_eq!(texts, ["fn two() {}\n"; 2], "{case}");
        for file in ["a.rs", "b.rs"] {
            assert_eq!(self.runs[&format!("edit {}", edit(file))], 1, "{case}: {:?}", self.runs);
        }
    }

    /// The task is not done, does not say so, and has run nothing twice.
    fn assert_not_done(&self, case: &str) {
        assert!(matches!(self.outcome.status, Status::Failed(_)), "{case}");
        assert!(self.runs.values().all(|&runs| runs == 1), "{case}: {:?}", self.runs);
    }
}
