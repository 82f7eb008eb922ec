//! A program in a terminal: real keys go in, and what stands on its screen is looked at.
//!
//! The terminal is another Neovim, without a screen of its own, that runs
//! `tests/editors/terminal.lua`; that file says what it can be asked.
#![expect(clippy::disallowed_methods, reason = "a test starts the editor under test")]
#![expect(clippy::unwrap_used, reason = "a screen that is no text fails the test")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::asked::Asked;

/// The terminal; what runs in it is ended with it.
pub(super) struct Terminal(Asked);

impl Terminal {
    /// A terminal of `nvim` that runs `program`.
    ///
    /// `socket` is where the program, if it is Neovim, was told to listen.
    pub(super) fn start(
        nvim: &Path,
        program: &[&str],
        folder: &Path,
        environment: &Value,
        socket: Option<&Path>,
    ) -> Terminal {
        let mut command = Command::new(nvim);
        command
            .args(["--clean", "--headless", "-l"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/editors/terminal.lua"));
        let mut terminal = Terminal(Asked::start(&mut command));
        terminal.0.ask(&json!({
            "start": program, "cwd": folder, "env": environment, "socket": socket,
        }));
        terminal
    }

    /// Types `keys`.
    pub(super) fn keys(&mut self, keys: &str) {
        self.0.ask(&json!({"keys": keys}));
    }

    /// Waits until the screen shows `text`, and returns the whole screen.
    pub(super) fn screen(&mut self, text: &str) -> String {
        self.0.ask(&json!({"screen": text}))["screen"].as_str().unwrap().to_owned()
    }

    /// Waits until the editor evaluates the Lua code to a true value, and returns that.
    pub(super) fn inside(&mut self, lua: &str) -> Value {
        self.0.ask(&json!({"inside": lua}))["value"].take()
    }

    /// Waits until the terminal's own process evaluates the Lua code to a true value.
    pub(super) fn outside(&mut self, lua: &str) {
        self.0.ask(&json!({"outside": lua}));
    }
}
