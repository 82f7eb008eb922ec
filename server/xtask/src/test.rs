//! Everything that must pass before a change is good. First what needs nothing but the toolchain
//! and the crates, then what needs real editors and the finished program.

use anyhow::{Result, ensure};

use crate::editors;
use crate::judges;
use crate::parts::{Part, Times};

/// What needs no network beyond the crates, and nothing outside of the repository.
///
/// # Errors
/// The first part that fails.
pub(crate) fn hermetic() -> Result<()> {
    let mut times = Times::default();
    hermetic_parts(&mut times)?;
    times.print()
}

/// The hermetic parts, then the real ones.
///
/// # Errors
/// The first part that fails.
pub(crate) fn everything() -> Result<()> {
    let mut times = Times::default();
    hermetic_parts(&mut times)?;
    let folder = times.of("fetching editors", editors::install)?;
    times.of("real editors", || {
        let part = |end: &str| {
            Part::new(&format!("cargo test --locked --package tests --test it {end}"))
                .with("OSTLER_EDITORS", &folder)
        };
        let listed = part("editors -- --list").output()?;
        ensure!(count(&listed) > 0, "no test of tests/src/editors would run:\n{listed}");
        part("editors").run()
    })?;
    judges_parts(&mut times)?;
    times.of("demo", || Part::new("cargo run --locked --release -- demo").run())?;
    times.print()
}

/// The judges alone.
///
/// # Errors
/// The first part that fails.
pub(crate) fn judges() -> Result<()> {
    let mut times = Times::default();
    judges_parts(&mut times)?;
    times.print()
}

fn judges_parts(times: &mut Times) -> Result<()> {
    let folder = times.of("fetching judges", judges::install)?;
    times.of("SDKs judge the provider", || judges::sdks(&folder))?;
    times.of("llama.cpp", || judges::engine(&folder))
}

fn hermetic_parts(times: &mut Times) -> Result<()> {
    times.of("formatting", || Part::new("cargo fmt --all --check").run())?;
    times.of("lints", || {
        Part::new("cargo clippy --locked --workspace --all-targets -- --deny warnings").run()
    })?;
    times.of("tests", || {
        let nextest = Part::new("cargo nextest --version").succeeds();
        let runner = if nextest { "nextest run" } else { "test" };
        Part::new(&format!("cargo {runner} --locked --workspace --no-fail-fast")).run()
    })
}

/// How many tests a test binary lists.
fn count(listed: &str) -> usize {
    listed.lines().filter(|line| line.ends_with(": test")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_fits_nothing_is_noticed() {
        assert_eq!(count("editors::neovim::fixes: test\n\n1 test, 0 benchmarks\n"), 1);
        assert_eq!(count("0 tests, 0 benchmarks\n"), 0);
    }
}
