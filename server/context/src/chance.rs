//! How likely a definition is of use, from its numbers.

use std::sync::OnceLock;

use crate::features::{Feature, NAMES, Row};
use crate::forest::Forest;
use crate::judge::{self, Judge, strongest};

/// Fitted to what hidden bodies of functions used, by gradient boosting of the logistic loss; the
/// table says on what and how.
const TABLE: &str = include_str!("chance.table");

/// Judges rows by the table.
pub(crate) fn trees() -> Judge {
    static FOREST: OnceLock<Forest> = OnceLock::new();
    Judge::by(FOREST.get_or_init(|| judge::forest(TABLE, &NAMES)))
}

/// The strongest reason, in words.
pub(crate) fn reason(row: &Row) -> &'static str {
    let get = |feature: Feature| row[feature as usize];
    strongest(&[
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
    ])
    .unwrap_or("near the topic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_tells_definitions_apart() {
        assert!(Forest::parse(TABLE, &NAMES, 1).is_some());
        let mut judge = trees();
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
