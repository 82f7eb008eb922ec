//! Votes: what other functions of the project use, each use given to the definition that it
//! most likely means.

use rustc_hash::FxHashMap;

use crate::facts::{Def, Kind, NameId, PUBLIC, UseOf};
use crate::graph::{DefId, FuncId};
use crate::lex::Use;
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
/// A name with more definitions than these says nothing about any of them.
const MAX_AMBIGUITY: usize = 120;
/// A name that more definitions have than these does not tell the type of a receiver.
const MAX_SOURCES: usize = 10;

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

/// Words that stand for something else, as numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Special {
    itself: NameId,
    own_type: NameId,
    this: NameId,
    krate: NameId,
    above: NameId,
}

impl Special {
    pub(crate) fn of(names: &Names) -> Special {
        let get = |name| names.get(name).unwrap_or(u32::MAX);
        Special {
            itself: get("self"),
            own_type: get("Self"),
            this: get("this"),
            krate: get("crate"),
            above: get("super"),
        }
    }
}

/// What the members of each owner, and the definitions of each file, have together.
#[derive(Default)]
pub(crate) struct Sums {
    pub(crate) owners: FxHashMap<NameId, f32>,
    pub(crate) files: FxHashMap<usize, f32>,
}

/// Collects votes.
pub(crate) struct Ballot<'a> {
    view: &'a View,
    place: &'a Place,
    special: Special,
    /// In the order in which they were first voted for, with their shares.
    pub(crate) order: Vec<DefId>,
    shares: Vec<Shares>,
    /// The place of a definition in `order`, one more than it; zero if it has no vote.
    slots: Vec<u32>,
    meanings: Meanings,
    /// Of the votes that are being counted, by definition.
    sums: Vec<f32>,
    touched: Vec<DefId>,
}

/// What functions' uses mean: many functions are asked for several reasons.
#[derive(Default)]
struct Meanings {
    all: Vec<(DefId, f32)>,
    by_func: FxHashMap<FuncId, std::ops::Range<usize>>,
}

