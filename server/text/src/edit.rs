//! Edits: a replaced byte range and the new text.

use std::ops::Range;

use thiserror::Error;

use crate::Text;

/// The bytes of `range` become `new_text`. The range refers to the text before any edit of the
/// same list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// Replaced bytes; empty for an insertion.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub new_text: String,
}

impl TextEdit {
    /// Replaces `range` by `new_text`.
    pub fn new(range: Range<usize>, new_text: impl Into<String>) -> Self {
        TextEdit { range, new_text: new_text.into() }
    }

    /// Inserts `new_text` before byte `at`.
    pub fn insert(at: usize, new_text: impl Into<String>) -> Self {
        TextEdit::new(at..at, new_text)
    }
}

/// Two edits of one list touch the same bytes, or an edit lies outside of the text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("edit of bytes {}..{} overlaps another or lies outside of the text", .0.start, .0.end)]
pub struct Overlap(pub Range<usize>);

/// Applies all `edits`, whose ranges refer to `text` as it is. Insertions at one place keep the
/// order of the list.
///
/// # Errors
/// [`Overlap`] if two ranges share a byte, or one is inverted or reaches past the end; then
/// nothing is applied.
pub fn apply(text: &Text, edits: &[TextEdit]) -> Result<Text, Overlap> {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut covered = 0;
    for edit in &sorted {
        let range = &edit.range;
        if range.start < covered || range.end < range.start || range.end > text.len() {
            return Err(Overlap(range.clone()));
        }
        covered = range.end;
    }
    let mut result = text.clone();
    for edit in sorted.iter().rev() {
        result.replace(edit.range.clone(), &edit.new_text);
    }
    Ok(result)
}
