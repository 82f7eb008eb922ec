//! The search: states of the draft, what was tried in each, and what to try next.

mod ending;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use harness::{CheckReport, Diagnostic};
use model::ToolUse;
use serde::Deserialize;
use serde_json::json;

use crate::candidates::{self, Candidate, Hit, Known, Need, rank};
use crate::files::{self, Files};
use crate::model::call;
use crate::report;
use crate::transcript::Done;

/// Runs of the checker after which the search ends with what it has.
const MAX_CHECKS: u32 = 45;
/// Requests after which it does: a harness allows no more than some sixty for one task, and the
/// way back to a good state takes one.
const MAX_REQUESTS: u32 = 54;
/// Checks in a row that have led nowhere after which no more is tried: what is right is among the
/// first ten proposals as a rule, and hardly ever behind the first twenty.
const PATIENCE: u32 = 20;
/// How many steps may be taken on trust before errors must have fallen.
const MAX_DEPTH: usize = 2;
/// States on trust that are kept for later at most.
const MAX_STATES: usize = 12;
/// What a step on trust makes all that follows it less likely by, as a rank.
const TRUST: u32 = 16;
/// What any step does.
const STEP: u32 = 4;
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
    /// How many of these were taken on trust.
    depth: usize,
    /// What is still to be tried from here, best first; `None` until it is known.
    untried: Option<VecDeque<Candidate>>,
}

impl State {
    /// How likely the best that is left to try here is, as a rank.
    fn promise(&self) -> Option<u32> {
        let first = self.untried.as_ref()?.front()?;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::from(u16::MAX));
        Some(first.rank + TRUST * count(self.depth) + STEP * count(self.steps.len()))
    }
}

/// A state that builds, and what its tests said.
#[derive(Debug, Clone)]
struct Final {
    failed: usize,
    state: State,
    kept: Vec<Candidate>,
}

