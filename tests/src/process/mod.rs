//! The server as a process of its own: what ends it, and with which code.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test starts the program under test")]

mod client_settings;
mod commands;
mod doctor;
mod faults;
mod home;
mod models;
mod run;
mod setup;

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use test_utils::{Answer, Editor, LspClient, Persona};
use tokio::process::{Child, Command};

use crate::protocol::persona;

/// Ends only tests that would hang.
const DEADLINE: Duration = Duration::from_secs(120);

fn start(persona: Persona) -> (Child, LspClient) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_server-under-test"))
        .arg("test-commands")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (input, output) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    let client = LspClient::new(input, output, persona);
    (child, client)
}

async fn ended(mut child: Child) -> Option<i32> {
    let status = tokio::time::timeout(DEADLINE, child.wait()).await;
    status.expect("the server does not end").unwrap().code()
}

#[tokio::test]
async fn exit_after_shutdown_is_0_though_the_input_stays_open() {
    let (child, client) = start(persona(Editor::Helix));
    client.initialize().await;
    client.quit().await;
    assert_eq!(ended(child).await, Some(0));
}

#[tokio::test]
async fn exit_without_shutdown_is_1() {
    let (child, client) = start(persona(Editor::Helix));
    client.initialize().await;
    client.notify("exit", Value::Null);
    assert_eq!(ended(child).await, Some(1));
}

#[tokio::test]
async fn the_end_of_the_input_ends_it_while_handlers_and_tasks_run() {
    let (child, client) = start(persona(Editor::Helix));
    client.initialize().await;
    let _asleep: Vec<Answer> = (0..8).map(|_| client.command("test.sleep", Value::Null)).collect();
    let this = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    client.command("ostler.fix", json!({"path": this, "line": 1})).get().await.unwrap();
    client.hang_up();
    assert_eq!(ended(child).await, Some(1));
    client.judge();
}

#[tokio::test]
async fn a_handler_that_computes_for_ever_does_not_keep_it() {
    let (child, client) = start(persona(Editor::Helix));
    client.initialize().await;
    let _spinning = client.command("test.spin", Value::Null);
    client.quit().await;
    assert_eq!(ended(child).await, Some(0));
}

/// The editor dies, and something holds the other end of our input open.
#[tokio::test]
async fn the_death_of_the_editor_ends_it() {
    let mut editor = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let (child, client) = start(persona(Editor::Helix).process(editor.id().unwrap()));
    client.initialize().await;
    let _asleep = client.command("test.sleep", Value::Null);
    client.command("test.versions", Value::Null).get().await.unwrap();
    editor.kill().await.unwrap();
    assert_eq!(ended(child).await, Some(1));
    client.gone().await;
}

/// The number of a process in another container means nothing here.
#[tokio::test]
async fn an_editor_that_cannot_be_found_is_served() {
    let mut gone = Command::new("true").spawn().unwrap();
    let id = gone.id().unwrap();
    gone.wait().await.unwrap();
    let (child, client) = start(persona(Editor::Helix).process(id));
    client.initialize().await;
    assert_eq!(client.command("test.versions", Value::Null).get().await, Ok(json!([])));
    client.quit().await;
    assert_eq!(ended(child).await, Some(0));
}

#[tokio::test]
async fn a_pipe_that_nobody_empties_stops_neither_reading_nor_the_end() {
    let (child, client) = start(persona(Editor::Helix));
    client.initialize().await;
    client.set_reading(false);
    for _ in 0..20_000 {
        drop(client.command("test.versions", Value::Null));
    }
    client.request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(ended(child).await, Some(0));
}

#[tokio::test]
async fn a_panic_leaves_the_process_alive_and_the_output_clean() {
    let (child, client) = start(persona(Editor::Helix));
    client.initialize().await;
    let error = client.command("test.panic", Value::Null).get().await.unwrap_err();
    assert_eq!(error["code"], -32603);
    client.message("failed inside of Ostler").await;
    client.quit().await;
    assert_eq!(ended(child).await, Some(0));
}
