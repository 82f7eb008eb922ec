//! Stretches of a file that can be read on their own.

use std::ops::Range;

use tree_sitter::Node;

use crate::SyntaxTree;
use crate::rules::Rules;

/// Whole lines that hold whole items of a file's top level, with the comments and annotations
/// before them. The sections of a file follow one another without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its bytes, the end of its last line included.
    pub range: Range<usize>,
    /// Whether all of it follows the language: then it is parsed the same without what is around
    /// it.
    pub is_sound: bool,
}

impl SyntaxTree {
    /// The sections of the bytes `range` of `source`, the text of the tree, each of at least
    /// `lines` lines but the last one. `None` if an item reaches over an end of the range.
    #[must_use]
    pub fn sections(
        &self,
        source: &str,
        range: Range<usize>,
        lines: usize,
    ) -> Option<Vec<Section>> {
        let rules = self.language().rules()?;
        if self.tree().root_node().is_error() {
            // What it holds are pieces of something that could not be put together.
            let is_all = range == (0..source.len());
            return is_all.then(|| vec![Section { range, is_sound: false }]);
        }
        let mut sections = Vec::new();
        let mut start = range.start;
        let mut first_row = None;
        let mut is_sound = true;
        // Where the line ends in which the node before ended, if the two can be told apart.
        let mut end = None;
        let mut cursor = self.tree().walk();
        let mut more = cursor.goto_first_child_for_byte(range.start).is_some();
        while more {
            let node = cursor.node();
            more = cursor.goto_next_sibling();
            if node.end_byte() <= range.start {
                continue;
            }
            if node.start_byte() >= range.end {
                break;
            }
            if node.start_byte() < range.start || node.end_byte() > range.end {
                return None;
            }
            let row = node.start_position().row;
            let first = *first_row.get_or_insert(row);
            if let Some(end) = end
                && node.start_byte() >= end
                && row >= first + lines
            {
                sections.push(Section { range: start..end, is_sound });
                (start, first_row, is_sound) = (end, Some(row), true);
            }
            is_sound &= !node.has_error() && !node.is_missing();
            end = (!leads(rules, node)).then(|| line_end(source, node));
        }
        if first_row.is_some() && end.is_none() && range.end < source.len() {
            // The last comment may belong to what follows.
            return None;
        }
        sections.push(Section { range: start..range.end, is_sound });
        Some(sections)
    }
}

impl SyntaxTree {
    /// Whether all that lies outside of the bytes `range` follows the language.
    #[must_use]
    pub fn is_sound_outside(&self, range: Range<usize>) -> bool {
        let root = self.tree().root_node();
        if !root.has_error() {
            return true;
        }
        let mut cursor = root.walk();
        root.children(&mut cursor).all(|node| {
            let is_within = range.start <= node.start_byte() && node.end_byte() <= range.end;
            is_within || !node.has_error()
        })
    }
}

/// Whether a node may belong to the one after it.
fn leads(rules: &Rules, node: Node<'_>) -> bool {
    !rules.leading.of(node.kind_id()).is_empty()
}

/// The first byte after the line in which a node ends.
fn line_end(source: &str, node: Node<'_>) -> usize {
    let end = node.end_byte();
    if source.get(..end).is_some_and(|before| before.ends_with('\n')) {
        return end;
    }
    let rest = source.as_bytes().get(end..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(source.len(), |at| end + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn check(source: &str, range: Range<usize>, expected: &[&str]) {
        let tree = SyntaxTree::of_str(Language::Rust, source).unwrap();
        let sections = tree.sections(source, range, 2);
        let shown = sections
            .into_iter()
            .flatten()
            .map(|it| format!("{}{}", if it.is_sound { "" } else { "!" }, &source[it.range]));
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{source}");
    }

    #[test]
    fn a_section_is_made_of_whole_items_and_lines() {
        let source = "//! Doc.\nuse a;\n\n/// One.\n#[test]\nfn b() {\n}\n// Of c.\nfn c() {} // c\nfn d() {}\n";
        let parts = ["//! Doc.\nuse a;\n", "\n/// One.\n#[test]\nfn b() {\n}\n"];
        let rest = "// Of c.\nfn c() {} // c\nfn d() {}\n";
        check(source, 0..source.len(), &[parts[0], parts[1], rest]);
        let second = parts[0].len()..parts[0].len() + parts[1].len();
        check(source, second.clone(), &[parts[1]]);
        // It would cut through a function, or part one from its comment.
        check(source, second.start..second.end - 2, &[]);
        check(source, 0..parts[0].len() + "\n/// One.\n".len(), &[]);
        check(
            "fn a() {\n} fn b() {\n}\nfn c() {}",
            0..31,
            &["fn a() {\n} fn b() {\n}\n", "fn c() {}"],
        );
        check("", 0..0, &[""]);
    }

    #[test]
    fn what_is_broken_is_told() {
        let source = "fn a() {\n}\nfn b() {\n    1 +;\n}\nfn c() {\n}\n";
        check(
            source,
            0..source.len(),
            &["fn a() {\n}\n", "!fn b() {\n    1 +;\n}\n", "fn c() {\n}\n"],
        );
    }
}
