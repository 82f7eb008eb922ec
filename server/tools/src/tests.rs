//! Each tool on a small project: what it says and what it leaves behind.

use std::sync::Arc;

use expect_test::{Expect, expect};
use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{
    Access, CheckError, CheckReport, CheckScope, Diagnostic, Draft, RawJson, Resource, Severity,
    SharedDraft, Span, Tool, ToolCx, ToolError, Verifier,
};
use serde_json::{Value, json};
use stdx::AbsPath;
use text::Text;
use tokio_util::sync::CancellationToken;
use workspace::Snapshot;

use crate::{Check, Edit, Grep, Read};

/// Finds an error in every file that says `wrong`.
struct Finder;

impl Verifier for Finder {
    fn check<'a>(
        &'a self,
        draft: &'a Draft,
        _: &'a CheckScope,
        _: &'a CancellationToken,
    ) -> BoxFuture<'a, Result<CheckReport, CheckError>> {
        let wrong = draft.changes().filter_map(|(path, text)| {
            let at = text?.to_string().find("wrong")?;
            let span = Span {
                file: path.relative_to(draft.base().root())?,
                bytes: at..at + 5,
                line: 1,
                column: at + 1,
                end_line: 1,
                primary: true,
                label: None,
            };
            Some(Diagnostic {
                severity: Severity::Error,
                code: Some("E1".to_owned()),
                message: "this is wrong".to_owned(),
                spans: vec![span],
                notes: Vec::new(),
                suggestions: Vec::new(),
                rendered: "error[E1]: this is wrong\n".to_owned(),
            })
        });
        let report = CheckReport {
            program: "finder".to_owned(),
            diagnostics: wrong.collect(),
            ..CheckReport::default()
        };
        futures::future::ready(Ok(report)).boxed()
    }
}

fn project(files: &[(&str, &str)]) -> ToolCx {
    let root = AbsPath::new("/no/such/project").unwrap();
    let mut draft = Snapshot::of_disk(root.clone()).draft();
    for (name, text) in files {
        draft.write(root.join(name), Text::new(text));
    }
    ToolCx {
        root,
        draft: SharedDraft::new(draft),
        verifier: Arc::new(Finder),
        cancel: CancellationToken::new(),
    }
}

fn call(cx: &ToolCx, tool: &dyn Tool, input: Value) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    match runtime.block_on(tool.run(&RawJson::of(&input), cx)) {
        Ok(output) => output.text,
        Err(ToolError::ForModel(text)) => format!("refused: {text}"),
        Err(ToolError::Fatal(text)) => format!("fatal: {text}"),
    }
}

#[track_caller]
fn check(cx: &ToolCx, tool: &dyn Tool, input: Value, expected: Expect) {
    expected.assert_eq(&call(cx, tool, input));
}

const POEM: &[(&str, &str)] = &[("a.txt", "eins\nzwei größe\ndrei\nvier\n"), ("b/c.rs", "zwei\n")];

