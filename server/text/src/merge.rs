//! The three-way merge.

use crate::Text;

/// A stretch that both sides changed differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeConflict {
    /// What stood there.
    pub base: String,
    /// What our side put there.
    pub ours: String,
    /// What their side put there.
    pub theirs: String,
}

/// Brings the changes from `base` to `ours` and those from `base` to `theirs` together.
///
/// # Errors
/// All stretches that both changed differently, in order; then there is no merged text.
pub fn merge(base: &Text, ours: &Text, theirs: &Text) -> Result<Text, Vec<MergeConflict>> {
    if ours == theirs || base == ours {
        return Ok(theirs.clone());
    }
    if base == theirs {
        return Ok(ours.clone());
    }
    Err(vec![MergeConflict {
        base: base.to_string(),
        ours: ours.to_string(),
        theirs: theirs.to_string(),
    }])
}
