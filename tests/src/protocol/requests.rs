//! Handlers that take long, ask, compute or crash make nobody else wait.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use test_utils::{Answer, Editor, OnApply};

use super::bench::{Bench, EDITORS};

/// Starts `count` handlers that never end, and waits until all of them are under way.
async fn sleepers(bench: &Bench, count: usize) -> Vec<Answer> {
    let sleeping = (0..count).map(|_| bench.client.command("test.sleep", Value::Null)).collect();
    let mut counts = bench.probe.sleepers.subscribe();
    counts.wait_for(|(started, _)| *started == count).await.unwrap();
    sleeping
}

async fn dropped(bench: &Bench, count: usize) {
    let mut counts = bench.probe.sleepers.subscribe();
    counts.wait_for(|(_, dropped)| *dropped == count).await.unwrap();
}

#[tokio::test]
async fn a_request_that_is_cancelled_ends() {
    let bench = Bench::new(Editor::Helix, &[]).await;
    let mut sleeping = sleepers(&bench, 1).await;
    let answer = sleeping.remove(0);
    bench.client.notify("$/cancelRequest", json!({"id": answer.id}));
    assert_eq!(answer.get().await.unwrap_err()["code"], -32800);
    dropped(&bench, 1).await;
    // Nothing happens if it is too late, or if there never was such a request.
    for id in [json!(1), json!("x"), json!(null), json!({})] {
        bench.client.notify("$/cancelRequest", json!({"id": id}));
    }
    bench.quit().await;
}

#[tokio::test]
async fn many_handlers_that_wait_block_nobody() {
    let bench = Bench::new(Editor::Helix, &[]).await;
    let sleeping = sleepers(&bench, 300).await;
    let answer = bench.client.command("test.versions", Value::Null).get().await;
    assert_eq!(answer, Ok(json!([])));
    let first = sleeping.into_iter().next().unwrap();
    bench.client.notify("$/cancelRequest", json!({"id": first.id}));
    assert_eq!(first.get().await.unwrap_err()["code"], -32800);
    dropped(&bench, 1).await;
    // The rest is still asleep when the server is told to go, and must not keep it.
    bench.client.quit().await;
    assert_eq!(bench.server.await.unwrap(), 0);
    let counts = *bench.probe.sleepers.borrow();
    assert_eq!(counts, (300, 300));
}

#[tokio::test]
async fn a_handler_may_ask_the_client() {
    for editor in EDITORS {
        let bench = Bench::new(editor, &[]).await;
        let answer = bench.client.command("test.ask", Value::Null).get().await;
        assert_eq!(answer, Ok(json!(true)));
        bench.client.on_apply([OnApply::Fail("no".to_owned())]);
        let answer = bench.client.command("test.ask", Value::Null).get().await;
        assert_eq!(answer, Ok(json!(false)));
        bench.quit().await;
    }
}

/// The user types before the client answers what the handlers have asked.
#[tokio::test]
async fn handlers_that_await_the_client_do_not_stop_the_reading() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "x\n")]).await;
    let path = bench.open("a.rs");
    bench.client.on_apply((0..4).map(|_| OnApply::Hold));
    let asking: Vec<Answer> =
        (0..4).map(|_| bench.client.command("test.ask", Value::Null)).collect();
    bench.client.until("four questions", |seen| (seen.edits.len() == 4).then_some(())).await;
    for _ in 0..300 {
        bench.client.edit(&path, 0..0, "y");
    }
    bench.client.release();
    for answer in asking {
        assert_eq!(answer.get().await, Ok(json!(true)));
    }
    let versions = bench.client.command("test.versions", Value::Null).get().await;
    assert_eq!(versions, Ok(json!([301])));
    bench.quit().await;
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_and_told_and_the_server_goes_on() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "x\n")]).await;
    let path = bench.open("a.rs");
    let asked = bench.client.command("test.panic", json!({"\u{1b}[31m": "\n"}));
    assert_eq!(asked.get().await.unwrap_err()["code"], -32603);
    bench.client.message("workspace/executeCommand failed inside of Ostler").await;
    bench.client.edit(&path, 0..1, "y");
    let documents = bench.client.command("test.documents", Value::Null).get().await.unwrap();
    assert_eq!(documents[0]["text"], "y\n");
    assert_eq!(bench.client.seen().messages.len(), 1);
    bench.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_handler_that_computes_makes_nobody_wait() {
    let bench = Bench::new(Editor::Helix, &[]).await;
    let spinning = bench.client.command("test.spin", Value::Null);
    while bench.probe.spinning.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let answer = bench.client.command("test.versions", Value::Null).get().await;
    assert_eq!(answer, Ok(json!([])));
    bench.probe.stop_spinning.store(true, Ordering::SeqCst);
    assert_eq!(spinning.get().await, Ok(json!("spun")));
    bench.quit().await;
}

#[tokio::test]
async fn a_command_that_fails_says_so_in_one_line() {
    let bench = Bench::new(Editor::Helix, &[]).await;
    let error = bench.client.command("test.fail", Value::Null).get().await.unwrap_err();
    assert_eq!(error["message"], "it[31m cannot be done");
    assert_eq!(error["code"], -32803);
    bench.client.message("it[31m cannot be done").await;
    let error = bench.client.command("no.such", Value::Null).get().await.unwrap_err();
    assert_eq!(error["message"], "unknown command no.such");
    bench.quit().await;
}
