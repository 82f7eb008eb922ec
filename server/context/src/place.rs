//! What the place of a query says by itself: the function there, its signature and comment, and
//! the rest of the open file.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Def, Func, NameId};
use crate::graph::{File, PathId};
use crate::index::{Known, World};
use crate::lex::{self, Use};
use crate::names::Names;
use crate::query::ContextQuery;

/// Lines above and below a function that count as near.
const NEAR: u32 = 40;

/// The place, in numbers.
#[derive(Debug, Default)]
pub(crate) struct Place {
    /// The open file, by its number in the view.
    pub(crate) file: Option<usize>,
    pub(crate) function: Option<Func>,
    pub(crate) def: Option<Def>,
    /// Words of the function's name, parameters and result, in the order of the text.
    pub(crate) signature: Vec<NameId>,
    pub(crate) comment: Vec<NameId>,
    /// The type that the function is a member of, or that the place lies in.
    pub(crate) owner: NameId,
    pub(crate) takes: Vec<NameId>,
    pub(crate) gives: Vec<NameId>,
    /// How often each word stands in the file.
    pub(crate) words: Vec<(NameId, u32)>,
    /// How often each word stands near the function.
    pub(crate) near: FxHashMap<NameId, u32>,
    /// How often each word is called, reached into or built, imports left out.
    pub(crate) called: FxHashMap<NameId, u32>,
    /// Words right before a `.` or `::`.
    pub(crate) owners: FxHashSet<NameId>,
    /// Names that imports bring in, and the files that each comes from, in the order of the text.
    pub(crate) imports: Vec<(NameId, Vec<PathId>)>,
    /// Files whose names it sees without importing them.
    pub(crate) seen: Vec<PathId>,
    /// What the function's body uses already.
    pub(crate) body: Vec<NameId>,
    /// Parts of the function's name, and of the words of its comment.
    pub(crate) name_parts: FxHashSet<String>,
    pub(crate) comment_parts: FxHashSet<String>,
    /// Parts of the names of its parameters.
    pub(crate) parameter_parts: FxHashSet<String>,
}

impl Place {
    /// Reads the place of `query`, with the number of its file; `None` if it has none that the
    /// index knows.
    pub(crate) fn of_query(
        world: &World,
        query: &ContextQuery,
        names: &Names,
    ) -> Option<(usize, Place)> {
        let (path, bytes) = query.place.as_ref()?;
        let file = world.known.view.file_at(path)?;
        let source = world.snapshot.letters(path).ok()?;
        Some((file, Place::of(&world.known, names, file, &source, bytes.start)))
    }

    /// Reads the place at byte `at` of a file whose text is `source`.
    fn of(known: &Known, names: &Names, file: usize, source: &str, at: usize) -> Place {
        let lines = crate::lines::Lines::of(source);
        let line = lines.of_offset(at);
        let entry: &File = known.view.file(file);
        let facts = &entry.facts;
        let function = facts.function_at(line).map(|at| facts.funcs[at]);
        let def = match function {
            Some(function) => Some(facts.defs[function.def as usize]),
            None => facts.def_at(line).map(|at| facts.defs[at]),
        };
        let mut place = Place { file: Some(file), function, def, ..Place::default() };
        let (first, last) = def.map_or((line, line), |def| (def.line, def.end));
        let signature = def.map_or(0..0, |def| lines.range(source, def.line, def.last));
        let inside = lines.range(source, first, last);
        let near = lines.range(source, first.saturating_sub(NEAR).max(1), last + NEAR);
        let mut counts: FxHashMap<NameId, u32> = FxHashMap::default();
        let mut order = Vec::new();
        let statements = import_lines(source);
        let mut import = statements.iter().peekable();
        lex::words(entry.language, source, |word| {
            let at = word.start as usize;
            while import.next_if(|range| range.end <= at).is_some() {}
            let imported = import.peek().is_some_and(|range| range.contains(&at));
            let Some(id) = names.get(word.text(source)) else { return };
            let count = counts.entry(id).or_insert_with(|| {
                order.push(id);
                0
            });
            *count += 1;
            if signature.contains(&at) {
                place.signature.push(id);
            }
            if near.contains(&at) && !inside.contains(&at) {
                *place.near.entry(id).or_default() += 1;
            }
            if !imported && !matches!(word.how, Use::Bare | Use::Label) {
                *place.called.entry(id).or_default() += 1;
            }
            let qualifier = word.qualifier_text(source).and_then(|text| names.get(text));
            if let Some(qualifier) = qualifier.filter(|_| !imported) {
                place.owners.insert(qualifier);
            }
        });
        place.words = order.into_iter().map(|id| (id, counts[&id])).collect();
        if let Some(def) = def {
            place.owner = if def.owner == 0 && function.is_none() { def.name } else { def.owner };
            place.takes = def.takes.of(&facts.pool).to_vec();
            place.gives = def.gives.of(&facts.pool).to_vec();
            place.name_parts = lex::parts(names.text(def.name)).collect();
        }
        if let Some(function) = function {
            place.body = function.uses.of(&facts.uses).iter().map(|one| one.name()).collect();
            let bindings = function.bindings.of(&facts.pool).iter().step_by(2);
            place.parameter_parts =
                bindings.flat_map(|name| lex::parts(names.text(*name))).collect();
        }
        let comment = comment_before(source, &lines, first);
        for word in lex::plain_words(comment) {
            place.comment.extend(names.get(word));
            place.comment_parts.extend(lex::parts(word));
        }
        for one in &facts.imports {
            let path: Vec<&str> =
                one.path.of(&facts.pool).iter().map(|id| names.text(*id)).collect();
            let target = known.layout.resolve(entry.language, &entry.name, &path);
            place.imports.push((one.alias, target));
        }
        place.seen = known.layout.seen_by(entry.language, &entry.name);
        place
    }

    /// The types of the signature: of its parameters, its result and its owner.
    pub(crate) fn types(&self) -> Vec<NameId> {
        let mut list = Vec::new();
        let owner = (self.owner != 0).then_some(&self.owner);
        for id in self.takes.iter().chain(&self.gives).chain(owner) {
            if !list.contains(id) {
                list.push(*id);
            }
        }
        list
    }
}

/// The comment lines right before line `first`.
fn comment_before<'a>(source: &'a str, lines: &crate::lines::Lines, first: u32) -> &'a str {
    let mut start = first;
    while start > 1 {
        let line = lines.slice(source, start - 1, start - 1).trim_start();
        let comments = ["//", "#", "/*", "*", "@"];
        if !comments.iter().any(|mark| line.starts_with(mark)) {
            break;
        }
        start -= 1;
    }
    if start == first { "" } else { lines.slice(source, start, first - 1) }
}

/// Bytes of the statements that import.
fn import_lines(source: &str) -> Vec<std::ops::Range<usize>> {
    let mut list = Vec::new();
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        // Nearly all lines are told by their first letter.
        let first = line.bytes().find(|byte| !matches!(byte, b' ' | b'\t'));
        if first.is_some_and(|first| first.is_ascii_graphic() && !b"upif".contains(&first)) {
            at += line.len();
            continue;
        }
        let words = line.trim_start();
        let words = words.strip_prefix("pub ").unwrap_or(words);
        if words.starts_with("use ") {
            let end = source[at..].find(';').map_or(at + line.len(), |end| at + end);
            list.push(at..end);
        } else if words.starts_with("import ") || words.starts_with("from ") {
            list.push(at..at + line.len());
        }
        at += line.len();
    }
    list
}
