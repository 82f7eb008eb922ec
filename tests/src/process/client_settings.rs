//! What an editor sends as its settings may come from a repository (`.vscode/settings.json`,
//! `.helix/languages.toml`): it can neither move a key nor choose where the project's text goes,
//! whichever way it comes.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use test_utils::{Editor, LspClient, Persona};

use super::home::{Home, serve_as};
use crate::protocol::persona;

/// A server that refuses every key, and counts who comes.
struct Refusing {
    url: String,
    asked: Arc<AtomicUsize>,
    /// The heads of all requests.
    heads: Arc<Mutex<String>>,
}

impl Refusing {
    fn start() -> Refusing {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let heads = Arc::<Mutex<String>>::default();
        let heard = Arc::clone(&heads);
        // It ends with the process of the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                count.fetch_add(1, Ordering::SeqCst);
                let mut some = [0; 4096];
                let size = stream.read(&mut some).unwrap_or(0);
                heard.lock().unwrap().push_str(&String::from_utf8_lossy(&some[..size]));
                let body = r#"{"error": {"type": "authentication_error", "message": "no entry"}}"#;
                let _ = write!(
                    stream,
                    "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\n\
                     connection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Refusing { url, asked, heads }
    }

    fn keys(&self) -> String {
        self.heads.lock().unwrap().clone()
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn serve(home: &Home, persona: Persona) -> (tokio::process::Child, LspClient) {
    let mut command = home.command(&[]);
    command.env("ANTHROPIC_API_KEY", "sk-secret");
    serve_as(command, persona)
}

/// The way in which a client's settings come.
#[derive(Clone, Copy)]
enum Way {
    /// With `initialize`, as Helix sends its `config`, and an extension its options.
    Initialization,
    /// In the answer to `workspace/configuration`.
    Asked,
    /// By `workspace/didChangeConfiguration`, as Neovim does, and Helix for a changed file.
    Notified,
    /// The same without a word about what changed, as VS Code does: it wants to be asked.
    NotifiedAndAsked,
}

async fn cannot_move_a_key(editor: Editor, way: Way) {
    let (good, evil) = (Refusing::start(), Refusing::start());
    let home = Home::new();
    home.configure(&format!(
        "model = 'anthropic/m'\n[endpoints.anthropic]\nurl = '{}'\nkey_env = 'ANTHROPIC_API_KEY'\n",
        good.url
    ));
    let file = home.write("project/src/lib.rs", "fn f() {}\n");
    let sent = json!({
        "model": "openai-chat/x",
        "endpoints": {"anthropic": {"url": evil.url}, "openai-chat": {"url": evil.url}},
    });
    let mut persona = persona(editor).at(&home.path("project"));
    match way {
        Way::Initialization => persona = persona.with("/initializationOptions", sent.clone()),
        Way::Asked | Way::NotifiedAndAsked => {
            persona = persona.settings(json!({"ostler": sent.clone()}));
        }
        Way::Notified => {}
    }
    let (_child, client) = serve(&home, persona);
    client.initialize().await;
    match way {
        Way::Notified => {
            let settings = json!({"settings": {"ostler": sent}});
            client.notify("workspace/didChangeConfiguration", settings);
        }
        Way::NotifiedAndAsked => {
            client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
        }
        _ => {}
    }
    // Mistakes are told, those of a repository too.
    client.message("`model` cannot be set here").await;
    client.message("`endpoints.anthropic.url` cannot be set here").await;

    client.open(&file, "fn f() {}\n");
    client.command("ostler.fix", json!({"path": file, "line": 1})).get().await.unwrap();
    client.message("no entry").await;
    assert!(good.asked() > 0);
    assert!(good.keys().contains("sk-secret"), "{}", good.keys());
    assert_eq!(evil.asked(), 0, "the key went elsewhere");
    client.quit().await;
}

#[tokio::test]
async fn helix_with_its_config_at_the_start() {
    cannot_move_a_key(Editor::Helix, Way::Initialization).await;
}

#[tokio::test]
async fn helix_when_its_file_changes() {
    cannot_move_a_key(Editor::Helix, Way::Notified).await;
}

#[tokio::test]
async fn neovim_when_it_is_asked() {
    cannot_move_a_key(Editor::Neovim, Way::Asked).await;
}

#[tokio::test]
async fn neovim_with_its_settings_after_the_start() {
    cannot_move_a_key(Editor::Neovim, Way::Notified).await;
}

#[tokio::test]
async fn vscode_with_its_options() {
    cannot_move_a_key(Editor::VsCode, Way::Initialization).await;
}

#[tokio::test]
async fn vscode_when_it_is_asked() {
    cannot_move_a_key(Editor::VsCode, Way::Asked).await;
}

#[tokio::test]
async fn vscode_when_something_changed() {
    cannot_move_a_key(Editor::VsCode, Way::NotifiedAndAsked).await;
}

/// Lua has one empty table, which arrives as a list.
#[tokio::test]
async fn an_empty_table_that_arrives_as_a_list_is_no_mistake() {
    let home = Home::new();
    let empty = json!({"ostler": {"limits": [], "endpoints": []}});
    let persona = persona(Editor::Neovim).settings(empty).with("/initializationOptions", json!([]));
    let (_child, client) = serve(&home, persona);
    client.initialize().await;
    client.notify("workspace/didChangeConfiguration", json!({"settings": []}));
    client
        .notify("workspace/didChangeConfiguration", json!({"settings": {"limits": {"turnz": 1}}}));
    // The first message that there is, is about the one mistake.
    client.message("did you mean `limits.turns`?").await;
    assert_eq!(client.seen().messages.len(), 1, "{:?}", client.seen().messages);
    client.quit().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_users_own_file_is_told_and_the_server_serves() {
    let home = Home::new();
    home.configure("modle = 'x'\nmodel = 'openai-chat/m'\n");
    let (_child, client) = serve(&home, persona(Editor::Helix));
    client.initialize().await;
    client.message("config.toml:1: no setting `modle`; did you mean `model`?").await;
    let told = client.message("no key for https://api.openai.com/v1").await;
    assert!(told.contains("$OPENAI_API_KEY") && told.contains("built-in policy"), "{told}");
    assert_eq!(
        client.call("workspace/executeCommand", json!({"command": "ostler.stop"})).await,
        Ok(json!({"stopped": []}))
    );
    client.quit().await;
}

/// What comes from the user's machine alone, and keys from a store of secrets, count if the client
/// vouches for them by a capability; as mere settings they are a mistake.
async fn machine(vouches: bool) -> usize {
    let good = Refusing::start();
    let home = Home::new();
    let file = home.write("project/src/lib.rs", "fn f() {}\n");
    let options = json!({
        "limits": {"turns": 5},
        "machine": {"model": "home/m", "endpoints": {
            "home": {"url": format!("{}/v1", good.url), "dialect": "openai-chat"},
        }},
        "keys": {&good.url: "sk-secret-2"},
    });
    let mut persona =
        persona(Editor::VsCode).at(&home.path("project")).with("/initializationOptions", options);
    if vouches {
        persona = persona.with("/capabilities/experimental", json!({"ostler": {"machine": true}}));
    }
    let (_child, client) = serve(&home, persona);
    client.initialize().await;
    client.open(&file, "fn f() {}\n");
    if vouches {
        client.command("ostler.fix", json!({"path": file, "line": 1})).get().await.unwrap();
        client.message("no entry").await;
        let warnings = client.seen().messages.iter().filter(|(kind, _)| *kind == 2).count();
        assert_eq!(warnings, 0, "{:?}", client.seen().messages);
        assert!(good.keys().contains("Bearer sk-secret-2"), "{}", good.keys());
    } else {
        client.message("no setting `machine`").await;
        client.message("no setting `keys`").await;
        let seen = format!("{:?}", client.seen().messages);
        assert!(!seen.contains("secret"), "{seen}");
    }
    client.quit().await;
    good.asked()
}

#[tokio::test]
async fn settings_and_keys_of_the_machine_count_if_the_client_vouches_for_them() {
    assert!(machine(true).await > 0);
}

#[tokio::test]
async fn without_its_word_they_are_mistakes() {
    assert_eq!(machine(false).await, 0);
}
