//! Tasks for whoever works on Ostler: `cargo xtask TASK`.

mod editors;
mod fuzz;
mod goals;
mod judges;
mod mutants;
mod outside;
mod parts;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask test [--hermetic]   everything that must pass: formatting, lints, tests; then, unless
                                --hermetic, real editors and the demo
cargo xtask editors             fetches the editors that the editor tests drive
cargo xtask judges              the vendors' SDKs and llama.cpp's server judge the wire
cargo xtask litellm             an agent's task through LiteLLM and llama.cpp; no network but loopback
cargo xtask aimock              an agent's task with aimock in place of a model; the same
cargo xtask goals [AREA]        what is to be reached, and how far it is
cargo xtask fuzz TARGET SECONDS
                                lets libFuzzer look for inputs that break a law of TARGET: merge,
                                patches, positions or sync
cargo xtask mutants             how well broken crates are mended; says more by itself";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match task(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            parts::complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn task(words: &[&str]) -> Result<()> {
    match words {
        ["test"] => test::everything(),
        ["test", "--hermetic"] => test::hermetic(),
        ["editors"] => editors::install().map(|_| ()),
        ["fuzz", target, seconds] => fuzz::run(target, seconds),
        ["judges"] => test::judges(),
        ["litellm"] => outside::litellm(),
        ["aimock"] => outside::aimock(),
        ["goals"] => goals::print(None),
        ["goals", area] => goals::print(Some(area)),
        ["mutants", rest @ ..] => {
            mutants::main(&rest.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        [] | ["help" | "--help" | "-h"] => parts::say(USAGE),
        _ => bail!("there is no such task\n{USAGE}"),
    }
}
