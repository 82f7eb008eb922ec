//! How likely a definition changes along with another, from its numbers.

use std::sync::OnceLock;

use super::features::{Feature, NAMES, Row};
use crate::forest::Forest;
use crate::judge::{self, Judge, strongest};

/// Fitted to what commits of public projects changed, by gradient boosting of the logistic loss;
/// the table says on what and how.
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
        (get(Feature::NameWhole) * 2.0 + get(Feature::NameTold), "the task names it"),
        (get(Feature::SameName) * 1.5, "has the same name"),
        (get(Feature::Uses) * 1.2, "uses the item"),
        (get(Feature::UsesMembers) * 0.5, "uses the item's members"),
        (get(Feature::Used), "used by the item"),
        (get(Feature::Topic) * 1.2, "is about what the task says"),
        (get(Feature::BodyTopic) * 0.8, "uses what the task names"),
        (get(Feature::LikeBody), "uses the same as the item"),
        (get(Feature::LikeTopic) * 0.8, "is about the same as the item"),
        (get(Feature::Beside) * 1.5, "its file changes along with this one"),
        (get(Feature::About).max(get(Feature::Message)), "its file changed for like reasons"),
        (get(Feature::SameOwner) * 0.6, "belongs to the same type"),
        (get(Feature::PathTold), "the task names its file"),
    ])
    .unwrap_or("near the item")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_tells_items_apart() {
        assert!(Forest::parse(TABLE, &NAMES, 1).is_some());
        let chance = |row: &Row| {
            let mut judge = trees();
            let rough = judge.rough(row);
            judge.chance(rough, row)
        };
        let mut row = [0.0; crate::together::features::COUNT];
        let nothing = chance(&row);
        for feature in [Feature::Uses, Feature::SameName, Feature::FileUses, Feature::NameWhole] {
            row[feature as usize] = 1.0;
        }
        for feature in [Feature::Topic, Feature::Beside, Feature::LikeBody, Feature::NameTold] {
            row[feature as usize] = 0.7;
        }
        assert!(chance(&row) > nothing * 2.0);
    }
}
