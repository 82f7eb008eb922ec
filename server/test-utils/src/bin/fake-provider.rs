//! The fake provider as a program, for judges in other languages: it prints its address and plays
//! the script that stands on its standard input, one answer a line, until the input ends. Then it
//! prints the broken laws and fails if there are any.
//!
//! An answer is an object such as `{"text": "Hi", "call": {"tool": "read", "arguments": {}}}`;
//! see [`Line`].

use std::process::ExitCode;

use serde::Deserialize;
use serde_json::Value;
use test_utils::fake_provider::{Answer, Failure, FakeProvider, Fault, Manners, Place};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

/// One line of the script. The parts come in this order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Line {
    thinking: Option<String>,
    text: Option<String>,
    call: Option<Call>,
    /// Another call after the first.
    second_call: Option<Call>,
    refused: Option<String>,
    cut_by_limit: bool,
    /// `overloaded`, `rate_limited` or `overflow`: a status instead of an answer.
    failure: Option<String>,
    /// `reset`, `end`, `stall` or `error_event`, in the middle of the answer.
    fault: Option<String>,
    headers: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    tool: String,
    arguments: Value,
}

impl Line {
    fn answer(self) -> Result<Answer, String> {
        let mut answer = match self.failure.as_deref() {
            None => Answer::empty(),
            Some("overloaded") => Answer::failure(Failure::Overloaded),
            Some("rate_limited") => Answer::failure(Failure::RateLimited),
            Some("overflow") => Answer::failure(Failure::Overflow),
            Some(other) => return Err(format!("unknown failure: {other}")),
        };
        if let Some(thinking) = self.thinking {
            answer = answer.and_thinking(thinking);
        }
        if let Some(text) = self.text {
            answer = answer.and_text(text);
        }
        for call in self.call.into_iter().chain(self.second_call) {
            answer = answer.and_call(&call.tool, &call.arguments);
        }
        if let Some(why) = self.refused {
            answer = answer.refused(&why);
        }
        if self.cut_by_limit {
            answer = answer.cut_by_limit();
        }
        let fault = match self.fault.as_deref() {
            None => None,
            Some("reset") => Some(Fault::Reset),
            Some("end") => Some(Fault::End),
            Some("stall") => Some(Fault::Stall),
            Some("error_event") => Some(Fault::ErrorEvent),
            Some(other) => return Err(format!("unknown fault: {other}")),
        };
        if let Some(fault) = fault {
            answer = answer.broken(Place::Middle, fault);
        }
        for (name, value) in self.headers {
            answer = answer.header(&name, &value);
        }
        Ok(answer)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(broken) if broken.is_empty() => ExitCode::SUCCESS,
        Ok(broken) => {
            say(&broken.join("\n")).await;
            ExitCode::FAILURE
        }
        Err(error) => {
            say(&error).await;
            ExitCode::from(2)
        }
    }
}

/// Plays the script; returns the broken laws.
async fn run() -> Result<Vec<String>, String> {
    let piece = std::env::args().nth(1).map(|size| size.parse::<usize>()).transpose();
    let piece = piece.map_err(|_| "usage: fake-provider [BYTES PER PIECE]".to_owned())?;
    let provider = FakeProvider::start_with(Manners { piece, ..Manners::default() }, 0).await;
    say(provider.url()).await;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await.map_err(|error| error.to_string())? {
        let line: Line = serde_json::from_str(&line).map_err(|error| format!("{line}: {error}"))?;
        provider.push(line.answer()?);
        // The judge waits for this before it asks.
        say("ready").await;
    }
    Ok(provider.take_violations())
}

/// One line on standard output. If nobody reads it, nobody misses it.
async fn say(line: &str) {
    let mut out = tokio::io::stdout();
    let _ = out.write_all(format!("{line}\n").as_bytes()).await;
    let _ = out.flush().await;
}
