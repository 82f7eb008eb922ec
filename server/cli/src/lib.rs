//! The command line, and the composition root: the only place that knows every room, picks
//! model, tools and checkers, and hands them to one another.

mod args;
mod commands;
mod compose;
mod runner;
mod terminal;
mod words;

use std::process::ExitCode;

use clap::Parser;

/// Runs the command that the arguments name; `serve` if they name none.
#[must_use]
pub fn main() -> ExitCode {
    stdx::hold_little_memory();
    let args = args::Args::parse();
    terminal::log_to_stderr();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return terminal::fail(&format!("cannot start: {error}")),
    };
    let code = runtime.block_on(commands::run(args));
    // A task that does not end must not keep the process.
    runtime.shutdown_background();
    code
}
