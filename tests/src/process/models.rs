//! Which models work on a task: those that take over, those that cannot be used, and those of a
//! recording.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use test_utils::fake_provider::{Answer, Failure, FakeProvider, Manners};
use test_utils::{Editor, LspClient, Persona};

use super::home::{Home, Said, serve_as};
use crate::protocol::persona;

const KEY: &str = "sk-very-secret-7f3a";
/// Another model's, on another server.
const OTHER: &str = "sk-of-the-other-51b2";
const GOAL: &str = "call it two";
const MANIFEST: &str = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

/// A home in which one model works and another takes over, and a project of one file.
fn home(first: &FakeProvider, second: &FakeProvider) -> (Home, PathBuf) {
    let home = Home::new();
    let endpoint = |name: &str, provider: &FakeProvider, dialect: &str| {
        format!(
            "[endpoints.{name}]\nurl = '{}'\ndialect = '{dialect}'\nkey_env = 'KEY_{name}'\n",
            provider.url()
        )
    };
    home.configure(&format!(
        "model = 'first/m1'\nfallbacks = ['second/m2']\n{}{}",
        endpoint("first", first, "anthropic"),
        endpoint("second", second, "openai-chat"),
    ));
    home.write("p/Cargo.toml", MANIFEST);
    let file = home.write("p/src/lib.rs", "pub fn one() {}\n");
    (home, file)
}

/// The second one is told what the first has said.
async fn providers() -> (FakeProvider, FakeProvider) {
    let second = Manners { strangers: true, ..Manners::default() };
    (FakeProvider::start().await, FakeProvider::start_with(second, 0).await)
}

fn with_keys(mut command: Command) -> Command {
    command.env("KEY_first", KEY).env("KEY_second", OTHER);
    command
}

async fn said(mut command: Command) -> Said {
    tokio::task::spawn_blocking(move || Said::of(&command.output().unwrap())).await.unwrap()
}

fn edit() -> Answer {
    let edit = json!({"path": "src/lib.rs", "old_string": "one", "new_string": "two"});
    Answer::empty().and_thinking("Hm.").and_text("I edit.").and_call("edit", &edit)
}

