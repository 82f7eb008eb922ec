//! Tasks: answered at once, shown, stopped, and never silent about their end.

use harness::{Outcome, Phase, Status, TaskEvent};
use serde_json::{Value, json};
use test_utils::{Editor, OnApply};

use super::bench::{Bench, EDITORS, Gate, changed, persona, replace};

fn ended(outcome: Outcome, status: Status) -> Outcome {
    Outcome { status, ..outcome }
}

#[tokio::test]
async fn progress_has_honest_phases_and_an_end() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", "wrong\n")]).await;
        let path = bench.open("a.rs");
        let gate = Gate::default();
        let (theirs, change) = (gate.clone(), path.clone());
        bench.runner.will(move |task, events, _| async move {
            theirs.pass().await;
            for event in [
                TaskEvent::Phase(Phase::Thinking),
                TaskEvent::Phase(Phase::Thinking),
                TaskEvent::Call { tool: "read".to_owned(), about: "a\u{7}.rs\nb".to_owned() },
                TaskEvent::Usage(model::Usage::default()),
                TaskEvent::Phase(Phase::Checking),
            ] {
                events.send(event).unwrap();
            }
            changed(&task, |draft| replace(draft, &change, "wrong", "right"))
        });
        let task = bench.fix(&path, "wrong").await;
        let token = format!("ostler/task/{task}");
        bench.client.until("begin", |seen| (!seen.progress.is_empty()).then_some(())).await;
        gate.open();
        let shown = bench
            .client
            .until("end", |seen| {
                let last = seen.progress.last()?;
                (last.1["kind"] == "end").then(|| seen.progress.clone())
            })
            .await;
        assert!(shown.iter().all(|(of, _)| *of == token));
        assert_eq!(shown[0].1["cancellable"], true);
        assert_eq!(shown[0].1["title"], "fix: something is wrong");
        let messages: Vec<&str> =
            shown.iter().filter_map(|(_, value)| value["message"].as_str()).collect();
        assert_eq!(messages, ["gathering", "thinking", "read a.rs b", "checking", "offering"]);
        bench.client.message("fixed").await;
        bench.quit().await;
    }
}

/// The client's law fails the test if any progress is shown.
#[tokio::test]
async fn a_client_without_progress_is_shown_none() {
    let persona =
        persona(Editor::Helix).with("/capabilities/window/workDoneProgress", json!(false));
    let bench = Bench::with(persona, &[("a.rs", "wrong\n")]).await;
    let path = bench.open("a.rs");
    let (gate, change) = (Gate::default(), path.clone());
    bench.runner.will_change(gate.clone(), move |d| replace(d, &change, "wrong", "right"));
    bench.fix(&path, "wrong").await;
    gate.open();
    bench.client.message("fixed").await;
    bench.quit().await;
}

#[tokio::test]
async fn a_task_is_stopped_by_command_by_action_and_by_its_progress() {
    for way in ["command", "all", "action", "progress"] {
        let bench = Bench::new(Editor::Helix, &[("a.rs", "wrong\n")]).await;
        let path = bench.open("a.rs");
        let (gate, change) = (Gate::default(), path.clone());
        let theirs = gate.clone();
        bench.runner.will(move |task, _, cancel| async move {
            tokio::join!(theirs.pass(), cancel.cancelled());
            // It had something already: that is not wanted any more.
            let outcome = changed(&task, |draft| replace(draft, &change, "wrong", "right"));
            ended(outcome, Status::Stopped)
        });
        let task = bench.fix(&path, "wrong").await;
        gate.reached().await;
        gate.open();
        match way {
            "command" => {
                let answer = bench.client.command("ostler.stop", json!({"task": task})).get().await;
                assert_eq!(answer, Ok(json!({"stopped": [task]})));
            }
            "all" => {
                let answer = bench.client.command("ostler.stop", Value::Null).get().await;
                assert_eq!(answer, Ok(json!({"stopped": [task]})));
            }
            "action" => {
                let actions = bench.client.actions(&path, 0..0, &[]).await;
                bench.client.choose(&actions[0]).get().await.unwrap();
            }
            _ => {
                let cancel = "window/workDoneProgress/cancel";
                for token in [json!("other"), json!(7), json!("ostler/task/99"), Value::Null] {
                    bench.client.notify(cancel, json!({"token": token}));
                }
                let token = format!("ostler/task/{task}");
                bench.client.notify(cancel, json!({"token": token}));
            }
        }
        let said = bench.client.message("stopped").await;
        assert_eq!(said, format!("Ostler: stopped task {task}, fix: something is wrong"));
        assert!(bench.client.seen().edits.is_empty());
        // When it is gone there is nothing to stop.
        let gone = bench.client.command("ostler.stop", json!({"task": task})).get().await;
        assert!(gone.is_err());
        bench.quit().await;
    }
}

