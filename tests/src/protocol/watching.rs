//! Who watches the disk: the client, where it can; otherwise nobody, and who needs to know looks.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use stdx::AbsPath;
use test_utils::{Editor, uri};

use super::bench::{Bench, EDITORS, persona};

fn root(bench: &Bench) -> AbsPath {
    AbsPath::new(bench.path("")).unwrap()
}

#[tokio::test]
async fn only_a_client_that_sees_every_change_is_asked_to_watch() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[]).await;
        bench.heard().await;
        if editor == Editor::VsCode {
            let mut watched = bench.runner.watched.subscribe();
            watched.wait_for(|roots| *roots == [root(&bench)]).await.unwrap();
            let registered = bench.client.seen().registrations;
            assert_eq!(registered[0][0]["registerOptions"]["watchers"][0]["globPattern"], "**/*");
            assert_eq!(registered.len(), 1);
        }
        let asked = !bench.client.seen().registrations.is_empty();
        assert_eq!(asked, editor == Editor::VsCode, "{editor:?}");
        bench.quit().await;
    }
}

#[tokio::test]
async fn a_client_that_does_not_watch_after_all_is_not_relied_on() {
    let mut persona = persona(Editor::VsCode);
    persona.watches = false;
    let bench = Bench::with(persona, &[]).await;
    let asked = |seen: &test_utils::Seen| (!seen.registrations.is_empty()).then_some(());
    bench.client.until("a registration", asked).await;
    // The refusal was sent before this is asked.
    bench.heard().await;
    assert_eq!(*bench.runner.watched.borrow(), []);
    bench.quit().await;
}

#[tokio::test]
async fn folders_that_come_and_go_are_watched_and_no_longer() {
    let bench = Bench::new(Editor::VsCode, &[]).await;
    let mut watched = bench.runner.watched.subscribe();
    watched.wait_for(|roots| *roots == [root(&bench)]).await.unwrap();
    let folder = |path: &std::path::Path| json!([{"uri": uri(path), "name": "folder"}]);
    let other = AbsPath::new("/no/such/folder").unwrap();
    let event =
        json!({"added": folder(other.as_path()), "removed": folder(root(&bench).as_path())});
    bench.client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
    watched.wait_for(|roots| *roots == [other.clone()]).await.unwrap();
    let gone = uri(&bench.path("gone.rs"));
    let changes = json!([{"uri": gone, "type": 3}]);
    bench.client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    let mut changed = bench.runner.changed.subscribe();
    changed.wait_for(|paths| *paths == [root(&bench).join("gone.rs")]).await.unwrap();
    bench.quit().await;
}
