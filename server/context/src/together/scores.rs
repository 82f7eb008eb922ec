//! How well functions fit what is asked, by what they are about and by what they use.

use rustc_hash::FxHashSet;

use crate::facts::NameId;
use crate::graph::FuncId;
use crate::view::View;

/// A name that more functions use than these tells none of them apart.
const MAX_USERS: usize = 600;

/// A number for each function, most of them zero.
pub(crate) struct Scores {
    values: Vec<f32>,
    /// Functions that have one, in the order in which they came.
    pub(crate) touched: Vec<FuncId>,
}

impl Scores {
    fn none(view: &View) -> Scores {
        Scores { values: vec![0.0; view.func_count()], touched: Vec::new() }
    }

    fn add(&mut self, id: FuncId, value: f32) {
        if let Some(sum) = self.values.get_mut(id as usize) {
            if *sum == 0.0 {
                self.touched.push(id);
            }
            *sum += value;
        }
    }

    /// As a part of the best one.
    fn scaled(mut self) -> Scores {
        let best = self.touched.iter().map(|id| self.values[*id as usize]).fold(1.0, f32::max);
        self.values.iter_mut().for_each(|value| *value /= best);
        self
    }

    /// Of functions whose signatures and comments have `terms` (BM25).
    pub(crate) fn by_topic(view: &View, terms: &[(NameId, f32)]) -> Scores {
        let mut scores = Scores::none(view);
        let total = view.functions() as f32;
        for (term, weight) in terms {
            let count = view.term_count(*term) as f32;
            if count == 0.0 || count * 4.0 > total + 40.0 {
                continue;
            }
            let rarity = (1.0 + total / count).ln();
            for (id, often) in view.funcs_about(*term) {
                let length = f32::from(view.func(id).1.terms.len);
                let often = often as f32;
                let part = often * 2.2 / (often + 1.2 * (0.5 + 0.5 * length / 30.0));
                scores.add(id, weight * rarity * part);
            }
        }
        scores.scaled()
    }

    /// Of functions whose bodies use `used`.
    pub(crate) fn by_body(view: &View, used: &[(NameId, f32)]) -> Scores {
        let mut scores = Scores::none(view);
        let total = view.functions() as f32;
        let mut seen = FxHashSet::default();
        for (name, weight) in used.iter().filter(|(name, _)| seen.insert(*name)) {
            let users: Vec<FuncId> = view.users_of(*name).take(MAX_USERS).collect();
            if users.is_empty() || users.len() == MAX_USERS {
                continue;
            }
            let rarity = (1.0 + total / users.len() as f32).ln();
            for id in users {
                let length = f32::from(view.func(id).1.uses.len);
                scores.add(id, weight * rarity / (1.0 + 0.02 * length));
            }
        }
        scores.scaled()
    }

    pub(crate) fn of(&self, id: FuncId) -> f32 {
        self.values.get(id as usize).copied().unwrap_or_default()
    }

    /// The best `count` of them.
    pub(crate) fn best(&self, count: usize) -> Vec<FuncId> {
        let mut list = self.touched.clone();
        let better = |a: &FuncId, b: &FuncId| self.of(*b).total_cmp(&self.of(*a)).then(a.cmp(b));
        if list.len() > count {
            list.select_nth_unstable_by(count, better);
            list.truncate(count);
        }
        list.sort_unstable_by(better);
        list
    }
}
