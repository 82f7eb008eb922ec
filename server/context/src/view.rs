//! One state of the index: a large graph of the project as it was, and a small one of the files
//! that have changed since, which hide their older selves.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use stdx::AbsPath;

use crate::facts::{Def, FileFacts, Func, NameId};
use crate::graph::{Brief, DefId, File, FuncId, Graph, Lists};

/// A state that does not change.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    base: Arc<Graph>,
    change: Arc<Change>,
    over: Arc<Graph>,
    /// How many definitions, functions and files `base` has: the others are counted from there.
    base_defs: u32,
    base_funcs: u32,
    base_files: u32,
}

/// What of the large graph has changed or gone.
#[derive(Debug, Default)]
struct Change {
    /// The files that have, by their place; empty if none has.
    hidden: Vec<bool>,
    /// How often names stand in those files.
    words: FxHashMap<NameId, u32>,
    /// How many of their functions are about a term.
    terms: FxHashMap<NameId, u32>,
    funcs: usize,
    /// Whether a name stands in one of those files as it was or is, by number. Of all others,
    /// which are nearly all, the large graph says everything.
    is_in: Vec<bool>,
}

impl Change {
    /// The files of `base` with the places `gone` are replaced by those of `over`.
    fn of(base: &Graph, gone: &[usize], over: &Graph) -> Change {
        let mut change = Change::default();
        if !gone.is_empty() {
            change.hidden = vec![false; base.files.len()];
        }
        for at in gone {
            change.hidden[*at] = true;
            let facts = &base.files[*at].facts;
            for (name, count) in &facts.words {
                *change.words.entry(*name).or_default() += u32::from(*count);
            }
            change.funcs += facts.funcs.len();
            facts.terms(|_, term, _| *change.terms.entry(term).or_default() += 1);
        }
        for file in gone.iter().map(|at| &base.files[*at]).chain(&over.files) {
            file.facts.each_name(|name| {
                let name = name as usize;
                if name >= change.is_in.len() {
                    change.is_in.resize(name + 1, false);
                }
                change.is_in[name] = true;
            });
        }
        change
    }
}

impl View {
    /// `base`, of which the files with the places `gone` are replaced by those of `over`.
    pub(crate) fn new(base: Arc<Graph>, gone: &[usize], over: Graph) -> View {
        let number = |count: usize| u32::try_from(count).unwrap_or(0);
        View {
            base_defs: number(base.def_count()),
            base_funcs: number(base.func_count()),
            base_files: number(base.files.len()),
            change: Arc::new(Change::of(&base, gone, &over)),
            over: Arc::new(over),
            base,
        }
    }

    pub(crate) fn def_count(&self) -> usize {
        self.base.def_count() + self.over.def_count()
    }

    /// One more than the highest number of a function.
    pub(crate) fn func_count(&self) -> usize {
        self.base.func_count() + self.over.func_count()
    }

    /// How many functions there are.
    pub(crate) fn functions(&self) -> usize {
        self.func_count() - self.change.funcs
    }

    fn is_hidden(&self, file: usize) -> bool {
        self.change.hidden.get(file).copied().unwrap_or(false)
    }

    fn is_changed(&self, name: NameId) -> bool {
        self.change.is_in.get(name as usize).copied().unwrap_or(false)
    }

    /// One more than the highest number of a file.
    pub(crate) fn file_count(&self) -> usize {
        self.base.files.len() + self.over.files.len()
    }

    /// The files, each with its number.
    pub(crate) fn files(&self) -> impl Iterator<Item = (usize, &Arc<File>)> {
        let base = self.base.files.iter().enumerate().filter(|(at, _)| !self.is_hidden(*at));
        let after = self.base.files.len();
        base.chain(self.over.files.iter().enumerate().map(move |(at, file)| (after + at, file)))
    }

    pub(crate) fn file(&self, number: usize) -> &Arc<File> {
        match number.checked_sub(self.base.files.len()) {
            Some(at) => &self.over.files[at],
            None => &self.base.files[number],
        }
    }

    /// The file at a path.
    pub(crate) fn file_at(&self, path: &AbsPath) -> Option<usize> {
        // Absolute paths are in normal form: their letters tell, at a tenth of the price.
        let letters = path.as_path().as_os_str();
        self.files().find(|(_, file)| file.at.as_path().as_os_str() == letters).map(|(at, _)| at)
    }

    pub(crate) fn facts(&self, file: usize) -> &FileFacts {
        &self.file(file).facts
    }

    pub(crate) fn def(&self, id: DefId) -> (usize, &Def) {
        match id.checked_sub(self.base_defs) {
            Some(id) => {
                let (file, def) = self.over.def(id);
                (file + self.base.files.len(), def)
            }
            None => self.base.def(id),
        }
    }

