//! Names as numbers.

use rustc_hash::FxHashMap;

use crate::facts::NameId;

/// Names by their numbers, in one stretch of memory. Zero stands for no name.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    letters: String,
    /// The end of each name; it begins where the one before it ends.
    ends: Vec<u32>,
}

impl List {
    /// The letters of a name; none for zero.
    pub(crate) fn text(&self, id: NameId) -> &str {
        let Some(at) = (id as usize).checked_sub(1) else { return "" };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.ends.get(at).map_or("", |end| &self.letters[start..*end as usize])
    }

    /// The letters of all names, from zero on.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        (0..).take(self.len()).map(|id| self.text(id))
    }

    /// How many numbers there are, the zero included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len() + 1
    }
}

/// Every name that was met, each once. Numbers are given in the order in which names come and
/// never change; the first is 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    list: List,
    /// Numbers by the hash of the name. Few names share one.
    by_hash: FxHashMap<u32, Slot>,
}

#[derive(Clone, Debug)]
enum Slot {
    One(NameId),
    More(Vec<NameId>),
}

impl Names {
    /// The number of `name`, which gets one if it has none.
    pub(crate) fn intern(&mut self, name: &str) -> NameId {
        if name.is_empty() {
            return 0;
        }
        if let Some(known) = self.get(name) {
            return known;
        }
        self.list.letters.push_str(name);
        self.list.ends.push(u32::try_from(self.list.letters.len()).unwrap_or(u32::MAX));
        let id = u32::try_from(self.list.ends.len()).unwrap_or(0);
        match self.by_hash.entry(hash(name)) {
            std::collections::hash_map::Entry::Vacant(empty) => {
                empty.insert(Slot::One(id));
            }
            std::collections::hash_map::Entry::Occupied(mut slot) => match slot.get_mut() {
                Slot::One(other) => {
                    let other = *other;
                    slot.insert(Slot::More(vec![other, id]));
                }
                Slot::More(list) => list.push(id),
            },
        }
        id
    }

    /// The number of `name`, if it has been met.
    pub(crate) fn get(&self, name: &str) -> Option<NameId> {
        match self.by_hash.get(&hash(name))? {
            Slot::One(id) => (self.text(*id) == name).then_some(*id),
            Slot::More(list) => list.iter().copied().find(|id| self.text(*id) == name),
        }
    }

    /// The letters of a name; none for zero.
    pub(crate) fn text(&self, id: NameId) -> &str {
        self.list.text(id)
    }

    /// How many numbers there are, the zero included.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The names alone, in as little memory as they take.
    pub(crate) fn into_list(mut self) -> List {
        self.list.letters.shrink_to_fit();
        self.list.ends.shrink_to_fit();
        self.list
    }
}

pub(crate) fn hash(name: &str) -> u32 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    name.hash(&mut hasher);
    (hasher.finish() >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_and_a_number_one_name() {
        let mut names = Names::default();
        let list: Vec<String> = (0..3000).map(|at| format!("name{at}")).collect();
        let ids: Vec<NameId> = list.iter().map(|name| names.intern(name)).collect();
        for (name, id) in list.iter().zip(&ids) {
            assert_eq!((names.intern(name), names.text(*id)), (*id, name.as_str()));
        }
        assert_eq!((names.intern(""), names.text(0), names.get("other")), (0, "", None));
        assert_eq!(names.len(), 3001);
    }
}
