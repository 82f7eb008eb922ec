//! Judging rows of numbers by trees, and saying in words what speaks for one.

use crate::forest::{Forest, Scratch};

/// Trees that make a rough estimate.
const ROUGH_TREES: usize = 30;

/// The trees of a table, for rows of `features`. A table that cannot be read, which a test would
/// notice, tells nothing apart.
pub(crate) fn forest(table: &str, features: &[&str]) -> Forest {
    Forest::parse(table, features, ROUGH_TREES).unwrap_or_default()
}

/// Judges rows, one after the other.
pub(crate) struct Judge {
    forest: &'static Forest,
    scratch: Scratch,
}

impl Judge {
    /// Judges by these trees.
    pub(crate) fn by(forest: &'static Forest) -> Judge {
        Judge { forest, scratch: Scratch::default() }
    }

    /// An estimate at little cost, to leave out what has no chance before the rest is judged.
    pub(crate) fn rough(&mut self, row: &[f32]) -> f32 {
        self.forest.rough(row, &mut self.scratch)
    }

    /// Between zero and one; `rough` is the estimate of the same row.
    pub(crate) fn chance(&mut self, rough: f32, row: &[f32]) -> f32 {
        1.0 / (1.0 + (-self.score(rough, row)).exp())
    }

    /// Without bounds, the greater the better; `rough` is the estimate of the same row.
    pub(crate) fn score(&mut self, rough: f32, row: &[f32]) -> f32 {
        self.forest.judge(rough, row, &mut self.scratch)
    }
}

/// The reason with the greatest weight, if any has one.
pub(crate) fn strongest(reasons: &[(f32, &'static str)]) -> Option<&'static str> {
    let best = reasons.iter().max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|best| best.0 > 0.0).map(|best| best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_reason_is_told() {
        assert_eq!(strongest(&[(0.5, "a"), (2.0, "b"), (1.0, "c")]), Some("b"));
        assert_eq!(strongest(&[(0.0, "a"), (-1.0, "b")]), None);
    }
}
