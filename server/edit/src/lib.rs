//! Edits as models write them, applied where they were meant or not at all.
//!
//! Each edit format is one file that turns a model's words into the same thing: the lines that an
//! edit expects to find and the lines that it wants to leave behind ([`script`]). From there on
//! all formats go one way: the lines are looked for ([`place`]), at first as they are and then
//! with more and more of their white space overlooked, and at each step they have to fit exactly
//! one place; then the script is laid over the file ([`compile`]). Lines that the edit leaves
//! alone are only there to find the place: they are never written, so the file keeps its own
//! bytes. Whatever does not fit becomes a [`Refusal`] that shows the model the nearest real text.
//!
//! This room is pure: it knows nothing of paths, disks, drafts, models or the tools that carry
//! its edits.

mod compile;
mod file;
mod indent;
mod place;
mod refusal;
mod script;
mod search_replace;
#[cfg(test)]
mod tests;

pub use place::Leniency;
pub use refusal::{Candidate, Reason, Refusal};
pub use search_replace::{Replacement, search_replace};

use text::{Text, TextEdit};

/// What an edit does to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The changes to the text as it was; never empty, except where an empty file is created.
    pub edits: Vec<TextEdit>,
    /// The text afterwards.
    pub text: Text,
    /// How much had to be overlooked to find the place.
    pub leniency: Leniency,
}
