//! The offline policy: a model without weights that mends what the project's checkers complain
//! about.
//!
//! It searches: each proposal, of the compiler or of its own rules, is tried on the draft under
//! `check` and kept only if errors fall and none is new. It calls the same tools as any other
//! model and reads the structured half of their results, so it works without a network and
//! exercises every layer of the harness.
//!
//! It knows nothing of editors, protocols, processes or the disk. Its answer is a pure function
//! of the request: the search is played again from the conversation each time, so it survives
//! whatever the conversation survives.

mod candidates;
mod files;
mod model;
mod report;
mod search;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod transcript;

pub use crate::model::Offline;
