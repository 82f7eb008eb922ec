//! The arguments of the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// A coding agent behind the Language Server Protocol.
#[derive(Debug, Parser)]
#[command(name = "ostler", version, about)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Speak the Language Server Protocol on stdin and stdout (the default).
    Serve,
    /// Show the whole way on broken sample crates: real server, real checker, no key needed.
    Demo,
    /// Do one task without an editor and print the checked change.
    Run(Run),
    /// Apply edits as models write them to texts on stdin, and print the texts that come of it.
    Apply(Apply),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Apply {
    /// Take one JSON request a line and print one JSON answer a line.
    #[arg(long, required = true)]
    pub(crate) batch: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Run {
    /// The project; the current folder if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
    /// Who does it, as DIALECT/NAME, or `offline`.
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// Print each event of the session as one JSON object a line, the outcome last.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the change to the project's files instead of only printing it.
    #[arg(long)]
    pub(crate) apply: bool,
    /// Grants the task a capability (`all` for every one). No tool asks for one so far.
    #[arg(long, value_name = "CAPABILITY")]
    pub(crate) allow: Vec<String>,
    /// What is to be done, such as "fix the build".
    #[arg(required = true)]
    pub(crate) task: String,
}
