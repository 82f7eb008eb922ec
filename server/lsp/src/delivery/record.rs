//! The book of edits that are under way: what each should bring about, and what was seen of it.

use std::collections::{BTreeMap, BTreeSet};

use harness::TaskId;
use stdx::AbsPath;
use text::Text;
use workspace::Snapshot;

use crate::editor::Reply;

/// All edits that are under way, at most one for each task.
#[derive(Default)]
pub(crate) struct Deliveries {
    records: BTreeMap<TaskId, Record>,
}

#[derive(Default)]
struct Record {
    /// What the edit that was sent last should bring about.
    expected: Vec<Expected>,
    /// What the client said to it.
    reply: Option<Reply>,
    /// Files that have arrived.
    arrived: BTreeSet<AbsPath>,
}

/// What an edit should bring about in one file.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) path: AbsPath,
    /// The version that it was made for; `None` if the file was not open.
    pub(crate) version: Option<i32>,
    /// The text afterwards; `None` if the file is to go.
    pub(crate) text: Option<Text>,
}

/// What is to be thought of an edit that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All of it has arrived.
    Arrived,
    /// It has not arrived and never will: the client has moved on.
    Again,
    /// Nobody knows; what speaks against it so far.
    Open(String),
    /// Nobody wants to know any more.
    Stopped,
}

impl Deliveries {
    /// Whether any edit should bring about a text of `path`.
    pub(crate) fn expects(&self, path: &AbsPath) -> bool {
        self.records.values().any(|record| record.open().any(|expected| expected.path == *path))
    }

    /// The document at `path` has this text now, or had it on its way to where it is.
    pub(crate) fn observe(&mut self, path: &AbsPath, text: &Text) {
        for record in self.records.values_mut() {
            let met = record
                .open()
                .any(|expected| expected.path == *path && expected.text.as_ref() == Some(text));
            if met {
                record.arrived.insert(path.clone());
            }
        }
    }

    /// An edit of `task` is about to be sent. `false`, and nothing is noted, if one of the files
    /// has moved on.
    pub(crate) fn begin(&mut self, task: TaskId, expected: Vec<Expected>, now: &Snapshot) -> bool {
        if expected.iter().any(|file| file.has_moved(now)) {
            return false;
        }
        let record = self.records.entry(task).or_default();
        record.expected = expected;
        record.reply = None;
        true
    }

    /// The client has answered. `settled` are the files for which its word has to do.
    pub(crate) fn replied(&mut self, task: TaskId, reply: Reply, settled: &[AbsPath]) {
        if let Some(record) = self.records.get_mut(&task) {
            record.reply = Some(reply);
            record.arrived.extend(settled.iter().cloned());
        }
    }

    /// What is to be thought of the last edit of `task`. `moved`: any document has changed since
    /// it was sent.
    pub(crate) fn verdict(&self, task: TaskId, now: &Snapshot, moved: bool) -> Verdict {
        let Some(record) = self.records.get(&task) else { return Verdict::Open(String::new()) };
        if record.open().next().is_none() {
            return Verdict::Arrived;
        }
        let Some(reply) = &record.reply else {
            // It may still arrive, so sending it again could apply it twice.
            return Verdict::Open("the editor has not answered".to_owned());
        };
        let again = record.open().any(|expected| match expected.version {
            Some(_) => expected.has_moved(now),
            None => moved,
        });
        match reply {
            _ if again => Verdict::Again,
            Reply::Applied => Verdict::Open("the editor has not shown the result".to_owned()),
            Reply::Refused { reason, .. } if reason.is_empty() => {
                Verdict::Open("the editor refused".to_owned())
            }
            Reply::Refused { reason, .. } => Verdict::Open(reason.clone()),
        }
    }

    /// The files of `task` that have arrived since this was last asked.
    pub(crate) fn take_arrived(&mut self, task: TaskId) -> BTreeSet<AbsPath> {
        let Some(record) = self.records.get_mut(&task) else { return BTreeSet::new() };
        let arrived = std::mem::take(&mut record.arrived);
        record.expected.retain(|expected| !arrived.contains(&expected.path));
        arrived
    }

    /// Nothing of `task` is under way any more.
    pub(crate) fn forget(&mut self, task: TaskId) {
        self.records.remove(&task);
    }
}

impl Record {
    /// What has not arrived.
    fn open(&self) -> impl Iterator<Item = &Expected> {
        self.expected.iter().filter(|expected| !self.arrived.contains(&expected.path))
    }
}

impl Expected {
    /// Whether the client's document is no longer the one that the edit was made for.
    fn has_moved(&self, now: &Snapshot) -> bool {
        now.document(&self.path).map(|document| document.version) != self.version
    }
}
