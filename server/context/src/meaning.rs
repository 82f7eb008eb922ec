//! What the uses in a function's body mean: the definitions that each may stand for, and how
//! likely.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::facts::{Kind, NameId, PUBLIC, UseOf};
use crate::graph::{Brief, DefId, FuncId};
use crate::lex::Use;
use crate::names::Names;
use crate::view::View;

/// A name with more definitions than these says nothing about any of them.
pub(crate) const MAX_AMBIGUITY: usize = 120;
/// A name that more definitions have than these does not tell the type of a receiver.
const MAX_SOURCES: usize = 10;

/// Words that stand for something else, as numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Special {
    itself: NameId,
    own_type: NameId,
    this: NameId,
    krate: NameId,
    above: NameId,
}

impl Special {
    fn of(names: &Names) -> Special {
        let get = |name| names.get(name).unwrap_or(u32::MAX);
        Special {
            itself: get("self"),
            own_type: get("Self"),
            this: get("this"),
            krate: get("crate"),
            above: get("super"),
        }
    }

    /// Whether a receiver or owner of that name is the type that the code is a member of.
    fn is_own(&self, name: NameId) -> bool {
        [self.itself, self.own_type, self.this].contains(&name)
    }

    /// Whether a path that begins with `name` leads from where the code is.
    fn is_here(&self, name: NameId) -> bool {
        [self.krate, self.above, self.itself].contains(&name)
    }
}

/// What functions' uses mean. Many functions are asked for several reasons: what was found for
/// one is kept.
pub(crate) struct Meanings<'a> {
    view: &'a View,
    special: Special,
    all: Vec<(DefId, f32)>,
    by_func: FxHashMap<FuncId, Range<usize>>,
    /// The types of values, by the type that a function is a member of and their name.
    given: FxHashMap<(NameId, NameId), Vec<NameId>>,
    words: Words,
}

/// A function whose uses are looked at.
struct User<'a> {
    file: usize,
    /// The type that it is a member of.
    own: NameId,
    /// The folder of whose files it sees what they keep to themselves.
    package: Option<&'a str>,
    /// Pairs of a name and the name of its type, or of what gives it.
    bindings: &'a [NameId],
}

