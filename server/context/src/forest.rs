//! Decision trees whose answers are added up, kept as a small table of text.
//!
//! One line is one tree, written from its root: `F<T` asks whether the feature named `F` is at
//! most `T` and is followed by what holds if so and by what holds if not; `=V` is an answer. Lines
//! that begin with `#` are comments.

/// Trees that judge a row of numbers.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    /// All trees, one after the other; children have higher numbers than their parents.
    nodes: Vec<Node>,
    roots: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
enum Node {
    Ask { feature: u16, at_most: f32, no: u32 },
    Answer(f32),
}

impl Forest {
    /// Reads a table. `None` if it does not follow the rules or speaks of a feature that is not
    /// in `features`; a test sees to it that ours do.
    pub(crate) fn parse(table: &str, features: &[&str]) -> Option<Forest> {
        let mut forest = Forest::default();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            forest.roots.push(u32::try_from(forest.nodes.len()).ok()?);
            forest.tree(&mut words, features)?;
            if words.next().is_some() {
                return None;
            }
        }
        Some(forest)
    }

    fn tree<'a>(
        &mut self,
        words: &mut impl Iterator<Item = &'a str>,
        features: &[&str],
    ) -> Option<()> {
        let word = words.next()?;
        if let Some(value) = word.strip_prefix('=') {
            self.nodes.push(Node::Answer(value.parse().ok()?));
            return Some(());
        }
        let (feature, at_most) = word.split_once('<')?;
        let feature = u16::try_from(features.iter().position(|one| *one == feature)?).ok()?;
        let at_most = at_most.parse().ok()?;
        let at = self.nodes.len();
        self.nodes.push(Node::Ask { feature, at_most, no: 0 });
        self.tree(words, features)?;
        let no = u32::try_from(self.nodes.len()).ok()?;
        self.nodes[at] = Node::Ask { feature, at_most, no };
        self.tree(words, features)
    }

    /// The sum of the answers of all trees.
    pub(crate) fn judge(&self, row: &[f32]) -> f32 {
        let answer = |root: &u32| {
            let mut at = *root as usize;
            loop {
                match self.nodes.get(at) {
                    Some(Node::Ask { feature, at_most, no }) => {
                        let value = row.get(usize::from(*feature)).copied().unwrap_or_default();
                        at = if value <= *at_most { at + 1 } else { *no as usize };
                    }
                    Some(Node::Answer(value)) => return *value,
                    None => return 0.0,
                }
            }
        };
        self.roots.iter().map(answer).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_add_up() {
        let table = "# two trees\na<1 =1 b<2.5 =10 =20\n=0.5\n";
        let forest = Forest::parse(table, &["a", "b"]).unwrap();
        let check = |row: [f32; 2], expected: f32| assert_eq!(forest.judge(&row), expected);
        check([1.0, 9.0], 1.5);
        check([1.1, 2.5], 10.5);
        check([1.1, 2.6], 20.5);
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for table in ["a<1 =1", "c<1 =1 =2", "=1 =2", "a<x =1 =2", ""] {
            let forest = Forest::parse(table, &["a"]);
            assert_eq!(forest.is_some(), table.is_empty(), "{table}");
        }
    }
}
