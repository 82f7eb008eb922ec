//! What the index keeps of one file: its definitions, what its functions use, its words and its
//! imports, as numbers. Small enough to keep for every file of a large project.

/// The number of a name, the same in all files of an index. Zero is "no name".
pub(crate) type NameId = u32;

/// What a definition is, as far as a selection cares: languages differ in more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    Function,
    Method,
    Struct,
    Enum,
    Trait,
    Type,
    Constant,
    Macro,
    Field,
    Variant,
}

impl Kind {
    /// The kind that `kind as u8` gave.
    pub(crate) fn from_byte(byte: u8) -> Option<Kind> {
        const ALL: [Kind; 10] = [
            Kind::Function,
            Kind::Method,
            Kind::Struct,
            Kind::Enum,
            Kind::Trait,
            Kind::Type,
            Kind::Constant,
            Kind::Macro,
            Kind::Field,
            Kind::Variant,
        ];
        ALL.get(usize::from(byte)).copied()
    }

    /// Whether values have it as their type.
    pub(crate) fn is_type(self) -> bool {
        matches!(self, Kind::Struct | Kind::Enum | Kind::Trait | Kind::Type)
    }
}

/// A stretch of one of the file's pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u16,
}

impl Span {
    pub(crate) fn of<T>(self, pool: &[T]) -> &[T] {
        let start = self.start as usize;
        pool.get(start..start + usize::from(self.len)).unwrap_or_default()
    }
}

/// Something that a file defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Def {
    pub(crate) name: NameId,
    /// The type or trait that it is a member of.
    pub(crate) owner: NameId,
    /// The trait that it implements a part of.
    pub(crate) via: NameId,
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
    /// Line of the name, from 1.
    pub(crate) line: u32,
    /// Last line of the signature, from 1.
    pub(crate) last: u32,
    /// Last line of the whole definition, from 1.
    pub(crate) end: u32,
    /// A fingerprint of the signature.
    pub(crate) sign: u32,
    /// Tokens that the lines of the signature cost.
    pub(crate) cost: u16,
    /// Types that it takes (of a function's parameters), in the pool.
    pub(crate) takes: Span,
    /// Types of what it gives: of a function's result, of a field's or variant's contents.
    pub(crate) gives: Span,
}

/// It is for tests alone.
pub(crate) const TEST: u8 = 1;
/// It can be seen from other files.
pub(crate) const PUBLIC: u8 = 2;
/// It lies in a function.
pub(crate) const LOCAL: u8 = 4;

impl Def {
    pub(crate) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// One name that a function's body uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UseOf {
    /// The name, and in the upper three bits how it is used.
    bits: u32,
    /// Owner or receiver, as written; zero if there is none.
    pub(crate) qualifier: NameId,
}

impl UseOf {
    pub(crate) fn new(name: NameId, how: crate::lex::Use, qualifier: NameId) -> UseOf {
        UseOf { bits: name & (u32::MAX >> 3) | (how as u32) << 29, qualifier }
    }

    pub(crate) fn name(self) -> NameId {
        self.bits & (u32::MAX >> 3)
    }

    pub(crate) fn how(self) -> crate::lex::Use {
        crate::lex::Use::from_bits((self.bits >> 29) as u8)
    }
}

/// A function with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Func {
    /// Its definition, by number in the file.
    pub(crate) def: u32,
    /// What its body uses, in the file's uses.
    pub(crate) uses: Span,
    /// What it is about (names in its signature and comment, with their parts), in the pool.
    pub(crate) terms: Span,
    /// Its parameters: pairs of a name and a type's name, in the pool.
    pub(crate) bindings: Span,
}

/// A name that an import brings in, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The name that the file uses.
    pub(crate) alias: NameId,
    /// Where it comes from: the parts of the path, in the pool. The last one is the name there.
    pub(crate) path: Span,
}

