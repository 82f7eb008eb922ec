//! The way of a change into an editor whose user does not stop typing.

use std::path::Path;

use harness::Grade;
use serde_json::json;
use stdx::AbsPath;
use test_utils::{Editor, OnApply, Typing};
use text::Text;

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
        assert_eq!(said, "Ostler: fixed something is wrong (checks): 1 file changed, unsaved");
        assert_eq!(bench.text(&path), TEXT.replace("wrong", "right"));
        let edits = bench.client.seen().edits;
        assert_eq!(edits[0]["label"], "Ostler: fix something is wrong");
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
    bench.client.message("fixed something is wrong (parses)").await;
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
        assert_eq!(actions[0]["title"], "Apply now: fix something is wrong");
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

/// Whatever an editor says to an edit that came too late: it is brought onto the newer text, and
/// neither the edit nor the typing is lost or doubled.
#[tokio::test]
async fn an_edit_that_comes_too_late_is_sent_again() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        let rounds = [typing(&path, 0, "a"), typing(&path, 1, "b"), typing(&path, 2, "c")];
        bench.client.on_apply(rounds.into_iter().map(OnApply::TypeFirst));
        started(&bench, &path).await.open();
        bench.client.message("fixed").await;
        assert_eq!(bench.text(&path), format!("abc{}", TEXT.replace("wrong", "right")));
        assert_eq!(bench.client.seen().edits.len(), 4, "{editor:?}");
        bench.quit().await;
    }
}

/// Neovim says `applied: true` of an edit that it left out, and sends the typing that made it
/// leave it out only later. Until then nothing is sent again.
#[tokio::test]
async fn applied_is_not_believed_without_proof() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        bench.client.on_apply([OnApply::TypeFirstUnsent(typing(&path, 0, "x"))]);
        started(&bench, &path).await.open();
        let replies = bench.client.replies(1).await;
        assert_eq!(replies[0]["applied"], editor == Editor::Neovim);
        // A round trip, in which a server that believed or was impatient would have acted.
        bench.heard().await;
        assert_eq!(bench.client.seen().edits.len(), 1);
        assert!(!bench.client.seen().messages.iter().any(|(_, text)| text.contains("fixed")));
        bench.client.flush();
        bench.client.message("fixed").await;
        assert_eq!(bench.text(&path), format!("x{}", TEXT.replace("wrong", "right")));
        assert_eq!(bench.client.seen().edits.len(), 2, "{editor:?}");
        bench.quit().await;
    }
}

/// The edit and what was typed after it arrive in one notification: the edit is seen on the way.
#[tokio::test]
async fn an_edit_is_recognised_beneath_what_was_typed_after_it() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        // On the very word, where a merge could not tell whose it is.
        let at = TEXT.find("wrong").unwrap() + 2;
        bench.client.on_apply([OnApply::ThenType(typing(&path, at, "!"))]);
        started(&bench, &path).await.open();
        bench.client.message("fixed something is wrong (checks)").await;
        assert_eq!(bench.text(&path), TEXT.replace("wrong", "ri!ght"));
        assert_eq!(bench.client.seen().edits.len(), 1, "{editor:?}");
        bench.quit().await;
    }
}

