//! The search: states of the draft, what was tried in each, and what to try next.

use std::collections::{BTreeMap, BTreeSet};

use harness::{CheckReport, Diagnostic};
use model::ToolUse;
use serde::Deserialize;
use serde_json::json;

use crate::candidates::{self, Candidate, Hit, Known, Need};
use crate::files::{self, Edit, Files};
use crate::model::call;
use crate::report;
use crate::transcript::Done;

/// Runs of the checker after which the search ends with what it has.
const MAX_CHECKS: u32 = 60;
/// How many steps may be taken on trust before errors must have fallen.
const MAX_DEPTH: usize = 2;
/// States that build of which the tests are run at most.
const MAX_FINALS: usize = 4;
/// Files and searches that are asked for in one step.
const MAX_LOOKS: usize = 12;

/// The next step.
#[derive(Debug)]
pub(crate) enum Action {
    /// Tools are to be called.
    Calls(Vec<ToolUse>),
    /// The search has ended.
    Say(String),
}

/// A state of the draft that the search can come back to.
#[derive(Debug, Clone)]
struct State {
    files: Files,
    report: CheckReport,
    /// What has been tried to get from the last accepted state to here.
    steps: Vec<Candidate>,
    /// What is still to be tried from here, best first; `None` until it is known.
    untried: Option<Vec<Candidate>>,
}

/// The search as far as the conversation has brought it.
pub(crate) struct Search {
    goal: String,
    ids: u32,
    checks: u32,
    /// What the draft holds now.
    draft: Files,
    /// States on the way to the present one; the first was accepted, the others are on trust.
    stack: Vec<State>,
    /// The candidate that is being tried.
    trying: Option<Candidate>,
    /// What was kept, in words.
    kept: Vec<String>,
    /// Edits that have failed since the last accepted state but one, so that they come last.
    failed: BTreeSet<Vec<Edit>>,
    /// What searches of the project found, by their pattern.
    hits: BTreeMap<String, Vec<Hit>>,
    /// What was looked for, found or not.
    asked: BTreeSet<Need>,
    errors_at_first: Option<usize>,
    /// Why nothing more can be tried.
    ended: Option<String>,
    /// States that build, each with the number of its tests that fail.
    finals: Vec<(usize, State, Vec<String>)>,
    /// The accepted state before the present one, to go back to if tests fail.
    before: Option<(State, Vec<String>)>,
}

#[derive(Deserialize)]
struct ReadInput {
    path: String,
}

#[derive(Deserialize)]
struct GrepInput {
    pattern: String,
}

/// The call that finds out what is needed.
fn look(ids: &mut u32, need: &Need) -> ToolUse {
    match need {
        Need::File(path) => call(ids, "read", &json!({"path": path})),
        Need::Lines(pattern) => call(ids, "grep", &json!({"pattern": pattern, "glob": "*.rs"})),
    }
}

impl Search {
    pub(crate) fn new(goal: String) -> Search {
        Search {
            goal,
            ids: 0,
            checks: 0,
            draft: Files::new(),
            stack: Vec::new(),
            trying: None,
            kept: Vec::new(),
            failed: BTreeSet::new(),
            hits: BTreeMap::new(),
            asked: BTreeSet::new(),
            errors_at_first: None,
            ended: None,
            finals: Vec::new(),
            before: None,
        }
    }

    /// The results of the calls that the last [`Search::next`] asked for.
    pub(crate) fn feed(&mut self, done: &[Done]) {
        let mut edits_failed = false;
        for done in done {
            match done.tool.as_str() {
                "read" => self.was_read(done),
                "grep" => self.was_searched(done),
                "edit" => edits_failed |= done.result.is_error,
                "check" if edits_failed => self.edit_failed(),
                "check" => self.was_checked(done),
                _ => {}
            }
        }
    }

    /// We said that we were done and were told otherwise: there is nothing more that we know.
    pub(crate) fn told(&mut self) {
        self.ended.get_or_insert_with(|| "the final check disagrees".to_owned());
    }