impl<'a> Ballot<'a> {
    pub(crate) fn new(view: &'a View, place: &'a Place, special: Special) -> Ballot<'a> {
        Ballot {
            view,
            place,
            special,
            order: Vec::new(),
            shares: Vec::new(),
            slots: vec![0; view.def_count()],
            meanings: Meanings::default(),
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
        let mut sums = Sums::default();
        for (id, shares) in self.order.iter().zip(&self.shares) {
            let (file, def) = self.view.def(*id);
            let weight = shares.weight();
            *sums.files.entry(file).or_default() += weight;
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
            let range = match self.meanings.by_func.get(voter) {
                Some(range) => range.clone(),
                None => {
                    let range = self.meaning(*voter);
                    self.meanings.by_func.insert(*voter, range.clone());
                    range
                }
            };
            for (def, share) in &self.meanings.all[range] {
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
        let total = self.view.func_count() as f32;
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

    /// The definitions that a function most likely uses, and how likely each is: a range of
    /// `meanings`.
    fn meaning(&mut self, voter: FuncId) -> std::ops::Range<usize> {
        let (file, func) = self.view.func(voter);
        let facts = self.view.facts(file);
        let own = facts.defs[func.def as usize].owner;
        let bindings = func.bindings.of(&facts.pool);
        let mut list = std::mem::take(&mut self.meanings.all);
        let start = list.len();
        for one in func.uses.of(&facts.uses) {
            let types = match one.how() {
                Use::Method | Use::Field => self.receiver(own, bindings, one.qualifier),
                _ => Vec::new(),
            };
            let before = list.len();
            let mut total = 0.0;
            let mut count = 0;
            for id in self.view.defs_named(one.name()) {
                count += 1;
                if count > MAX_AMBIGUITY {
                    list.truncate(before);
                    break;
                }
                let (def_file, def) = self.view.def(id);
                let mut fit = kind_fit(one.how(), def.kind, def.owner != 0);
                if fit == 0.0 {
                    continue;
                }
                fit *= self.place_fit(*one, own, &types, file, def_file, def);
                if fit > 0.0 {
                    total += fit;
                    list.push((id, fit));
                }
            }
            for (_, fit) in &mut list[before..] {
                *fit /= total.max(0.5);
            }
        }
        let range = start..list.len();
        self.meanings.all = list;
        range
    }

    /// The types that a receiver most likely has: by its binding, or by what fields and functions
    /// of that name give. `own` is the type of which the function is a member.
    fn receiver(&self, own: NameId, bindings: &[NameId], name: NameId) -> Vec<NameId> {
        let mut types = Vec::new();
        if name == 0 {
            return types;
        }
        let mut is_bound = false;
        for pair in bindings.chunks_exact(2).filter(|pair| pair[0] == name) {
            is_bound = true;
            if self.is_type(pair[1]) {
                types.push(pair[1]);
            } else {
                self.given_by(own, pair[1], &mut types);
            }
        }
        if !is_bound {
            self.given_by(own, name, &mut types);
        }
        types
    }

    fn is_type(&self, name: NameId) -> bool {
        self.view.defs_named(name).take(4).any(|id| self.view.def(id).1.kind.is_type())
    }

    /// Adds the types that values named `name` have: those of `own` count alone if it has one.
    fn given_by(&self, own: NameId, name: NameId, types: &mut Vec<NameId>) {
        let ids: Vec<DefId> = self.view.defs_named(name).take(MAX_SOURCES + 1).collect();
        let is_own = |id: &DefId| own != 0 && self.view.def(*id).1.owner == own;
        let only_own = ids.iter().any(is_own);
        if !only_own && ids.len() > MAX_SOURCES {
            return;
        }
        for id in ids.iter().filter(|id| !only_own || is_own(id)) {
            let (file, def) = self.view.def(*id);
            for given in def.gives.of(&self.view.facts(file).pool) {
                if !types.contains(given) && self.is_type(*given) {
                    types.push(*given);
                }
            }
        }
    }

    /// Whether a file sees what another one keeps to itself: those of a package in Go.
    fn sees_all(&self, file: usize, other: usize) -> bool {
        let (file, other) = (self.view.file(file), self.view.file(other));
        let folder = crate::imports::folder;
        file.language.id() == "go" && folder(&file.name) == folder(&other.name)
    }

    /// How well the place of a definition fits a use of its name in `file`.
    fn place_fit(
        &self,
        one: UseOf,
        own: NameId,
        types: &[NameId],
        file: usize,
        def_file: usize,
        def: &Def,
    ) -> f32 {
        let same_file = file == def_file;
        let is_seen = def.is(PUBLIC) || same_file || self.sees_all(file, def_file);
        let hidden = if is_seen { 1.0 } else { 0.1 };
        let qualifier = one.qualifier;
        let special = &self.special;
        let fit = if def.owner == 0 {
            let reached = matches!(one.how(), Use::Method | Use::Field) && qualifier != 0;
            if reached && self.view.file(def_file).module == qualifier {
                // A module that is reached into like a value; the kinds did not fit so well.
                5.0
            } else if same_file {
                1.0
            } else if one.how() == Use::Path && qualifier != 0 {
                let here = [special.krate, special.above, special.itself].contains(&qualifier);
                if here || self.view.file(def_file).module == qualifier { 1.0 } else { 0.3 }
            } else {
                0.6
            }
        } else if qualifier == 0 {
            let known = self.view.facts(file).count(def.owner) > 0;
            if same_file {
                0.7
            } else if known {
                0.5
            } else {
                0.12
            }
        } else if qualifier == special.own_type
            || qualifier == special.itself
            || qualifier == special.this
        {
            if def.owner == own {
                1.0
            } else if def.via == own {
                0.5
            } else {
                0.08
            }
        } else if one.how() == Use::Path {
            if def.owner == qualifier { 1.0 } else { 0.02 }
        } else if types.contains(&def.owner) {
            1.0
        } else if types.is_empty() && self.view.facts(file).count(def.owner) > 0 {
            0.5
        } else {
            0.1
        };
        fit * hidden
    }
}

/// How well a kind of definition fits a way of use.
fn kind_fit(how: Use, kind: Kind, is_member: bool) -> f32 {
    match (how, kind) {
        (Use::Method, Kind::Method) => 1.0,
        (Use::Method, Kind::Field) => 0.1,
        (Use::Method, Kind::Function | Kind::Struct) => 0.2,
        (Use::Method, _) => 0.02,
        (Use::Field, Kind::Field) => 1.0,
        (Use::Field, Kind::Method) => 0.1,
        (Use::Field, Kind::Macro) => 0.0,
        (Use::Field, _) => 0.2,
        (Use::Macro, Kind::Macro) => 1.0,
        (Use::Macro, _) => 0.0,
        (Use::Call, Kind::Function | Kind::Struct) => 1.0,
        (Use::Call, Kind::Variant) => 0.6,
        (Use::Call, Kind::Method) => 0.05,
        (Use::Call, Kind::Macro) => 0.3,
        (Use::Call, _) => 0.2,
        (Use::Path, Kind::Field | Kind::Macro) => 0.02,
        (Use::Path, _) => 1.0,
        (Use::Label, Kind::Field) => 1.0,
        (Use::Label, _) => 0.02,
        (Use::Bare, kind) if kind.is_type() => 1.0,
        (Use::Bare, Kind::Constant) => 1.0,
        (Use::Bare, Kind::Function | Kind::Variant) => 0.5,
        (Use::Bare, Kind::Field) => 0.2,
        (Use::Bare, Kind::Method | Kind::Macro) => {
            if is_member {
                0.02
            } else {
                0.1
            }
        }
        (Use::Bare, _) => 0.1,
    }
}