/// A part of a text that can be read on its own, and how much of each list is read off it. The
/// parts of a text follow one another without a gap, and so does what is read off them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Stretch {
    /// Of its bytes; zero if it must always be read again.
    pub(crate) hash: u64,
    pub(crate) bytes: u32,
    /// Line ends.
    pub(crate) lines: u32,
    /// Words that are no keywords, each as often as it stands there.
    pub(crate) words: u32,
    pub(crate) defs: u32,
    pub(crate) funcs: u32,
    pub(crate) uses: u32,
    pub(crate) imports: u32,
    pub(crate) pool: u32,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct FileFacts {
    pub(crate) defs: Box<[Def]>,
    pub(crate) funcs: Box<[Func]>,
    pub(crate) uses: Box<[UseOf]>,
    /// Every name in the file and how often it stands there, by number.
    pub(crate) words: Box<[(NameId, u16)]>,
    pub(crate) imports: Box<[Import]>,
    pub(crate) pool: Box<[NameId]>,
    /// Of a long text. Without them all of it is read again when it changes.
    pub(crate) stretches: Box<[Stretch]>,
}

impl FileFacts {
    /// How often `name` stands in the file.
    pub(crate) fn count(&self, name: NameId) -> u16 {
        let found = self.words.binary_search_by_key(&name, |(word, _)| *word);
        found.map_or(0, |at| self.words[at].1)
    }

    /// What each function that is not for tests alone is about: the function by its number, a term
    /// once, and how often the function says it, at most 15 times.
    pub(crate) fn terms(&self, mut each: impl FnMut(u32, NameId, u32)) {
        let mut terms = Vec::new();
        for (at, func) in (0..).zip(&self.funcs) {
            if self.defs[func.def as usize].is(TEST) {
                continue;
            }
            terms.clear();
            terms.extend_from_slice(func.terms.of(&self.pool));
            terms.sort_unstable();
            for same in terms.chunk_by(|a, b| a == b) {
                each(at, same[0], u32::try_from(same.len().min(15)).unwrap_or(15));
            }
        }
    }

    /// Hands out every name that a list of a graph may have by these facts, some more than once.
    pub(crate) fn each_name(&self, mut hand: impl FnMut(NameId)) {
        for def in &self.defs {
            hand(def.name);
            hand(def.owner);
        }
        self.uses.iter().for_each(|one| hand(one.name()));
        self.words.iter().for_each(|(word, _)| hand(*word));
        self.pool.iter().for_each(|name| hand(*name));
    }

    /// The innermost function whose lines hold `line` (from 1), by number.
    pub(crate) fn function_at(&self, line: u32) -> Option<usize> {
        (0..self.funcs.len())
            .filter(|at| {
                let def = &self.defs[self.funcs[*at].def as usize];
                def.line <= line && line <= def.end
            })
            .min_by_key(|at| {
                let def = &self.defs[self.funcs[*at].def as usize];
                def.end - def.line
            })
    }

    /// The innermost definition whose lines hold `line` (from 1), by number.
    pub(crate) fn def_at(&self, line: u32) -> Option<usize> {
        (0..self.defs.len())
            .filter(|at| self.defs[*at].line <= line && line <= self.defs[*at].end)
            .min_by_key(|at| self.defs[*at].end - self.defs[*at].line)
    }

    /// Replaces each number by that in `map`, and brings the words into order again.
    pub(crate) fn renumber(&mut self, map: &[NameId]) {
        let new = |id: &mut NameId| *id = map.get(*id as usize).copied().unwrap_or_default();
        for def in &mut self.defs {
            new(&mut def.name);
            new(&mut def.owner);
            new(&mut def.via);
        }
        for one in &mut self.uses {
            let (mut name, how, mut qualifier) = (one.name(), one.how(), one.qualifier);
            new(&mut name);
            new(&mut qualifier);
            *one = UseOf::new(name, how, qualifier);
        }
        for (word, _) in &mut self.words {
            new(word);
        }
        for import in &mut self.imports {
            new(&mut import.alias);
        }
        for id in &mut self.pool {
            new(id);
        }
        self.words.sort_unstable_by_key(|(word, _)| *word);
    }
}
