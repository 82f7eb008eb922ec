//! One file, one subcommand.

mod apply;
mod auth;
mod config;
mod context;
mod demo;
mod doctor;
mod replay;
mod run;
mod serve;
mod setup;
mod trust;

use std::process::ExitCode;

use anyhow::Result;

use crate::args::{Args, Command};
use crate::compose::Sources;
use crate::terminal::fail;

pub(crate) async fn run(args: Args) -> ExitCode {
    let sources = Sources::new(args.config);
    match args.command {
        None | Some(Command::Serve) => serve::serve(sources).await,
        Some(Command::Demo) => code(demo::demo(&sources).await),
        Some(Command::Context(args)) => code(context::context(args).await),
        Some(Command::Run(args)) => match run::run(args, sources).await {
            Ok(code) => code,
            Err(error) => fail(&format!("{error:#}")),
        },
        Some(Command::Replay(args)) => match replay::replay(args, sources).await {
            Ok(code) => code,
            Err(error) => fail(&format!("{error:#}")),
        },
        Some(Command::Apply(_)) => apply::apply(),
        Some(Command::Auth { command }) => code(auth::auth(command, &sources).await),
        Some(Command::Trust(args)) => code(trust::trust(&args)),
        Some(Command::Untrust { folder }) => code(trust::untrust(folder.as_deref())),
        Some(Command::Doctor(args)) => code(doctor::doctor(&args, &sources).await),
        Some(Command::Setup(args)) => code(setup::setup(&args)),
        Some(Command::Config(args)) => code(config::config(&args, &sources)),
    }
}

/// 0 if all is well, 1 if not; an error is told in one line.
fn code(done: Result<bool>) -> ExitCode {
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => fail(&format!("{error:#}")),
    }
}