impl<'a> Meanings<'a> {
    pub(crate) fn new(view: &'a View, names: &Names) -> Meanings<'a> {
        Meanings {
            view,
            special: Special::of(names),
            all: Vec::new(),
            by_func: FxHashMap::default(),
            given: FxHashMap::default(),
            words: Words { file: None, are_there: vec![false; names.len()] },
        }
    }

    /// The definitions that the function `id` most likely uses, and how likely each is: above
    /// zero.
    pub(crate) fn of(&mut self, id: FuncId) -> &[(DefId, f32)] {
        let range = match self.by_func.get(&id) {
            Some(range) => range.clone(),
            None => {
                let range = self.find(id);
                self.by_func.insert(id, range.clone());
                range
            }
        };
        &self.all[range]
    }

    /// Finds what a function means, and says where in `all` it is.
    fn find(&mut self, id: FuncId) -> Range<usize> {
        let view = self.view;
        let (file, func) = view.func(id);
        self.words.stand_in(view, file);
        let entry = view.file(file);
        let facts = &entry.facts;
        let user = User {
            file,
            own: facts.defs[func.def as usize].owner,
            package: (entry.language.id() == "go").then(|| crate::imports::folder(&entry.name)),
            bindings: func.bindings.of(&facts.pool),
        };
        let start = self.all.len();
        let mut types = Vec::new();
        for one in func.uses.of(&facts.uses) {
            if view.is_ambiguous(one.name(), MAX_AMBIGUITY + 1) {
                continue;
            }
            self.receiver(&user, *one, &mut types);
            let before = self.all.len();
            let mut total = 0.0;
            for id in view.defs_named(one.name()) {
                let def = view.brief(id);
                let mut fit = kind_fit(one.how(), def.kind, def.owner != 0);
                if fit > 0.0 {
                    fit *= self.place_fit(&user, *one, &types, &def);
                    total += fit;
                    self.all.push((id, fit));
                }
            }
            for (_, fit) in &mut self.all[before..] {
                *fit /= f32::max(total, 0.5);
            }
        }
        start..self.all.len()
    }

    /// Puts into `types` those that the receiver of a use most likely has, if they matter: by its
    /// binding, or by what fields and functions of that name give.
    fn receiver(&mut self, user: &User<'_>, one: UseOf, types: &mut Vec<NameId>) {
        types.clear();
        let name = one.qualifier;
        let is_value = matches!(one.how(), Use::Method | Use::Field);
        if name == 0 || !is_value || self.special.is_own(name) {
            return;
        }
        let mut is_bound = false;
        for pair in user.bindings.chunks_exact(2).filter(|pair| pair[0] == name) {
            is_bound = true;
            if self.is_type(pair[1]) {
                types.push(pair[1]);
            } else {
                self.given_by(user.own, pair[1], types);
            }
        }
        if !is_bound {
            self.given_by(user.own, name, types);
        }
    }

    fn is_type(&self, name: NameId) -> bool {
        self.view.defs_named(name).take(4).any(|id| self.view.brief(id).kind.is_type())
    }

    /// Adds the types that values named `name` have: those of `own` count alone if it has one.
    fn given_by(&mut self, own: NameId, name: NameId, types: &mut Vec<NameId>) {
        let given = match self.given.get(&(own, name)) {
            Some(known) => known,
            None => {
                let found = self.find_given(own, name);
                self.given.entry((own, name)).or_insert(found)
            }
        };
        for one in given {
            if !types.contains(one) {
                types.push(*one);
            }
        }
    }

    fn find_given(&self, own: NameId, name: NameId) -> Vec<NameId> {
        let view = self.view;
        let is_own = |id: &DefId| own != 0 && view.brief(*id).owner == own;
        let sources = || view.defs_named(name).take(MAX_SOURCES + 1);
        let only_own = sources().any(|id| is_own(&id));
        let mut types = Vec::new();
        if !only_own && view.is_ambiguous(name, MAX_SOURCES + 1) {
            return types;
        }
        for id in sources().filter(|id| !only_own || is_own(id)) {
            let (file, def) = view.def(id);
            for given in def.gives.of(&view.facts(file).pool) {
                if !types.contains(given) && self.is_type(*given) {
                    types.push(*given);
                }
            }
        }
        types
    }

    /// How well the place of a definition fits a use of its name, whose receiver has one of
    /// `types`: above zero.
    fn place_fit(&self, user: &User<'_>, one: UseOf, types: &[NameId], def: &Brief) -> f32 {
        let def_file = def.file as usize;
        let same_file = user.file == def_file;
        let folder = |file: usize| crate::imports::folder(&self.view.file(file).name);
        let is_seen = def.is(PUBLIC)
            || same_file
            || user.package.is_some_and(|package| package == folder(def_file));
        let hidden = if is_seen { 1.0 } else { 0.1 };
        let qualifier = one.qualifier;
        let is_module = || self.view.file(def_file).module == qualifier;
        let fit = if def.owner == 0 {
            let reached = matches!(one.how(), Use::Method | Use::Field) && qualifier != 0;
            if reached && is_module() {
                // A module that is reached into like a value; the kinds did not fit so well.
                5.0
            } else if same_file {
                1.0
            } else if one.how() == Use::Path && qualifier != 0 {
                if self.special.is_here(qualifier) || is_module() { 1.0 } else { 0.3 }
            } else {
                0.6
            }
        } else if qualifier == 0 {
            if same_file {
                0.7
            } else if self.words.has(def.owner) {
                0.5
            } else {
                0.12
            }
        } else if self.special.is_own(qualifier) {
            if def.owner == user.own {
                1.0
            } else if def.via == user.own {
                0.5
            } else {
                0.08
            }
        } else if one.how() == Use::Path {
            if def.owner == qualifier { 1.0 } else { 0.02 }
        } else if types.contains(&def.owner) {
            1.0
        } else if types.is_empty() && self.words.has(def.owner) {
            0.5
        } else {
            0.1
        };
        fit * hidden
    }
}

/// The words of one file, which are quicker to find here than in its facts.
struct Words {
    file: Option<usize>,
    /// By number.
    are_there: Vec<bool>,
}

impl Words {
    /// Takes those of `file` for what is asked next.
    fn stand_in(&mut self, view: &View, file: usize) {
        let before = self.file.replace(file);
        if before != Some(file) {
            before.into_iter().for_each(|before| self.mark(view, before, false));
            self.mark(view, file, true);
        }
    }

    fn mark(&mut self, view: &View, file: usize, are_there: bool) {
        for (word, _) in &view.facts(file).words {
            if let Some(slot) = self.are_there.get_mut(*word as usize) {
                *slot = are_there;
            }
        }
    }

    fn has(&self, word: NameId) -> bool {
        self.are_there.get(word as usize).copied().unwrap_or(false)
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
