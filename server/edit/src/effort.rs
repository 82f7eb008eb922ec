//! A bound on the work that one edit may cause.

use std::cell::Cell;

use crate::refusal::{Reason, Refusal};

/// How many lines may be compared. An edit of a few dozen lines in a file of 100,000 needs about
/// a tenth of it even if nothing fits; what needs more would keep the user waiting.
const COMPARISONS: u64 = 40_000_000;

/// What is left of the work that one call may do. It is counted in compared lines and not in
/// time, so that the same edit meets the same end on every machine.
pub(crate) struct Effort {
    left: Cell<u64>,
}

impl Effort {
    pub(crate) fn new() -> Effort {
        Effort::of(COMPARISONS)
    }

    pub(crate) fn of(comparisons: u64) -> Effort {
        Effort { left: Cell::new(comparisons) }
    }

    /// # Errors
    /// If nothing is left.
    pub(crate) fn spend(&self, comparisons: usize) -> Result<(), Refusal> {
        match self.left.get().checked_sub(comparisons as u64) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(Refusal::new(
                Reason::TooCostly,
                "The file and the edit repeat themselves so much that comparing them would take \
                 too long. Make smaller edits, each with lines that stand in the file once.",
            )),
        }
    }
}
