//! A program in a terminal: real keys go in, and what stands on its screen is looked at.
//!
//! The terminal is another Neovim, without a screen of its own, that runs
//! `tests/editors/terminal.lua`; that file says what it can be asked.
#![expect(clippy::disallowed_methods, reason = "a test starts the editor under test")]
#![expect(clippy::unwrap_used, reason = "a terminal that does not answer fails the test")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// The terminal; what runs in it is ended with it.
pub(super) struct Terminal {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

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
        let mut process = Command::new(nvim)
            .args(["--clean", "--headless", "-l"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/editors/terminal.lua"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut terminal = Terminal { process, requests, answers };
        terminal.ask(&json!({
            "start": program, "cwd": folder, "env": environment, "socket": socket,
        }));
        terminal
    }

    fn ask(&mut self, request: &Value) -> Value {
        let requests = self.requests.as_mut().unwrap();
        writeln!(requests, "{request}").unwrap();
        requests.flush().unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        let screen = answer["screen"].as_str().unwrap();
        assert!(answer["ok"] == true, "{request}: {}\n{screen}", answer["value"]);
        answer
    }

    /// Types `keys`.
    pub(super) fn keys(&mut self, keys: &str) {
        self.ask(&json!({"keys": keys}));
    }

    /// Waits until the screen shows `text`, and returns the whole screen.
    pub(super) fn screen(&mut self, text: &str) -> String {
        self.ask(&json!({"screen": text}))["screen"].as_str().unwrap().to_owned()
    }

    /// Waits until the editor evaluates the Lua code to a true value, and returns that.
    pub(super) fn inside(&mut self, lua: &str) -> Value {
        self.ask(&json!({"inside": lua}))["value"].take()
    }

    /// Waits until the terminal's own process evaluates the Lua code to a true value.
    pub(super) fn outside(&mut self, lua: &str) {
        self.ask(&json!({"outside": lua}));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The end of its input ends the terminal, which first ends what runs in it.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}
