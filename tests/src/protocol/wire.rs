//! Messages that make no sense, and clients that do not read.

use serde_json::{Value, json};
use test_utils::{Answer, Editor};

use super::bench::Bench;

fn framed(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

/// Whatever comes, the server answers what can be answered, and the next message is served.
#[tokio::test]
async fn what_is_no_message_does_not_end_the_server() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "x\n")]).await;
    let path = bench.open("a.rs");
    let mut complaints = 0;
    for (raw, complained) in [
        (framed("{"), true),
        (framed(""), true),
        (framed("[]"), true),
        (framed("3"), true),
        (framed(r#"{"jsonrpc":"2.0","id":[],"method":"shutdown"}"#), true),
        (framed(r#"{"jsonrpc":"2.0","method":7}"#), true),
        (framed(r#"{"jsonrpc":"2.0","id":77777,"result":null}"#), false),
        (framed(r#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}"#), false),
        (framed(r#"{"jsonrpc":"2.0","method":"$/whatever","params":3}"#), false),
        (framed(r#"{"jsonrpc":"2.0","method":"no/such","params":[]}"#), false),
        (framed(r#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":7}"#), false),
        ("Content-Length: many\r\n\r\n".to_owned(), true),
        ("Length: 2\r\n\r\n".to_owned(), true),
    ] {
        bench.client.raw(&raw);
        complaints += usize::from(complained);
        let answer = bench.client.command("test.versions", Value::Null).get().await;
        assert_eq!(answer, Ok(json!([1])), "after {raw}");
    }
    assert_eq!(bench.client.seen().complaints.len(), complaints);
    for method in ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose"] {
        for params in [json!(3), json!({}), json!({"textDocument": {"uri": 3}}), Value::Null] {
            bench.client.notify(method, params);
        }
    }
    bench.client.message("cannot follow textDocument/didChange").await;
    for method in ["textDocument/codeAction", "workspace/executeCommand"] {
        for params in [json!(3), json!({}), json!([[]]), Value::Null] {
            let error = bench.client.call(method, params).await.unwrap_err();
            assert_eq!(error["code"], -32602, "{error}");
        }
    }
    let error = bench.client.call("no/such", json!({})).await.unwrap_err();
    assert_eq!(error["code"], -32601);
    bench.client.edit(&path, 0..1, "y");
    let documents = bench.client.command("test.documents", Value::Null).get().await.unwrap();
    assert_eq!(documents[0]["text"], "y\n");
    bench.quit().await;
}

/// Places that no document has are taken to be the nearest that there are.
#[tokio::test]
async fn positions_that_do_not_exist_crash_nothing() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "ä\nb\n")]).await;
    let path = bench.open("a.rs");
    let change = |start: Value, end: Value| {
        let document = json!({"uri": test_utils::uri(&path), "version": 2});
        let change = json!({"range": {"start": start, "end": end}, "text": "!"});
        json!({"textDocument": document, "contentChanges": [change]})
    };
    let place = |line: u32, character: u32| json!({"line": line, "character": character});
    for params in [
        change(place(0, 1), place(0, 1)),
        change(place(1, 99), place(1, 99)),
        change(place(99, 0), place(99, 99)),
        change(place(1, 1), place(0, 0)),
        change(place(u32::MAX, u32::MAX), place(u32::MAX, u32::MAX)),
    ] {
        bench.client.notify("textDocument/didChange", params);
    }
    let answer = bench.client.command("test.versions", Value::Null).get().await;
    assert_eq!(answer, Ok(json!([2])));
    assert!(bench.client.seen().messages.is_empty());
    bench.quit().await;
}

#[tokio::test]
async fn half_a_character_is_no_reason_to_lose_a_document() {
    let bench = Bench::new(Editor::VsCode, &[("a.rs", "x\n")]).await;
    let path = bench.open("a.rs");
    let uri = test_utils::uri(&path);
    bench.client.raw(&framed(&format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{{"uri":"{uri}","version":2}},"contentChanges":[{{"text":"a\ud83db"}}]}}}}"#
    )));
    let documents = bench.client.command("test.documents", Value::Null).get().await.unwrap();
    assert_eq!(documents[0]["text"], "a\u{fffd}b");
    bench.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_writes_before_it_reads_is_served() {
    let bench = Bench::new(Editor::Helix, &[]).await;
    bench.client.set_reading(false);
    let asked: Vec<Answer> =
        (0..20_000).map(|_| bench.client.command("test.versions", Value::Null)).collect();
    // The server has read all of it when it knows of the sleeper, which was asked for last.
    let last = bench.client.command("test.sleep", Value::Null);
    let mut counts = bench.probe.sleepers.subscribe();
    counts.wait_for(|(started, _)| *started == 1).await.unwrap();
    bench.client.set_reading(true);
    for answer in asked {
        assert_eq!(answer.get().await, Ok(json!([])));
    }
    bench.client.notify("$/cancelRequest", json!({"id": last.id}));
    assert_eq!(last.get().await.unwrap_err()["code"], -32800);
    bench.quit().await;
}

#[tokio::test]
async fn the_end_of_the_input_ends_the_server_and_what_runs_in_it() {
    let bench = Bench::new(Editor::Helix, &[]).await;
    let _sleeping = bench.client.command("test.sleep", Value::Null);
    let mut counts = bench.probe.sleepers.subscribe();
    counts.wait_for(|(started, _)| *started == 1).await.unwrap();
    bench.client.hang_up();
    assert_eq!(bench.server.await.unwrap(), 1);
    assert_eq!(*bench.probe.sleepers.borrow(), (1, 1));
}

#[tokio::test]
async fn exit_without_shutdown_is_an_error() {
    let bench = Bench::new(Editor::Helix, &[]).await;
    bench.client.notify("exit", Value::Null);
    assert_eq!(bench.server.await.unwrap(), 1);
}

#[tokio::test]
async fn after_shutdown_nothing_is_served() {
    let bench = Bench::new(Editor::Helix, &[]).await;
    bench.client.call("shutdown", Value::Null).await.unwrap();
    let late = bench.client.command("test.versions", Value::Null).get().await;
    assert_eq!(late.unwrap_err()["code"], -32600);
    bench.client.notify("exit", Value::Null);
    assert_eq!(bench.server.await.unwrap(), 0);
}
