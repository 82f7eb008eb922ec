//! Reads the facts of one file off its text and its tree.

use std::ops::Range;

use syntax::{Language, Section, SyntaxTree, Tags};

use crate::definitions::{Found, definitions};
use crate::facts::{
    Def, FileFacts, Func, Import, Kind, LOCAL, NameId, PUBLIC, Span, Stretch, TEST, UseOf,
};
use crate::lex::{self, Use, Word};
use crate::lines::Lines;
use crate::names::{List, Names};
use crate::{embedded, signature, splice, tokens};

/// Signatures longer than this are cut: what follows would crowd out other code.
const MAX_SIGNATURE_LINES: u32 = 12;
/// A function uses at most this many names that are remembered.
const MAX_USES: usize = 400;
/// Numbers that a function's bindings take, two each.
const MAX_BINDINGS: usize = 80;

/// What is read on its own when it changes has at least so many lines.
const STRETCH_LINES: usize = 40;

/// Facts with numbers of their own, and the names that these stand for.
pub(crate) struct Extracted {
    pub(crate) names: List,
    pub(crate) facts: FileFacts,
    /// How many words the text has before and after what was read.
    pub(crate) words_around: (usize, usize),
}

/// What the tree of a text says of a part of it. The tree, which takes many times the memory, can
/// go before anything else is read, so that what lasts does not come to lie between its pieces.
pub(crate) struct Declared {
    language: Language,
    range: Range<usize>,
    sections: Vec<Section>,
    tags: Tags,
}

impl Declared {
    /// Of the bytes `range` of `source`, the text of `tree`. `None` if an item reaches over an end
    /// of the range.
    pub(crate) fn of(source: &str, tree: &SyntaxTree, range: Range<usize>) -> Option<Declared> {
        let language = tree.language();
        let sections = tree.sections(source, range.clone(), STRETCH_LINES)?;
        let tags = Tags::declared(tree, source, range.clone());
        let tags = embedded::with_items(language, source, range.clone(), tags);
        Some(Declared { language, range, sections, tags })
    }
}

/// Reads the facts of that part of `source` of which `declared` is, and the words of all of it.
/// `is_test` says that the whole file is for tests.
pub(crate) fn extract(source: &str, declared: &Declared, is_test: bool) -> Extracted {
    let Declared { language, range, sections, tags } = declared;
    let found = definitions(tags);
    let mut all = Vec::with_capacity(source.len() / 8);
    lex::words(*language, source, |word| all.push(word));
    let lines = Lines::of(source);
    let mut builder = Builder {
        language: *language,
        source,
        lines: &lines,
        words: &all,
        ids: vec![0; all.len()],
        seen: Vec::new(),
        table: Table::default(),
        facts: Facts::default(),
    };
    for section in sections {
        builder.section(section, &found, tags, is_test);
    }
    let words_around =
        (builder.words_in(0..range.start).len(), builder.words_in(range.end..source.len()).len());
    let words = builder.counts();
    let facts = builder.facts;
    Extracted {
        facts: FileFacts {
            defs: facts.defs.into(),
            funcs: facts.funcs.into(),
            uses: facts.uses.into(),
            words,
            imports: facts.imports.into(),
            pool: facts.pool.into(),
            stretches: facts.stretches.into(),
        },
        names: builder.table.names.into_list(),
        words_around,
    }
}

/// [`FileFacts`] while they grow.
#[derive(Default)]
struct Facts {
    defs: Vec<Def>,
    funcs: Vec<Func>,
    uses: Vec<UseOf>,
    imports: Vec<Import>,
    pool: Vec<NameId>,
    stretches: Vec<Stretch>,
}

/// The names of one text.
#[derive(Default)]
struct Table {
    names: Names,
    /// What is known of the parts of a name, by its number: where they stand in `all_parts`.
    parts: Vec<Option<Range<usize>>>,
    all_parts: Vec<NameId>,
    /// A part in lower case.
    part: String,
}

impl Table {
    fn id(&mut self, name: &str) -> NameId {
        self.names.intern(name)
    }

    /// Adds a name to `ids`, and its parts if it is not the only one.
    fn add_with_parts(&mut self, name: &str, ids: &mut Vec<NameId>) {
        let id = self.id(name);
        self.add_known(id, name, ids);
    }

