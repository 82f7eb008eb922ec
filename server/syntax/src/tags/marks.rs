//! Where in a text something may be declared within an expression.

use std::ops::Range;

use tree_sitter::Node;

use crate::rules::{Passing, Rules};

/// Places of the words and signs with which whatever is declared within an expression begins. An
/// expression without one of them need not be walked: most of a tree is made of such, and to visit
/// their nodes would take several times as long as to look through the text once.
pub(super) struct Marks<'r> {
    rules: &'r Rules,
    /// What was looked through.
    range: Range<usize>,
    /// Offsets, in their order; those before `next` lie behind the walk.
    places: Vec<u32>,
    next: usize,
}

impl<'r> Marks<'r> {
    /// Those within the bytes `range` of `source`.
    pub(super) fn of(rules: &'r Rules, source: &str, range: Range<usize>) -> Marks<'r> {
        let expressions = &rules.spec.expressions;
        let mut places = Vec::new();
        if !expressions.kinds.is_empty() {
            find(source.as_bytes(), range.clone(), expressions.marks, &mut places);
        }
        Marks { rules, range, places, next: 0 }
    }

    /// Whether nothing can be declared within `node`. Asked from node to node in the order of the
    /// text.
    pub(super) fn rule_out(&mut self, node: Node<'_>) -> bool {
        let passing = self.rules.expressions.get(usize::from(node.kind_id()));
        let passing = passing.copied().unwrap_or_default();
        if passing == Passing::Never {
            return false;
        }
        let (start, end) = (node.start_byte(), node.end_byte());
        if start < self.range.start || end > self.range.end {
            return false;
        }
        while self.places.get(self.next).is_some_and(|at| (*at as usize) < start) {
            self.next += 1;
        }
        let is_own = passing == Passing::MarkedOnce
            && self.places.get(self.next).is_some_and(|at| *at as usize == start);
        let next = self.places.get(self.next + usize::from(is_own));
        // What does not follow the language can hold anything.
        next.is_none_or(|at| *at as usize >= end) && !node.has_error()
    }
}

/// Finds the words of `marks`, and the signs among them, which are one byte each.
fn find(text: &[u8], range: Range<usize>, marks: &[&str], places: &mut Vec<u32>) {
    let text = text.get(..range.end).unwrap_or_default();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let mut starts = [false; 256];
    for mark in marks {
        if let Some(first) = mark.bytes().next() {
            starts[usize::from(first)] = true;
        }
    }
    let mut at = range.start;
    while let Some(byte) = text.get(at) {
        let start = at;
        at += 1;
        if is_word(*byte) {
            while text.get(at).is_some_and(|byte| is_word(*byte)) {
                at += 1;
            }
        }
        if starts[usize::from(*byte)] && marks.iter().any(|it| it.as_bytes() == &text[start..at]) {
            places.push(u32::try_from(start).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_signs_everywhere() {
        let check = |text: &str, expected: &[u32]| {
            let mut places = Vec::new();
            find(text.as_bytes(), 0..text.len(), &["let", "|", "for"], &mut places);
            assert_eq!(places, expected, "{text}");
        };
        check("", &[]);
        check("let a|b", &[0, 5]);
        check("letter.outlet(é_let)||for", &[21, 22, 23]);
    }
}