    pub(crate) fn brief(&self, id: DefId) -> Brief {
        match id.checked_sub(self.base_defs) {
            Some(id) => {
                let brief = self.over.brief(id);
                Brief { file: brief.file + self.base_files, ..brief }
            }
            None => self.base.brief(id),
        }
    }

    pub(crate) fn func(&self, id: FuncId) -> (usize, &Func) {
        match id.checked_sub(self.base_funcs) {
            Some(id) => {
                let (file, func) = self.over.func(id);
                (file + self.base.files.len(), func)
            }
            None => self.base.func(id),
        }
    }

    pub(crate) fn defs_of(&self, file: usize) -> std::ops::Range<DefId> {
        match file.checked_sub(self.base.files.len()) {
            Some(at) => {
                let range = self.over.defs_of(at);
                range.start + self.base_defs..range.end + self.base_defs
            }
            None => self.base.defs_of(file),
        }
    }

    pub(crate) fn funcs_of(&self, file: usize) -> std::ops::Range<FuncId> {
        match file.checked_sub(self.base.files.len()) {
            Some(at) => {
                let range = self.over.funcs_of(at);
                range.start + self.base_funcs..range.end + self.base_funcs
            }
            None => self.base.funcs_of(file),
        }
    }

    /// Definitions of that name.
    pub(crate) fn defs_named(&self, name: NameId) -> impl Iterator<Item = DefId> {
        self.defs_in(|graph| &graph.by_name, name)
    }

    /// Definitions that are members of the type or trait of that name.
    pub(crate) fn members_of(&self, owner: NameId) -> impl Iterator<Item = DefId> {
        self.defs_in(|graph| &graph.by_owner, owner)
    }

    fn defs_in(&self, of: fn(&Graph) -> &Lists, name: NameId) -> impl Iterator<Item = DefId> {
        let (base, over, is_changed) = self.both(of, name);
        let is_there = move |id: &DefId| !is_changed || !self.is_hidden(self.base.file_of_def(*id));
        let shift = self.base_defs;
        base.iter().copied().filter(is_there).chain(over.iter().map(move |id| id + shift))
    }

    /// What the lists of `base` and of `over` have of a name, and whether some of it is hidden.
    fn both(&self, of: fn(&Graph) -> &Lists, name: NameId) -> (&[u32], &[u32], bool) {
        let is_changed = self.is_changed(name);
        let over = if is_changed { of(&self.over).of(name) } else { &[] };
        (of(&self.base).of(name), over, is_changed)
    }

    /// Whether `limit` definitions or more have that name.
    pub(crate) fn is_ambiguous(&self, name: NameId, limit: usize) -> bool {
        // The lists tell how many there are at most; only those that are hidden must be counted.
        let (base, over, is_changed) = self.both(|graph| &graph.by_name, name);
        let most = base.len() + over.len();
        most >= limit && (!is_changed || self.defs_named(name).count() >= limit)
    }

    /// How many definitions have that name.
    pub(crate) fn ambiguity(&self, name: NameId) -> usize {
        let (base, _, is_changed) = self.both(|graph| &graph.by_name, name);
        if is_changed { self.defs_named(name).count() } else { base.len() }
    }

    /// Functions that are about `term`, and how often they say so.
    pub(crate) fn funcs_about(&self, term: NameId) -> impl Iterator<Item = (FuncId, u32)> {
        let (base, over, is_changed) = self.both(|graph| &graph.by_term, term);
        let base = base.iter().map(|both| (both >> 4, both & 15));
        let base = base.filter(move |(id, _)| !is_changed || !self.is_hidden_func(*id));
        let shift = self.base_funcs;
        base.chain(over.iter().map(move |both| ((both >> 4) + shift, both & 15)))
    }

    /// How many functions are about `term`.
    pub(crate) fn term_count(&self, term: NameId) -> usize {
        let (base, over, is_changed) = self.both(|graph| &graph.by_term, term);
        let gone = if is_changed { self.change.terms.get(&term).copied().unwrap_or(0) } else { 0 };
        base.len() - gone as usize + over.len()
    }

    /// Functions whose bodies use `name`.
    pub(crate) fn users_of(&self, name: NameId) -> impl Iterator<Item = FuncId> {
        let (base, over, is_changed) = self.both(|graph| &graph.by_use, name);
        let base = base.iter().copied();
        let base = base.filter(move |id| !is_changed || !self.is_hidden_func(*id));
        let shift = self.base_funcs;
        base.chain(over.iter().map(move |id| id + shift))
    }

    fn is_hidden_func(&self, id: FuncId) -> bool {
        self.is_hidden(self.base.file_of_func(id))
    }

    /// How often a name stands in the project.
    pub(crate) fn count(&self, name: NameId) -> u32 {
        let base = self.base.count(name);
        if !self.is_changed(name) {
            return base;
        }
        let gone = self.change.words.get(&name).copied().unwrap_or(0);
        base.saturating_sub(gone).saturating_add(self.over.count(name))
    }
}
