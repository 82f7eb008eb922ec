//! The policy in the harness, with the real tools and a compiler made of rules.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{
    CheckError, CheckReport, CheckScope, Diagnostic, DoneWhen, Draft, Harness, HarnessSpec,
    Outcome, Recovery, Severity, Span, Status, Suggestion, TEST_FAILED, Task, Verifier,
};
use model::{EventStream, Model, Request};
use stdx::{AbsPath, ManualClock};
use text::Text;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use workspace::Documents;

use crate::Offline;

/// `if the text holds `has`, then this is wrong with it, and these replacements are proposed`.
#[derive(Clone)]
struct Rule {
    has: &'static str,
    error: &'static str,
    proposals: Vec<(&'static str, bool)>,
}

fn rule(has: &'static str, error: &'static str, proposals: &[(&'static str, bool)]) -> Rule {
    Rule { has, error, proposals: proposals.to_vec() }
}

struct Rules(Vec<Rule>);

impl Verifier for Rules {
    fn check<'a>(
        &'a self,
        draft: &'a Draft,
        scope: &'a CheckScope,
        _: &'a CancellationToken,
    ) -> BoxFuture<'a, Result<CheckReport, CheckError>> {
        let text = draft.read(&root().join("a.rs")).unwrap().to_string();
        // What is hidden comes to light when all else is mended.
        let is_hidden = |rule: &&Rule| rule.error.contains("hidden");
        let hides = self.0.iter().any(|rule| !is_hidden(&rule) && text.contains(rule.has));
        let seen = self.0.iter().filter(|rule| !hides || !is_hidden(rule));
        let diagnostics = seen.filter_map(|rule| {
            let at = text.find(rule.has)?;
            let is_test = rule.error.starts_with("test ");
            if is_test && !scope.tests {
                return None;
            }
            let line = text[..at].matches('\n').count() + 1;
            let span = Span {
                file: "a.rs".to_owned(),
                bytes: at..at + rule.has.len(),
                line,
                column: 1,
                end_line: line,
                primary: true,
                label: None,
            };
            let suggestion = |(text, sure): &(&str, bool)| Suggestion {
                message: format!("write `{text}`"),
                edits: vec![(span.clone(), (*text).to_owned())],
                machine_applicable: *sure,
                has_placeholders: false,
            };
            // "E0308: …" has that code.
            let code = rule.error.split_once(": ").filter(|(code, _)| code.starts_with("E0"));
            Some(Diagnostic {
                severity: Severity::Error,
                code: match code {
                    Some((code, _)) => Some(code.to_owned()),
                    None => is_test.then(|| TEST_FAILED.to_owned()),
                },
                message: rule.error.to_owned(),
                suggestions: rule.proposals.iter().map(suggestion).collect(),
                spans: vec![span],
                notes: Vec::new(),
                rendered: String::new(),
            })
        });
        let report = CheckReport { diagnostics: diagnostics.collect(), ..CheckReport::default() };
        futures::future::ready(Ok(report)).boxed()
    }
}

fn root() -> AbsPath {
    AbsPath::new("/no/such/project").unwrap()
}

async fn mend(text: &str, rules: &[Rule]) -> (Outcome, String) {
    mend_with(Arc::new(Offline::default()), text, rules).await
}

async fn mend_with(model: Arc<dyn Model>, text: &str, rules: &[Rule]) -> (Outcome, String) {
    let mut documents = Documents::default();
    documents.open(root().join("a.rs"), 1, text);
    let harness = Harness {
        model,
        tools: tools::all(),
        in_words: None,
        verifier: Arc::new(Rules(rules.to_vec())),
        spec: HarnessSpec::default(),
        recovery: Recovery::default(),
        clock: Arc::new(ManualClock::default()),
        indexes: context::Indexes::default(),
    };
    let task = Task {
        goal: "fix the build".to_owned(),
        snapshot: documents.snapshot(root()),
        place: None,
        diagnostics: Vec::new(),
        done_when: DoneWhen::Builds,
    };
    let (events, _watched) = mpsc::unbounded_channel();
    let (outcome, _) = harness.run(task, events, Vec::new(), CancellationToken::new()).await;
    let text = outcome.draft.read(&root().join("a.rs")).map(|text: Text| text.to_string());
    (outcome, text.unwrap())
}

#[tokio::test]
async fn takes_what_the_compiler_is_sure_about() {
    let (outcome, text) = mend("é one\n", &[rule("one", "E", &[("two", true)])]).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "é two\n"));
    // One before, one after, and one that runs the tests.
    assert_eq!(outcome.checks, 3);
}

#[tokio::test]
async fn tries_the_uncertain_and_keeps_what_helps() {
    let rules = [
        rule("one", "E", &[("bad", false), ("two", false)]),
        rule("bad", "worse", &[]),
        rule("bad", "and worse", &[]),
    ];
    let (outcome, text) = mend("one\n", &rules).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "two\n"));
}

#[tokio::test]
async fn leaves_no_trace_of_what_did_not_help() {
    let rules = [rule("one", "E", &[("bad", false)]), rule("bad", "F", &[])];
    let (outcome, text) = mend("one\n", &rules).await;
    assert_eq!(text, "one\n");
    assert!(outcome.change.is_empty());
    assert_eq!(outcome.status, Status::Unsolved(vec!["a.rs:1:1: error: E".to_owned()]));
}

#[tokio::test]
async fn follows_an_error_that_moves() {
    let rules = [rule("one", "E", &[("half", false)]), rule("half", "F", &[("whole", false)])];
    let (outcome, text) = mend("one\n", &rules).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "whole\n"));
}

