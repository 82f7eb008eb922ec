//! A program that is asked for things: a line of JSON in, a line of JSON out.
#![expect(clippy::unwrap_used, reason = "a program that does not answer fails the test")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// The program; it ends with this, and then what it started has ended too.
pub(super) struct Asked {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Asked {
    /// Starts it.
    pub(super) fn start(command: &mut Command) -> Asked {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let requests = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Asked { process, requests, answers }
    }

    /// Asks, and returns the answer, which must say that all went well.
    pub(super) fn ask(&mut self, request: &Value) -> Value {
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
}

impl Drop for Asked {
    fn drop(&mut self) {
        // The end of its input tells it to end.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}