    /// The same of a name whose number is known.
    fn add_known(&mut self, id: NameId, name: &str, ids: &mut Vec<NameId>) {
        ids.push(id);
        let known = self.parts.get(id as usize).cloned().flatten();
        let parts = known.unwrap_or_else(|| self.find_parts(name, id));
        ids.extend_from_slice(&self.all_parts[parts]);
    }

    fn find_parts(&mut self, name: &str, id: NameId) -> Range<usize> {
        let start = self.all_parts.len();
        for part in lex::part_ranges(name) {
            self.part.clear();
            self.part.push_str(part);
            self.part.make_ascii_lowercase();
            let part = self.names.intern(&self.part);
            self.all_parts.push(part);
        }
        if self.all_parts[start..] == [id] {
            self.all_parts.truncate(start);
        }
        let parts = start..self.all_parts.len();
        if self.parts.len() < self.names.len() {
            self.parts.resize(self.names.len(), None);
        }
        if let Some(slot) = self.parts.get_mut(id as usize) {
            *slot = Some(parts.clone());
        }
        parts
    }
}

struct Builder<'a> {
    language: Language,
    source: &'a str,
    lines: &'a Lines,
    words: &'a [Word],
    /// The number of each word, once it was asked for.
    ids: Vec<NameId>,
    /// The last function, counted from 1, that used a name, by the name's number, and the place
    /// of that use among those of the function.
    seen: Vec<(usize, usize)>,
    table: Table,
    facts: Facts,
}

impl<'a> Builder<'a> {
    /// Adds what stands in a section.
    fn section(&mut self, section: &Section, found: &[Found], tags: &Tags, is_test: bool) {
        let bytes = section.range.clone();
        let counts = |facts: &Facts| {
            let lists = [facts.defs.len(), facts.funcs.len(), facts.uses.len()];
            let others = [facts.imports.len(), facts.pool.len()];
            (lists, others)
        };
        let before = counts(&self.facts);
        let start = found.partition_point(|one| one.range.start < bytes.start);
        let end = found.partition_point(|one| one.range.start < bytes.end);
        let found = &found[start..end.max(start)];
        for one in found {
            self.add(one, is_test);
        }
        self.functions(found, before.0[0], tags);
        let start = tags.imports.partition_point(|it| (it.range.start as usize) < bytes.start);
        let imports = tags.imports[start..].iter();
        for one in imports.take_while(|it| (it.range.start as usize) < bytes.end) {
            self.import(one);
        }
        let after = counts(&self.facts);
        let added = |after: usize, before: usize| u32::try_from(after - before).unwrap_or(u32::MAX);
        let text = &self.source.as_bytes()[bytes.clone()];
        let lines = self.lines.of_offset(bytes.end) - self.lines.of_offset(bytes.start);
        self.facts.stretches.push(Stretch {
            hash: if section.is_sound { splice::hash(text) } else { 0 },
            bytes: added(bytes.end, bytes.start),
            lines,
            words: added(self.words_in(bytes.clone()).len(), 0),
            defs: added(after.0[0], before.0[0]),
            funcs: added(after.0[1], before.0[1]),
            uses: added(after.0[2], before.0[2]),
            imports: added(after.1[0], before.1[0]),
            pool: added(after.1[1], before.1[1]),
        });
    }

    /// How often each word stands in the text, by its number.
    fn counts(&mut self) -> Box<[(NameId, u16)]> {
        let mut counts: Vec<u16> = vec![0; self.table.names.len()];
        for at in 0..self.words.len() {
            let id = self.word(at) as usize;
            if id >= counts.len() {
                counts.resize(id + 1, 0);
            }
            counts[id] = counts[id].saturating_add(1);
        }
        (0..).zip(counts).filter(|(_, count)| *count > 0).collect()
    }

    fn span(&mut self, ids: &[NameId]) -> Span {
        if ids.is_empty() {
            return Span::default();
        }
        let start = u32::try_from(self.facts.pool.len()).unwrap_or(u32::MAX);
        let len = ids.len().min(usize::from(u16::MAX));
        self.facts.pool.extend_from_slice(&ids[..len]);
        Span { start, len: u16::try_from(len).unwrap_or(u16::MAX) }
    }

