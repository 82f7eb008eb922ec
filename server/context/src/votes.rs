//! Votes: what other functions of the project use, each use given to the definition that it
//! most likely means.

use rustc_hash::FxHashMap;

use crate::facts::NameId;
use crate::graph::{DefId, FuncId};
use crate::meaning::{MAX_AMBIGUITY, Meanings};
use crate::names::Names;
use crate::place::Place;
use crate::view::View;

/// Functions that are asked, at most, for each reason.
const SIMILAR: usize = 25;
const OF_TYPE: usize = 60;
const OF_FILE: usize = 80;
const OF_IMPORT: usize = 16;
const IMPORTS: usize = 20;
const CALLERS: usize = 24;

/// The shares of functions that use a definition, by why they were asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shares {
    pub(crate) similar: f32,
    pub(crate) similar_name: f32,
    pub(crate) type_most: f32,
    /// One minus the chance that no type's functions would use it.
    pub(crate) type_none: f32,
    pub(crate) file: f32,
    pub(crate) file_count: f32,
    pub(crate) owner: f32,
    pub(crate) imports: f32,
    pub(crate) callers: f32,
}

impl Shares {
    /// All of them, for sums over what belongs together.
    fn weight(&self) -> f32 {
        self.similar + self.type_most + self.file + self.imports
    }
}

/// What the members of each owner, and the definitions of each file, have together.
pub(crate) struct Sums {
    pub(crate) owners: FxHashMap<NameId, f32>,
    /// By the file's number.
    pub(crate) files: Vec<f32>,
}

/// Collects votes.
pub(crate) struct Ballot<'a> {
    view: &'a View,
    place: &'a Place,
    /// In the order in which they were first voted for, with their shares.
    pub(crate) order: Vec<DefId>,
    shares: Vec<Shares>,
    /// The place of a definition in `order`, one more than it; zero if it has no vote.
    slots: Vec<u32>,
    meanings: Meanings<'a>,
    /// Of the votes that are being counted, by definition.
    sums: Vec<f32>,
    touched: Vec<DefId>,
}

