//! A file's skeleton: what it declares, without what functions do.

use std::ops::Range;

use text::Text;
use tree_sitter::Node;

use crate::SyntaxTree;
use crate::pattern::Matcher;
use crate::rules::{Role, Rules};

/// What stands where something was left out.
const FOLDED: &str = "…";

impl SyntaxTree {
    /// The bytes that a skeleton leaves out, in order: the insides of bodies and of long values
    /// that span more than one line, without the brackets around them. `text` is the text of this
    /// tree.
    #[must_use]
    pub fn folds(&self, text: &Text) -> Vec<Range<usize>> {
        match self.language().rules() {
            Some(rules) => folds(rules, self.tree().root_node(), &text.to_string()),
            None => Vec::new(),
        }
    }

    /// `text` with `…` for what [`SyntaxTree::folds`] names. What is left is as it was written,
    /// blanks included.
    #[must_use]
    pub fn skeleton(&self, text: &Text) -> String {
        let mut skeleton = String::new();
        let mut end = 0;
        for fold in self.folds(text) {
            skeleton.push_str(&text.slice(end..fold.start));
            let is_in_brackets = skeleton.ends_with(['{', '[', '(']);
            skeleton.push_str(if is_in_brackets { " " } else { "" });
            skeleton.push_str(FOLDED);
            skeleton.push_str(if is_in_brackets { " " } else { "" });
            end = fold.end;
        }
        skeleton.push_str(&text.slice(end..text.len()));
        skeleton
    }
}

fn folds(rules: &Rules, root: Node<'_>, source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut matcher = Matcher::new(root.walk());
    let mut cursor = root.walk();
    let mut unvisited = vec![root];
    while let Some(node) = unvisited.pop() {
        for index in rules.folding.of(node.kind_id()) {
            matcher.matches(
                &rules.patterns.all[usize::from(*index)],
                node,
                source,
                &mut |captures| {
                    for (capture, node) in captures {
                        if rules.roles[usize::from(*capture)] == Role::Fold {
                            found.push(inside(source, node.byte_range()));
                        }
                    }
                },
            );
        }
        unvisited.extend(node.children(&mut cursor));
    }
    found.retain(|fold: &Range<usize>| {
        source.get(fold.clone()).is_some_and(|inside| inside.contains('\n'))
    });
    found.sort_by_key(|fold| (fold.start, std::cmp::Reverse(fold.end)));
    // What lies within another is left out with it.
    let mut end = 0;
    found.retain(|fold| {
        let is_outer = fold.start >= end;
        end = end.max(fold.end);
        is_outer
    });
    found
}

/// A node's bytes without the brackets around them and the blanks at the ends.
fn inside(source: &str, range: Range<usize>) -> Range<usize> {
    let written = source.get(range.clone()).unwrap_or_default();
    let trimmed = written.trim();
    let start = range.start + written.find(trimmed).unwrap_or_default();
    let brackets = [('{', '}'), ('[', ']'), ('(', ')')];
    let is_in_brackets = brackets
        .iter()
        .any(|(open, close)| trimmed.starts_with(*open) && trimmed.ends_with(*close));
    if is_in_brackets { start + 1..start + trimmed.len() - 1 } else { start..start + trimmed.len() }
}
