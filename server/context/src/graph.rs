//! Everything that the files of a project define and use, connected by names: arrays that are
//! built once from the facts of the files and then only read.

use rustc_hash::FxHashMap;
use stdx::AbsPath;
use syntax::Language;

use crate::facts::{Def, FileFacts, Func, Kind, LOCAL, NameId, TEST};

/// The number of a path, the same in the whole life of an index.
pub(crate) type PathId = u32;
/// The number of a definition in a [`Graph`].
pub(crate) type DefId = u32;
/// The number of a function with a body in a [`Graph`].
pub(crate) type FuncId = u32;

/// One file.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: PathId,
    /// Relative to the root.
    pub(crate) name: Box<str>,
    pub(crate) at: AbsPath,
    pub(crate) language: Language,
    /// The name by which other files call it: of a module, as a rule.
    pub(crate) module: NameId,
    /// Of its text.
    pub(crate) hash: [u8; 16],
    pub(crate) facts: FileFacts,
}

/// What most questions about a definition ask for. It is read at once, where the way to the whole
/// [`Def`] leads over its file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brief {
    /// Its file, by number.
    pub(crate) file: u32,
    pub(crate) name: NameId,
    pub(crate) owner: NameId,
    pub(crate) via: NameId,
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
}

impl Brief {
    fn new(file: u32, def: &Def) -> Brief {
        let Def { name, owner, via, kind, flags, .. } = *def;
        Brief { file, name, owner, via, kind, flags }
    }

    pub(crate) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Lists of numbers by name: one array, and where in it each name's list begins.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// The names that have a list, in order. Without them, all have one, by their numbers: of many
    /// files that is smaller and quicker.
    names: Option<Vec<NameId>>,
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// Of all `(name, item)` that `each` hands out, in its order, of many files, whose names have
    /// numbers below `names`. It is called twice.
    fn of_many(names: usize, each: impl Fn(&mut dyn FnMut(NameId, u32))) -> Lists {
        let mut starts = vec![0_u32; names + 1];
        each(&mut |name, _| {
            if let Some(count) = starts.get_mut(name as usize + 1) {
                *count += 1;
            }
        });
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut items = vec![0; starts.last().copied().unwrap_or(0) as usize];
        // Each start moves on to its end, which is the start of the next.
        each(&mut |name, item| {
            if let Some(at) = starts.get_mut(name as usize)
                && let Some(slot) = items.get_mut(*at as usize)
            {
                *slot = item;
                *at += 1;
            }
        });
        starts.pop();
        starts.insert(0, 0);
        Lists { names: None, starts, items }
    }

    /// The same of few files, at a price that does not grow with the number of names.
    fn of_few(each: impl Fn(&mut dyn FnMut(NameId, u32))) -> Lists {
        let mut pairs = Vec::new();
        each(&mut |name, item| pairs.push((name, item)));
        pairs.sort_by_key(|(name, _)| *name);
        let mut names = Vec::new();
        let mut starts = vec![0];
        let mut end = 0;
        for same in pairs.chunk_by(|a, b| a.0 == b.0) {
            names.push(same[0].0);
            end += u32::try_from(same.len()).unwrap_or(0);
            starts.push(end);
        }
        Lists { names: Some(names), starts, items: pairs.into_iter().map(|pair| pair.1).collect() }
    }

    /// The list of `name`.
    pub(crate) fn of(&self, name: NameId) -> &[u32] {
        let at = match &self.names {
            None => name as usize,
            Some(names) => match names.binary_search(&name) {
                Ok(at) => at,
                Err(_) => return &[],
            },
        };
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => {
                self.items.get(*start as usize..*end as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }
}

/// How many files the names of a [`Graph`] are of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Size {
    /// The files of a project, whose names have numbers below this.
    Many { names: usize },
    /// The few that have changed.
    Few,
}

impl Size {
    fn lists(self, each: impl Fn(&mut dyn FnMut(NameId, u32))) -> Lists {
        match self {
            Size::Many { names } => Lists::of_many(names, each),
            Size::Few => Lists::of_few(each),
        }
    }
}

/// How often names stand in files.
#[derive(Debug)]
enum Counts {
    Many(Vec<u32>),
    Few(FxHashMap<NameId, u32>),
}

impl Default for Counts {
    fn default() -> Counts {
        Counts::Many(Vec::new())
    }
}

impl Counts {
    fn of(files: &[std::sync::Arc<File>], size: Size) -> Counts {
        let words = files.iter().flat_map(|file| &file.facts.words);
        let mut counts = match size {
            Size::Many { names } => Counts::Many(vec![0; names]),
            Size::Few => Counts::Few(FxHashMap::default()),
        };
        for (name, count) in words {
            let sum = match &mut counts {
                Counts::Many(counts) => counts.get_mut(*name as usize),
                Counts::Few(counts) => Some(counts.entry(*name).or_default()),
            };
            if let Some(sum) = sum {
                *sum = sum.saturating_add(u32::from(*count));
            }
        }
        counts
    }
}

/// The files and what connects them.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// By path.
    pub(crate) files: Vec<std::sync::Arc<File>>,
    /// The number of each file's first definition; one more at the end.
    first_def: Vec<u32>,
    first_func: Vec<u32>,
    briefs: Vec<Brief>,
    /// The file of each function, by its place in `files`.
    func_file: Vec<u32>,
    /// Definitions by name and by owner, tests and local ones left out.
    pub(crate) by_name: Lists,
    pub(crate) by_owner: Lists,
    /// Functions by what they are about. The lower four bits say how often.
    pub(crate) by_term: Lists,
    /// Functions by the names that they use.
    pub(crate) by_use: Lists,
    counts: Counts,
}