impl<'a> Ballot<'a> {
    pub(crate) fn new(view: &'a View, place: &'a Place, names: &Names) -> Ballot<'a> {
        Ballot {
            view,
            place,
            order: Vec::new(),
            shares: Vec::new(),
            slots: vec![0; view.def_count()],
            meanings: Meanings::new(view, names),
            sums: vec![0.0; view.def_count()],
            touched: Vec::new(),
        }
    }

    /// The shares of a definition: all zero if nobody voted for it.
    pub(crate) fn shares_of(&self, id: DefId) -> Shares {
        let slot = self.slots.get(id as usize).and_then(|slot| slot.checked_sub(1));
        slot.and_then(|slot| self.shares.get(slot as usize)).copied().unwrap_or_default()
    }

    fn share(&mut self, id: DefId) -> &mut Shares {
        let slot = &mut self.slots[id as usize];
        if *slot == 0 {
            self.order.push(id);
            self.shares.push(Shares::default());
            *slot = u32::try_from(self.order.len()).unwrap_or(u32::MAX);
        }
        &mut self.shares[*slot as usize - 1]
    }

    pub(crate) fn sums(&self) -> Sums {
        let files = vec![0.0; self.view.file_count()];
        let mut sums = Sums { owners: FxHashMap::default(), files };
        for (id, shares) in self.order.iter().zip(&self.shares) {
            let def = self.view.brief(*id);
            let weight = shares.weight();
            sums.files[def.file as usize] += weight;
            let owner = if def.owner == 0 { def.name } else { def.owner };
            *sums.owners.entry(owner).or_default() += weight;
        }
        sums
    }

    /// Asks everybody who may know.
    pub(crate) fn hold(&mut self) {
        self.similar();
        let types = self.place.types();
        for ty in types.into_iter().take(8) {
            let all: Vec<FuncId> = self.view.funcs_about(ty).map(|(id, _)| id).collect();
            let count = self.ask(&self.others(all, OF_TYPE));
            let is_own = ty == self.place.owner;
            self.close(count + 2.0, |share, part| {
                share.type_most = share.type_most.max(part);
                share.type_none = 1.0 - (1.0 - share.type_none) * (1.0 - part);
                if is_own {
                    share.owner = part;
                }
            });
        }
        if let Some(file) = self.place.file {
            let all: Vec<FuncId> = self.view.funcs_of(file).collect();
            let count = self.ask(&self.others(all, OF_FILE));
            self.close(count + 2.0, |share, part| {
                share.file = part;
                share.file_count = (part * (count + 2.0)).ln_1p();
            });
        }
        let brought = self.place.imports.iter().filter(|(_, files)| !files.is_empty());
        let brought: Vec<NameId> = brought.map(|(alias, _)| *alias).take(IMPORTS).collect();
        for alias in brought {
            let all: Vec<FuncId> = self.view.users_of(alias).collect();
            let count = self.ask(&self.others(all, OF_IMPORT));
            self.close(count + 2.0, |share, part| share.imports = share.imports.max(part));
        }
        if let Some(def) = self.place.def {
            let all: Vec<FuncId> = self.view.users_of(def.name).collect();
            let count = self.ask(&self.others(all, CALLERS));
            self.close(count + 2.0, |share, part| share.callers = part);
        }
    }

    /// At most `limit` of `all`, evenly, without the function at the place itself.
    fn others(&self, all: Vec<FuncId>, limit: usize) -> Vec<(FuncId, f32)> {
        let step = all.len().div_ceil(limit).max(1);
        let others = all.into_iter().filter(|id| !self.is_here(*id));
        others.step_by(step).map(|id| (id, 1.0)).collect()
    }

    fn is_here(&self, id: FuncId) -> bool {
        let (file, func) = self.view.func(id);
        let line = |func: &crate::facts::Func| self.view.facts(file).defs[func.def as usize].line;
        self.place.file == Some(file)
            && self.place.function.is_some_and(|here| line(&here) == line(func))
    }

    /// Counts the votes of `voters`, each with its weight, and returns the sum of the weights.
    fn ask(&mut self, voters: &[(FuncId, f32)]) -> f32 {
        let mut total = 0.0;
        for (voter, weight) in voters {
            total += weight;
            for (def, share) in self.meanings.of(*voter) {
                let sum = &mut self.sums[*def as usize];
                // No share is zero.
                if *sum == 0.0 {
                    self.touched.push(*def);
                }
                *sum += weight * share;
            }
        }
        total
    }

    /// Hands each sum, as a part of `total`, to the shares.
    fn close(&mut self, total: f32, mut note: impl FnMut(&mut Shares, f32)) {
        for def in std::mem::take(&mut self.touched) {
            let sum = std::mem::take(&mut self.sums[def as usize]);
            note(self.share(def), sum / total.max(1.0));
        }
    }

    /// The most similar functions, by what they are about (BM25).
    fn similar(&mut self) {
        let Some((function, file)) = self.place.function.zip(self.place.file) else { return };
        let pool = &self.view.facts(file).pool;
        let mut terms = function.terms.of(pool).to_vec();
        terms.sort_unstable();
        let total = self.view.functions() as f32;
        let mut scores = vec![0.0_f32; self.view.func_count()];
        let mut touched = Vec::new();
        for same in terms.chunk_by(|a, b| a == b) {
            let known = self.view.term_count(same[0]) as f32;
            // A word of half of all functions tells none of them apart.
            if known == 0.0 || known * 3.0 > total + 30.0 {
                continue;
            }
            let rarity = (1.0 + (total - known + 0.5) / (known + 0.5)).ln();
            let weight = rarity * (same.len() as f32).min(3.0);
            for (id, often) in self.view.funcs_about(same[0]) {
                let length = f32::from(self.view.func(id).1.terms.len);
                let often = often as f32;
                let score = &mut scores[id as usize];
                if *score == 0.0 {
                    touched.push(id);
                }
                *score += weight * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length / 30.0));
            }
        }
        touched.retain(|id| !self.is_here(*id));
        let better = |a: &FuncId, b: &FuncId| {
            scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b))
        };
        if touched.len() > SIMILAR {
            touched.select_nth_unstable_by(SIMILAR, better);
            touched.truncate(SIMILAR);
        }
        touched.sort_unstable_by(better);
        let voters: Vec<(FuncId, f32)> =
            touched.iter().map(|id| (*id, scores[*id as usize])).collect();
        let total = self.ask(&voters);
        self.close(total, |share, part| share.similar = part);
        // The same by names alone, whoever may be meant.
        let mut names: FxHashMap<NameId, f32> = FxHashMap::default();
        let mut order = Vec::new();
        for (voter, weight) in &voters {
            let (file, func) = self.view.func(*voter);
            for one in func.uses.of(&self.view.facts(file).uses) {
                *names.entry(one.name()).or_insert_with(|| {
                    order.push(one.name());
                    0.0
                }) += weight / total.max(1.0);
            }
        }
        for name in order {
            let view = self.view;
            if !view.is_ambiguous(name, MAX_AMBIGUITY) {
                view.defs_named(name).for_each(|id| self.share(id).similar_name = names[&name]);
            }
        }
    }
}
