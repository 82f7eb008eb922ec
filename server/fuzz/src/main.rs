//! libFuzzer's own `main` with the target that the environment names. It needs the coverage
//! instrumentation that `cargo xtask fuzz` builds it with.

#![no_main]

use std::sync::LazyLock;

use fuzz::{TARGETS, Target};

/// The target of this process. The arguments are libFuzzer's own, so it cannot be one of them.
#[expect(clippy::disallowed_methods, reason = "a program for developers, told by xtask")]
static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("OSTLER_FUZZ_TARGET").unwrap_or_default();
    match TARGETS.iter().find(|(other, _)| *other == name) {
        Some((_, target)) => *target,
        None => panic!("there is no target `{name}`"),
    }
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET)(bytes));
