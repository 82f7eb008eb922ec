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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oracle::{self, Oracle};

    proptest! {
        /// All at once, with ranges of the old text, is the same as one by one from the back.
        #[test]
        fn applying_a_list_is_applying_each_from_the_back(
            plain in oracle::text(),
            cuts in prop::collection::vec(oracle::offset(), 0..10),
            texts in prop::collection::vec(oracle::text(), 5),
        ) {
            let mut oracle = Oracle::new(&plain);
            let mut cuts: Vec<usize> =
                cuts.iter().map(|cut| oracle.floor(oracle::scaled(*cut, plain.len()))).collect();
            cuts.sort_unstable();
            let edits: Vec<TextEdit> = cuts
                .chunks_exact(2)
                .zip(&texts)
                .map(|(cut, text)| TextEdit::new(cut[0]..cut[1], text.as_str()))
                .collect();
            for edit in edits.iter().rev() {
                oracle.replace(edit.range.clone(), &edit.new_text);
            }
            // Insertions at one place keep their order, everything else may be shuffled.
            let mut shuffled = edits.clone();
            shuffled.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
            for list in [edits, shuffled] {
                let applied = apply(&Text::new(&plain), &list).unwrap();
                prop_assert_eq!(applied.to_string(), oracle.text());
            }
        }
    }

    #[test]
    fn insertions_at_one_place_keep_their_order() {
        let edits = [
            TextEdit::new(1..2, "X"),
            TextEdit::insert(1, "1"),
            TextEdit::insert(1, "2"),
            TextEdit::insert(0, "0"),
        ];
        assert_eq!(apply(&Text::new("abc"), &edits).unwrap().to_string(), "0a12Xc");
    }

    #[test]
    fn overlap_and_overreach_apply_nothing() {
        let text = Text::new("abc");
        let overlapping = [TextEdit::new(0..2, ""), TextEdit::new(1..3, "")];
        assert_eq!(apply(&text, &overlapping), Err(Overlap(1..3)));
        assert_eq!(apply(&text, &[TextEdit::new(2..4, "")]), Err(Overlap(2..4)));
        #[expect(clippy::reversed_empty_ranges, reason = "an inverted range is what is tested")]
        let inverted = 2..1;
        assert_eq!(apply(&text, &[TextEdit::new(inverted.clone(), "")]), Err(Overlap(inverted)));
    }
}
