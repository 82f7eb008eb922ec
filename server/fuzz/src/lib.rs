//! Targets for a fuzzer: each takes bytes, makes something of them that could come from outside,
//! and panics if what comes of it breaks a law. `cargo xtask fuzz` runs them for a time that it is
//! given; the ordinary tests run each over a few inputs, so that they stay alive.
//!
//! This room is no part of the program. It knows nothing of which fuzzer drives it, except for the
//! program in `main.rs`, which is built for libFuzzer alone.

#[cfg(test)]
mod alive;
mod input;
mod merge;
mod patches;
mod positions;
mod sync;

/// A target: bytes in, a panic if a law is broken.
pub type Target = fn(&[u8]);

/// All targets by their names.
pub const TARGETS: [(&str, Target); 4] = [
    ("merge", merge::target),
    ("patches", patches::target),
    ("positions", positions::target),
    ("sync", sync::target),
];
