//! Names as numbers.

use std::collections::hash_map::Entry;

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
    /// Numbers by the hash of the name, of the first one with that hash.
    by_hash: FxHashMap<u32, NameId>,
    /// Of the others, which are few.
    others: FxHashMap<u32, Vec<NameId>>,
}

impl Names {
    /// The number of `name`, which gets one if it has none.
    pub(crate) fn intern(&mut self, name: &str) -> NameId {
        if name.is_empty() {
            return 0;
        }
        let hash = hash(name);
        if let Some(known) = self.find(hash, name) {
            return known;
        }
        self.list.letters.push_str(name);
        self.list.ends.push(u32::try_from(self.list.letters.len()).unwrap_or(u32::MAX));
        let id = u32::try_from(self.list.ends.len()).unwrap_or(0);
        match self.by_hash.entry(hash) {
            Entry::Vacant(empty) => _ = empty.insert(id),
            Entry::Occupied(_) => self.others.entry(hash).or_default().push(id),
        }
        id
    }

    /// The number of `name`, if it has been met.
    pub(crate) fn get(&self, name: &str) -> Option<NameId> {
        self.find(hash(name), name)
    }

    fn find(&self, hash: u32, name: &str) -> Option<NameId> {
        let is_it = |id: &NameId| self.text(*id) == name;
        let first = *self.by_hash.get(&hash)?;
        if is_it(&first) {
            return Some(first);
        }
        // To ask an empty map still takes a hash.
        if self.others.is_empty() {
            return None;
        }
        self.others.get(&hash)?.iter().copied().find(is_it)
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
        // As if their hashes were the same.
        let all = names.by_hash.drain().map(|(_, id)| id).collect::<Vec<_>>();
        let hash = hash("name7");
        names.by_hash.insert(hash, 1);
        names.others.insert(hash, all);
        assert_eq!((names.get("name7"), names.get("name0")), (Some(ids[7]), None));
        assert_eq!((names.intern(""), names.text(0), names.get("other")), (0, "", None));
        assert_eq!(names.len(), 3001);
    }
}
