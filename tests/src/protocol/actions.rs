//! Code actions, and commands as users send them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use harness::DoneWhen;
use serde_json::{Value, json};
use stdx::AbsPath;
use test_utils::Editor;

use super::bench::{Bench, EDITORS, Gate, persona};

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_diagnostic_brings_a_fix_that_knows_all_of_it() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", "// größe 𝕏\nlet x = y;\n")]).await;
        let path = bench.open("a.rs");
        let range = bench.at(&path, "y");
        let message = "cannot find value `y`\u{1b}[0m\nin this scope";
        let problem = bench.client.diagnostic(&path, range.clone(), message);
        let actions =
            bench.client.actions(&path, range.clone(), std::slice::from_ref(&problem)).await;
        assert_eq!(titles(&actions), ["Fix: cannot find value `y`[0m"]);
        assert_eq!(actions[0]["kind"], "quickfix");
        assert_eq!(actions[0]["diagnostics"], json!([problem]));

        let gate = Gate::default();
        bench.runner.will_change(gate.clone(), |_| {});
        bench.client.choose(&actions[0]).get().await.unwrap();
        gate.reached().await;
        let task = bench.runner.tasks().remove(0);
        let place = task.place.unwrap();
        assert_eq!(place.bytes, range);
        assert_eq!(place.path.as_path(), path);
        assert_eq!(task.diagnostics[0].rendered, message);
        assert_eq!(task.diagnostics[0].spans[0].file, "a.rs");
        assert_eq!(task.diagnostics[0].spans[0].line, 2);
        assert_eq!(task.done_when, DoneWhen::Mended);
        assert_eq!(task.snapshot.root().as_path(), path.parent().unwrap());
        gate.open();
        bench.client.message("nothing to change").await;
        bench.quit().await;
    }
}

#[tokio::test]
async fn a_client_that_knows_commands_alone_gets_commands() {
    let persona = persona(Editor::Helix)
        .with("/capabilities/textDocument/codeAction/codeActionLiteralSupport", Value::Null);
    let mut persona = persona;
    let support = persona.params["capabilities"]["textDocument"]["codeAction"].as_object_mut();
    support.unwrap().remove("codeActionLiteralSupport");
    let bench = Bench::with(persona, &[("a.rs", "x\n")]).await;
    let path = bench.open("a.rs");
    let problem = bench.client.diagnostic(&path, 0..1, "wrong");
    let actions = bench.client.actions(&path, 0..1, &[problem]).await;
    assert_eq!(actions[0]["command"], "ostler.fix");
    assert_eq!(actions[0]["title"], "Fix: wrong");
    bench.quit().await;
}

#[tokio::test]
async fn only_the_kinds_that_were_asked_for() {
    let bench = Bench::new(Editor::VsCode, &[("a.rs", "x\n")]).await;
    let path = bench.open("a.rs");
    let gate = Gate::default();
    bench.runner.will_change(gate.clone(), |_| {});
    let task = bench.fix(&path, "x").await;
    let problem = bench.client.diagnostic(&path, 0..1, "wrong");
    let asked = async |only: Value| {
        let mut context = json!({"diagnostics": [problem]});
        if !only.is_null() {
            context["only"] = only;
        }
        let params = json!({
            "textDocument": {"uri": test_utils::uri(&path)},
            "range": problem["range"],
            "context": context,
        });
        let found = bench.client.call("textDocument/codeAction", params).await.unwrap();
        found.as_array().unwrap().iter().map(|action| action["title"].clone()).collect::<Vec<_>>()
    };
    let stop = format!("Stop task {task}: fix: something is wrong");
    assert_eq!(asked(Value::Null).await, [json!("Fix: wrong"), json!(stop)]);
    assert_eq!(asked(json!([""])).await, [json!("Fix: wrong"), json!(stop)]);
    assert_eq!(asked(json!(["quickfix"])).await, [json!("Fix: wrong")]);
    assert!(asked(json!(["refactor", "source.fixAll"])).await.is_empty());
    gate.open();
    bench.client.message("nothing to change").await;
    bench.quit().await;
}

