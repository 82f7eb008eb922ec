//! What an editor can ask for, in the editor's words and without a protocol: the actions at a
//! place.
//!
//! This room knows nothing of protocols, positions on the wire, models, tools or checkers. Its
//! functions are pure and quick: an editor waits for them with its menu open.

use harness::TaskId;

/// A complaint that the client knows of, whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What it says.
    pub message: String,
    /// Whether it is an error.
    pub is_error: bool,
}

/// A task that has not been forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// Its number.
    pub id: TaskId,
    /// What it is about.
    pub title: String,
    /// Whether its change is ready and waits for the user.
    pub waiting: bool,
}

/// Something that the user can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What the menu shows.
    pub title: String,
    /// What is run.
    pub command: Command,
    /// The complaint that it is about, as its position in the list that was asked with.
    pub about: Option<usize>,
}

/// What an action runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Mend a complaint.
    Fix,
    /// Stop a task.
    Stop(TaskId),
    /// Apply the change of a task that waits.
    ApplyNow(TaskId),
}

impl Command {
    /// Its name in the protocol.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Command::Fix => "ostler.fix",
            Command::Stop(_) => "ostler.stop",
            Command::ApplyNow(_) => "ostler.applyNow",
        }
    }
}

/// Actions that fit into a menu without scrolling (Helix shows ten rows).
const MOST: usize = 10;

/// The actions at a place with these complaints, while these tasks exist: what is ready first,
/// then errors, then the other complaints, then what stops a task.
#[must_use]
pub fn actions(complaints: &[Known], tasks: &[TaskView]) -> Vec<Action> {
    let mut actions = Vec::new();
    for task in tasks.iter().filter(|task| task.waiting) {
        actions.push(Action {
            title: format!("Apply now: {}", task.title),
            command: Command::ApplyNow(task.id),
            about: None,
        });
    }
    for errors in [true, false] {
        for (at, complaint) in complaints.iter().enumerate() {
            if complaint.is_error == errors {
                let first_line = complaint.message.lines().next().unwrap_or_default().trim();
                actions.push(Action {
                    title: format!("Fix: {first_line}"),
                    command: Command::Fix,
                    about: Some(at),
                });
            }
        }
    }
    let running: Vec<&TaskView> = tasks.iter().filter(|task| !task.waiting).collect();
    actions.truncate(MOST.saturating_sub(running.len()));
    for task in running {
        actions.push(Action {
            title: format!("Stop task {}: {}", task.id, task.title),
            command: Command::Stop(task.id),
            about: None,
        });
    }
    actions.truncate(MOST);
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(message: &str, is_error: bool) -> Known {
        Known { message: message.to_owned(), is_error }
    }

    fn titles(complaints: &[Known], tasks: &[TaskView]) -> Vec<String> {
        actions(complaints, tasks).into_iter().map(|action| action.title).collect()
    }

    #[test]
    fn errors_come_before_warnings_and_each_knows_its_complaint() {
        let complaints = [known("unused", false), known("wrong type\nexpected x", true)];
        assert_eq!(titles(&complaints, &[]), ["Fix: wrong type", "Fix: unused"]);
        assert_eq!(actions(&complaints, &[])[0].about, Some(1));
    }

    #[test]
    fn a_full_menu_still_lets_the_user_stop() {
        let complaints: Vec<Known> = (0..30).map(|n| known(&n.to_string(), true)).collect();
        let task = |id, waiting| TaskView { id: TaskId(id), title: "t".to_owned(), waiting };
        let titles = titles(&complaints, &[task(1, false), task(2, true)]);
        assert_eq!(titles.len(), MOST);
        assert_eq!(titles[0], "Apply now: t");
        assert_eq!(titles[MOST - 1], "Stop task 1: t");
    }
}
