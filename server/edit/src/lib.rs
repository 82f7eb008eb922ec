//! Edits as models write them, applied where they were meant or not at all.
//!
//! Each edit format is one file that turns a model's words into the same thing: a list of lines
//! that are kept, deleted and inserted ([`script`]). From there on all formats go one way: the
//! kept and deleted lines are looked for ([`place`]), at first as they are and then with more and
//! more of their white space overlooked ([`alike`]), and at the first step at which they stand
//! anywhere they have to fit exactly one place, or something else in the edit has to say which
//! ([`hints`]); then the script is laid over the file ([`compile`]). Lines that the edit keeps
//! are only there to find the place: they are never written, so the file keeps its own bytes.
//! Lines that it deletes never differ from the file's in a word, or what somebody typed since
//! would be lost. Whatever does not fit becomes a [`Refusal`] that shows the model the nearest
//! real text.
//!
//! This room is pure: it knows nothing of disks, drafts, models or the tools that carry its edits,
//! and paths are to it no more than the names by which a patch calls its files.

mod alike;
mod blocks;
mod compile;
mod context;
mod effort;
mod envelope;
mod exact;
mod file;
mod hints;
mod hunks;
mod indent;
mod locate;
mod nearest;
mod patch;
mod place;
mod refusal;
mod script;
mod search_replace;
mod sign;
#[cfg(test)]
mod tests;
mod udiff;
mod unwrap;
mod whole;
mod written;

pub use alike::Leniency;
pub use blocks::{Block, Blocks, blocks};
pub use patch::{Changed, Files, apply_patch};
pub use refusal::{Candidate, Reason, Refusal};
pub use search_replace::{Replacement, search_replace};
pub use udiff::udiff;
pub use whole::whole;

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

impl Applied {
    /// A file that did not exist.
    fn created(text: &str) -> Applied {
        Applied {
            edits: vec![TextEdit::insert(0, text)],
            text: Text::new(text),
            leniency: Leniency::Exact,
        }
    }
}