impl Graph {
    /// Connects `files`.
    pub(crate) fn build(files: Vec<std::sync::Arc<File>>, size: Size) -> Graph {
        let starts = |len: fn(&FileFacts) -> usize| {
            let mut sum = 0;
            let mut list = vec![0];
            for file in &files {
                sum += u32::try_from(len(&file.facts)).unwrap_or(0);
                list.push(sum);
            }
            list
        };
        let first_def = starts(|facts| facts.defs.len());
        let first_func = starts(|facts| facts.funcs.len());
        let mut briefs = Vec::with_capacity(first_def.last().map_or(0, |len| *len as usize));
        let mut func_file = Vec::with_capacity(first_func.last().map_or(0, |len| *len as usize));
        for (number, file) in (0_u32..).zip(&files) {
            briefs.extend(file.facts.defs.iter().map(|def| Brief::new(number, def)));
            func_file.extend(file.facts.funcs.iter().map(|_| number));
        }
        let counts = Counts::of(&files, size);
        let defs = |key: fn(&Def) -> NameId| {
            size.lists(|hand| {
                for (file, first) in files.iter().zip(&first_def) {
                    for (def, id) in file.facts.defs.iter().zip(*first..) {
                        if is_offered(def) && key(def) != 0 {
                            hand(key(def), id);
                        }
                    }
                }
            })
        };
        let by_name = defs(|def| def.name);
        let by_owner = defs(|def| def.owner);
        let by_term = size.lists(|hand| {
            for (file, first) in files.iter().zip(&first_func) {
                file.facts.terms(|at, term, often| hand(term, (first + at) << 4 | often));
            }
        });
        let by_use = size.lists(|hand| {
            for (file, first) in files.iter().zip(&first_func) {
                for (func, id) in file.facts.funcs.iter().zip(*first..) {
                    for one in func.uses.of(&file.facts.uses) {
                        hand(one.name(), id);
                    }
                }
            }
        });
        Graph {
            files,
            first_def,
            first_func,
            briefs,
            func_file,
            by_name,
            by_owner,
            by_term,
            by_use,
            counts,
        }
    }

    /// How often a name stands anywhere.
    pub(crate) fn count(&self, name: NameId) -> u32 {
        match &self.counts {
            Counts::Many(counts) => counts.get(name as usize).copied().unwrap_or(0),
            Counts::Few(counts) => counts.get(&name).copied().unwrap_or(0),
        }
    }

    pub(crate) fn def_count(&self) -> usize {
        self.first_def.last().map_or(0, |count| *count as usize)
    }

    pub(crate) fn func_count(&self) -> usize {
        self.first_func.last().map_or(0, |count| *count as usize)
    }

    /// The file of a definition, by its place in `files`.
    pub(crate) fn file_of_def(&self, id: DefId) -> usize {
        self.brief(id).file as usize
    }

    pub(crate) fn brief(&self, id: DefId) -> Brief {
        self.briefs[id as usize]
    }

    /// The file of a function, by its place in `files`.
    pub(crate) fn file_of_func(&self, id: FuncId) -> usize {
        self.func_file[id as usize] as usize
    }

    pub(crate) fn def(&self, id: DefId) -> (usize, &Def) {
        let file = self.file_of_def(id);
        (file, &self.files[file].facts.defs[(id - self.first_def[file]) as usize])
    }

    pub(crate) fn func(&self, id: FuncId) -> (usize, &Func) {
        let file = self.file_of_func(id);
        (file, &self.files[file].facts.funcs[(id - self.first_func[file]) as usize])
    }

    /// The numbers of a file's definitions.
    pub(crate) fn defs_of(&self, file: usize) -> std::ops::Range<DefId> {
        self.first_def[file]..self.first_def[file + 1]
    }

    /// The numbers of a file's functions.
    pub(crate) fn funcs_of(&self, file: usize) -> std::ops::Range<FuncId> {
        self.first_func[file]..self.first_func[file + 1]
    }
}

/// Whether a definition can be of use outside of its function and of tests.
pub(crate) fn is_offered(def: &Def) -> bool {
    !def.is(TEST) && !def.is(LOCAL)
}
