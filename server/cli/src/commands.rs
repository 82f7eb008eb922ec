//! One file, one subcommand.

mod apply;
mod demo;
mod run;
mod serve;

use std::process::ExitCode;

use crate::args::{Args, Command};

pub(crate) async fn run(args: Args) -> ExitCode {
    match args.command {
        None | Some(Command::Serve) => serve::serve().await,
        Some(Command::Demo) => demo::demo().await,
        Some(Command::Run(args)) => run::run(args).await,
        Some(Command::Apply(_)) => apply::apply(),
    }
}
