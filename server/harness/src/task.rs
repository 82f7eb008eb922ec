//! A task and its outcome.

use std::fmt;

use model::Usage;
use serde::{Deserialize, Serialize};
use stdx::AbsPath;
use workspace::{Snapshot, SourceChange};

use crate::{Diagnostic, Draft};

/// The name of a task, unique in the life of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId(pub u64);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Something that the user wants to be done.
#[derive(Clone)]
pub struct Task {
    /// The user's words, or those of the action that was chosen.
    pub goal: String,
    /// The project at the moment of asking.
    pub snapshot: Snapshot,
    /// Where the user was.
    pub place: Option<Place>,
    /// What the client knows to be wrong there.
    pub diagnostics: Vec<Diagnostic>,
    /// What must hold before the task counts as done.
    pub done_when: DoneWhen,
}

/// What must hold before a task counts as done, besides that its change brings nothing new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoneWhen {
    /// The model has answered.
    #[default]
    Answered,
    /// The checkers find no error at all.
    Builds,
    /// The checkers no longer find the errors among the task's diagnostics.
    Mended,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: AbsPath,
    /// Bytes of the file as it is in the task's snapshot.
    pub bytes: std::ops::Range<usize>,
}

/// What happens while a task runs, for those who watch.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskEvent {
    /// The task entered a phase.
    Phase(Phase),
    /// A tool call began: the tool's name and what it is about, in a few words.
    Call {
        /// The tool.
        tool: String,
        /// What it is about, such as a path.
        about: String,
    },
    /// What the task has cost so far.
    Usage(Usage),
    /// Something that the user should know while the task goes on, in one line.
    Notice(String),
}

/// What a task is busy with, as it is shown to the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Selecting the code that the model is shown.
    Gathering,
    /// Waiting for the model.
    Thinking,
    /// Running tools that read.
    Reading,
    /// Running tools that change the draft.
    Editing,
    /// Running a checker.
    Checking,
    /// Handing the change to the editor.
    Offering,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Gathering => "gathering",
            Phase::Thinking => "thinking",
            Phase::Reading => "reading",
            Phase::Editing => "editing",
            Phase::Checking => "checking",
            Phase::Offering => "offering",
        })
    }
}

/// How far a change has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Nothing speaks for it: no checker ran, or the text was merged after it ran.
    Unchecked,
    /// No syntax error is new.
    Parses,
    /// No complaint of the checker is new.
    Checks,
    /// The tests that passed before still pass.
    TestsPass,
}

impl Grade {
    /// The grade in words, with a remark if the programs that it rests on ran `unconfined`.
    #[must_use]
    pub fn words(self, unconfined: bool) -> String {
        match unconfined && self >= Grade::Checks {
            true => format!("{self}, unconfined"),
            false => self.to_string(),
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Grade::Unchecked => "unchecked",
            Grade::Parses => "parses",
            Grade::Checks => "checks",
            Grade::TestsPass => "tests pass",
        })
    }
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The model says it is done and no check contradicts.
    Done,
    /// It ended with problems that it could not solve, one line each.
    Unsolved(Vec<String>),
    /// Somebody stopped it.
    Stopped,
    /// It could not go on; one line for the user.
    Failed(String),
}

/// What a task brought.
#[derive(Clone)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// The change that it offers; may be empty.
    pub change: SourceChange,
    /// What the model says about it.
    pub summary: String,
    /// How far the change has been checked.
    pub grade: Grade,
    /// Whether the checker ran with nothing between it and the user's machine.
    pub unconfined: bool,
    /// Problems that the change itself brought, one line each. While there are any it must not
    /// be applied without being asked for.
    pub problems: Vec<String>,
    /// Tests that fail with the change, if tests were run.
    pub failed_tests: Vec<String>,
    /// The draft that the change was taken from, so that it can be checked again after a merge.
    pub draft: Draft,
    /// What it cost.
    pub usage: Usage,
    /// Requests sent to the model.
    pub requests: u32,
    /// Runs of a checker.
    pub checks: u32,
}
