//! Syntax errors.

use std::ops::Range;

use crate::SyntaxTree;

/// A place that the grammar could not make sense of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The bytes.
    pub range: Range<usize>,
}

impl SyntaxTree {
    /// All errors, in order.
    #[must_use]
    pub fn errors(&self) -> Vec<SyntaxError> {
        let mut errors = Vec::new();
        let mut stack = vec![self.tree().root_node()];
        while let Some(node) = stack.pop() {
            if !node.has_error() {
                continue;
            }
            if node.is_error() || node.is_missing() {
                errors.push(SyntaxError { range: node.byte_range() });
            }
            let mut cursor = node.walk();
            stack.extend(node.children(&mut cursor));
        }
        errors.sort_by_key(|error| error.range.start);
        errors
    }
}

/// The errors of `after` beyond the number that `before` had.
#[must_use]
pub fn new_errors(before: Option<&SyntaxTree>, after: &SyntaxTree) -> Vec<SyntaxError> {
    let known = before.map_or(0, |before| before.errors().len());
    after.errors().into_iter().skip(known).collect()
}
