//! The way of a change into an editor whose user does not stop typing.

mod files;
mod late;

use std::path::Path;

use harness::Grade;
use serde_json::json;
use stdx::AbsPath;
use test_utils::{Editor, Typing};

use super::bench::{Bench, EDITORS, Gate, persona, replace};

const TEXT: &str = "fn one() {}\nfn two() { wrong }\nfn three() {}\n";

fn typing(path: &Path, at: usize, text: &str) -> Typing {
    Typing { path: path.to_owned(), at, text: text.to_owned() }
}

/// A task that replaces `wrong` by `right` stands at the gate.
async fn started(bench: &Bench, path: &Path) -> Gate {
    let (gate, change) = (Gate::default(), path.to_owned());
    bench.runner.will_change(gate.clone(), move |draft| replace(draft, &change, "wrong", "right"));
    bench.fix(path, "wrong").await;
    gate.reached().await;
    gate
}

#[tokio::test]
async fn a_change_arrives_unsaved_and_undo_takes_it_back() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        started(&bench, &path).await.open();
        let said = bench.client.message("fixed").await;
        assert_eq!(said, "Ostler: fixed (checks), 1 file changed, unsaved: something is wrong");
        assert_eq!(bench.text(&path), TEXT.replace("wrong", "right"));
        let edits = bench.client.seen().edits;
        assert_eq!(edits[0]["label"], "Ostler: fix: something is wrong");
        // Only the word is replaced, so that cursors and folds elsewhere stay.
        let edit = &edits[0]["edit"]["documentChanges"][0]["edits"][0];
        assert_eq!(edit["newText"], "right");
        bench.client.undo(&path);
        assert_eq!(bench.text(&path), TEXT);
        // The server follows and does not insist.
        let documents = bench.client.command("test.documents", json!(null)).get().await.unwrap();
        assert_eq!(documents[0]["text"], TEXT);
        assert_eq!(bench.client.seen().edits.len(), 1);
        bench.quit().await;
    }
}

#[tokio::test]
async fn what_the_user_typed_meanwhile_elsewhere_stays() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        let gate = started(&bench, &path).await;
        bench.client.edit(&path, 0..0, "// größe 𝕏\n");
        let end = bench.text(&path).len();
        bench.client.edit(&path, end..end, "// end");
        bench.heard().await;
        gate.open();
        let said = bench.client.message("fixed").await;
        assert!(said.contains("(merged, unchecked)"), "{said}");
        let expected = format!("// größe 𝕏\n{}// end", TEXT.replace("wrong", "right"));
        assert_eq!(bench.text(&path), expected, "{editor:?}");
        assert_eq!(bench.client.seen().edits.len(), 1);
        bench.quit().await;
    }
}

#[tokio::test]
async fn a_merged_text_that_is_checked_again_keeps_a_grade() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", TEXT)]).await;
    *bench.runner.recheck.lock().unwrap() = Some(Grade::Parses);
    let path = bench.open("a.rs");
    let gate = started(&bench, &path).await;
    bench.client.edit(&path, 0..0, "// new\n");
    bench.heard().await;
    gate.open();
    bench.client.message("fixed (parses)").await;
    let draft = bench.runner.rechecked.lock().unwrap().remove(0);
    let merged = draft.read(&AbsPath::new(&path).unwrap()).unwrap();
    assert_eq!(merged.to_string(), bench.text(&path));
    bench.quit().await;
}

#[tokio::test]
async fn a_conflict_is_shown_and_nothing_is_touched() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT), ("b.rs", "wrong\n")]).await;
        let path = bench.open("a.rs");
        let (gate, a, b) = (Gate::default(), path.clone(), bench.path("b.rs"));
        bench.runner.will_change(gate.clone(), move |draft| {
            replace(draft, &a, "wrong", "right");
            replace(draft, &b, "wrong", "right");
        });
        bench.fix(&path, "wrong").await;
        gate.reached().await;
        let range = bench.at(&path, "wrong");
        bench.client.edit(&path, range, "mine");
        bench.heard().await;
        gate.open();
        let said = bench.client.message("not applied").await;
        assert!(said.contains("a.rs line 2 changed meanwhile"), "{said}");
        assert_eq!(bench.text(&path), TEXT.replace("wrong", "mine"));
        assert!(bench.client.seen().edits.is_empty(), "half a change is no change");

        // Once the user has taken it back, the change can be had.
        bench.client.undo(&path);
        let actions = bench.client.actions(&path, 0..0, &[]).await;
        assert_eq!(actions[0]["title"], "Apply now: fix: something is wrong");
        bench.client.choose(&actions[0]).get().await.unwrap();
        bench.client.message("2 files changed, unsaved").await;
        assert_eq!(bench.text(&path), TEXT.replace("wrong", "right"));
        assert_eq!(bench.text(&bench.path("b.rs")), "right\n");
        bench.quit().await;
    }
}

#[tokio::test]
async fn a_user_who_did_the_same_is_left_alone() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", TEXT)]).await;
    let path = bench.open("a.rs");
    let gate = started(&bench, &path).await;
    let range = bench.at(&path, "wrong");
    bench.client.edit(&path, range, "right");
    bench.heard().await;
    gate.open();
    bench.client.message("you had done it already").await;
    assert!(bench.client.seen().edits.is_empty());
    bench.quit().await;
}

/// Without versions there would be edits over the user's typing; so there are none.
#[tokio::test]
async fn an_editor_that_cannot_be_sent_versions_is_sent_nothing() {
    for (what, value, why) in [
        ("/capabilities/workspace/applyEdit", json!(false), "does not apply edits on request"),
        (
            "/capabilities/workspace/workspaceEdit/documentChanges",
            json!(false),
            "does not understand edits with document versions",
        ),
    ] {
        let persona = persona(Editor::Helix).with(what, value);
        let bench = Bench::with(persona, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        started(&bench, &path).await.open();
        bench.client.message(why).await;
        assert!(bench.client.seen().edits.is_empty());
        assert_eq!(bench.text(&path), TEXT);
        bench.quit().await;
    }
}

/// Two tasks at once on one file: the later one is brought onto what the earlier one made.
#[tokio::test]
async fn two_tasks_change_one_file() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", "wrong\n\n\nwrang\n")]).await;
        let path = bench.open("a.rs");
        let mut gates = Vec::new();
        for word in ["wrong", "wrang"] {
            let (gate, change) = (Gate::default(), path.clone());
            bench.runner.will_change(gate.clone(), move |draft| {
                replace(draft, &change, word, "right");
            });
            bench.fix(&path, word).await;
            gate.reached().await;
            gates.push(gate);
        }
        gates.iter().for_each(Gate::open);
        bench.client.until("both", |seen| (seen.messages.len() == 2).then_some(())).await;
        assert_eq!(bench.text(&path), "right\n\n\nright\n", "{editor:?}");
        bench.quit().await;
    }
}