#[tokio::test]
async fn a_task_that_does_not_listen_is_dropped() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "wrong\n")]).await;
    let path = bench.open("a.rs");
    let gate = Gate::default();
    let theirs = gate.clone();
    bench.runner.will(move |_, _, _| async move {
        theirs.pass().await;
        std::future::pending().await
    });
    let task = bench.fix(&path, "wrong").await;
    gate.reached().await;
    gate.open();
    bench.client.command("ostler.stop", json!({"task": task})).get().await.unwrap();
    // It is given a moment.
    bench.heard().await;
    assert!(bench.client.seen().messages.is_empty());
    bench.time.pass();
    bench.client.message("stopped").await;
    bench.quit().await;
}

#[tokio::test]
async fn a_task_that_panics_is_told_and_the_server_goes_on() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "wrong\n")]).await;
    let path = bench.open("a.rs");
    bench.runner.will(|_, _, _| async { panic!("boom\n\u{1b}[31m") });
    let task = bench.fix(&path, "wrong").await;
    let said = bench.client.message("failed inside of Ostler").await;
    assert_eq!(
        said,
        format!("Ostler: task {task} failed inside of Ostler, which goes on: boom [31m")
    );
    let (gate, change) = (Gate::default(), path.clone());
    bench.runner.will_change(gate.clone(), move |d| replace(d, &change, "wrong", "right"));
    bench.fix(&path, "wrong").await;
    gate.open();
    bench.client.message("fixed").await;
    assert_eq!(bench.text(&path), "right\n");
    bench.quit().await;
}

#[tokio::test]
async fn every_end_without_a_change_is_told() {
    for (status, expected) in [
        (
            Status::Failed("no key: set\nANTHROPIC_API_KEY".to_owned()),
            "Ostler: not fixed: no key: set ANTHROPIC_API_KEY (something is wrong)",
        ),
        (
            Status::Unsolved(vec!["E0425".to_owned(), "E0308".to_owned()]),
            "Ostler: not fixed: E0425 (something is wrong)",
        ),
        (Status::Unsolved(Vec::new()), "Ostler: not fixed: no solution found (something is wrong)"),
        (Status::Done, "Ostler: nothing to change: done (something is wrong)"),
    ] {
        let bench = Bench::new(Editor::Neovim, &[("a.rs", "wrong\n")]).await;
        let path = bench.open("a.rs");
        let end = status.clone();
        bench.runner.will(|task, _, _| async move { ended(changed(&task, |_| {}), end) });
        bench.fix(&path, "wrong").await;
        let said = bench.client.message("something is wrong").await;
        assert_eq!(said, expected, "{status:?}");
        bench.quit().await;
    }
}

