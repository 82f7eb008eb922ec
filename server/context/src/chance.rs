//! How likely a definition is of use, from its numbers.

use std::sync::OnceLock;

use crate::features::{Feature, NAMES, Row};
use crate::forest::{Forest, Scratch};

/// Fitted to what hidden bodies of functions used, by gradient boosting of the logistic loss; the
/// table says on what and how.
const TABLE: &str = include_str!("chance.table");

/// Trees that make a rough estimate.
const ROUGH_TREES: usize = 30;

fn forest() -> Option<&'static Forest> {
    static FOREST: OnceLock<Option<Forest>> = OnceLock::new();
    FOREST.get_or_init(|| Forest::parse(TABLE, &NAMES, ROUGH_TREES)).as_ref()
}

/// Judges rows, one after the other.
#[derive(Default)]
pub(crate) struct Judge {
    scratch: Scratch,
}

impl Judge {
    /// An estimate at little cost, to leave out what has no chance before the rest is judged.
    pub(crate) fn rough(&mut self, row: &Row) -> f32 {
        forest().map_or(0.0, |forest| forest.rough(row, &mut self.scratch))
    }

    /// Between zero and one; `rough` is the estimate of the same row.
    pub(crate) fn chance(&mut self, rough: f32, row: &Row) -> f32 {
        let sum = forest().map_or(0.0, |forest| forest.judge(rough, row, &mut self.scratch));
        1.0 / (1.0 + (-sum).exp())
    }
}

/// The strongest reason, in words.
pub(crate) fn reason(row: &Row) -> &'static str {
    let get = |feature: Feature| row[feature as usize];
    let reasons = [
        (get(Feature::NameInSignature) * 2.0, "named in the signature"),
        (get(Feature::NameImportedFromHere) * 1.5, "imported by this file"),
        (get(Feature::OwnerTaken) * 1.2, "member of a type that is passed in"),
        (get(Feature::OwnerSelf) * 1.2, "member of the same type"),
        (get(Feature::VoteSimilar) * 3.0, "used by similar functions"),
        (get(Feature::VoteTypeMost) * 3.0, "used with the same types"),
        (get(Feature::VoteFile) * 3.0, "used by this file's other functions"),
        (get(Feature::OwnerGiven), "member of the type that is returned"),
        (get(Feature::OwnerFieldOfSelf), "member of a field's type"),
        (get(Feature::OwnerFieldOfTaken) * 0.9, "member of a field's type"),
        (get(Feature::OwnerResult) * 0.8, "member of a type that a method returns"),
        (get(Feature::OwnerImported) * 0.8, "member of an imported type"),
        (get(Feature::NameInFile) * 0.7, "named in this file"),
        (get(Feature::FileImported) * 0.5, "in a file that is imported"),
    ];
    let best = reasons.iter().max_by(|a, b| a.0.total_cmp(&b.0)).filter(|best| best.0 > 0.0);
    best.map_or("near the topic", |best| best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_tells_definitions_apart() {
        assert!(forest().is_some());
        let mut judge = Judge::default();
        let mut chance = |row: &Row| {
            let rough = judge.rough(row);
            judge.chance(rough, row)
        };
        let mut row = [0.0; crate::features::COUNT];
        let nothing = chance(&row);
        row[Feature::NameInFile as usize] = 1.0;
        row[Feature::NameImportedFromHere as usize] = 1.0;
        row[Feature::VoteSimilar as usize] = 0.5;
        row[Feature::VoteFile as usize] = 0.5;
        assert!(chance(&row) > nothing * 2.0);
    }
}
