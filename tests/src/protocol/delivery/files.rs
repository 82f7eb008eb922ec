//! Changes of several files: open, not open, new, deleted, changed by others meanwhile.

use stdx::AbsPath;
use test_utils::{Editor, OnApply};
use text::Text;

use super::super::bench::{Bench, EDITORS, Gate, persona, replace};
use super::{TEXT, started, typing};

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
    bench.client.message("(merged, unchecked), 1 file changed, unsaved").await;
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

/// The same for a file that is not open: the disk must be as it was when the edit was made.
#[tokio::test]
async fn what_is_written_while_a_merged_text_is_checked_stays() {
    let mut bench = Bench::new(Editor::Helix, &[("a.rs", TEXT), ("b.rs", TEXT)]).await;
    let checking = Gate::default();
    *bench.runner.recheck_gate.lock().unwrap() = Some(checking.clone());
    let path = bench.open("a.rs");
    let (gate, b) = (Gate::default(), bench.path("b.rs"));
    let change = b.clone();
    bench.runner.will_change(gate.clone(), move |draft| replace(draft, &change, "wrong", "right"));
    bench.fix(&path, "wrong").await;
    gate.reached().await;
    bench.project.put("b.rs", &format!("// first\n{TEXT}"));
    gate.open();
    checking.reached().await;
    bench.project.put("b.rs", &format!("// second\n// first\n{TEXT}"));
    checking.open();
    bench.client.message("fixed").await;
    let expected = format!("// second\n// first\n{}", TEXT.replace("wrong", "right"));
    assert_eq!(bench.text(&b), expected);
    bench.quit().await;
}

/// Helix tells the server of a file only if it is set up for that kind of file. What such an
/// editor says of it is all that there is, and what it has done is not asked of it twice.
#[tokio::test]
async fn an_editor_that_keeps_its_files_to_itself() {
    for editor in EDITORS {
        let mut persona = persona(editor);
        persona.keeps_loads = true;
        let files = [("a.rs", TEXT), ("b.rs", "wrong\n"), ("c.rs", TEXT)];
        let bench = Bench::with(persona, &files).await;
        let (a, c) = (bench.open("a.rs"), bench.open("c.rs"));
        let (gate, paths) = (Gate::default(), ["a.rs", "b.rs", "c.rs"].map(|f| bench.path(f)));
        bench.runner.will_change(gate.clone(), move |draft| {
            replace(draft, &paths[0], "wrong", "right");
            replace(draft, &paths[1], "wrong", "right wrong right");
            replace(draft, &paths[2], "wrong", "right");
        });
        // The second of the two open files has moved on when the edit comes.
        bench.client.on_apply([OnApply::TypeFirst(typing(&c, 0, "x"))]);
        bench.fix(&a, "wrong").await;
        gate.open();
        bench.client.message("3 files changed, unsaved").await;
        assert_eq!(bench.text(&a), TEXT.replace("wrong", "right"), "{editor:?}");
        assert_eq!(bench.text(&c), format!("x{}", TEXT.replace("wrong", "right")), "{editor:?}");
        assert_eq!(bench.text(&bench.path("b.rs")), "right wrong right\n", "{editor:?}");
        assert_eq!(bench.client.seen().edits.len(), 2);
        bench.quit().await;
    }
}
