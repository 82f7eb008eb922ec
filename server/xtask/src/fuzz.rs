//! Fuzzing: a target of the room `fuzz`, built with coverage instrumentation and driven by
//! libFuzzer for a time. Stable Rust has the instrumentation; the sanitizers, which it has not,
//! would look for mistakes that only unsafe code can make.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::parts::{Part, root};

/// The counters, tables and traced comparisons that libFuzzer steers by.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks";

/// Runs `target` for so many seconds. What was found interesting is kept beneath `target/fuzz` for
/// the next time; an input that breaks a law is kept there as well.
///
/// # Errors
/// If the program does not build, or a law was broken.
pub(crate) fn run(target: &str, seconds: &str) -> Result<()> {
    ensure!(seconds.parse::<u32>().is_ok(), "`{seconds}` is no number of seconds");
    let version = Part::new("rustc -vV").output()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say what it compiles for")?;
    // With a target named, build scripts and macros are left without instrumentation.
    let build = "cargo build --locked --release --package fuzz --features libfuzzer";
    Part::new(&format!("{build} --target {host} --target-dir target/fuzz"))
        .with("RUSTFLAGS", Path::new(FLAGS))
        .run()?;
    let folder = root().join("target/fuzz");
    let corpus = folder.join("corpus").join(target);
    std::fs::create_dir_all(&corpus).with_context(|| corpus.display().to_string())?;
    let program = format!("target/fuzz/{host}/release/fuzz-target");
    let limits = "-timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1";
    let artifacts = format!("-artifact_prefix=target/fuzz/{target}-");
    Part::new(&format!("{program} -max_total_time={seconds} {limits} {artifacts}"))
        .arg(&corpus)
        .with("OSTLER_FUZZ_TARGET", Path::new(target))
        .run()
}
