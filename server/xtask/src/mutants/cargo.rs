//! What cargo says about a laid-out patient: errors with their suggestions, and tests.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::doors::{self, Program, Ran};

/// A patient laid out for one worker.
pub(crate) struct Slot {
    /// The crate's folder, with `target` in it.
    pub(crate) root: PathBuf,
    /// A folder for captured output.
    pub(crate) scratch: PathBuf,
}

/// The outcome of `cargo check --all-targets`.
pub(crate) struct Check {
    pub(crate) passes: bool,
    /// Distinct errors of the library, and of everything else.
    pub(crate) counts: (usize, usize),
    /// The first errors as rustc renders them, each cut to a few lines.
    pub(crate) errors: Vec<String>,
    /// Every distinct error as rustc's JSON.
    pub(crate) messages: Vec<Value>,
    pub(crate) seconds: f64,
}

/// The outcome of `cargo test`.
pub(crate) enum Tests {
    /// They do not build, or did not end in time.
    Broken,
    /// Names as `binary::test`.
    Ran { passed: BTreeSet<String>, failed: BTreeSet<String> },
}

const CHECK_LIMIT: Duration = Duration::from_secs(300);
const TEST_LIMIT: Duration = Duration::from_secs(300);

impl Slot {
    fn run(&self, words: &[&str], limit: Duration, merged: bool) -> Result<Ran> {
        let (folder, scratch) = (&self.root, &self.scratch);
        Program { words, folder, scratch, limit, merged, variables: &[] }.run()
    }

    /// The standard output of a helper program, whatever its exit code.
    pub(crate) fn helper(&self, words: &[&str]) -> Result<String> {
        Ok(self.run(words, CHECK_LIMIT, false)?.stdout)
    }

    /// Checks all targets as they are on disk now.
    pub(crate) fn check(&self) -> Result<Check> {
        let words =
            ["cargo", "check", "--all-targets", "--keep-going", "--quiet", "--message-format=json"];
        let ran = self.run(&words, CHECK_LIMIT, false)?;
        let mut seen = BTreeSet::new();
        let mut counts = (0, 0);
        let mut messages = Vec::new();
        for line in ran.stdout.lines() {
            let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
            let message = &event["message"];
            if event["reason"] != "compiler-message" || message["level"] != "error" {
                continue;
            }
            // The library is compiled twice, with and without its tests, and says things twice.
            // What a summary says ("aborting due to 2 previous errors") has no place.
            let has_place = message["spans"].as_array().is_some_and(|spans| !spans.is_empty());
            let is_summary = message["message"].as_str().is_some_and(|m| m.starts_with("aborting"));
            if is_summary || !seen.insert(message["rendered"].to_string()) {
                continue;
            }
            let is_library = event["target"]["kind"]
                .as_array()
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib" || kind == "rlib"));
            if is_library || !has_place {
                counts.0 += 1;
            } else {
                counts.1 += 1;
            }
            messages.push(message.clone());
        }
        let mut errors: Vec<String> =
            messages.iter().take(4).map(|message| rendered(message, 14)).collect();
        if !ran.success && messages.is_empty() {
            counts.0 += 1;
            errors.push(tail(&ran.stderr, 12));
        }
        let seconds = ran.seconds;
        Ok(Check { passes: ran.success, counts, errors, messages, seconds })
    }

    /// Runs unit and integration tests; documentation tests are left out for their slowness.
    pub(crate) fn tests(&self) -> Result<Tests> {
        let words = ["cargo", "test", "--tests", "--no-fail-fast"];
        let ran = self.run(&words, TEST_LIMIT, true)?;
        if ran.timed_out || ran.stdout.lines().any(|line| line.contains("could not compile")) {
            return Ok(Tests::Broken);
        }
        Ok(test_names(&ran.stdout))
    }

    /// Gives every Rust file a new time, so that the next check sees all of them.
    pub(crate) fn touch_all(&self) -> Result<()> {
        for name in doors::texts(&self.root)?.keys() {
            if name.ends_with(".rs") || name.ends_with(".toml") {
                doors::touch(&self.root.join(name))?;
            }
        }
        Ok(())
    }
}

/// Reads the merged output of `cargo test`.
fn test_names(output: &str) -> Tests {
    let (mut passed, mut failed) = (BTreeSet::new(), BTreeSet::new());
    let mut binary = "";
    for line in output.lines() {
        if let Some(rest) = line.trim_start().strip_prefix("Running ") {
            binary = rest.split(" (").next().unwrap_or(rest);
        } else if let Some(rest) = line.strip_prefix("test ")
            && let Some((name, verdict)) = rest.rsplit_once(" ... ")
        {
            let name = format!("{binary}::{}", name.trim_end_matches(" - should panic"));
            match verdict {
                "ok" => passed.insert(name),
                "FAILED" => failed.insert(name),
                _ => false,
            };
        }
    }
    Tests::Ran { passed, failed }
}

/// The first `lines` lines of a message as rustc renders it.
fn rendered(message: &Value, lines: usize) -> String {
    let text = message["rendered"].as_str().unwrap_or_default();
    text.lines().take(lines).collect::<Vec<_>>().join("\n")
}

/// The last `lines` lines of a text, each cut to 400 characters; the very last, where a candidate
/// tells its outcome, to 4,000.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    let skipped = all.len().saturating_sub(lines);
    let cut = all.iter().enumerate().skip(skipped).map(|(at, line)| {
        let length = if at + 1 == all.len() { 4_000 } else { 400 };
        line.chars().take(length).collect::<String>()
    });
    cut.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_named_by_their_binary() {
        let output = "   Running unittests src/lib.rs (target/debug/deps/a-1)\n\nrunning 3 tests\n\
                      test a::b ... ok\ntest c - should panic ... ok\ntest d ... ignored\n\
                      test result: ok. 2 passed\n     Running tests/e.rs (target/debug/deps/e-2)\n\
                      test a::b ... FAILED\n";
        let Tests::Ran { passed, failed } = test_names(output) else { panic!("they ran") };
        let passed: Vec<&str> = passed.iter().map(String::as_str).collect();
        let failed: Vec<&str> = failed.iter().map(String::as_str).collect();
        assert_eq!(passed, ["unittests src/lib.rs::a::b", "unittests src/lib.rs::c"]);
        assert_eq!(failed, ["tests/e.rs::a::b"]);
    }

    #[test]
    fn the_tail_keeps_the_last_line_longer() {
        let long = "x".repeat(5_000);
        let text = format!("a\n{long}\n{long}\n\n");
        let tail = tail(&text, 2);
        let lengths: Vec<usize> = tail.lines().map(str::len).collect();
        assert_eq!(lengths, [400, 4_000]);
    }
}