    /// What to do now. Must be followed by [`Search::feed`] or [`Search::told`].
    pub(crate) fn next(&mut self) -> Action {
        if self.stack.is_empty() {
            return match &self.ended {
                Some(why) => Action::Say(format!("I can do nothing here: {why}.")),
                None => Action::Calls(vec![call(&mut self.ids, "check", &json!({}))]),
            };
        }
        if self.ended.is_some() {
            return self.finish();
        }
        loop {
            let Some(state) = self.stack.last() else { return self.finish() };
            let targets = targets(&self.goal, &state.report, self.stack.len() > 1);
            if targets.is_empty() && self.wants_tests() {
                return Action::Calls(vec![call(&mut self.ids, "check", &json!({"tests": true}))]);
            }
            if targets.is_empty() || self.checks >= MAX_CHECKS {
                return self.finish();
            }
            let known = Known { files: &state.files, report: &state.report, hits: &self.hits };
            let needs: Vec<Need> = match &state.untried {
                Some(_) => Vec::new(),
                None => candidates::needs(&targets, &known)
                    .into_iter()
                    .filter(|need| !self.asked.contains(need))
                    .take(MAX_LOOKS)
                    .collect(),
            };
            if !needs.is_empty() {
                let calls = needs.iter().map(|need| look(&mut self.ids, need)).collect();
                self.asked.extend(needs);
                return Action::Calls(calls);
            }
            let untried = match &state.untried {
                Some(untried) => untried.clone(),
                None => {
                    let mut fresh = candidates::all(&targets, &known);
                    // What has failed already comes last: the state may have become another.
                    fresh.sort_by_key(|candidate| self.failed.contains(&candidate.edits));
                    fresh
                }
            };
            if let Some(action) = self.try_next(untried) {
                return action;
            }
            if self.stack.len() == 1 {
                return self.finish();
            }
            // Nothing left on this way: back to the state before.
            self.stack.pop();
        }
    }

    /// Tries the first of `untried` that changes anything.
    fn try_next(&mut self, mut untried: Vec<Candidate>) -> Option<Action> {
        let state = self.stack.last_mut()?;
        while !untried.is_empty() {
            let candidate = untried.remove(0);
            let Some(wanted) = files::apply(&state.files, &candidate.edits) else { continue };
            let edits = files::calls(&self.draft, &wanted);
            if edits.is_empty() {
                continue;
            }
            state.untried = Some(untried);
            self.trying = Some(candidate);
            let mut calls: Vec<ToolUse> =
                edits.iter().map(|input| call(&mut self.ids, "edit", input)).collect();
            calls.push(call(&mut self.ids, "check", &json!({})));
            self.draft = wanted;
            return Some(Action::Calls(calls));
        }
        state.untried = Some(Vec::new());
        None
    }

    /// Leaves the draft in the last accepted state and says what came of it.
    fn finish(&mut self) -> Action {
        self.stack.truncate(1);
        self.take_best_final();
        let Some(accepted) = self.stack.first() else {
            return Action::Say("I can do nothing here.".to_owned());
        };
        let back = files::calls(&self.draft, &accepted.files);
        if !back.is_empty() && self.ended.is_none() {
            let calls = back.iter().map(|input| call(&mut self.ids, "edit", input)).collect();
            self.draft.clone_from(&accepted.files);
            self.ended = Some("nothing more to try".to_owned());
            return Action::Calls(calls);
        }
        let left = accepted.report.errors().count();
        let before = self.errors_at_first.unwrap_or(left);
        let mut text = match (before, left) {
            (0, _) => "The checkers find no error, so there is nothing to mend.".to_owned(),
            (_, 0) => format!("All {before} errors are mended.")
                .replace("All 1 errors are", "The error is"),
            _ => format!(
                "{} of {before} errors are mended; I know no further correction for the other {left}.",
                before.saturating_sub(left),
            ),
        };
        for what in &self.kept {
            text.push_str(&format!("\n- {what}"));
        }
        let failing = self.finals.iter().map(|(failed, ..)| *failed).min().unwrap_or(0);
        if failing > 0 {
            text.push_str(&format!(
                "\n{failing} tests fail; whether they did before is not known."
            ));
        }
        for error in accepted.report.errors().take(5) {
            text.push_str(&format!("\nleft: {}", error.headline()));
        }
        Action::Say(text)
    }

    fn was_read(&mut self, done: &Done) {
        let Ok(ReadInput { path }) = done.input.parse() else { return };
        let whole = done.result.data.as_ref().and_then(|data| data["text"].as_str());
        match whole {
            Some(text) if !done.result.is_error => {
                self.draft.insert(path.clone(), text.to_owned());
                for state in &mut self.stack {
                    state.files.entry(path.clone()).or_insert_with(|| text.to_owned());
                }
            }
            // It stays among what was asked for, so it is not asked for again.
            _ => {}
        }
    }