    /// The number of the word at that place. Most are asked for more than once.
    fn word(&mut self, at: usize) -> NameId {
        if self.ids[at] == 0 {
            self.ids[at] = self.table.id(self.words[at].text(self.source));
        }
        self.ids[at]
    }

    /// The places of the words that begin in `range`.
    fn words_in(&self, range: Range<usize>) -> Range<usize> {
        let at = |offset: usize| self.words.partition_point(|word| (word.start as usize) < offset);
        let (start, end) = (at(range.start), at(range.end));
        start..end.max(start)
    }

    /// The types that a value of the type written in `range` leads to; `owner` is what `Self`
    /// stands for.
    fn given(&mut self, range: Range<usize>, owner: &Range<usize>) -> Vec<NameId> {
        let own = self.source.get(range.clone()).is_some_and(|text| text.contains("Self"));
        let mut ids = self.types(range);
        let owner = self.table.id(self.text(owner));
        if own && owner != 0 && !ids.contains(&owner) {
            ids.push(owner);
        }
        ids
    }

    /// Words of `range` that may be types, each once.
    fn types(&mut self, range: Range<usize>) -> Vec<NameId> {
        let mut ids = Vec::new();
        for at in self.words_in(range) {
            if signature::may_be_type(self.language, self.words[at].text(self.source)) {
                let id = self.word(at);
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        ids
    }

    fn add(&mut self, one: &Found, is_test: bool) {
        let line = self.lines.of_offset(one.name.start);
        let end = self.lines.of_offset(one.range.end.saturating_sub(1).max(one.name.start));
        let limit = match one.kind {
            Kind::Function | Kind::Method => MAX_SIGNATURE_LINES,
            Kind::Variant => 6,
            Kind::Constant | Kind::Macro | Kind::Type => 2,
            _ => 0,
        };
        let last = self.lines.of_offset(one.signature_end).clamp(line, line + limit);
        let (takes, gives) = match one.kind {
            Kind::Function | Kind::Method => {
                let parts = signature::parts(self.source, one.name.end..one.signature_end);
                (self.types(parts.takes), self.given(parts.gives, &one.owner))
            }
            Kind::Field | Kind::Variant | Kind::Constant | Kind::Type => {
                let ty = one.ty.clone().unwrap_or(one.name.end..one.range.end);
                (Vec::new(), self.given(ty, &one.owner))
            }
            _ => (Vec::new(), Vec::new()),
        };
        let mut flags = if is_test || one.is_test { TEST } else { 0 };
        flags |= if one.is_public { PUBLIC } else { 0 };
        flags |= if one.is_local { LOCAL } else { 0 };
        let shown = self.lines.slice(self.source, line, last);
        let cost = tokens::lines(shown);
        let def = Def {
            name: self.table.id(&self.source[one.name.clone()]),
            owner: self.table.id(self.text(&one.owner)),
            via: self.table.id(self.text(&one.via)),
            kind: one.kind,
            flags,
            line,
            last,
            end,
            sign: crate::names::hash(shown),
            cost: u16::try_from(cost).unwrap_or(u16::MAX),
            takes: self.span(&takes),
            gives: self.span(&gives),
        };
        self.facts.defs.push(def);
    }

    /// What functions use. A word belongs to the innermost function around it. The first one of
    /// `found` is the definition with number `first`.
    fn functions(&mut self, found: &[Found], first: usize, tags: &Tags) {
        let functions: Vec<(usize, &Found)> =
            found.iter().enumerate().filter(|(_, one)| one.has_body).collect();
        for (at, one) in &functions {
            let inner: Vec<Range<usize>> = functions
                .iter()
                .filter(|(_, other)| {
                    other.range.start > one.range.start && other.range.end <= one.range.end
                })
                .map(|(_, other)| other.range.clone())
                .collect();
            let start = self.facts.uses.len();
            let number = self.facts.funcs.len() + 1;
            for at in self.words_in(one.signature_end..one.range.end) {
                let word = &self.words[at];
                if inner.iter().any(|range| range.contains(&(word.start as usize))) {
                    continue;
                }
                let name = self.word(at);
                let qualifier = match word.qualifier_text(self.source) {
                    Some(text) => self.table.id(text),
                    None => 0,
                };
                let next = UseOf::new(name, word.how, qualifier);
                if self.seen.len() <= name as usize {
                    self.seen.resize(name as usize + 1, (0, 0));
                }
                let (by, known) = self.seen[name as usize];
                if by == number {
                    // What is called or reached into says more than a bare word.
                    let known = &mut self.facts.uses[known];
                    if known.how() == Use::Bare {
                        *known = next;
                    }
                } else if self.facts.uses.len() < start + MAX_USES {
                    self.seen[name as usize] = (number, self.facts.uses.len());
                    self.facts.uses.push(next);
                }
            }
            let len = self.facts.uses.len() - start;
            let terms = self.terms(one);
            let bindings = self.bindings(one, tags);
            let func = Func {
                def: u32::try_from(first + at).unwrap_or(u32::MAX),
                uses: Span {
                    start: u32::try_from(start).unwrap_or(u32::MAX),
                    len: u16::try_from(len).unwrap_or(u16::MAX),
                },
                terms: self.span(&terms),
                bindings: self.span(&bindings),
            };
            self.facts.funcs.push(func);
        }
    }

    /// What a function is about: names in its signature and comment, its owner, and their parts.
    fn terms(&mut self, one: &Found) -> Vec<NameId> {
        let mut ids = Vec::new();
        let source = self.source;
        for at in self.words_in(one.name.start..one.signature_end) {
            let id = self.word(at);
            self.table.add_known(id, self.words[at].text(source), &mut ids);
        }
        // The name counts a second time: no other word says as much.
        for range in [&one.owner, &one.via, &one.name] {
            self.table.add_with_parts(&source[range.clone()], &mut ids);
        }
        for name in lex::plain_words(&source[one.comment.clone()]).take(120) {
            self.table.add_with_parts(name, &mut ids);
        }
        ids
    }

    /// Names of a function whose types can be told without inference: its parameters, and what
    /// is declared with a type or built by a type's own function.
    fn bindings(&mut self, one: &Found, tags: &Tags) -> Vec<NameId> {
        let start = tags.bindings.partition_point(|it| (it.name.start as usize) < one.range.start);
        let mut pairs = Vec::new();
        for binding in &tags.bindings[start..] {
            if binding.name.start as usize >= one.range.end || pairs.len() >= MAX_BINDINGS {
                break;
            }
            let name = self.table.id(&self.source[binding.name.range()]);
            let types = match (binding.ty, binding.value) {
                (Some(ty), _) => self.types(ty.range()),
                (None, Some(value)) => self.source_of(value.range()),
                (None, None) => Vec::new(),
            };
            for ty in types.into_iter().take(3) {
                pairs.extend([name, ty]);
            }
        }
        pairs
    }

    /// What tells the type of an expression: the type that builds it, or the name of what is
    /// called or read last.
    fn source_of(&mut self, value: Range<usize>) -> Vec<NameId> {
        let bytes = self.source.as_bytes();
        let (mut depth, mut at) = (0, value.start);
        let mut last = None;
        for number in self.words_in(value.start..value.end.min(value.start + 200)) {
            let word = &self.words[number];
            while at < word.start as usize {
                match bytes[at] {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth -= 1,
                    _ => {}
                }
                at += 1;
            }
            let text = word.text(self.source);
            if depth != 0 || lex::passes_on(text) {
                continue;
            }
            if signature::may_be_type(self.language, text) && word.how != Use::Path {
                return vec![self.word(number)];
            }
            last = Some(number);
        }
        last.map(|number| self.word(number)).into_iter().collect()
    }

    fn text(&self, range: &Range<usize>) -> &'a str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    fn import(&mut self, one: &syntax::Import) {
        let mut path: Vec<NameId> = one.path.iter().map(|part| self.table.id(part)).collect();
        let last = one.path.last().map_or("", |last| last);
        let alias = match (&one.alias, one.glob) {
            (Some(alias), _) => self.table.id(alias),
            (None, true) => 0,
            (None, false) => self.table.id(last),
        };
        if one.glob {
            path.push(self.table.id("*"));
        }
        let path = self.span(&path);
        self.facts.imports.push(Import { alias, path });
    }
}