/// The first model edits, and then its account is empty; the second says what was done.
fn script(first: &FakeProvider, second: &FakeProvider) {
    let quoted = format!(r#"{{"error": {{"type": "billing_error", "message": "pay, {KEY}"}}}}"#);
    first.push(edit());
    first.push(Answer::failure(Failure::Raw(402, quoted)));
    second.push(Answer::text("It is called two."));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_takes_over_between_two_turns() {
    let (first, second) = providers().await;
    script(&first, &second);
    let (home, file) = home(&first, &second);
    let root = home.path("p");
    let arguments = ["run", "--root", root.to_str().unwrap(), "--apply", "--json", GOAL];
    let said = said(with_keys(home.command(&arguments))).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    // The edit was made once: a second time it would not have applied.
    assert_eq!(std::fs::read_to_string(file).unwrap(), "pub fn two() {}\n");
    assert_eq!((first.left(), second.left()), (0, 0));

    let events: Vec<Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kind = |event: &Value| event["event"].as_object().unwrap().keys().next().unwrap().clone();
    let kinds: Vec<String> = events.iter().map(kind).collect();
    let at = kinds.iter().position(|kind| kind == "epoch").unwrap();
    assert_eq!(events[at]["event"]["epoch"]["model"], "openai-chat/m2");
    assert_eq!(kinds[at - 1..=at + 1], ["turn_dropped", "epoch", "sent"]);

    // Whoever takes over sees what was done, and nothing that only the other one understands.
    let asked = &second.requests()[0].json.to_string();
    assert!(asked.contains("I edit.") && asked.contains("\"role\":\"tool\""), "{asked}");
    assert!(!asked.contains("Hm."), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sits_at_a_terminal_is_told_who_takes_over_and_who_cannot() {
    let (first, second) = providers().await;
    script(&first, &second);
    let (home, _) = home(&first, &second);
    let root = home.path("p");
    let arguments = ["run", "--root", root.to_str().unwrap(), GOAL];
    let told = said(with_keys(home.command(&arguments))).await;
    let takes_over = "ostler: openai-chat/m2 takes over, because anthropic/m1 cannot go on: ";
    assert_eq!(told.err.matches(takes_over).count(), 1, "{told:?}");
    assert!(!told.err.contains(KEY) && !told.out.contains(KEY), "{told:?}");

    // A key file that is not there is no reason to do nothing, and is not passed over.
    second.push(Answer::text("It is called one."));
    second.new_epoch();
    let path = home.path(".config/ostler/config.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    home.configure(&settings.replace("key_env = 'KEY_first'", "key_file = '/nowhere/key'"));
    let told = said(with_keys(home.command(&arguments))).await;
    assert_eq!(told.code, Some(3), "{told:?}");
    let left_out = "ostler: first/m1 is not used: there is no key file /nowhere/key";
    assert!(told.err.contains(left_out), "{told:?}");
}

fn serve(home: &Home, persona: Persona) -> (tokio::process::Child, LspClient) {
    serve_as(with_keys(home.command(&[])), persona)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_is_told_who_takes_over() {
    let (first, second) = providers().await;
    script(&first, &second);
    let (home, file) = home(&first, &second);
    let (_child, client) = serve(&home, persona(Editor::Helix).at(&home.path("p")));
    client.initialize().await;
    client.open(&file, "pub fn one() {}\n");
    client.command("ostler.fix", json!({"path": file, "line": 1})).get().await.unwrap();
    let told = client.message("openai-chat/m2 takes over").await;
    assert!(!told.contains(KEY), "{told}");
    client.message("1 file changed").await;
    assert_eq!(client.text(&file).unwrap(), "pub fn two() {}\n");
    client.quit().await;
}

/// The model that is configured has lost its key while the server runs: each task says who works
/// instead.
#[tokio::test(flavor = "multi_thread")]
async fn an_editor_is_told_when_the_built_in_policy_does_the_work() {
    let home = Home::new();
    let key = home.write("key", "sk-1\n");
    home.configure(&format!(
        "model = 'far/m'\n[endpoints.far]\nurl = 'https://model.invalid/v1'\n\
         dialect = 'openai-chat'\nkey_file = '{}'\n",
        key.display()
    ));
    home.write("p/Cargo.toml", MANIFEST);
    let file = home.write("p/src/lib.rs", "pub fn one() {}\n");
    let (_child, client) = serve(&home, persona(Editor::VsCode).at(&home.path("p")));
    client.initialize().await;
    client.open(&file, "pub fn one() {}\n");
    // An answered request: by now the settings have been looked at.
    client.command("ostler.stop", Value::Null).get().await.unwrap();
    std::fs::remove_file(key).unwrap();
    client.command("ostler.fix", json!({"path": file, "line": 1})).get().await.unwrap();
    let told = client.message("there is no key file").await;
    assert!(told.contains("the built-in policy does the work"), "{told}");
    client.message("nothing to change").await;
    client.quit().await;
}

#[test]
fn the_doctor_looks_at_those_that_take_over() {
    let home = Home::new();
    home.configure(
        "model = 'llamacpp/m'\nfallbacks = ['openai-chat/m', 'offline', 'ollama/m']\n\
         endpoints.llamacpp.url = 'http://127.0.0.1:9/v1'\n",
    );
    home.write("p/src/lib.rs", "");
    let root = home.path("p");
    let said = home.run(&["doctor", "--root", root.to_str().unwrap()]);
    for line in [
        "openai-chat/m cannot take over: no key for https://api.openai.com/v1",
        "offline cannot take over: the built-in policy cannot go on with what others began",
        "ollama/m takes over if it has to",
    ] {
        assert!(said.out.contains(line), "{line}: {said:?}");
    }
}

#[test]
fn a_server_that_was_said_yes_to_and_is_gone_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let home = Home::new();
    home.configure(&format!("endpoints.ollama.url = '{url}'\n"));
    home.run(&["auth", "use", "ollama/m"]).well();
    drop(listener);
    home.write("p/Cargo.toml", MANIFEST);
    home.write("p/src/lib.rs", "pub fn one() {}\n");
    let root = home.path("p");
    let told = home.run(&["run", "--root", root.to_str().unwrap(), "fix the build"]);
    let gone = format!("ostler: nothing answers at {url}; the built-in policy does the work");
    assert!(told.err.contains(&gone), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_is_played_without_a_network_and_holds_no_key() {
    let (first, second) = providers().await;
    let quoted = format!(r#"{{"error": {{"message": "overloaded, {KEY}"}}}}"#);
    first.push(Answer::failure(Failure::Raw(529, quoted)).header("retry-after-ms", "1"));
    script(&first, &second);
    let (home, _) = home(&first, &second);
    let root = home.path("p");
    let (root, tape) = (root.to_str().unwrap(), home.path("tape.jsonl"));
    let record = ["run", "--root", root, "--record", tape.to_str().unwrap(), GOAL];
    let live = said(with_keys(home.command(&record))).await;
    assert_eq!(live.code, Some(0), "{live:?}");
    assert!(live.out.contains("+pub fn two() {}"), "{live:?}");

    let mode = std::fs::metadata(&tape).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&tape).unwrap();
    // What was to be done, and four requests.
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(!text.contains(KEY) && !text.contains(OTHER), "{text}");
    assert_eq!(text.matches("[key]").count(), 2, "{text}");

    // Neither the servers nor the keys nor the settings are there any more.
    drop((first, second));
    std::fs::remove_file(home.path(".config/ostler/config.toml")).unwrap();
    let played = home.run(&["replay", "--root", root, tape.to_str().unwrap()]);
    assert_eq!(played.code, Some(0), "{played:?}");
    assert!(played.err.contains("openai-chat/m2 takes over"), "{played:?}");
    assert!(!played.err.contains("not played"), "{played:?}");
    // All but the last line, which says how long it took.
    let words = |said: &Said| {
        let (all, _) = said.out.trim_end().rsplit_once('\n').unwrap();
        all.to_owned()
    };
    assert_eq!(words(&played), words(&live));

    // Another project is another conversation.
    home.write("p/src/lib.rs", "pub fn three() {}\n");
    let other = home.run(&["replay", "--root", root, tape.to_str().unwrap()]);
    assert_eq!(other.code, Some(1), "{other:?}");
    assert!(other.out.contains("this is not what was recorded"), "{other:?}");
    // What is there already is not written over.
    let again = said(with_keys(home.command(&record))).await;
    assert!(again.refused().contains("cannot record to"), "{again:?}");
    home.write("odd", "{}\n");
    let odd = home.path("odd");
    let odd = home.run(&["replay", "--root", root, odd.to_str().unwrap()]);
    assert!(odd.refused().contains("is no recording: line 1"), "{odd:?}");
}