#[tokio::test]
async fn what_is_solved_in_part_says_so() {
    let bench = Bench::new(Editor::Neovim, &[("a.rs", "wrong wrang\n")]).await;
    let path = bench.open("a.rs");
    let change = path.clone();
    bench.runner.will(|task, _, _| async move {
        let outcome = changed(&task, |draft| replace(draft, &change, "wrong", "right"));
        ended(outcome, Status::Unsolved(vec!["wrang is left".to_owned()]))
    });
    bench.fix(&path, "wrong").await;
    let said = bench.client.message("in part").await;
    assert_eq!(
        said,
        "Ostler: fixed in part (checks), 1 file changed, unsaved; left: wrang is left (something is wrong)"
    );
    bench.quit().await;
}

/// A change that breaks something is applied when the user says so, and not before.
#[tokio::test]
async fn a_change_with_new_problems_waits_for_a_word() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "wrong\n")]).await;
    let path = bench.open("a.rs");
    let change = path.clone();
    bench.runner.will(|task, _, _| async move {
        let outcome = changed(&task, |draft| replace(draft, &change, "wrong", "right"));
        Outcome { problems: vec!["E0599 is new".to_owned()], ..outcome }
    });
    bench.fix(&path, "wrong").await;
    bench.client.message("it brings a new problem: E0599 is new").await;
    assert!(bench.client.seen().edits.is_empty());
    let actions = bench.client.actions(&path, 0..0, &[]).await;
    assert_eq!(actions[0]["title"], "Apply now: fix: something is wrong");
    bench.client.choose(&actions[0]).get().await.unwrap();
    bench.client.message("fixed").await;
    assert_eq!(bench.text(&path), "right\n");
    assert!(bench.client.actions(&path, 0..0, &[]).await.is_empty());
    bench.quit().await;
}

#[tokio::test]
async fn not_more_tasks_than_anybody_can_mean_run_at_once() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "wrong\n")]).await;
    let path = bench.open("a.rs");
    for _ in 0..16 {
        bench.runner.will(|task, _, cancel| async move {
            cancel.cancelled().await;
            ended(changed(&task, |_| {}), Status::Stopped)
        });
        bench.fix(&path, "wrong").await;
    }
    let args = json!({"path": path, "line": 1});
    let error = bench.client.command("ostler.fix", args).get().await.unwrap_err();
    assert_eq!(error["message"], "16 tasks are running already; stop one of them first");
    let stopped = bench.client.command("ostler.stop", Value::Null).get().await.unwrap();
    assert_eq!(stopped["stopped"].as_array().unwrap().len(), 16);
    bench.client.until("all stopped", |seen| (seen.messages.len() == 17).then_some(())).await;
    bench.quit().await;
}

/// Changes that wait are bounded too: the oldest goes.
#[tokio::test]
async fn not_more_changes_than_anybody_can_mean_wait() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "wrong\n")]).await;
    let path = bench.open("a.rs");
    let mut tasks = Vec::new();
    for count in 1..=9 {
        let change = path.clone();
        bench.runner.will(|task, _, _| async move {
            let outcome = changed(&task, |draft| replace(draft, &change, "wrong", "right"));
            Outcome { problems: vec!["new".to_owned()], ..outcome }
        });
        tasks.push(bench.fix(&path, "wrong").await);
        bench.client.until("it waits", |seen| (seen.messages.len() == count).then_some(())).await;
    }
    let several = bench.client.command("ostler.applyNow", Value::Null).get().await.unwrap_err();
    assert!(several["message"].as_str().unwrap().starts_with("several changes are waiting"));
    let newest = json!({"task": tasks[8]});
    bench.client.on_apply([OnApply::Apply]);
    bench.client.command("ostler.applyNow", newest).get().await.unwrap();
    bench.client.message("fixed").await;
    // The first has made room; nobody waits for its end, so it may take a moment to be gone.
    let oldest = json!({"task": tasks[0]});
    let error = bench.client.command("ostler.applyNow", oldest).get().await.unwrap_err();
    assert!(error["message"].as_str().unwrap().starts_with("there is no such task"));
    bench.quit().await;
}
