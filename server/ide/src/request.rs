//! What comes back when the user has chosen: the arguments of commands, and the task that they
//! stand for.

use std::ops::Range;

use harness::{Diagnostic, DoneWhen, Severity, Task, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stdx::AbsPath;
use text::Text;
use thiserror::Error;
use workspace::{ReadError, Snapshot};

use crate::line::one_line;

/// The command that mends something.
pub const FIX: &str = "ostler.fix";
/// The command that stops tasks.
pub const STOP: &str = "ostler.stop";
/// The command that applies a change that waits.
pub const APPLY_NOW: &str = "ostler.applyNow";

/// What an action does when it is chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// [`FIX`].
    Fix(Box<FixArgs>),
    /// [`STOP`].
    Stop(TaskArgs),
    /// [`APPLY_NOW`].
    ApplyNow(TaskArgs),
}

impl Command {
    /// The name of the command.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Command::Fix(_) => FIX,
            Command::Stop(_) => STOP,
            Command::ApplyNow(_) => APPLY_NOW,
        }
    }

    /// The one argument of the command: a JSON object.
    #[must_use]
    pub fn arguments(&self) -> Value {
        let object = match self {
            Command::Fix(args) => serde_json::to_value(args),
            Command::Stop(args) | Command::ApplyNow(args) => serde_json::to_value(args),
        };
        // Neither has a map with keys that are no text, the one thing that JSON cannot say.
        object.unwrap_or_default()
    }
}

/// The argument of [`FIX`]. A key map passes `path` and `line` alone, an action all of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FixArgs {
    /// The file in the client's own words; comes before `path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The file, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The version of the document that `bytes` and `diagnostics` refer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The place in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Range<usize>>,
    /// What is to be mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Vec<Diagnostic>>,
}

/// The argument of [`STOP`] and [`APPLY_NOW`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskArgs {
    /// The task; without it, the one that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// Why nothing can be done at a place, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// The file has no text for us.
    #[error("{0}: {1}")]
    Unreadable(AbsPath, ReadError),
    /// There is no such line.
    #[error("{0} has the lines 1 to {1}, there is no line {2}")]
    NoSuchLine(AbsPath, usize, usize),
}

/// The bytes that `args` speaks of in the file at `path`: those of the action as long as the
/// document is the same, otherwise those of the line.
///
/// # Errors
/// If the file cannot be read or has no such line.
pub fn lines(
    args: &FixArgs,
    path: &AbsPath,
    snapshot: &Snapshot,
) -> Result<Range<usize>, PlaceError> {
    let file = snapshot.read(path).map_err(|error| PlaceError::Unreadable(path.clone(), error))?;
    let whole = 0..file.text.len();
    if let Some(bytes) = &args.bytes
        && args.version == file.version
        && bytes.end <= whole.end
    {
        return Ok(bytes.clone());
    }
    match args.line {
        Some(line) => line_bytes(&file.text, line)
            .ok_or_else(|| PlaceError::NoSuchLine(path.clone(), file.text.line_count(), line)),
        None => Ok(0..0),
    }
}

fn line_bytes(text: &Text, line: usize) -> Option<Range<usize>> {
    let line = line.checked_sub(1)?;
    (line < text.line_count()).then(|| text.line_range(line))
}

/// The task of mending `diagnostics` at a place, or, without any, of mending the build; and what
/// it is about, in a few words that follow "fix".
#[must_use]
pub fn fix(
    snapshot: Snapshot,
    place: harness::Place,
    diagnostics: Vec<Diagnostic>,
) -> (Task, String) {
    let about = match diagnostics.first() {
        Some(first) => one_line(&first.message, 60),
        None => "the build".to_owned(),
    };
    let goal = match diagnostics.as_slice() {
        [] => "Fix the build.".to_owned(),
        [one] => format!("Fix this problem: {}", one.message),
        many => format!("Fix these {} problems, the first of which is: {}", many.len(), about),
    };
    // The checkers of the task decide about errors only; the absence of a warning of some other
    // server is nothing that they could confirm.
    let errors = diagnostics.iter().any(|found| found.severity == Severity::Error);
    let done_when = match (diagnostics.is_empty(), errors) {
        (true, _) => DoneWhen::Builds,
        (false, true) => DoneWhen::Mended,
        (false, false) => DoneWhen::Answered,
    };
    (Task { goal, snapshot, place: Some(place), diagnostics, done_when }, about)
}

#[cfg(test)]
mod tests {
    use workspace::Documents;

    use super::*;

    fn open(text: &str) -> (Snapshot, AbsPath) {
        let path = AbsPath::new("/nowhere/a.rs").unwrap();
        let mut documents = Documents::default();
        documents.open(path.clone(), 3, text);
        (documents.snapshot(AbsPath::new("/nowhere").unwrap()), path)
    }

    #[test]
    fn the_bytes_of_an_action_count_for_its_version_alone() {
        let (snapshot, path) = open("one\ntwo\nthree");
        let args =
            FixArgs { version: Some(3), line: Some(2), bytes: Some(5..7), ..FixArgs::default() };
        assert_eq!(lines(&args, &path, &snapshot), Ok(5..7));
        let older = FixArgs { version: Some(2), ..args.clone() };
        assert_eq!(lines(&older, &path, &snapshot), Ok(4..7));
        let outside = FixArgs { bytes: Some(5..70), ..args };
        assert_eq!(lines(&outside, &path, &snapshot), Ok(4..7));
    }

    #[test]
    fn a_place_that_is_not_there() {
        let (snapshot, path) = open("one\ntwo");
        let error = |line| {
            let args = FixArgs { line: Some(line), ..FixArgs::default() };
            lines(&args, &path, &snapshot).unwrap_err().to_string()
        };
        assert_eq!(error(0), "/nowhere/a.rs has the lines 1 to 2, there is no line 0");
        assert_eq!(error(3), "/nowhere/a.rs has the lines 1 to 2, there is no line 3");
        let other = AbsPath::new("/nowhere/b.rs").unwrap();
        let error = lines(&FixArgs::default(), &other, &snapshot).unwrap_err();
        assert_eq!(error.to_string(), "/nowhere/b.rs: file not found");
    }

    #[test]
    fn a_fix_without_a_diagnostic_is_for_the_build() {
        let (snapshot, path) = open("one");
        let place = harness::Place { path, bytes: 0..0 };
        let (task, about) = fix(snapshot, place, Vec::new());
        assert_eq!((task.goal.as_str(), about.as_str()), ("Fix the build.", "the build"));
        assert_eq!(task.done_when, DoneWhen::Builds);
    }
}