/// The search as far as the conversation has brought it.
#[derive(Clone)]
pub(crate) struct Search {
    goal: String,
    ids: u32,
    checks: u32,
    /// How many checks there had been when a state was last reached that is worth going on from.
    got_on: u32,
    requests: u32,
    /// What the draft holds now.
    draft: Files,
    /// The accepted state, and behind it those that were reached on trust.
    states: Vec<State>,
    /// The candidate that is being tried, and the state that it is tried from.
    trying: Option<(Candidate, usize)>,
    /// What was kept.
    kept: Vec<Candidate>,
    /// What was tried, so that it is not tried again by another way: the edited texts, hashed.
    tried: BTreeSet<u64>,
    /// The texts as they were first read.
    original: Files,
    /// What searches of the project found, by their pattern.
    hits: BTreeMap<String, Vec<Hit>>,
    /// What was looked for, found or not.
    asked: BTreeSet<Need>,
    /// The first state.
    first: Option<State>,
    /// Why nothing more can be tried.
    ended: Option<String>,
    /// States that build.
    finals: Vec<Final>,
    /// The accepted state before the present one, to go back to if tests fail.
    before: Option<(State, Vec<Candidate>)>,
    /// Whether what builds was not taken because of its tests, and how many failed.
    refused: Option<usize>,
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
            got_on: 0,
            requests: 0,
            draft: Files::new(),
            states: Vec::new(),
            trying: None,
            kept: Vec::new(),
            tried: BTreeSet::new(),
            original: Files::new(),
            hits: BTreeMap::new(),
            asked: BTreeSet::new(),
            first: None,
            ended: None,
            finals: Vec::new(),
            before: None,
            refused: None,
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
        self.requests += 1;
        if self.states.is_empty() {
            return match &self.ended {
                Some(why) => Action::Say(format!("I can do nothing here: {why}.")),
                None => Action::Calls(vec![call(&mut self.ids, "check", &json!({}))]),
            };
        }
        if self.ended.is_some() {
            return self.finish();
        }
        if self.targets(0).is_empty() && self.wants_tests() {
            return Action::Calls(vec![call(&mut self.ids, "check", &json!({"tests": true}))]);
        }
        let spent = self.checks >= MAX_CHECKS
            || self.checks >= self.got_on + PATIENCE
            || self.requests >= MAX_REQUESTS;
        if self.targets(0).is_empty() || spent {
            return self.finish();
        }
        if let Some(calls) = self.prepare() {
            return Action::Calls(calls);
        }
        while let Some(at) = self.most_promising() {
            if let Some(action) = self.try_next(at) {
                return action;
            }
        }
        self.finish()
    }

    /// Fills in what can be tried from each state; or the calls that find out what must be known
    /// first.
    fn prepare(&mut self) -> Option<Vec<ToolUse>> {
        for at in 0..self.states.len() {
            let state = &self.states[at];
            if state.untried.is_some() {
                continue;
            }
            let targets = self.targets(at);
            let known = Known { files: &state.files, report: &state.report, hits: &self.hits };
            let needs: Vec<Need> = candidates::needs(&targets, &known)
                .into_iter()
                .filter(|need| !self.asked.contains(need))
                .take(MAX_LOOKS)
                .collect();
            if !needs.is_empty() {
                let calls = needs.iter().map(|need| look(&mut self.ids, need)).collect();
                self.asked.extend(needs);
                return Some(calls);
            }
            let untried = candidates::all(&targets, &known);
            self.states[at].untried = Some(untried.into());
        }
        None
    }

    /// The state with the best candidate; of equals the one that was reached first.
    fn most_promising(&self) -> Option<usize> {
        let promises = self.states.iter().enumerate();
        let promises = promises.filter_map(|(at, state)| Some((state.promise()?, at)));
        promises.min().map(|(_, at)| at)
    }

    /// The errors that are to be mended in the state `at`: those that the task names, or all if it
    /// names none. In a state that was reached on trust, what came up on the way.
    fn targets(&self, at: usize) -> Vec<&Diagnostic> {
        let (Some(accepted), Some(state)) = (self.states.first(), self.states.get(at)) else {
            return Vec::new();
        };
        if at == 0 {
            return targets(&self.goal, &state.report);
        }
        report::new(&accepted.report, &state.report)
    }

    /// Tries the best candidate of the state `at`, if it changes anything and was not tried yet.
    fn try_next(&mut self, at: usize) -> Option<Action> {
        let state = self.states.get_mut(at)?;
        let candidate = state.untried.as_mut()?.pop_front()?;
        let after = files::changed(&state.files, &candidate.edits)?;
        if after.is_empty() || !files::parses(&state.files, &after) {
            return None;
        }
        let mut wanted = state.files.clone();
        wanted.extend(after);
        let changed = wanted.iter().filter(|(file, text)| self.original.get(*file) != Some(*text));
        let mut hasher = DefaultHasher::new();
        changed.collect::<Vec<_>>().hash(&mut hasher);
        if !self.tried.insert(hasher.finish()) {
            return None;
        }
        let edits = files::calls(&self.draft, &wanted);
        if edits.is_empty() {
            return None;
        }
        self.trying = Some((candidate, at));
        let mut calls: Vec<ToolUse> =
            edits.iter().map(|input| call(&mut self.ids, "edit", input)).collect();
        calls.push(call(&mut self.ids, "check", &json!({})));
        self.draft = wanted;
        Some(Action::Calls(calls))
    }

    fn was_read(&mut self, done: &Done) {
        let Ok(ReadInput { path }) = done.input.parse() else { return };
        let whole = done.result.data.as_ref().and_then(|data| data["text"].as_str());
        match whole {
            Some(text) if !done.result.is_error => {
                self.draft.insert(path.clone(), text.to_owned());
                self.original.insert(path.clone(), text.to_owned());
                for state in self.first.iter_mut().chain(&mut self.states) {
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

    /// Whether the accepted state builds, was brought about by us, and its tests have not been run.
    /// A task that names a complaint is about that complaint, and a test run could take long.
    fn wants_tests(&self) -> bool {
        let Some(state) = self.states.first() else { return false };
        let tested = self.finals.iter().any(|it| it.state.files == state.files);
        !self.kept.is_empty()
            && !tested
            && state.report.errors().next().is_none()
            && !names_complaints(&self.goal)
    }

    /// The tests of the accepted state were run. If some fail, the state before is gone back to,
    /// in case another way to mend it is the right one; of several the one with the fewest
    /// failures is kept in the end.
    fn was_tested(&mut self, report: &CheckReport) {
        let Some(state) = self.states.first().cloned() else { return };
        let failed = report.failed_tests().count();
        self.finals.push(Final { failed, state, kept: self.kept.clone() });
        if failed > 0
            && self.finals.len() < MAX_FINALS
            && let Some((state, kept)) = self.before.take()
        {
            self.before = Some((state.clone(), kept.clone()));
            self.states = vec![state];
            self.kept = kept;
            return;
        }
        self.take_best_final();
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
        let Some((candidate, at)) = self.trying.take() else {
            let files = self.draft.clone();
            let state = State { files, report, steps: Vec::new(), depth: 0, untried: None };
            self.first.get_or_insert_with(|| state.clone());
            self.states = vec![state];
            return;
        };
        let (Some(accepted), Some(from)) = (self.states.first(), self.states.get(at)) else {
            return;
        };
        let since_accepted = report::compare(&accepted.report, &report);
        let since_parent = report::compare(&from.report, &report);
        let meant = self.targets(at).get(candidate.error).copied();
        let moved = meant.is_some_and(|error| !report::has(&report, error));
        // What the compiler had not come to before is nobody's doing, as far as one can tell.
        let reveals = report::reveals(&from.report, &report);
        let no_worse = reveals || report.errors().count() <= from.report.errors().count();
        let is_step = reveals || (since_parent.gone > 0 && since_parent.new == 0);
        let depth = from.depth + usize::from(!is_step);
        let sure = is_step || candidate.rank <= rank::LIKELY;
        let mut steps = from.steps.clone();
        steps.push(candidate);
        let files = self.draft.clone();
        let next = State { files, report, steps, depth, untried: None };
        if since_accepted.gone > 0 && since_accepted.new == 0 {
            self.before = Some((accepted.clone(), self.kept.clone()));
            self.kept.extend(next.steps.iter().cloned());
            self.states = vec![State { steps: Vec::new(), depth: 0, ..next }];
            self.got_on = self.checks;
        } else if moved && sure && no_worse && depth <= MAX_DEPTH && self.states.len() < MAX_STATES
        {
            self.got_on = self.checks;
            self.states.push(next);
        }
    }
}

/// Whether the task is about complaints that it names.
fn names_complaints(goal: &str) -> bool {
    goal.contains("Complaints that the task is about:")
}

/// The errors of `report` that the task names, or all if it names none.
fn targets<'a>(goal: &str, report: &'a CheckReport) -> Vec<&'a Diagnostic> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn state(text: &str) -> State {
        State {
            files: Files::from([("a.rs".to_owned(), text.to_owned())]),
            report: CheckReport::default(),
            steps: Vec::new(),
            depth: 0,
            untried: None,
        }
    }

    /// What is left of a correction of that rank with which so many tests fail.
    fn left(rank: u32, failed: usize) -> (String, Option<usize>) {
        let mut search = Search::new("fix the build".to_owned());
        search.first = Some(state("broken"));
        let kept = vec![Candidate::new(rank, Vec::new(), "change")];
        search.finals.push(Final { failed, state: state("builds"), kept });
        search.take_best_final();
        (search.states[0].files["a.rs"].clone(), search.refused)
    }

    #[test]
    fn a_guess_is_not_taken_if_tests_fail_with_it() {
        assert_eq!(left(rank::LIKELY, 0), ("builds".to_owned(), None));
        assert_eq!(left(rank::PROPOSED, 2), ("builds".to_owned(), None));
        assert_eq!(left(rank::LIKELY, 2), ("broken".to_owned(), Some(2)));
    }
}
