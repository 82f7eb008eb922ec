//! The end of a search: which of the states that were reached is left behind, and what is said.

use std::collections::VecDeque;

use super::{Action, Search, State};
use crate::candidates::rank;
use crate::model::call;
use crate::{files, report};

impl Search {
    /// Goes to the state in which most is mended, if there is one that was not reached on trust and
    /// has brought nothing but errors to light that the compiler had not come to: that is worth
    /// keeping although not all is well. More errors than before are only taken from corrections
    /// that leave no doubt.
    fn take_progress(&mut self) {
        let Some(accepted) = self.states.first() else { return };
        let before = accepted.report.errors().count();
        let is_better = |state: &&State| {
            let doubt = state.steps.iter().map(|step| step.rank % rank::LATE).max().unwrap_or(0);
            let edits = state.steps.iter().flat_map(|step| &step.edits);
            let touched: Vec<_> = edits
                .map(|edit| (edit.file.clone(), edit.start..edit.start + edit.text.len()))
                .collect();
            let count = state.report.errors().count();
            let limit = if doubt <= rank::PLAIN { usize::MAX } else { before };
            state.depth == 0
                && doubt < rank::LIKELY
                && count <= limit
                && report::is_progress(&accepted.report, &state.report, &touched)
        };
        let best = self.states.iter().skip(1).filter(is_better).max_by_key(|state| {
            let left = state.report.errors().count();
            (report::phase(&state.report), std::cmp::Reverse(left))
        });
        if let Some(best) = best.cloned() {
            self.kept.extend(best.steps.iter().cloned());
            self.states[0] = State { untried: Some(VecDeque::new()), ..best };
        }
    }

    /// Leaves the draft in the last accepted state and says what came of it.
    pub(super) fn finish(&mut self) -> Action {
        self.take_progress();
        self.states.truncate(1);
        self.take_best_final();
        let Some(accepted) = self.states.first() else {
            return Action::Say("I can do nothing here.".to_owned());
        };
        let back = files::calls(&self.draft, &accepted.files);
        if !back.is_empty() && self.ended.is_none() {
            let calls = back.iter().map(|input| call(&mut self.ids, "edit", input)).collect();
            self.draft.clone_from(&accepted.files);
            self.ended = Some("nothing more to try".to_owned());
            return Action::Calls(calls);
        }
        Action::Say(self.summary(accepted))
    }

    fn summary(&self, accepted: &State) -> String {
        let left = accepted.report.errors().count();
        let before = self.first.as_ref().map_or(left, |first| first.report.errors().count());
        let mut text = match (before, left) {
            (0, _) => "The checkers find no error, so there is nothing to mend.".to_owned(),
            (_, 0) => format!("All {before} errors are mended.")
                .replace("All 1 errors are", "The error is"),
            _ => self.partly(accepted),
        };
        for step in &self.kept {
            text.push_str(&format!("\n- {}", step.what));
        }
        let failing = self.finals.iter().map(|it| it.failed).min().unwrap_or(0);
        if let Some(failed) = self.refused {
            text.push_str(&format!(
                "\nWhat I found builds, but it is a guess and {failed} tests fail with it, so I \
                 did not take it."
            ));
        } else if failing > 0 {
            text.push_str(&format!(
                "\n{failing} tests fail; whether they did before is not known."
            ));
        }
        for error in accepted.report.errors().take(5) {
            text.push_str(&format!("\nleft: {}", error.headline()));
        }
        text
    }

    /// What is mended and what is left, where something is: what came to light on the way is said
    /// apart from what was known before.
    fn partly(&self, accepted: &State) -> String {
        let Some(first) = &self.first else { return String::new() };
        let before = first.report.errors().count();
        let left = accepted.report.errors().count();
        let change = report::compare(&first.report, &accepted.report);
        let (gone, new) = (change.gone, change.new);
        if new == 0 {
            return format!(
                "{gone} of {before} errors are mended; I know no further correction for the other {left}.",
            );
        }
        let errors = if new == 1 {
            "1 error that was".to_owned()
        } else {
            format!("{new} errors that were")
        };
        format!(
            "{gone} of {before} errors are mended. That brought {errors} hidden before to light; {left} are left for which I know no correction.",
        )
    }

    /// Goes to the state that builds with the fewest failing tests, the first of equals. If tests
    /// fail even there and what led to it was a guess, the guess was wrong, and nothing is better
    /// than a text that builds and does something else.
    pub(super) fn take_best_final(&mut self) {
        let Some(best) = self.finals.iter().min_by_key(|it| it.failed).cloned() else { return };
        let doubt = best.kept.iter().map(|step| step.rank).max().unwrap_or(0);
        match &self.first {
            Some(first) if best.failed > 0 && doubt > rank::PROPOSED => {
                self.states = vec![State { untried: Some(VecDeque::new()), ..first.clone() }];
                self.kept.clear();
                self.refused = Some(best.failed);
            }
            _ => {
                self.states = vec![best.state];
                self.kept = best.kept;
            }
        }
    }
}