/// A refusal that has nothing to do with versions is not answered with the same edit again; the
/// next change of the document is an occasion to try.
#[tokio::test]
async fn a_refused_edit_is_sent_again_when_the_text_is_newer() {
    for policy in
        [OnApply::Refuse("busy".to_owned()), OnApply::Claim, OnApply::Fail("-32603".to_owned())]
    {
        let bench = Bench::new(Editor::Helix, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        bench.client.on_apply([policy.clone()]);
        started(&bench, &path).await.open();
        bench.client.replies(1).await;
        bench.heard().await;
        assert_eq!(bench.client.seen().edits.len(), 1, "{policy:?}");
        bench.client.edit(&path, 0..0, "// now\n");
        bench.client.message("fixed").await;
        assert_eq!(bench.text(&path), format!("// now\n{}", TEXT.replace("wrong", "right")));
        bench.quit().await;
    }
}

/// An edit that nobody answers is never sent twice.
#[tokio::test]
async fn after_the_deadline_the_change_waits_for_a_word() {
    for (policy, why) in [
        (OnApply::Hold, "the editor has not answered"),
        (OnApply::Claim, "the editor has not shown the result"),
        (OnApply::Refuse("not now".to_owned()), "not now"),
        (OnApply::Refuse(String::new()), "the editor refused"),
    ] {
        let bench = Bench::new(Editor::VsCode, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        bench.client.on_apply([policy]);
        started(&bench, &path).await.open();
        bench.client.until("an edit", |seen| (seen.edits.len() == 1).then_some(())).await;
        // A round trip, after which the server knows what was answered.
        bench.heard().await;
        bench.time.pass();
        let said = bench.client.message("not applied").await;
        assert!(said.contains(why), "{said}");
        assert_eq!(bench.client.seen().edits.len(), 1);
        assert_eq!(bench.text(&path), TEXT);
        let actions = bench.client.actions(&path, 0..0, &[]).await;
        bench.client.choose(&actions[0]).get().await.unwrap();
        bench.client.message("fixed").await;
        assert_eq!(bench.text(&path), TEXT.replace("wrong", "right"));
        bench.quit().await;
    }
}

/// The user looks at a preview for longer than anybody waits, and then says yes.
#[tokio::test]
async fn an_edit_that_arrives_late_has_arrived() {
    let bench = Bench::new(Editor::VsCode, &[("a.rs", TEXT), ("b.rs", "wrong\n")]).await;
    let path = bench.open("a.rs");
    let (gate, a, b) = (Gate::default(), path.clone(), bench.path("b.rs"));
    bench.runner.will_change(gate.clone(), move |draft| {
        replace(draft, &a, "wrong", "right");
        replace(draft, &b, "wrong", "right");
    });
    bench.client.on_apply([OnApply::Hold]);
    bench.fix(&path, "wrong").await;
    gate.open();
    bench.client.until("an edit", |seen| (seen.edits.len() == 1).then_some(())).await;
    bench.time.pass();
    bench.client.message("not applied").await;
    bench.client.release();
    bench.client.message("fixed something is wrong (checks): 2 files changed, unsaved").await;
    assert_eq!(bench.client.seen().edits.len(), 1);
    assert!(bench.client.actions(&path, 0..0, &[]).await.is_empty());
    bench.quit().await;
}

#[tokio::test]
async fn a_user_who_never_stops_typing_is_not_pursued_for_ever() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", TEXT)]).await;
    let path = bench.open("a.rs");
    bench.client.on_apply((0..30).map(|_| OnApply::TypeFirst(typing(&path, 0, "x"))));
    started(&bench, &path).await.open();
    bench.client.message("the text keeps changing").await;
    assert_eq!(bench.client.seen().edits.len(), 20);
    assert_eq!(bench.text(&path), format!("{}{TEXT}", "x".repeat(20)));
    bench.quit().await;
}

#[tokio::test]
async fn several_files_one_of_them_not_open() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT), ("b.rs", "wrong\n")]).await;
        let path = bench.open("a.rs");
        let (gate, a, b) = (Gate::default(), path.clone(), bench.path("b.rs"));
        bench.runner.will_change(gate.clone(), move |draft| {
            replace(draft, &a, "wrong", "right");
            replace(draft, &b, "wrong", "right");
        });
        bench.fix(&path, "wrong").await;
        gate.open();
        bench.client.message("2 files changed, unsaved").await;
        assert_eq!(bench.text(&path), TEXT.replace("wrong", "right"));
        assert_eq!(bench.text(&bench.path("b.rs")), "right\n");
        assert_eq!(bench.project.saved("b.rs").unwrap(), "wrong\n");
        bench.quit().await;
    }
}

/// One file has moved on, the other has not: Neovim leaves the first out and takes the second, so
/// only the first may be sent again.
#[tokio::test]
async fn what_has_arrived_is_not_sent_again() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT), ("b.rs", "wrong\n")]).await;
        let path = bench.open("a.rs");
        let (gate, a, b) = (Gate::default(), path.clone(), bench.path("b.rs"));
        bench.runner.will_change(gate.clone(), move |draft| {
            replace(draft, &a, "wrong", "right");
            replace(draft, &b, "wrong", "right right");
        });
        bench.client.on_apply([OnApply::TypeFirst(typing(&path, 0, "x"))]);
        bench.fix(&path, "wrong").await;
        gate.open();
        bench.client.message("2 files changed, unsaved").await;
        assert_eq!(bench.text(&path), format!("x{}", TEXT.replace("wrong", "right")));
        assert_eq!(bench.text(&bench.path("b.rs")), "right right\n");
        let again = &bench.client.seen().edits[1]["edit"]["documentChanges"];
        let files = if editor == Editor::Neovim { 1 } else { 2 };
        assert_eq!(again.as_array().unwrap().len(), files, "{editor:?}");
        bench.quit().await;
    }
}

