//! Filling a budget: what is likely and cheap goes first.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

/// How much a cost counts: at 1, the most of the expected use for the price; at 0, the likeliest
/// whatever it costs. Between them is best, since chances are estimates.
const THRIFT: f32 = 0.6;
/// What a gap between lines costs.
const GAP: u32 = 2;

/// Something that may be selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Item {
    /// Its file, by number.
    pub(crate) file: usize,
    /// Lines, from 1.
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Tokens of its lines.
    pub(crate) cost: u32,
    /// How likely it is of use.
    pub(crate) chance: f32,
    /// What the caller knows it by.
    pub(crate) key: usize,
}

struct Ranked {
    worth: f32,
    at: usize,
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        // Of equals, the one that came first.
        self.worth.total_cmp(&other.worth).then(other.at.cmp(&self.at))
    }
}

/// Chooses from `items` within `budget` tokens; `header` is what naming a file costs, paid once.
/// Returns what was chosen by file, the files in the order in which they were first chosen, each
/// one's items by line.
pub(crate) fn pack(
    items: &[Item],
    budget: u32,
    mut header: impl FnMut(usize) -> u32,
) -> Vec<(usize, Vec<Item>)> {
    let worth =
        |item: &Item, extra: u32| item.chance / ((item.cost + GAP + extra) as f32).powf(THRIFT);
    let mut heap: BinaryHeap<Ranked> =
        items.iter().enumerate().map(|(at, item)| Ranked { worth: worth(item, 0), at }).collect();
    let mut left = budget;
    let mut files: Vec<(usize, Vec<Item>)> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut headers: HashMap<usize, u32> = HashMap::new();
    // The first one of a file pays for its name, so it may be less worth than it seemed.
    let mut charged = vec![false; items.len()];
    while let Some(Ranked { at, .. }) = heap.pop() {
        let item = items[at];
        let known = places.contains_key(&item.file);
        let extra =
            if known { 0 } else { *headers.entry(item.file).or_insert_with(|| header(item.file)) };
        if extra > 0 && !charged[at] {
            charged[at] = true;
            // The name is shared by those that may follow: half of it counts here.
            heap.push(Ranked { worth: worth(&item, extra / 2), at });
            continue;
        }
        let price = item.cost + extra + if known { GAP } else { 0 };
        if price > left {
            if left < 8 {
                break;
            }
            continue;
        }
        left -= price;
        let place = *places.entry(item.file).or_insert_with(|| {
            files.push((item.file, Vec::new()));
            files.len() - 1
        });
        files[place].1.push(item);
    }
    for (_, chosen) in &mut files {
        chosen.sort_by_key(|item| (item.first, item.last));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(file: usize, line: u32, cost: u32, chance: f32) -> Item {
        Item { file, first: line, last: line, cost, chance, key: line as usize }
    }

    fn check(items: &[Item], budget: u32, expected: &str) {
        let chosen = pack(items, budget, |_| 5);
        let text: Vec<String> = chosen
            .iter()
            .map(|(file, items)| {
                let lines: Vec<String> = items.iter().map(|one| one.first.to_string()).collect();
                format!("{file}:{}", lines.join(","))
            })
            .collect();
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn the_budget_holds_names_and_gaps() {
        let items = [item(1, 3, 10, 0.9), item(1, 1, 10, 0.8), item(2, 1, 10, 0.7)];
        check(&items, 14, "");
        check(&items, 15, "1:3");
        check(&items, 26, "1:3");
        check(&items, 27, "1:1,3");
        check(&items, 42, "1:1,3 2:1");
    }

    #[test]
    fn cheap_goes_before_dear_and_equals_keep_their_order() {
        check(&[item(1, 1, 100, 0.5), item(2, 2, 10, 0.4)], 50, "2:2");
        check(&[item(2, 1, 10, 0.5), item(1, 2, 10, 0.5)], 20, "2:1");
    }
}
