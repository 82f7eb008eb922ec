//! Judges from outside: the vendors' SDKs, and llama.cpp's own server. They live in a Python
//! environment beside what cargo builds.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::parts::{Part, root};

/// What is installed, at versions whose judgement is known.
const PACKAGES: &str = "anthropic==2.12.0 openai==3.54.0 xllamacpp==2026.10.11549 gguf numpy";

/// Makes the environment where it is missing, and returns the folder that `OSTLER_JUDGES` names.
///
/// # Errors
/// If there is no Python with its module `venv`, or a package cannot be had.
pub(crate) fn install() -> Result<PathBuf> {
    let folder = root().join("target").join("judges");
    if !python(&folder).is_file() {
        Part::new("python3 -m venv").arg(&folder).run()?;
    }
    let install = format!("-m pip install --quiet --disable-pip-version-check {PACKAGES}");
    Part::of(&python(&folder), &install).run()?;
    Ok(folder)
}

fn python(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

/// The SDKs judge the fake provider.
///
/// # Errors
/// If a check of `tests/judges/sdk.py` fails.
pub(crate) fn sdks(folder: &Path) -> Result<()> {
    Part::new("cargo build --locked --package test-utils --bin fake-provider").run()?;
    let provider = root().join("target").join("debug").join("fake-provider");
    Part::of(&python(folder), "tests/judges/sdk.py").arg(&provider).run()
}

/// llama.cpp answers: tests of `tests/src/engine.rs`.
///
/// # Errors
/// If one of them fails, or none would run.
pub(crate) fn engine(folder: &Path) -> Result<()> {
    let part = |end: &str| {
        Part::new(&format!("cargo test --locked --package tests --test it {end}"))
            .with("OSTLER_JUDGES", folder)
    };
    let listed = part("engine:: -- --list").output()?;
    ensure!(
        listed.contains("engine::an_agent_does_its_task: test"),
        "no test would run:\n{listed}"
    );
    part("engine::").run()
}