#[tokio::test]
async fn files_are_made_and_deleted_by_the_editor() {
    for editor in EDITORS {
        let files = [("a.rs", TEXT), ("old.rs", "old\n"), ("open.rs", "open\n")];
        let mut bench = Bench::new(editor, &files).await;
        let path = bench.open("a.rs");
        let open = bench.open("open.rs");
        let [new, old, gone] =
            ["new.rs", "old.rs", "open.rs"].map(|name| AbsPath::new(bench.path(name)).unwrap());
        let (gate, a) = (Gate::default(), path.clone());
        bench.runner.will_change(gate.clone(), move |draft| {
            replace(draft, &a, "wrong", "right");
            draft.write(new, Text::new("new 𝕏\n"));
            draft.delete(old);
            draft.delete(gone);
        });
        bench.fix(&path, "wrong").await;
        gate.reached().await;
        bench.project.assert_untouched();
        gate.open();
        bench.client.message("4 files changed, unsaved").await;
        assert_eq!(bench.text(&bench.path("new.rs")), "new 𝕏\n");
        assert_eq!(bench.client.version(&open), None);
        // The editor makes the file, and its text waits for the user to save it.
        assert_eq!(bench.project.saved("new.rs").unwrap(), "");
        assert_eq!(bench.project.saved("old.rs"), None);
        assert_eq!(bench.project.saved("open.rs"), None);
        bench.project.put("a.rs", TEXT);
        bench.quit_after_writing().await;
    }
}

#[tokio::test]
async fn a_file_changed_on_the_disk_meanwhile_is_merged() {
    let mut bench = Bench::new(Editor::Helix, &[("a.rs", TEXT), ("b.rs", TEXT)]).await;
    let path = bench.open("a.rs");
    let (gate, b) = (Gate::default(), bench.path("b.rs"));
    let change = b.clone();
    bench.runner.will_change(gate.clone(), move |draft| replace(draft, &change, "wrong", "right"));
    bench.fix(&path, "wrong").await;
    gate.reached().await;
    bench.project.put("b.rs", &format!("// pulled\n{TEXT}"));
    gate.open();
    bench.client.message("(merged, unchecked): 1 file changed, unsaved").await;
    assert_eq!(bench.text(&b), format!("// pulled\n{}", TEXT.replace("wrong", "right")));
    bench.quit().await;
}

#[tokio::test]
async fn a_file_closed_meanwhile_is_changed_as_the_disk_has_it() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT)]).await;
        let path = bench.open("a.rs");
        bench.client.edit(&path, 0..0, "// never saved\n");
        let gate = started(&bench, &path).await;
        bench.client.close(&path);
        bench.heard().await;
        gate.open();
        bench.client.message("fixed").await;
        assert_eq!(bench.text(&path), TEXT.replace("wrong", "right"), "{editor:?}");
        bench.quit().await;
    }
}

/// The document is closed while the edit is on its way.
#[tokio::test]
async fn a_file_closed_at_the_last_moment() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", TEXT)]).await;
    let path = bench.open("a.rs");
    bench.client.on_apply([OnApply::Refuse("no such buffer".to_owned())]);
    started(&bench, &path).await.open();
    bench.client.replies(1).await;
    bench.client.close(&path);
    bench.client.message("fixed").await;
    assert_eq!(bench.text(&path), TEXT.replace("wrong", "right"));
    bench.quit().await;
}

#[tokio::test]
async fn a_file_deleted_meanwhile_is_a_conflict() {
    let mut bench = Bench::new(Editor::Helix, &[("a.rs", TEXT), ("b.rs", "wrong\n")]).await;
    let path = bench.open("a.rs");
    let (gate, b) = (Gate::default(), bench.path("b.rs"));
    bench.runner.will_change(gate.clone(), move |draft| replace(draft, &b, "wrong", "right"));
    bench.fix(&path, "wrong").await;
    gate.reached().await;
    bench.project.remove("b.rs");
    gate.open();
    bench.client.message("b.rs (deleted) changed meanwhile").await;
    assert!(bench.client.seen().edits.is_empty());
    bench.quit().await;
}

#[tokio::test]
async fn a_delivery_can_be_stopped() {
    let bench = Bench::new(Editor::VsCode, &[("a.rs", TEXT)]).await;
    let path = bench.open("a.rs");
    bench.client.on_apply([OnApply::Claim]);
    let gate = started(&bench, &path).await;
    gate.open();
    bench.client.replies(1).await;
    bench.client.command("ostler.stop", json!(null)).get().await.unwrap();
    bench.client.message("stopped").await;
    bench.client.edit(&path, 0..0, "x");
    bench.heard().await;
    assert_eq!(bench.client.seen().edits.len(), 1);
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