#[tokio::test]
async fn makes_sure_corrections_of_different_errors_in_one_step() {
    let rules = [rule("one", "E", &[("1", true)]), rule("two", "F", &[("2", true)])];
    let (outcome, text) = mend("one two\n", &rules).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "1 2\n"));
    assert_eq!(outcome.checks, 3);
}

#[tokio::test]
async fn a_placeholder_is_no_correction() {
    let (outcome, text) = mend("one\n", &[rule("one", "E", &[("todo!()", true)])]).await;
    assert_eq!(text, "one\n");
    assert!(matches!(outcome.status, Status::Unsolved(_)));
}

#[tokio::test]
async fn keeps_the_part_that_it_can_mend_and_says_so() {
    let rules = [rule("one", "E", &[("1", false)]), rule("two", "F", &[])];
    let (outcome, text) = mend("one two\n", &rules).await;
    assert_eq!(text, "1 two\n");
    assert_eq!(outcome.status, Status::Unsolved(vec!["a.rs:1:1: error: F".to_owned()]));
    assert!(outcome.summary.starts_with("1 of 2 errors are mended"), "{}", outcome.summary);
}

#[tokio::test]
async fn a_project_that_builds_is_left_alone() {
    let (outcome, text) = mend("fine\n", &[]).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "fine\n"));
    assert_eq!(outcome.checks, 1);
}

#[tokio::test]
async fn takes_another_way_when_the_first_breaks_a_test() {
    let rules = [
        rule("one", "E", &[("wrong", false), ("right", false)]),
        rule("wrong", "test `t` failed", &[]),
    ];
    let (outcome, text) = mend("one\n", &rules).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "right\n"));
    assert!(outcome.failed_tests.is_empty());
}

#[tokio::test]
async fn says_which_tests_fail_when_no_way_pleases_them() {
    let rules =
        [rule("one", "E", &[("this", false), ("that", false)]), rule("th", "test `t` failed", &[])];
    let (outcome, text) = mend("one\n", &rules).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "this\n"));
    assert_eq!(outcome.failed_tests, ["test `t` failed"]);
    assert!(outcome.summary.contains("1 tests fail"), "{}", outcome.summary);
}

#[tokio::test]
async fn goes_on_where_a_text_that_can_be_read_shows_more() {
    let rules = [
        rule("one", "expected `;`", &[("two", false)]),
        rule("two", "E0308: F", &[("three", false)]),
        rule("tw", "E0308: G", &[]),
    ];
    let (outcome, text) = mend("one\n", &rules).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "three\n"));
}

#[tokio::test]
async fn what_promises_most_is_tried_first_wherever_it_was_found() {
    // The first way only moves the error, and what could be done there is less likely than the
    // second way.
    let rules = [
        rule("one", "E0308: E", &[("dead", false), ("good", false)]),
        rule("dead", "E0308: F", &[("end", false)]),
        rule("end", "E0308: G", &[]),
    ];
    let (outcome, text) = mend("one\n", &rules).await;
    assert_eq!((outcome.status, text.as_str()), (Status::Done, "good\n"));
    // The base, both ways, and the tests.
    assert_eq!(outcome.checks, 4);
}

/// The policy without any memory of its own.
struct Forgetful;

impl Model for Forgetful {
    fn name(&self) -> &str {
        "offline"
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        Offline::default().stream(request, cancel)
    }
}

#[tokio::test]
async fn the_answer_depends_on_the_conversation_alone() {
    let rules = [
        rule("one", "E0308: E", &[("bad", false), ("half", false)]),
        rule("bad", "E0308: E", &[]),
        rule("half", "E0308: F", &[("whole", false)]),
    ];
    let (one, text) = mend("one\n", &rules).await;
    let (other, other_text) = mend_with(Arc::new(Forgetful), "one\n", &rules).await;
    assert_eq!(text, "whole\n");
    assert_eq!((text, one.summary, one.checks), (other_text, other.summary, other.checks));
}

/// Two places that are far apart.
fn apart(one: &str, other: &str) -> String {
    format!("{one}\n{}{other}\n", "\n".repeat(400))
}

#[tokio::test]
async fn what_a_correction_only_brings_to_light_does_not_undo_it() {
    let rules = [
        rule("one", "expected `;`", &[("1", true)]),
        rule("late", "E0308: hidden", &[]),
        rule("lat", "E0308: hidden too", &[]),
    ];
    let (outcome, text) = mend(&apart("one", "late"), &rules).await;
    assert_eq!(text, apart("1", "late"));
    assert!(outcome.problems.is_empty(), "it may be applied: {:?}", outcome.problems);
    let Status::Unsolved(left) = &outcome.status else { panic!("{:?}", outcome.status) };
    assert_eq!(left.len(), 2, "{left:?}");
    let told = "1 of 1 errors are mended. That brought 2 errors that were hidden before to light";
    assert!(outcome.summary.starts_with(told), "{}", outcome.summary);
}

#[tokio::test]
async fn a_guess_that_brings_more_to_light_is_not_kept() {
    let rules = [
        rule("one", "expected `;`", &[("1", false)]),
        rule("late", "E0308: hidden", &[]),
        rule("lat", "E0308: hidden too", &[]),
    ];
    let (outcome, text) = mend(&apart("one", "late"), &rules).await;
    assert_eq!(text, apart("one", "late"));
    assert!(outcome.change.is_empty());
}

#[tokio::test]
async fn an_error_at_the_place_of_the_correction_is_its_doing() {
    let rules = [rule("one", "expected `;`", &[("1", true)]), rule("1", "E0308: hidden", &[])];
    let (outcome, text) = mend("one\n", &rules).await;
    assert_eq!(text, "one\n");
    assert!(outcome.change.is_empty());
}
