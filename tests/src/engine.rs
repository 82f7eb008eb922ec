//! llama.cpp's own server, driven by the real HTTP client: an agent's task with a model whose
//! words are known, and models that say anything.
//!
//! These tests need the Python environment that `cargo xtask judges` makes; `OSTLER_JUDGES` names
//! its folder. Without it each says so and passes, because a plain `cargo test` has to do with
//! what Cargo fetches.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use futures::StreamExt;
use model::http::HttpModel;
use model::{Dialect, Endpoint, Message, Model, ModelError, Request, StreamEvent};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use crate::faults::{call_it_two, edit};

/// Ends only tests that would hang.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);

/// The server as a child. It goes when its standard input is closed, and is killed if it does not.
pub(crate) struct Engine {
    pub(crate) url: String,
    _child: Child,
}

impl Engine {
    /// Starts one; `None`, with a line that says so, if the tests are to do without.
    pub(crate) async fn start(kind: &str, what: &str) -> Option<Engine> {
        let python = python()?;
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/llama/engine.py");
        #[expect(clippy::disallowed_methods, reason = "a test starts the program it talks to")]
        let mut child = Command::new(python)
            .args([program, kind, what])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The engine says other things, too.
        let url = async {
            loop {
                let line = lines.next_line().await.unwrap().unwrap();
                if line.starts_with("http://") {
                    return line;
                }
            }
        };
        let url = tokio::time::timeout(DEADLINE, url).await.unwrap();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Engine { url, _child: child })
    }

    fn endpoint(&self, dialect: Dialect, max_tokens: u32) -> Endpoint {
        Endpoint { max_tokens, ..Endpoint::new(dialect, &self.url, "m") }
    }
}

fn python() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its environment what to run")]
    let folder = std::env::var_os("OSTLER_JUDGES").filter(|folder| !folder.is_empty());
    let Some(folder) = folder else {
        say("not run: set OSTLER_JUDGES to the folder that `cargo xtask judges` made");
        return None;
    };
    // Relative to the workspace, where the user is; a test runs in its package's folder.
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let python = PathBuf::from(workspace).join(folder).join("bin/python");
    assert!(python.exists(), "{} is missing", python.display());
    Some(python)
}

#[expect(clippy::print_stdout, reason = "a test tells whoever runs it that it did nothing")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// What the model says after so many results. Two calls at once, and characters that the engine
/// gets in pieces.
pub(crate) fn script() -> String {
    let call = |tool: &str, arguments: &serde_json::Value| {
        // The engine wants to read the name first.
        format!("\n<tool_call>\n{{\"name\": \"{tool}\", \"arguments\": {arguments}}}\n</tool_call>")
    };
    let both = |tool: &str, arguments: fn(&str) -> serde_json::Value| {
        call(tool, &arguments("a.rs")) + &call(tool, &arguments("b.rs"))
    };
    json!({
        "0": format!("I read: café 😀.{}", both("read", |file| json!({"path": file}))),
        "2": format!("Now the edits.{}", both("edit", edit)),
        "4": "Done, naïve 🦀: both files are edited.",
    })
    .to_string()
}

#[tokio::test]
async fn an_agent_does_its_task() {
    let Some(engine) = Engine::start("scripted", &script()).await else { return };
    for dialect in Dialect::ALL {
        let ended = call_it_two(engine.endpoint(dialect, 2000)).await;
        ended.assert_done(dialect.name());
        assert_eq!(ended.outcome.summary, "Done, naïve 🦀: both files are edited.");
        let usage = ended.outcome.usage;
        assert_eq!(ended.outcome.requests, 3);
        // What was sent before is read from the engine's cache: two requests of three.
        assert!(usage.cache_read * 3 > usage.prompt(), "{dialect:?}: {usage:?}");
        assert!(usage.output > 0, "{dialect:?}: {usage:?}");
    }
}

fn request(text: &str) -> Request {
    Request {
        system: Vec::new(),
        tools: Vec::new().into(),
        messages: vec![Message::user(text)],
        max_tokens: 30_000,
        cache_marks: Vec::new(),
    }
}

/// The items of an answer; a hanging one fails.
async fn ask(model: &HttpModel, text: &str) -> Vec<Result<StreamEvent, ModelError>> {
    let answer = model.stream(&request(text), CancellationToken::new());
    tokio::time::timeout(DEADLINE, answer.collect()).await.unwrap()
}

/// The engine sometimes hangs up in the middle; an answer that was misread is another thing.
#[tokio::test]
async fn whatever_a_model_says_its_answer_has_an_end() {
    let (mut ended, mut broken) = (0, 0);
    for seed in 1..=4 {
        let Some(engine) = Engine::start("random", &seed.to_string()).await else { return };
        for dialect in Dialect::ALL {
            let model = HttpModel::new(engine.endpoint(dialect, 300), None).unwrap();
            for text in ["a", "Why is the sky blue?", "é😀", "{\"a\": [1, 2]}", "fn main() {}"] {
                let items = ask(&model, text).await;
                match items.last() {
                    Some(Ok(StreamEvent::Stopped(_))) => ended += 1,
                    Some(Err(ModelError::Interrupted(_))) => {
                        broken += 1;
                        continue;
                    }
                    other => panic!("{dialect:?} {seed} {text:?}: {other:?}"),
                }
                let shown: String = items
                    .iter()
                    .filter_map(|item| match item {
                        Ok(StreamEvent::TextDelta(text)) => Some(text.as_str()),
                        _ => None,
                    })
                    .collect();
                let whole: String = items
                    .iter()
                    .filter_map(|item| match item {
                        Ok(StreamEvent::Block(model::Block::Text(text))) => Some(text.as_str()),
                        _ => None,
                    })
                    .collect();
                assert_eq!(shown, whole, "{dialect:?} {seed} {text:?}");
            }
        }
    }
    assert!(ended > 2 * broken, "{ended} answers ended, {broken} broke off");
}

/// The engine has one slot: the second request is answered only when the first one has left it.
#[tokio::test]
async fn cancelling_frees_the_engine() {
    let Some(engine) = Engine::start("random", "7").await else { return };
    for dialect in Dialect::ALL {
        let model = HttpModel::new(engine.endpoint(dialect, 30_000), None).unwrap();
        let cancel = CancellationToken::new();
        let mut endless = model.stream(&request("Tell me everything."), cancel.clone());
        while !matches!(endless.next().await, None | Some(Ok(StreamEvent::TextDelta(_)))) {}
        cancel.cancel();
        assert_eq!(endless.next().await, Some(Err(ModelError::Cancelled)));
        let short = HttpModel::new(engine.endpoint(dialect, 3), None).unwrap();
        assert!(matches!(ask(&short, "a").await.last(), Some(Ok(StreamEvent::Stopped(_)))));
    }
}
