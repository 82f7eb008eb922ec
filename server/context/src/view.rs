//! One state of the index: a large graph of the project as it was, and a small one of the files
//! that have changed since, which hide their older selves.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use stdx::AbsPath;

use crate::facts::{Def, FileFacts, Func, NameId};
use crate::graph::{Brief, DefId, File, FuncId, Graph};

/// A state that does not change.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    base: Arc<Graph>,
    /// Files of `base` that have changed or gone, by their place.
    hidden: Arc<Vec<bool>>,
    over: Arc<Graph>,
    /// How often names stand in the files that are hidden.
    gone: Arc<FxHashMap<NameId, u32>>,
}

impl View {
    pub(crate) fn new(
        base: Arc<Graph>,
        hidden: Vec<bool>,
        over: Graph,
        gone: FxHashMap<NameId, u32>,
    ) -> View {
        View { base, hidden: Arc::new(hidden), over: Arc::new(over), gone: Arc::new(gone) }
    }

    pub(crate) fn def_count(&self) -> usize {
        self.base.def_count() + self.over.def_count()
    }

    pub(crate) fn func_count(&self) -> usize {
        self.base.func_count() + self.over.func_count()
    }

    fn base_defs(&self) -> u32 {
        u32::try_from(self.base.def_count()).unwrap_or(0)
    }

    fn base_funcs(&self) -> u32 {
        u32::try_from(self.base.func_count()).unwrap_or(0)
    }

    fn is_hidden(&self, file: usize) -> bool {
        self.hidden.get(file).copied().unwrap_or(false)
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
        match id.checked_sub(self.base_defs()) {
            Some(id) => {
                let (file, def) = self.over.def(id);
                (file + self.base.files.len(), def)
            }
            None => self.base.def(id),
        }
    }

    pub(crate) fn brief(&self, id: DefId) -> Brief {
        match id.checked_sub(self.base_defs()) {
            Some(id) => {
                let brief = self.over.brief(id);
                let after = u32::try_from(self.base.files.len()).unwrap_or(0);
                Brief { file: brief.file + after, ..brief }
            }
            None => self.base.brief(id),
        }
    }

    pub(crate) fn func(&self, id: FuncId) -> (usize, &Func) {
        match id.checked_sub(self.base_funcs()) {
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
                range.start + self.base_defs()..range.end + self.base_defs()
            }
            None => self.base.defs_of(file),
        }
    }

    pub(crate) fn funcs_of(&self, file: usize) -> std::ops::Range<FuncId> {
        match file.checked_sub(self.base.files.len()) {
            Some(at) => {
                let range = self.over.funcs_of(at);
                range.start + self.base_funcs()..range.end + self.base_funcs()
            }
            None => self.base.funcs_of(file),
        }
    }

    /// Definitions of that name.
    pub(crate) fn defs_named(&self, name: NameId) -> impl Iterator<Item = DefId> {
        let shift = self.base_defs();
        let base = self.base.by_name.of(name).iter().copied();
        let base = base.filter(|id| !self.is_hidden(self.base.file_of_def(*id)));
        base.chain(self.over.by_name.of(name).iter().map(move |id| id + shift))
    }

    /// Definitions that are members of the type or trait of that name.
    pub(crate) fn members_of(&self, owner: NameId) -> impl Iterator<Item = DefId> {
        let shift = self.base_defs();
        let base = self.base.by_owner.of(owner).iter().copied();
        let base = base.filter(|id| !self.is_hidden(self.base.file_of_def(*id)));
        base.chain(self.over.by_owner.of(owner).iter().map(move |id| id + shift))
    }

    /// Whether `limit` definitions or more have that name.
    pub(crate) fn is_ambiguous(&self, name: NameId, limit: usize) -> bool {
        // The lists tell how many there are at most; only those that are hidden must be counted.
        let most = self.base.by_name.of(name).len() + self.over.by_name.of(name).len();
        most >= limit && (self.hidden.is_empty() || self.defs_named(name).count() >= limit)
    }

    /// How many definitions have that name.
    pub(crate) fn ambiguity(&self, name: NameId) -> usize {
        self.defs_named(name).count()
    }

    /// Functions that are about `term`, and how often they say so.
    pub(crate) fn funcs_about(&self, term: NameId) -> impl Iterator<Item = (FuncId, u32)> {
        let shift = self.base_funcs();
        let base = self.base.by_term.of(term).iter().map(|both| (both >> 4, both & 15));
        let base = base.filter(|(id, _)| !self.is_hidden(self.base.file_of_func(*id)));
        let over = self.over.by_term.of(term).iter();
        base.chain(over.map(move |both| ((both >> 4) + shift, both & 15)))
    }

    /// How many functions are about `term`, at most.
    pub(crate) fn term_count(&self, term: NameId) -> usize {
        self.base.by_term.of(term).len() + self.over.by_term.of(term).len()
    }

    /// Functions whose bodies use `name`.
    pub(crate) fn users_of(&self, name: NameId) -> impl Iterator<Item = FuncId> {
        let shift = self.base_funcs();
        let base = self.base.by_use.of(name).iter().copied();
        let base = base.filter(|id| !self.is_hidden(self.base.file_of_func(*id)));
        base.chain(self.over.by_use.of(name).iter().map(move |id| id + shift))
    }

    /// How often a name stands in the project.
    pub(crate) fn count(&self, name: NameId) -> u32 {
        let gone = self.gone.get(&name).copied().unwrap_or(0);
        self.base.count(name).saturating_sub(gone).saturating_add(self.over.count(name))
    }
}
