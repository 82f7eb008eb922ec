//! The way of a finished change into the editor.
//!
//! The user may type at any moment, so a change is brought onto the newest text, sent with the
//! versions that it was made for, and believed to be applied when the text that it should bring
//! about has been seen. If the editor has moved on instead, all of that is done again.

mod edit;
mod record;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use harness::{Grade, TaskId};
use stdx::AbsPath;
use text::Text;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use workspace::{Conflict, Snapshot, SourceChange};

pub(crate) use edit::{Built, workspace_edit};
pub(crate) use record::{Deliveries, Expected, Verdict};

use crate::editor::Reply;
use crate::state::{Events, Shared};

/// How often a change is sent again to a client that had moved on.
const MAX_ATTEMPTS: u32 = 20;
/// How long an edit may stay unconfirmed before the user is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// A change on its way.
pub(crate) struct Delivery {
    pub(crate) shared: Arc<Shared>,
    pub(crate) task: TaskId,
    /// What the editor shows it as, in its list of undoable steps.
    pub(crate) label: String,
    /// As the task made it. Files that have arrived are taken out.
    pub(crate) change: SourceChange,
    pub(crate) grade: Grade,
    /// Whether what the grade rests on ran with nothing between it and the user's machine.
    pub(crate) unconfined: bool,
    pub(crate) cancel: CancellationToken,
    /// Whether any file had to be merged with what the user typed.
    pub(crate) merged: bool,
    /// Whether a check has spoken for the merged text.
    pub(crate) rechecked: bool,
    /// How many files have arrived so far.
    pub(crate) arrived: usize,
}

/// How a delivery ended.
#[derive(Debug)]
pub(crate) enum Delivered {
    /// Everything has arrived.
    Applied,
    /// The user changed the same lines. Nothing was sent.
    Conflict(String),
    /// The client did not take it; why, in some words.
    NotTaken(String),
    /// Somebody stopped it.
    Stopped,
}

impl Delivery {
    /// Tries until the change has arrived or there is a reason to stop trying.
    pub(crate) async fn run(&mut self) -> Delivered {
        let mut events = self.shared.events();
        // One deadline for all attempts.
        let mut deadline = (self.shared.config.timer)(PATIENCE);
        for _ in 0..MAX_ATTEMPTS {
            if self.cancel.is_cancelled() {
                return Delivered::Stopped;
            }
            self.take_out_arrived();
            let now = self.shared.snapshot().at_root(self.change.root.clone());
            let rebased = self.change.rebase(&now);
            if !rebased.conflicts.is_empty() {
                return Delivered::Conflict(places(&rebased.conflicts, &now));
            }
            let mut change = rebased.change;
            change.files.retain(|file| file.base.text != file.target);
            if change.is_empty() {
                // The user did the same by hand.
                return Delivered::Applied;
            }
            if rebased.merged {
                self.check_again(&change, &now).await;
            }
            let seen = *events.borrow_and_update();
            let edit = match self.begin(&change) {
                Ok(Some(edit)) => edit,
                // Something has changed since the snapshot was taken.
                Ok(None) => continue,
                Err(reason) => return Delivered::NotTaken(reason),
            };
            self.send(edit);
            match self.outcome(&mut events, seen, &mut deadline).await {
                Verdict::Again => {}
                Verdict::Arrived => {
                    self.take_out_arrived();
                    return Delivered::Applied;
                }
                Verdict::Open(reason) => return Delivered::NotTaken(reason),
                Verdict::Stopped => return Delivered::Stopped,
            }
        }
        Delivered::NotTaken("the text keeps changing".to_owned())
    }

    /// Waits until the last edit that was sent has arrived after all.
    pub(crate) async fn late_arrival(&mut self) {
        let mut events = self.shared.events();
        let ended = self.shared.ending.clone();
        loop {
            let verdict =
                self.shared.deliveries(|deliveries, now| deliveries.verdict(self.task, now, false));
            if verdict == Verdict::Arrived {
                return self.take_out_arrived();
            }
            if ended.run_until_cancelled(events.changed()).await.is_none() {
                return std::future::pending().await;
            }
        }
    }

    fn take_out_arrived(&mut self) {
        let task = self.task;
        let arrived = self.shared.deliveries(|deliveries, _| deliveries.take_arrived(task));
        let before = self.change.files.len();
        self.change.files.retain(|file| !arrived.contains(&file.path));
        self.arrived += before - self.change.files.len();
    }