    fn was_searched(&mut self, done: &Done) {
        let Ok(GrepInput { pattern }) = done.input.parse() else { return };
        let hits = if done.result.is_error { "" } else { done.result.text.as_str() };
        let hits = hits.lines().filter_map(|line| {
            let (file, rest) = line.split_once(':')?;
            let (number, text) = rest.split_once(':')?;
            Some(Hit { file: file.to_owned(), line: number.parse().ok()?, text: text.to_owned() })
        });
        self.hits.insert(pattern, hits.collect());
    }

    /// An edit was refused: the draft no longer is what we believe, which must not happen.
    fn edit_failed(&mut self) {
        self.ended = Some("an edit was refused".to_owned());
    }

    /// Whether the present state builds, was brought about by us, and its tests have not been run.
    /// A task that names a complaint is about that complaint, and a test run could take long.
    fn wants_tests(&self) -> bool {
        let [state] = self.stack.as_slice() else { return false };
        let tested = self.finals.iter().any(|(_, tested, _)| tested.files == state.files);
        !self.kept.is_empty()
            && !tested
            && state.report.errors().next().is_none()
            && !names_complaints(&self.goal)
    }

    /// The tests of the present state were run. If some fail, the state before is gone back to,
    /// in case another way to mend it is the right one; of several the one with the fewest
    /// failures is kept in the end.
    fn was_tested(&mut self, report: &CheckReport) {
        let Some(state) = self.stack.first().cloned() else { return };
        let failed = report.failed_tests().count();
        self.finals.push((failed, state, self.kept.clone()));
        if failed > 0
            && self.finals.len() < MAX_FINALS
            && let Some((state, kept)) = self.before.take()
        {
            self.before = Some((state.clone(), kept.clone()));
            self.stack = vec![state];
            self.kept = kept;
            return;
        }
        self.take_best_final();
    }

    /// Goes to the state that builds with the fewest failing tests, the first of equals.
    fn take_best_final(&mut self) {
        let best = self.finals.iter().min_by_key(|(failed, ..)| *failed).cloned();
        if let Some((_, state, kept)) = best {
            self.stack = vec![state];
            self.kept = kept;
        }
    }

    fn was_checked(&mut self, done: &Done) {
        let data = done.result.data.as_deref().cloned().unwrap_or_default();
        let Ok(report) = serde_json::from_value::<CheckReport>(data) else {
            self.ended = Some(done.result.text.clone());
            return;
        };
        if done.input.value()["tests"] == true {
            return self.was_tested(&report);
        }
        self.checks += 1;
        let Some(candidate) = self.trying.take() else {
            self.errors_at_first.get_or_insert(report.errors().count());
            self.stack.push(State {
                files: self.draft.clone(),
                report,
                steps: Vec::new(),
                untried: None,
            });
            return;
        };
        let Some(from) = self.stack.last() else { return };
        let accepted = &self.stack[0].report;
        let since_accepted = report::compare(accepted, &report);
        let mut steps = from.steps.clone();
        steps.push(candidate.clone());
        let next = State { files: self.draft.clone(), report, steps, untried: None };
        if since_accepted.gone > 0 && since_accepted.new == 0 {
            if let Some(accepted) = self.stack.first() {
                self.before = Some((accepted.clone(), self.kept.clone()));
            }
            self.kept.extend(next.steps.iter().map(|step| step.what.clone()));
            self.failed.clear();
            self.stack = vec![State { steps: Vec::new(), ..next }];
            return;
        }
        self.failed.insert(candidate.edits.clone());
        let targets = targets(&self.goal, &from.report, self.stack.len() > 1);
        let meant = targets.get(candidate.error);
        let moved = meant.is_some_and(|error| !report::has(&next.report, error));
        let no_worse = next.report.errors().count() <= from.report.errors().count();
        if moved && no_worse && self.stack.len() <= MAX_DEPTH {
            self.stack.push(next);
        }
    }
}

/// Whether the task is about complaints that it names.
fn names_complaints(goal: &str) -> bool {
    goal.contains("Complaints that the task is about:")
}

/// The errors that are to be mended: those that the task names, or all if it names none. In a
/// state that was reached `on_trust` all are: what came up on the way has to go as well.
fn targets<'a>(goal: &str, report: &'a CheckReport, on_trust: bool) -> Vec<&'a Diagnostic> {
    if on_trust {
        return report.errors().collect();
    }
    let named: Vec<&Diagnostic> = report
        .errors()
        .filter(|error| {
            let file = error.spans.first().map(|span| span.file.as_str()).unwrap_or_default();
            goal.lines().any(|line| line.contains(file) && line.contains(&error.message))
        })
        .collect();
    if named.is_empty() && !names_complaints(goal) {
        return report.errors().collect();
    }
    named
}
