//! Editors that have moved on when an edit comes, that say one thing and do another, or say
//! nothing at all.

use harness::Grade;
use serde_json::json;
use test_utils::{Editor, OnApply};

use super::super::bench::{Bench, EDITORS, Gate, replace};
use super::{TEXT, started, typing};

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
        bench.client.message("fixed (checks)").await;
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
    bench.client.message("fixed (checks), 2 files changed, unsaved").await;
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

/// The check of a merged text takes time, and the user does not wait for it.
#[tokio::test]
async fn what_is_typed_while_a_merged_text_is_checked_stays() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[("a.rs", TEXT)]).await;
        let checking = Gate::default();
        *bench.runner.recheck_gate.lock().unwrap() = Some(checking.clone());
        *bench.runner.recheck.lock().unwrap() = Some(Grade::TestsPass);
        let path = bench.open("a.rs");
        let gate = started(&bench, &path).await;
        bench.client.edit(&path, 0..0, "// first\n");
        bench.heard().await;
        gate.open();
        checking.reached().await;
        bench.client.edit(&path, 0..0, "// second\n");
        bench.heard().await;
        checking.open();
        let said = bench.client.message("fixed").await;
        // The check did not see what was typed after it began.
        assert!(said.contains("(merged, unchecked)"), "{said}");
        let expected = format!("// second\n// first\n{}", TEXT.replace("wrong", "right"));
        assert_eq!(bench.text(&path), expected);
        // Nothing was sent that could not have been applied.
        assert_eq!(bench.client.seen().edits.len(), 1, "{editor:?}");
        bench.quit().await;
    }
}