#[test]
fn read_gives_lines_as_they_are() {
    let cx = project(POEM);
    check(
        &cx,
        &Read,
        json!({"path": "a.txt"}),
        expect![[r#"
        eins
        zwei größe
        drei
        vier
    "#]],
    );
    check(
        &cx,
        &Read,
        json!({"path": "a.txt", "offset": 2, "limit": 1}),
        expect![[r#"
        zwei größe
    "#]],
    );
    check(
        &cx,
        &Read,
        json!({"path": "/no/such/project/b/c.rs"}),
        expect![[r#"
        zwei
    "#]],
    );
}

#[test]
fn read_refuses_in_words() {
    let cx = project(POEM);
    check(&cx, &Read, json!({"path": "x"}), expect!["refused: cannot read `x`: file not found"]);
    check(
        &cx,
        &Read,
        json!({"path": "a.txt", "offset": 9}),
        expect!["refused: `a.txt` has 5 lines"],
    );
    check(
        &cx,
        &Read,
        json!({"path": "../x"}),
        expect!["refused: `../x` lies outside of the workspace"],
    );
    check(
        &cx,
        &Read,
        json!({}),
        expect![
            "refused: wrong arguments: missing field `path` at line 1 column 2; it takes {path, offset?, limit?}"
        ],
    );
}

#[test]
fn a_long_file_says_where_to_go_on() {
    let text: String = (1..=2500).map(|n| format!("line {n}\n")).collect();
    let cx = project(&[("long", &text)]);
    let first = call(&cx, &Read, json!({"path": "long"}));
    let note = first.lines().last().unwrap();
    let next = note.trim_end_matches(']').rsplit(' ').next().unwrap();
    assert!(note.starts_with("[lines 1-") && note.contains("of 2501"), "{note}");
    let second = call(&cx, &Read, json!({"path": "long", "offset": next.parse::<u32>().unwrap()}));
    let shown = first.lines().count() - 1;
    assert_eq!(second.lines().next(), Some(format!("line {}", shown + 1).as_str()));
}

#[test]
fn edit_changes_the_draft_and_says_where() {
    let cx = project(POEM);
    let input = json!({"path": "a.txt", "old_string": "drei\n", "new_string": "3\n3a\n"});
    check(&cx, &Edit, input, expect!["a.txt: edited, now lines 3-4"]);
    check(
        &cx,
        &Read,
        json!({"path": "a.txt", "offset": 3, "limit": 2}),
        expect![[r#"
        3
        3a
    "#]],
    );
}

#[test]
fn edit_refuses_what_is_ambiguous_and_shows_what_is_there() {
    let cx = project(&[("a", "x = 1\ny = 2\nx = 1\n")]);
    let input = json!({"path": "a", "old_string": "x = 1", "new_string": "x = 3"});
    let refusal = call(&cx, &Edit, input);
    assert!(refusal.starts_with("refused: a: ") && refusal.contains('3'), "{refusal}");
    let input = json!({"path": "a", "old_string": "y = 3", "new_string": "y = 4"});
    let refusal = call(&cx, &Edit, input);
    assert!(refusal.contains("y = 2"), "the nearest text is shown: {refusal}");
    assert_eq!(call(&cx, &Read, json!({"path": "a"})), "x = 1\ny = 2\nx = 1\n");
}

#[test]
fn edit_makes_a_file_but_overwrites_none() {
    let cx = project(POEM);
    let input = json!({"path": "new/d.rs", "old_string": "", "new_string": "fn d() {}\n"});
    check(&cx, &Edit, input, expect!["new/d.rs: edited, now lines 1-1"]);
    let input = json!({"path": "a.txt", "old_string": "", "new_string": "gone"});
    assert!(call(&cx, &Edit, input).starts_with("refused: "));
    assert!(call(&cx, &Read, json!({"path": "a.txt"})).starts_with("eins"));
}

#[test]
fn edit_understands_what_other_harnesses_taught() {
    let cx = project(POEM);
    let patch = "*** Begin Patch\n*** Update File: a.txt\n@@\n eins\n-zwei größe\n+2\n\
                 *** Delete File: b/c.rs\n*** Add File: d.txt\n+neu\n*** End Patch";
    check(
        &cx,
        &Edit,
        json!({"input": patch}),
        expect![[r#"
            a.txt: edited, now 5 lines
            b/c.rs: deleted
            d.txt: edited, now 2 lines"#]],
    );
    assert_eq!(call(&cx, &Read, json!({"path": "a.txt"})), "eins\n2\ndrei\nvier\n");
    assert!(call(&cx, &Read, json!({"path": "b/c.rs"})).starts_with("refused: "));
    let diff = "@@ -1,2 +1,2 @@\n eins\n-2\n+zwei\n";
    let edits = json!([
        {"old_string": "drei", "new_string": "3"},
        {"old_string": "vier", "new_string": "4"},
    ]);
    for input in [
        json!({"path": "a.txt", "diff": diff}),
        json!({"path": "a.txt", "edits": edits}),
        json!({"path": "d.txt", "content": "alles\n"}),
    ] {
        let told = call(&cx, &Edit, input);
        assert!(told.contains("edited"), "{told}");
    }
    assert_eq!(call(&cx, &Read, json!({"path": "a.txt"})), "eins\nzwei\n3\n4\n");
    assert_eq!(call(&cx, &Read, json!({"path": "d.txt"})), "alles\n");
}

#[test]
fn a_patch_changes_all_of_its_files_or_none() {
    let cx = project(POEM);
    let patch = |file: &str| {
        format!(
            "*** Begin Patch\n*** Update File: a.txt\n-eins\n+1\n*** Update File: {file}\n\
             -nichts\n+x\n*** End Patch"
        )
    };
    for file in ["b/c.rs", "e.txt", "../outside.txt"] {
        let refusal = call(&cx, &Edit, json!({"patch": patch(file)}));
        assert!(refusal.starts_with("refused: "), "{refusal}");
    }
    assert!(call(&cx, &Read, json!({"path": "a.txt"})).starts_with("eins\n"));
    let touched = Edit.access(&RawJson::of(&json!({"patch": patch("b/c.rs")})), &cx.root);
    assert!(touched.collides(&Access::read(Resource::File(cx.root.join("b/c.rs")))));
}

#[test]
fn grep_sees_the_draft() {
    let cx = project(POEM);
    check(
        &cx,
        &Grep,
        json!({"pattern": "zwei"}),
        expect![[r#"
        a.txt:2:zwei größe
        b/c.rs:1:zwei"#]],
    );
    check(
        &cx,
        &Grep,
        json!({"pattern": "ZWEI", "ignore_case": true, "glob": "*.rs"}),
        expect!["b/c.rs:1:zwei"],
    );
    check(&cx, &Grep, json!({"pattern": "^zwei$", "path": "b"}), expect!["b/c.rs:1:zwei"]);
    check(&cx, &Grep, json!({"pattern": "fünf"}), expect!["no match"]);
    assert!(call(&cx, &Grep, json!({"pattern": "("})).starts_with("refused: not a regular"));
}

#[test]
fn check_reports_on_the_draft() {
    let cx = project(&[("a", "all wrong\n"), ("b", "fine\n")]);
    check(
        &cx,
        &Check,
        json!({}),
        expect![[r#"
        finder: 1 error and no warnings

        error[E1]: this is wrong
    "#]],
    );
}

#[test]
fn the_fixed_prefix_stays_small() {
    let tools = crate::all();
    let bytes: usize =
        tools.iter().map(|tool| serde_json::to_string(&tool.spec()).unwrap().len()).sum();
    // All built-in tools and the instructions are to stay below 9,600 bytes.
    assert!(bytes < 6_000, "{bytes} bytes of tools");
}
