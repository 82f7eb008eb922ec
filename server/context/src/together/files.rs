//! In which order the files that came into question are told: those that the change is likeliest
//! to touch first.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::features::{self, COUNT, NAMES};
use crate::forest::Forest;
use crate::judge::{self, Judge};

/// Fitted to which files commits of public projects touched; the table says on what and how.
const TABLE: &str = include_str!("files.table");

/// Files that are judged with care, the likeliest by their items alone; the others come after.
const JUDGED: usize = 60;

/// Numbers of a file's own, beside the greatest of each of its items' numbers.
const OWN: [&str; 8] = ["first", "second_item", "third", "any", "sum", "items", "rank", "below"];

/// Where three of them stand: how likely any item changes, and how the file compares by that.
const ANY: usize = 3;
const RANK: usize = 6;
const BELOW: usize = 7;

type Row = [f32; OWN.len() + COUNT];

fn trees() -> Judge {
    static FOREST: OnceLock<Forest> = OnceLock::new();
    let names: Vec<&str> = OWN.iter().chain(&NAMES).copied().collect();
    Judge::by(FOREST.get_or_init(|| judge::forest(TABLE, &names)))
}

/// An item: its file, its chance and its numbers.
pub(super) type Item<'a> = (usize, f32, &'a features::Row);

/// The files of `items`, in which those of one file stand together, the likeliest first.
pub(super) fn order(items: &[Item<'_>]) -> Vec<usize> {
    let mut files: Vec<(usize, f32, Row)> = items
        .chunk_by(|a, b| a.0 == b.0)
        .map(|items| {
            let row = row(items);
            (items[0].0, row[ANY], row)
        })
        .collect();
    files.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let best = files.first().map_or(0.0, |file| file.1);
    let mut trees = trees();
    for (rank, (_, score, row)) in files.iter_mut().take(JUDGED).enumerate() {
        row[RANK] = (rank as f32).ln_1p();
        row[BELOW] = *score - best;
        let rough = trees.rough(row);
        *score = trees.score(rough, row);
    }
    let careful = files.len().min(JUDGED);
    files[..careful].sort_by(|a, b| b.1.total_cmp(&a.1));
    files.into_iter().map(|file| file.0).collect()
}

/// The numbers of a file, but for how it compares with others.
fn row(items: &[Item<'_>]) -> Row {
    let mut row = [0.0; OWN.len() + COUNT];
    let (mut best, mut none, mut sum) = ([0.0_f32; 3], 1.0_f32, 0.0);
    let (own, greatest) = row.split_at_mut(OWN.len());
    greatest.copy_from_slice(items[0].2);
    for (_, chance, row) in items {
        let mut chance = chance.min(0.999);
        none *= 1.0 - chance;
        sum += chance;
        for place in &mut best {
            if chance > *place {
                std::mem::swap(place, &mut chance);
            }
        }
        for (most, value) in greatest.iter_mut().zip(*row) {
            *most = most.max(*value);
        }
    }
    own[..3].copy_from_slice(&best.map(odds));
    own[ANY] = odds(1.0 - none);
    own[4] = sum;
    own[5] = (items.len() as f32).ln_1p();
    row
}

/// The logarithm of the odds.
fn odds(chance: f32) -> f32 {
    (chance.max(1e-6) / (1.0 - chance.min(0.9999))).ln()
}

/// Sorts `files` as in `order`; those that are not in it keep their order at the end.
pub(crate) fn sort_files<T>(files: &mut [(usize, T)], order: &[usize]) {
    let places: FxHashMap<usize, usize> = order.iter().copied().zip(0..).collect();
    files.sort_by_key(|file| places.get(&file.0).copied().unwrap_or(usize::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(items: &[(usize, f32)], expected: [usize; 3]) {
        let row = [0.0; COUNT];
        let list: Vec<Item<'_>> = items.iter().map(|one| (one.0, one.1, &row)).collect();
        let mut files = [(7, ()), (8, ()), (9, ())];
        sort_files(&mut files, &order(&list));
        assert_eq!(files.map(|one| one.0), expected, "{items:?}");
    }

    #[test]
    fn the_likeliest_file_comes_first() {
        check(&[], [7, 8, 9]);
        check(&[(1, 0.9), (8, 0.02), (9, 0.6)], [9, 8, 7]);
        check(&[(7, 0.02), (8, 0.4), (8, 0.6), (8, 0.6)], [8, 7, 9]);
        check(&[(8, 0.3)], [8, 7, 9]);
    }

    #[test]
    fn the_table_can_be_read() {
        let names: Vec<&str> = OWN.iter().chain(&NAMES).copied().collect();
        assert!(Forest::parse(TABLE, &names, 1).is_some());
    }
}