    /// After a merge the checks that were made no longer speak for the text.
    async fn check_again(&mut self, change: &SourceChange, now: &Snapshot) {
        if std::mem::replace(&mut self.merged, true) {
            // One check is enough to wait for: while it runs the user goes on typing.
            self.rechecked = false;
            return;
        }
        let mut draft = now.draft();
        for file in &change.files {
            match &file.target {
                Some(text) => draft.write(file.path.clone(), text.clone()),
                None => draft.delete(file.path.clone()),
            }
        }
        let grade = self.shared.config.runner.recheck(draft, self.cancel.child_token()).await;
        self.rechecked = grade.is_some();
        if let Some(grade) = grade {
            self.grade = grade;
        }
    }

    /// Looks out for the texts that `change` should bring about. `None` if the bases that it has
    /// are no longer what is there.
    fn begin(&self, change: &SourceChange) -> Result<Option<Built>, String> {
        let built = workspace_edit(change, &self.shared.editor.facts())?;
        // Read again, because a check may have run since the change was rebased.
        let fresh = self.shared.snapshot().at_root(change.root.clone());
        for file in change.files.iter().filter(|file| file.base.version.is_none()) {
            let there = fresh.read(&file.path).ok();
            if there.map(|there| there.text) != file.base.text {
                return Ok(None);
            }
        }
        let expected: Vec<Expected> = change
            .files
            .iter()
            .map(|file| Expected {
                path: file.path.clone(),
                version: file.base.version,
                text: file.target.clone(),
            })
            .collect();
        let task = self.task;
        let begun = self.shared.deliveries(|deliveries, now| deliveries.begin(task, expected, now));
        Ok(begun.then_some(built))
    }

    /// Sends an edit. The answer is noted whenever it comes, even if nobody waits for it then.
    fn send(&self, built: Built) {
        let (shared, task, label) = (Arc::clone(&self.shared), self.task, self.label.clone());
        let ending = self.shared.ending.clone();
        self.shared.tracker.spawn(async move {
            let asked = shared.editor.apply(&label, built.edit);
            let Some(reply) = ending.run_until_cancelled(asked).await else { return };
            let settled: Vec<AbsPath> = match &reply {
                Reply::Applied => built.steps.into_iter().map(|step| step.path).collect(),
                Reply::Refused { failed: Some(failed), .. } => {
                    let before = built.steps.into_iter().filter(|step| step.last < *failed);
                    before.map(|step| step.path).collect()
                }
                Reply::Refused { failed: None, .. } => Vec::new(),
            };
            shared.deliveries(|deliveries, _| deliveries.replied(task, reply, &settled));
            shared.reply_event();
        });
    }

    /// Waits for the fate of the edit that was sent when `events` stood at `seen`.
    async fn outcome(
        &self,
        events: &mut watch::Receiver<Events>,
        seen: Events,
        deadline: &mut BoxFuture<'static, ()>,
    ) -> Verdict {
        loop {
            let moved = events.borrow_and_update().documents != seen.documents;
            let verdict =
                self.shared.deliveries(|deliveries, now| deliveries.verdict(self.task, now, moved));
            let Verdict::Open(reason) = verdict else { return verdict };
            tokio::select! {
                () = self.cancel.cancelled() => return Verdict::Stopped,
                // What was not confirmed is never sent again merely because time has passed: it
                // may have arrived all the same.
                () = &mut *deadline => return Verdict::Open(reason),
                // The sender lives as long as we do.
                _ = events.changed() => {}
            }
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let task = self.task;
        self.shared.deliveries(|deliveries, _| deliveries.forget(task));
    }
}

/// Where the user and the change disagree, for people: the files, and the lines as they are now.
fn places(conflicts: &[Conflict], now: &Snapshot) -> String {
    let mut places: Vec<String> = Vec::new();
    for conflict in conflicts {
        let name = conflict.path.relative_to(now.root());
        let name = name.unwrap_or_else(|| conflict.path.to_string());
        let lines = now
            .read(&conflict.path)
            .ok()
            .and_then(|file| lines_of(&file.text, conflict.theirs.as_deref()?));
        let place = match (lines, &conflict.theirs) {
            (Some((first, last)), _) if first == last => format!("{name} line {first}"),
            (Some((first, last)), _) => format!("{name} lines {first} to {last}"),
            (None, Some(_)) => name,
            (None, None) => format!("{name} (deleted)"),
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let more = places.len().saturating_sub(3);
    places.truncate(3);
    let more = if more == 0 { String::new() } else { format!(" and {more} more places") };
    format!("{}{more}", places.join(", "))
}

/// The lines, from 1, at which `part` stands in `text`; `None` unless it does so exactly once.
fn lines_of(text: &Text, part: &str) -> Option<(usize, usize)> {
    let whole = text.to_string();
    let part = part.trim_end_matches(['\r', '\n']);
    let at = whole.find(part).filter(|_| !part.is_empty())?;
    if whole[at + part.len()..].contains(part) {
        return None;
    }
    Some((text.line_of(at) + 1, text.line_of(at + part.len()) + 1))
}
