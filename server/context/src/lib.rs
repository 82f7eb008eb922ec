//! The code that a task needs to see: an index of what the project defines and uses, and a
//! selection from it, without a model, deterministic, within a budget, every fragment with its
//! reason.
//!
//! This room knows nothing of prompts, models, tools, protocols or editors, and it is free of
//! async code: whoever must not wait calls it from a thread of its own.

mod around;
mod broken;
mod build;
mod cards;
mod chance;
mod definitions;
mod embedded;
mod extract;
mod facts;
mod features;
mod forest;
mod gather;
mod graph;
mod history;
mod imports;
mod index;
mod indexes;
mod judge;
mod kept;
mod keywords;
mod lex;
mod lines;
#[cfg(test)]
mod looking;
mod meaning;
mod names;
mod pack;
mod piece;
mod place;
mod prose;
mod query;
mod reach;
mod recent;
mod rows;
mod signature;
mod splice;
mod state;
#[cfg(test)]
mod tests;
mod together;
mod tokens;
mod view;
mod votes;

pub use gather::{Considered, consider, gather};
pub use index::{Index, World};
pub use indexes::Indexes;
pub use query::{Complaint, ContextQuery, Fragment, Intent, TokenBudget};

/// The names of the numbers by which definitions are judged where `intent` is meant.
#[must_use]
pub fn feature_names(intent: Intent) -> &'static [&'static str] {
    match intent {
        Intent::Change => &together::NAMES,
        Intent::Implement | Intent::Fix => &features::NAMES,
    }
}
