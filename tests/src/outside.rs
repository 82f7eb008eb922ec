//! Programs of others between us and a model, or in a model's place: LiteLLM, which translates, and
//! aimock, which plays. They are no part of what must pass; `cargo xtask litellm` and `cargo xtask
//! aimock` fetch them and run these tests where nothing but loopback can be reached.
//!
//! Without `OSTLER_OUTSIDE`, which names the folder that they are in, each test says so and passes.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;

use model::secret::Secret;
use model::{Dialect, Endpoint};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::engine::{DEADLINE, Engine, say, script};
use crate::faults::{call_it_two, call_it_two_with, edit};

const KEY: &str = "sk-only-on-loopback-81c4";

/// The folder in which a program is, if it is to be tried.
fn folder(program: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its environment what to run")]
    let folder = std::env::var_os("OSTLER_OUTSIDE").filter(|folder| !folder.is_empty());
    let Some(folder) = folder else {
        say("not run: `cargo xtask litellm` and `cargo xtask aimock` run it");
        return None;
    };
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let folder = PathBuf::from(workspace).join(folder).join(program);
    folder.exists().then_some(folder)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts a program and waits until it says `ready`, on whichever output.
async fn start(mut command: Command, ready: &str) -> Child {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().unwrap();
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let said = async {
        tokio::select! {
            said = hear(out, ready) => said,
            said = hear(err, ready) => said,
        }
    };
    let said = tokio::time::timeout(DEADLINE, said).await.unwrap();
    assert!(said.is_none(), "it ended and said:\n{said:?}");
    child
}

/// Waits for a line that holds `ready`, and reads on for ever; all that came if it never did.
async fn hear(output: impl AsyncRead + Unpin + Send + 'static, ready: &str) -> Option<String> {
    let mut lines = BufReader::new(output).lines();
    let mut all = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains(ready) {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return None;
        }
        all.push_str(&line);
        all.push('\n');
    }
    Some(all)
}

#[expect(clippy::disallowed_methods, reason = "a test starts the program it talks to")]
fn command(program: PathBuf) -> Command {
    Command::new(program)
}

#[tokio::test]
async fn litellm_in_front_of_llama_cpp() {
    let Some(folder) = folder("litellm") else { return };
    let engine = Engine::start("scripted", &script()).await.unwrap();
    let config = folder.join("config.json");
    let model = json!({
        "model_name": "m",
        "litellm_params": {
            "model": "openai/m", "api_base": format!("{}/v1", engine.url), "api_key": "none",
        },
    });
    // Whatever is JSON is YAML.
    let text = json!({"model_list": [model]}).to_string();
    #[expect(clippy::disallowed_methods, reason = "a test writes the settings of the program")]
    std::fs::write(&config, text).unwrap();
    let port = free_port().to_string();
    let mut proxy = command(folder.join("bin/litellm"));
    proxy.args(["--host", "127.0.0.1", "--port", &port, "--telemetry", "False", "--config"]);
    proxy.arg(&config).env("LITELLM_MASTER_KEY", KEY).env("LITELLM_LOCAL_MODEL_COST_MAP", "True");
    let _proxy = start(proxy, "Uvicorn running").await;
    let url = format!("http://127.0.0.1:{port}");
    for dialect in Dialect::ALL {
        let key = Secret::new(KEY, &url).unwrap();
        let endpoint = Endpoint { max_tokens: 2000, ..Endpoint::new(dialect, &url, "m") };
        let ended = call_it_two_with(endpoint, Some(key)).await;
        say(&format!("{}: {:?}", dialect.name(), ended.outcome.usage));
        ended.assert_done(dialect.name());
        assert_eq!(ended.outcome.summary, "Done, naïve 🦀: both files are edited.");
        assert_eq!(ended.outcome.requests, 3, "{dialect:?}");
    }
}

#[tokio::test]
async fn aimock_in_place_of_a_model() {
    let Some(folder) = folder("aimock") else { return };
    let call =
        |tool: &str, arguments: Value| json!({"name": tool, "arguments": arguments.to_string()});
    let both = |tool: &str, arguments: fn(&str) -> Value| {
        json!([call(tool, arguments("a.rs")), call(tool, arguments("b.rs"))])
    };
    let fixture = |wanted: Value, response: Value| json!({"match": wanted, "response": response});
    let read = both("read", |file| json!({"path": file}));
    let fixtures = json!({"fixtures": [
        fixture(
            json!({"toolResultContains": "edited"}),
            json!({"content": "Both files are edited."}),
        ),
        fixture(json!({"toolResultContains": "fn one"}), json!({"toolCalls": both("edit", edit)})),
        fixture(json!({"hasToolResult": false}), json!({"content": "I read.", "toolCalls": read})),
    ]});
    let path = folder.join("fixtures.json");
    #[expect(clippy::disallowed_methods, reason = "a test writes what the program plays")]
    std::fs::write(&path, fixtures.to_string()).unwrap();
    let port = free_port().to_string();
    let mut mock = command(folder.join("node_modules/.bin/llmock"));
    mock.args(["--host", "127.0.0.1", "-p", &port, "-f"]).arg(&path);
    let _mock = start(mock, &port).await;
    for dialect in Dialect::ALL {
        let url = format!("http://127.0.0.1:{port}");
        let ended = call_it_two(Endpoint::new(dialect, url, "m")).await;
        say(&format!("{}: {:?}", dialect.name(), ended.outcome.usage));
        ended.assert_done(dialect.name());
    }
}
