//! The program against a provider that fails: what it ends with, and what it leaves behind.

use std::path::Path;

use serde_json::json;
use test_utils::fake_provider::{Answer, Failure, FakeProvider, Fault, Place};

use super::home::{Home, Said};

const KEY: &str = "sk-very-secret-7f3a";

/// The model's name and the variables that bring an endpoint and its key.
const WIRES: [(&str, &str, &str); 3] = [
    ("anthropic/m", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
    ("openai-chat/m", "OPENAI_BASE_URL", "OPENAI_API_KEY"),
    ("openai-responses/m", "OPENAI_BASE_URL", "OPENAI_API_KEY"),
];

/// Runs the task on a project of one file, with everything logged that anybody has to say.
async fn call_it_two(home: Home, provider: &FakeProvider, wire: usize) -> (Home, Said) {
    let (model, url, key) = WIRES[wire];
    home.write("p/a.rs", "fn one() {}\n");
    let root = home.path("p");
    let root = root.to_str().unwrap();
    let arguments = ["run", "--root", root, "--model", model, "--apply", "--json", "call it two"];
    let mut command = home.command(&arguments);
    command.env(url, provider.url()).env(key, KEY).env("OSTLER_LOG", "trace");
    let run = tokio::task::spawn_blocking(move || Said::of(&command.output().unwrap()));
    (home, run.await.unwrap())
}

/// All files beneath `folder` that hold the key.
fn with_key(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            with_key(&path, found);
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(KEY) {
            found.push(path.display().to_string());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_is_done_and_the_key_is_nowhere() {
    for wire in 0..WIRES.len() {
        let provider = FakeProvider::start().await;
        let quoted = format!(r#"{{"error": {{"message": "overloaded, {KEY}"}}}}"#);
        provider.push(Answer::failure(Failure::Raw(500, quoted)).header("retry-after-ms", "1"));
        provider.push(Answer::text("Let me see.").broken(Place::Middle, Fault::Reset));
        let edit = json!({"path": "a.rs", "old_string": "one", "new_string": "two"});
        provider.push(Answer::text("I edit.").and_call("edit", &edit));
        provider.push(Answer::empty().refused("policy"));
        provider.push(Answer::text("Done."));
        let (home, said) = call_it_two(Home::new(), &provider, wire).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        assert_eq!(std::fs::read_to_string(home.path("p/a.rs")).unwrap(), "fn two() {}\n");
        assert_eq!(provider.left(), 0);
        assert!(said.err.contains("500"), "the failure is logged: {said:?}");
        let mut found = Vec::new();
        with_key(&home.path(""), &mut found);
        assert_eq!(found, [] as [&str; 0]);
        assert!(!said.out.contains(KEY) && !said.err.contains(KEY), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_done_is_no_success() {
    let refused = || Answer::text("No.").refused("policy");
    for (script, code) in [
        (vec![Answer::text("It is called one.")], 3),
        (vec![Answer::empty(), Answer::empty(), Answer::empty()], 1),
        (vec![refused(), refused(), refused()], 1),
        (vec![Answer::failure(Failure::Quota)], 1),
    ] {
        let provider = FakeProvider::start().await;
        script.into_iter().for_each(|answer| provider.push(answer));
        let (home, said) = call_it_two(Home::new(), &provider, 0).await;
        assert_eq!(said.code, Some(code), "{said:?}");
        assert_eq!(std::fs::read_to_string(home.path("p/a.rs")).unwrap(), "fn one() {}\n");
    }
}
