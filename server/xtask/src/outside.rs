//! Programs of others, tried outside of what must pass: they are fetched into `target/outside` and
//! run where nothing but loopback can be reached, so that none of them calls home.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::judges;
use crate::parts::{Part, root};

/// At the versions whose ways are known.
const LITELLM: &str = "litellm[proxy]==1.106.2";
const AIMOCK: &str = "@copilotkit/aimock@1.43.0";

fn folder() -> PathBuf {
    root().join("target").join("outside")
}

/// An agent's task through LiteLLM, which translates between us and llama.cpp's server.
///
/// # Errors
/// If something cannot be fetched, or the task is not done.
pub(crate) fn litellm() -> Result<()> {
    let judges = judges::install()?;
    let place = folder().join("litellm");
    let python = place.join("bin").join("python");
    if !python.is_file() {
        Part::new("python3 -m venv").arg(&place).run()?;
    }
    let install = format!("-m pip install --quiet --disable-pip-version-check {LITELLM}");
    Part::of(&python, &install).run()?;
    confined("outside::litellm_in_front_of_llama_cpp", |part| part.with("OSTLER_JUDGES", &judges))
}

/// An agent's task with aimock in place of a model.
///
/// # Errors
/// If it cannot be fetched, or the task is not done.
pub(crate) fn aimock() -> Result<()> {
    let place = folder().join("aimock");
    Part::new(&format!("npm install --silent --no-audit --no-fund {AIMOCK} --prefix"))
        .arg(&place)
        .run()?;
    confined("outside::aimock_in_place_of_a_model", |part| part)
}

/// Runs one test where there is no network but loopback.
fn confined(test: &str, with: impl Fn(Part) -> Part) -> Result<()> {
    let cargo = format!("cargo test --locked --package tests --test it {test} -- --exact");
    let listed = Part::new(&format!("{cargo} --list")).output()?;
    ensure!(listed.contains(&format!("{test}: test")), "no test would run:\n{listed}");
    let script = "ip link set lo up && exec \"$@\"";
    let inside = Part::new("unshare --map-root-user --net sh -c").word(script);
    let inside = inside.words(&format!("sh {cargo} --nocapture"));
    with(inside.with("OSTLER_OUTSIDE", &folder()).with("CARGO_NET_OFFLINE", Path::new("true")))
        .run()
}
