//! The session: an append-only log of everything that happened. The prompt is computed from it
//! and from nothing else, so the log is all that must survive a crash.

use std::io;

use model::{Block, StopReason, ToolResult, Usage};
use serde::{Deserialize, Serialize};
use stdx::store::AppendLog;

use crate::{Grade, Status};

/// The version of the stored form. A reader refuses newer ones.
pub const FORMAT: u32 = 1;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the log, from 0, without gaps.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: u64,
    /// What happened.
    pub event: Event,
}

/// What can happen in a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The log begins.
    Opened {
        /// [`FORMAT`].
        format: u32,
        /// The model, `dialect/name`.
        model: String,
        /// The name of the harness specification in force.
        spec: String,
    },
    /// What was selected for the model to see before it starts.
    Context {
        /// As the model sees it.
        text: String,
    },
    /// The user's words.
    User {
        /// As the user wrote them.
        text: String,
    },
    /// The harness tells the model something, after the results of the last turn.
    Note {
        /// As the model sees it.
        text: String,
    },
    /// A request went out.
    Sent {
        /// From 0.
        turn: u32,
    },
    /// A block of the answer is complete.
    Said {
        /// The block.
        block: Block,
    },
    /// A call is about to start. Written before it does.
    CallStarted {
        /// The call.
        id: String,
        /// The tool.
        tool: String,
    },
    /// A call has ended, well or badly. There is exactly one for each call that the model made.
    CallEnded {
        /// The outcome.
        result: ToolResult,
    },
    /// The answer is complete.
    TurnEnded {
        /// Why it ended.
        stop: StopReason,
        /// What it cost.
        usage: Usage,
    },
    /// The answer came to nothing before any of its calls was started: it is as if it had never
    /// been.
    TurnDropped {
        /// Why, in one line.
        reason: String,
    },
    /// The sequence of blocks that was sent so far is given up and a new one begins.
    Epoch(Epoch),
    /// The task has ended.
    Ended {
        /// How.
        status: Status,
        /// How far its change was checked.
        grade: Grade,
        /// What all requests cost together.
        usage: Usage,
        /// Requests that were sent.
        requests: u32,
        /// Runs of a checker.
        checks: u32,
        /// The files that the change touches, relative to the root.
        files: Vec<String>,
    },
}

/// A new beginning of the prompt: what is shown differently from here on. Nothing of the log is
/// lost by it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Epoch {
    /// Why, in one line.
    pub reason: String,
    /// The model that answers from here on, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The numbers ([`Entry::seq`]) of entries of which only a line is shown from here on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<u64>,
    /// Whether earlier answers are shown without what only their provider understands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
    /// The upper bound of an answer from here on, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_answer_tokens: Option<u32>,
}

/// Somewhere that entries are copied to as they are appended.
pub trait Sink: Send {
    /// Takes one entry.
    ///
    /// # Errors
    /// If it cannot be kept; the session goes on in memory and says so in the log file of the
    /// server.
    fn append(&mut self, entry: &Entry) -> io::Result<()>;
}

impl Sink for AppendLog {
    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        AppendLog::append(self, &serde_json::to_string(entry)?)?;
        if matches!(entry.event, Event::TurnEnded { .. } | Event::Ended { .. }) {
            self.sync()?;
        }
        Ok(())
    }
}

/// The log of one session.
pub struct Session {
    entries: Vec<Entry>,
    sinks: Vec<Box<dyn Sink>>,
}

impl Session {
    /// An empty log that is copied to `sinks` as it grows.
    #[must_use]
    pub fn new(sinks: Vec<Box<dyn Sink>>) -> Session {
        Session { entries: Vec::new(), sinks }
    }

    /// The entries so far, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Appends `event`, which happened at `at` milliseconds since 1970.
    pub fn append(&mut self, at: u64, event: Event) {
        let entry = Entry { seq: self.entries.len() as u64, at, event };
        for sink in &mut self.sinks {
            if let Err(error) = sink.append(&entry) {
                tracing::error!(%error, "the session log could not be written");
            }
        }
        self.entries.push(entry);
    }
}
