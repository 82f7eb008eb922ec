//! A window of VS Code: real keys and clicks go in, and what it shows is looked at.
//!
//! `tests/editors/vscode/driver.mjs` holds it, and says what it can be asked.
#![expect(clippy::disallowed_methods, reason = "a test starts the editor under test")]
#![expect(clippy::unwrap_used, reason = "a window that shows no text fails the test")]

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::asked::Asked;

/// A row of the list of files.
const FILE: &str = ".explorer-folders-view .monaco-list-row";
/// A message, or the progress of a task.
const MESSAGE: &str = ".notifications-toasts .notification-list-item";

/// A window is a browser and a server; two at once take twice as long.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The window; the browser and all else ends with it.
pub(super) struct Window(Asked, #[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

impl Window {
    /// A window of the VS Code among the editors in the folder `editors`, as `start` says.
    pub(super) fn open(editors: &Path, start: &Value) -> Window {
        let files = concat!(env!("CARGO_MANIFEST_DIR"), "/editors/vscode");
        let mut command = Command::new(format!("{files}/session.sh"));
        command
            .arg(editors.join("bin/node"))
            .arg(format!("{files}/driver.mjs"))
            .env("OSTLER_EDITORS", editors);
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut window = Window(Asked::start(&mut command), turn);
        window.0.ask(&json!({"start": start}));
        window
    }

    /// Opens `src/lib.rs`, and waits until it can be typed into and its text is `text`.
    pub(super) fn open_library(&mut self, text: &str) {
        self.0.ask(&json!({"click": FILE, "text": "src"}));
        self.0.ask(&json!({"doubleclick": FILE, "text": "lib.rs"}));
        self.shows(".editor-instance .monaco-editor.focused", "");
        self.buffer(text);
    }

    /// Presses keys, one after the other.
    pub(super) fn keys(&mut self, keys: &[&str]) {
        self.0.ask(&json!({"keys": keys}));
    }

    /// Presses a key until an element that `selector` finds shows `text`.
    pub(super) fn press_until(&mut self, key: &str, selector: &str, text: &str) {
        self.0.ask(&json!({"press": key, "until": selector, "text": text}));
    }

    /// Types `text`.
    pub(super) fn types(&mut self, text: &str) {
        self.0.ask(&json!({"type": text}));
    }

    /// Chooses a command by its title.
    pub(super) fn command(&mut self, title: &str) {
        self.keys(&["F1"]);
        self.shows(".quick-input-widget input", "");
        self.types(title);
        self.0.ask(&json!({"click": ".quick-input-list .monaco-list-row", "text": title}));
    }

    /// Waits until an element that `selector` finds shows `text`, and returns all that it shows.
    pub(super) fn shows(&mut self, selector: &str, text: &str) -> String {
        let answer = self.0.ask(&json!({"shows": selector, "text": text}));
        answer["value"].as_str().unwrap().to_owned()
    }

    /// Waits for a message.
    pub(super) fn message(&mut self, text: &str) -> String {
        self.shows(MESSAGE, text)
    }

    /// Presses the button of a message.
    pub(super) fn button(&mut self, text: &str) {
        self.0.ask(&json!({"click": format!("{MESSAGE} .monaco-button"), "text": text}));
    }

    /// Waits until the editor's text is `text`.
    pub(super) fn buffer(&mut self, text: &str) {
        self.0.ask(&json!({"buffer": text}));
    }

    /// Waits until the file at `path` holds `text`.
    pub(super) fn file(&mut self, path: &Path, text: &str) {
        self.0.ask(&json!({"file": path, "text": text}));
    }

    /// Plays a model server on this port that lets nobody in.
    pub(super) fn listen(&mut self, port: u16) {
        self.0.ask(&json!({"listen": port}));
    }

    /// The `authorization` of all that have asked the server on this port.
    pub(super) fn keys_at(&mut self, port: u16) -> Value {
        self.0.ask(&json!({"keysAt": port}))["value"].take()
    }

    /// Waits until a program that was started from this window and has `text` in its command line
    /// runs, or until none does.
    pub(super) fn process(&mut self, text: &str, runs: bool) {
        self.0.ask(&json!({"process": text, "is": runs}));
    }
}
