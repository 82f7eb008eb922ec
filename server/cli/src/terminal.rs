//! What people and programs are told on the terminal. Standard output belongs to the result of a
//! command, and to the protocol while the server runs.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

/// No key is longer.
const MAX_SECRET: u64 = 16 * 1024;

/// The log goes to standard error: warnings, or what `OSTLER_LOG` asks for.
pub(crate) fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("OSTLER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // Fails only if a test has set one already.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).try_init();
}

/// Prints a line of the result. A reader who has gone away is no error.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{}", printable(line));
}

/// Prints a line about the work.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", printable(line));
}

/// Says in one line why a command could not do its work.
pub(crate) fn fail(why: &str) -> ExitCode {
    note(&format!("ostler: {}", one_line(why)));
    ExitCode::FAILURE
}

/// The text without control characters, which could make a terminal lie; tabs and line ends stay.
pub(crate) fn printable(text: &str) -> String {
    let harmless = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(harmless).collect()
}

/// The text in one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether somebody sits there who can be asked something.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a yes. Only a yes is one.
pub(crate) fn confirm(question: &str) -> bool {
    let _ = write!(io::stderr(), "{} [y/N] ", printable(question));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

/// A secret: from a terminal without showing it, otherwise the first line of standard input.
pub(crate) fn secret(prompt: &str) -> Result<String> {
    let text = if io::stdin().is_terminal() {
        rpassword::prompt_password(printable(prompt)).context("cannot read the key")?
    } else {
        let mut text = String::new();
        let mut input = io::stdin().lock().take(MAX_SECRET);
        input.read_to_string(&mut text).context("cannot read the key from stdin")?;
        text
    };
    let key = text.lines().next().unwrap_or_default().trim().to_owned();
    ensure!(!key.is_empty(), "no key was given; it is read from stdin or asked for");
    Ok(key)
}
