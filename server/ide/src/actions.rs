//! The list of actions at a place.

use std::collections::BTreeSet;
use std::ops::Range;

use harness::{Diagnostic, Severity, TaskId};
use stdx::AbsPath;

use crate::line::one_line;
use crate::request::{Command, FixArgs, TaskArgs};

/// More actions than these are more than anybody reads; Helix shows ten rows.
const MAX_ACTIONS: usize = 10;
/// Rows left for the actions on tasks.
const MAX_TASKS: usize = 3;
/// Characters of a message in a title.
const TITLE: usize = 72;

/// Where the user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file in the client's own words; it comes back with the command.
    pub uri: &'a str,
    /// The file.
    pub path: &'a AbsPath,
    /// The version of the document that `bytes` refers to; `None` if it is not open.
    pub version: Option<i32>,
    /// The selection, or the empty range at the cursor.
    pub bytes: Range<usize>,
}

/// A task that an action can refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// Its number.
    pub id: TaskId,
    /// What it is about, in a few words.
    pub title: String,
    /// What it is doing.
    pub state: TaskState,
}

/// What a task is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// It runs.
    Running,
    /// It is finished, and its change waits for the user's word.
    Waiting,
}

/// What kind of action it is: clients sort and filter by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It mends something.
    QuickFix,
    /// It steers a task.
    Control,
}

/// Something that the user can choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// One line.
    pub title: String,
    /// For sorting and filtering.
    pub kind: Kind,
    /// What choosing it does; carries all that it needs.
    pub command: Command,
    /// The index of the diagnostic that it mends.
    pub diagnostic: Option<usize>,
}

/// The actions at `place`, where the client knows of `diagnostics`: at most ten, the most useful
/// ones first. Asks no model and reads nothing.
#[must_use]
pub fn actions(place: &Place<'_>, diagnostics: &[Diagnostic], tasks: &[TaskView]) -> Vec<Action> {
    let controls: Vec<Action> = tasks.iter().rev().map(control).take(MAX_TASKS).collect();
    let mut order: Vec<usize> = (0..diagnostics.len()).collect();
    order.sort_by_key(|index| rank(diagnostics[*index].severity));
    let mut titles = BTreeSet::new();
    let mut actions: Vec<Action> = order
        .into_iter()
        .map(|index| fix(place, index, &diagnostics[index]))
        .filter(|action| titles.insert(action.title.clone()))
        .take(MAX_ACTIONS - controls.len())
        .collect();
    actions.extend(controls);
    actions
}

fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
    }
}

fn fix(place: &Place<'_>, index: usize, diagnostic: &Diagnostic) -> Action {
    let message = match one_line(&diagnostic.message, TITLE) {
        empty if empty.is_empty() => "problem without a message".to_owned(),
        message => message,
    };
    let span = diagnostic.spans.first();
    Action {
        title: format!("Fix: {message}"),
        kind: Kind::QuickFix,
        command: Command::Fix(Box::new(FixArgs {
            uri: Some(place.uri.to_owned()),
            // A path that is no Unicode text travels in the URI alone.
            path: place.path.as_path().to_str().map(str::to_owned),
            version: place.version,
            line: span.map(|span| span.line),
            bytes: Some(span.map_or_else(|| place.bytes.clone(), |span| span.bytes.clone())),
            diagnostics: Some(vec![diagnostic.clone()]),
        })),
        diagnostic: Some(index),
    }
}

fn control(task: &TaskView) -> Action {
    let args = TaskArgs { task: Some(task.id) };
    let about = one_line(&task.title, TITLE);
    let (title, command) = match task.state {
        TaskState::Running => (format!("Stop task {}: {about}", task.id), Command::Stop(args)),
        TaskState::Waiting => (format!("Apply now: {about}"), Command::ApplyNow(args)),
    };
    Action { title, kind: Kind::Control, command, diagnostic: None }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use harness::Span;

    use super::*;

    fn problem(severity: Severity, message: &str, line: usize) -> Diagnostic {
        Diagnostic {
            severity,
            code: None,
            message: message.to_owned(),
            spans: vec![Span {
                file: "a.rs".to_owned(),
                bytes: line * 10..line * 10 + 3,
                line,
                column: 1,
                end_line: line,
                primary: true,
                label: None,
            }],
            notes: Vec::new(),
            suggestions: Vec::new(),
            rendered: message.to_owned(),
        }
    }

    fn check(diagnostics: &[Diagnostic], tasks: &[(u64, TaskState)], expected: Expect) {
        let path = AbsPath::new("/p/a.rs").unwrap();
        let place = Place { uri: "file:///p/a.rs", path: &path, version: Some(3), bytes: 7..7 };
        let tasks: Vec<TaskView> = tasks
            .iter()
            .map(|(id, state)| TaskView {
                id: TaskId(*id),
                title: format!("fix number {id}"),
                state: *state,
            })
            .collect();
        let mut text = String::new();
        for action in actions(&place, diagnostics, &tasks) {
            let (name, args) = (action.command.name(), action.command.arguments());
            text.push_str(&format!("{} [{:?}] {name} {args}\n", action.title, action.kind));
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn nothing_known_nothing_offered() {
        check(&[], &[], expect![""]);
    }

    #[test]
    fn a_fix_carries_all_that_it_needs() {
        check(
            &[problem(Severity::Error, "no `x`\u{1b}[0m\nin scope", 2)],
            &[],
            expect![[r#"
                Fix: no `x`[0m in scope [QuickFix] ostler.fix {"bytes":{"end":23,"start":20},"diagnostics":[{"code":null,"message":"no `x`\u001b[0m\nin scope","notes":[],"rendered":"no `x`\u001b[0m\nin scope","severity":"error","spans":[{"bytes":{"end":23,"start":20},"column":1,"end_line":2,"file":"a.rs","label":null,"line":2,"primary":true}],"suggestions":[]}],"line":2,"path":"/p/a.rs","uri":"file:///p/a.rs","version":3}
            "#]],
        );
    }

    #[test]
    fn errors_first_each_once_at_most_ten() {
        let mut many = vec![
            problem(Severity::Note, "a note", 1),
            problem(Severity::Warning, "a warning", 1),
            problem(Severity::Error, "twice", 1),
            problem(Severity::Error, "twice", 1),
        ];
        many.extend((0..20).map(|n| problem(Severity::Error, &format!("error {n}"), 1)));
        let path = AbsPath::new("/p/a.rs").unwrap();
        let place = Place { uri: "file:///p/a.rs", path: &path, version: None, bytes: 0..0 };
        let task =
            |id| TaskView { id: TaskId(id), title: String::new(), state: TaskState::Running };
        let tasks: Vec<TaskView> = (1..6).map(task).collect();
        let found = actions(&place, &many, &tasks);
        assert_eq!(found.len(), MAX_ACTIONS);
        let titles: Vec<&str> = found.iter().map(|action| action.title.as_str()).collect();
        assert_eq!(titles[..2], ["Fix: twice", "Fix: error 0"]);
        // Of many tasks the newest ones.
        assert_eq!(titles[7..], ["Stop task 5: ", "Stop task 4: ", "Stop task 3: "]);
        assert_eq!(actions(&place, &many[..3], &[])[2].title, "Fix: a note");
    }

    #[test]
    fn tasks_can_be_steered() {
        check(
            &[],
            &[(1, TaskState::Waiting), (2, TaskState::Running)],
            expect![[r#"
                Stop task 2: fix number 2 [Control] ostler.stop {"task":2}
                Apply now: fix number 1 [Control] ostler.applyNow {"task":1}
            "#]],
        );
    }
}
