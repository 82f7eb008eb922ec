//! The house rules that no compiler keeps: who may import whom, what stands where, what a file
//! begins with. Every failure says what to do.
//!
//! A rule is a function from the tracked files to complaints, so that beside each test on the real
//! tree stands one on a tree with the mistake in it.

mod attributes;
mod files;
mod layout;
mod modules;
mod rooms;
mod tree;
mod unused;

/// Fails with `advice` and the places that it is meant for, if there are any.
#[track_caller]
fn none(advice: &str, places: &[String]) {
    assert!(places.is_empty(), "\n{advice}\n\n  {}\n", places.join("\n  "));
}
