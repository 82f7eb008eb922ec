//! What people and programs are told on the terminal. Standard output belongs to the result of a
//! command, and to the protocol while the server runs.

use std::io::{self, Write};
use std::process::ExitCode;

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

/// Says why a command could not do its work.
pub(crate) fn fail(why: &str) -> ExitCode {
    note(&format!("ostler: {why}"));
    ExitCode::FAILURE
}

/// The text without control characters, which could make a terminal lie; tabs and line ends stay.
pub(crate) fn printable(text: &str) -> String {
    let harmless = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(harmless).collect()
}
