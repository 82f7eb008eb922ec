//! Which items come into question.

use rustc_hash::FxHashMap;

use super::{Evidence, MAX_FUNCTIONS, MAX_SAME};
use crate::facts::{Def, Kind, NameId};
use crate::graph::{DefId, FuncId, is_offered};
use crate::history::Signs;

/// Files that each reason brings into question, with everything that they define.
const MAX_FILES: usize = 25;
/// Of the files with the best functions, how many with everything that they define; the others
/// with what is no function.
const MAX_WHOLE: usize = 8;

impl Evidence<'_> {
    /// The items that come into question, and their files.
    pub(super) fn ids(&self, func_of: &mut FxHashMap<DefId, FuncId>) -> (Vec<DefId>, Vec<usize>) {
        let view = self.view;
        let mut functions: Vec<FuncId> = self.users.iter().copied().collect();
        let mut good: FxHashMap<usize, f32> = FxHashMap::default();
        for scores in [&self.topic, &self.bodies, &self.like, &self.like_body] {
            for id in scores.best(MAX_FUNCTIONS) {
                *good.entry(view.func(id).0).or_default() += scores.of(id);
                functions.push(id);
            }
        }
        functions.extend(self.member_users.keys());
        functions.sort_unstable();
        functions.dedup();
        let mut ids: Vec<DefId> = Vec::new();
        for id in functions {
            let (file, func) = view.func(id);
            let def = view.defs_of(file).start + func.def;
            func_of.insert(def, id);
            ids.push(def);
        }
        let by_sign = |sign: fn(&Signs) -> f32| -> FxHashMap<usize, f32> {
            let of = |(file, signs): (&usize, &Signs)| (*file, sign(signs));
            self.signs.iter().map(of).filter(|one| one.1 > 0.0).collect()
        };
        let (beside, about) = (by_sign(|one| one.beside), by_sign(|one| one.about));
        for list in [&beside, &about, &self.path_told] {
            for file in best(list) {
                ids.extend(view.defs_of(file));
            }
        }
        // Types and constants are not compared by themselves: what is done around them tells.
        for (rank, file) in best(&good).into_iter().enumerate() {
            let whole = rank < MAX_WHOLE;
            ids.extend(view.defs_of(file).filter(|id| whole || !is_function(view.def(*id).1)));
        }
        let mut named: Vec<NameId> = self.told.names.iter().map(|one| one.0).collect();
        named.extend(self.told.whole.iter().chain(&self.used).chain(self.owners_used.keys()));
        named.extend(self.item.map(|item| item.name));
        named.sort_unstable();
        named.dedup();
        for name in named {
            let same: Vec<DefId> = view.defs_named(name).take(MAX_SAME).collect();
            if same.len() < MAX_SAME {
                ids.extend(same);
            }
        }
        if let Some(item) = self.item {
            for owner in [item.name, item.owner].into_iter().filter(|owner| *owner != 0) {
                ids.extend(view.members_of(owner).take(200));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| {
            let (file, def) = view.def(*id);
            let is_item = !matches!(def.kind, Kind::Field | Kind::Variant);
            file != self.file && is_offered(def) && is_item
        });
        let mut files: Vec<usize> = ids.iter().map(|id| view.def(*id).0).collect();
        files.dedup();
        files.sort_unstable();
        files.dedup();
        (ids, files)
    }
}

fn is_function(def: &Def) -> bool {
    matches!(def.kind, Kind::Function | Kind::Method)
}

/// The best files.
fn best(files: &FxHashMap<usize, f32>) -> Vec<usize> {
    let mut list: Vec<(usize, f32)> = files.iter().map(|(file, sum)| (*file, *sum)).collect();
    list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    list.into_iter().take(MAX_FILES).map(|one| one.0).collect()
}