/// What key maps send: a path and a line, and nothing else.
#[tokio::test]
async fn a_line_alone_is_enough() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "one\ntwo\nthree\n")]).await;
    let path = bench.open("a.rs");
    let fix = async |line: u64| {
        let gate = Gate::default();
        bench.runner.will_change(gate.clone(), |_| {});
        bench
            .client
            .command("ostler.fix", json!({"path": path, "line": line}))
            .get()
            .await
            .unwrap();
        gate.reached().await;
        gate.open();
        let task = bench.runner.tasks().pop().unwrap();
        (task.diagnostics, task.goal, task.done_when, task.place.unwrap().bytes)
    };
    let (known, goal, done_when, bytes) = fix(2).await;
    assert!(known.is_empty());
    assert_eq!((goal.as_str(), done_when, bytes), ("Fix the build.", DoneWhen::Builds, 4..7));

    // The client tells what it knows whenever it asks for actions.
    let problem = bench.client.diagnostic(&path, 4..7, "two is wrong");
    bench.client.actions(&path, 4..7, &[problem]).await;
    let (known, goal, ..) = fix(2).await;
    assert_eq!(known[0].message, "two is wrong");
    assert_eq!(goal, "Fix this problem: two is wrong");
    assert!(fix(3).await.0.is_empty());

    // And when it asks again without it, then it is gone.
    bench.client.actions(&path, 4..7, &[]).await;
    assert!(fix(2).await.0.is_empty());
    bench.quit().await;
}

#[tokio::test]
async fn a_file_that_is_not_open_can_be_named_too() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "one\ntwo\n")]).await;
    let path = bench.path("a.rs");
    let gate = Gate::default();
    bench.runner.will_change(gate.clone(), |_| {});
    bench.client.command("ostler.fix", json!({"path": path, "line": 1})).get().await.unwrap();
    gate.reached().await;
    assert_eq!(bench.runner.tasks()[0].place.as_ref().unwrap().path, AbsPath::new(&path).unwrap());
    gate.open();
    bench.client.message("nothing to change").await;
    bench.quit().await;
}

#[tokio::test]
async fn arguments_that_make_no_sense_are_refused_in_one_line() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "one\n")]).await;
    let path = bench.open("a.rs");
    let there = path.display().to_string();
    let takes = r#"ostler.fix takes {"path": "/absolute/path", "line": 1}"#;
    for (name, args, expected) in [
        ("ostler.fix", Value::Null, takes.to_owned()),
        ("ostler.fix", json!({}), "ostler.fix: `path` is missing".to_owned()),
        ("ostler.fix", json!("x"), format!("ostler.fix takes one object: {}", &takes[17..])),
        (
            "ostler.fix",
            json!({"path": path, "line": "2"}),
            format!("{takes}: invalid type: string \"2\", expected usize"),
        ),
        (
            "ostler.fix",
            json!({"path": "a.rs", "line": 1}),
            "ostler.fix: `a.rs` is not an absolute path".to_owned(),
        ),
        (
            "ostler.fix",
            json!({"path": path, "line": 9}),
            format!("ostler.fix: {there} has the lines 1 to 2, there is no line 9"),
        ),
        (
            "ostler.fix",
            json!({"path": path, "line": 0}),
            format!("ostler.fix: {there} has the lines 1 to 2, there is no line 0"),
        ),
        (
            "ostler.fix",
            json!({"path": bench.path("b.rs"), "line": 1}),
            format!(
                "ostler.fix: {} file not found",
                bench.path("b.rs").display().to_string() + ":"
            ),
        ),
        (
            "ostler.fix",
            json!({"uri": "untitled:1", "line": 1}),
            "ostler.fix: untitled:1 is no file".to_owned(),
        ),
        ("ostler.stop", json!({"task": 9}), "there is no such task as 9 any more".to_owned()),
        ("ostler.applyNow", json!({"task": 9}), "there is no such task as 9 any more".to_owned()),
        ("ostler.applyNow", Value::Null, "no change is waiting".to_owned()),
    ] {
        let error = bench.client.command(name, args.clone()).get().await.unwrap_err();
        assert_eq!(error["message"], expected, "{name} {args}");
        bench.client.message(&format!("Ostler: {}", &expected[..40.min(expected.len())])).await;
    }
    assert!(bench.runner.tasks().is_empty());
    assert_eq!(
        bench.client.command("ostler.stop", Value::Null).get().await,
        Ok(json!({"stopped": []}))
    );
    bench.quit().await;
}
