//! Where an error comes from and where else it shows: the definition that the complaint speaks
//! of, changed lately or not, and the other places that use its name.

use rustc_hash::FxHashMap;

use crate::facts::{Def, Kind, NameId};
use crate::graph::DefId;
use crate::index::World;
use crate::lex::{self, Use};
use crate::lines::Lines;
use crate::names::Names;
use crate::piece::Piece;
use crate::query::{Complaint, ContextQuery};
use crate::tokens;

/// Files in which a name is looked for.
const MAX_FILES: usize = 60;
/// Definitions of one name that are weighed.
const MAX_DEFS: usize = 60;

/// The pieces that the complaints of `query` point to.
pub(crate) fn pieces(world: &World, query: &ContextQuery, names: &Names) -> Vec<Piece> {
    let mut list = Vec::new();
    for complaint in query.complaints.iter().take(3) {
        let search = Search::of(world, complaint, names);
        search.definitions(&mut list);
        search.places(&mut list);
    }
    list
}

struct Search<'a> {
    world: &'a World,
    names: &'a Names,
    /// Names that the complaint speaks of, the likeliest to be broken first.
    spoken: Vec<NameId>,
    /// Definitions that changed lately, with the names that they had.
    recent: FxHashMap<DefId, NameId>,
    /// The open file's own words: what they name is near.
    file: Option<usize>,
}

impl<'a> Search<'a> {
    fn of(world: &'a World, complaint: &Complaint, names: &'a Names) -> Search<'a> {
        let known = &world.known;
        let file = known.view.file_at(&complaint.path);
        let mut spoken = Vec::new();
        let mut add = |word: &str| {
            if let Some(id) = names.get(word).filter(|id| !spoken.contains(id)) {
                spoken.push(id);
            }
        };
        // Every other stretch between back quotes is code; of a path the last part counts most.
        let quoted: Vec<&str> = complaint.message.split('`').skip(1).step_by(2).collect();
        let at_place = world.snapshot.read(&complaint.path).ok().and_then(|read| {
            let line = complaint.line.checked_sub(1)?;
            (line < read.text.line_count()).then(|| read.text.line(line).into_owned())
        });
        if let Some(first) = quoted.first() {
            words(first).last().into_iter().for_each(&mut add);
        }
        if let (Some(line), Some(column)) = (&at_place, complaint.column) {
            callee(line, column).into_iter().for_each(&mut add);
        }
        for code in &quoted {
            words(code).for_each(&mut add);
        }
        if let Some(line) = &at_place {
            words(line).for_each(&mut add);
        }
        let mut recent = FxHashMap::default();
        for (path, changes) in known.recent.iter() {
            let Some(file) = known.view.file_at(path) else { continue };
            let first = known.view.defs_of(file).start;
            for change in changes {
                recent.insert(first + u32::try_from(change.def).unwrap_or(0), change.was);
            }
        }
        Search { world, names, spoken, recent, file }
    }

    /// How likely a name is the broken one, by its place in the complaint.
    fn rank(&self, name: NameId) -> f32 {
        let at = self.spoken.iter().position(|spoken| *spoken == name);
        at.map_or(0.0, |at| 1.0 / (1.0 + at as f32).sqrt())
    }

    fn definitions(&self, list: &mut Vec<Piece>) {
        let view = &self.world.known.view;
        let mut recent: Vec<(&DefId, &NameId)> = self.recent.iter().collect();
        recent.sort_unstable();
        for (id, was) in recent {
            let (_, def) = view.def(*id);
            let rank = self.rank(*was).max(self.rank(def.name));
            let owner = self.rank(def.owner);
            let chance = (0.35 + 0.6 * rank).max(0.3 + 0.4 * owner).min(0.98);
            self.add(list, *id, chance, "changed lately");
        }
        for (at, name) in self.spoken.iter().take(12).enumerate() {
            let ids: Vec<DefId> = view.defs_named(*name).take(MAX_DEFS).collect();
            let share = 1.0 / (ids.len().max(1) as f32).sqrt();
            for id in ids {
                let (_, def) = view.def(id);
                let owner = if def.owner == 0 { 0.5 } else { self.rank(def.owner).max(0.2) };
                let chance = 0.5 * share * owner / (1.0 + at as f32).sqrt();
                self.add(list, id, chance, "the complaint names it");
            }
        }
        // The name may be gone: its owner's other members, those first that nobody uses (yet).
        for owner in self.spoken.iter().take(6) {
            for id in view.members_of(*owner).take(200) {
                let (_, def) = view.def(id);
                let unused = view.count(def.name) <= 1;
                let like = self.likeness(def);
                let chance = (if unused { 0.12 } else { 0.02 }) + 0.1 * like;
                self.add(list, id, chance, "belongs to what the complaint names");
            }
        }
    }

    /// How much of the first name that the complaint speaks of a definition's name has.
    fn likeness(&self, def: &Def) -> f32 {
        let Some(broken) = self.spoken.first() else { return 0.0 };
        let parts: Vec<String> = lex::parts(self.names.text(*broken)).collect();
        let own: Vec<String> = lex::parts(self.names.text(def.name)).collect();
        let both = own.iter().filter(|part| parts.contains(part)).count();
        both as f32 / parts.len().max(own.len()).max(1) as f32
    }

    fn add(&self, list: &mut Vec<Piece>, id: DefId, chance: f32, reason: &str) {
        let (file, def) = self.world.known.view.def(id);
        if Some(file) == self.file {
            return;
        }
        let name = self.names.text(def.name);
        let name = match self.names.text(def.owner) {
            "" => name.to_owned(),
            owner => format!("{owner}::{name}"),
        };
        list.push(Piece {
            file,
            first: def.line,
            last: def.last,
            cost: u32::from(def.cost),
            chance,
            reason: format!("{name}: {reason}"),
        });
    }

    /// The other places that use what is broken.
    fn places(&self, list: &mut Vec<Piece>) {
        let view = &self.world.known.view;
        // What went lately and is spoken of is what is broken; otherwise the first name is.
        let mut targets: Vec<(NameId, Option<&Def>)> = Vec::new();
        let mut recent: Vec<(&DefId, &NameId)> = self.recent.iter().collect();
        recent.sort_unstable();
        for (id, was) in recent {
            let (_, def) = view.def(*id);
            let name = if *was == 0 { def.name } else { *was };
            if self.rank(name) > 0.0 {
                targets.push((name, Some(def)));
            }
        }
        let sure = !targets.is_empty();
        if !sure {
            targets.extend(self.spoken.iter().take(2).map(|name| (*name, None)));
        }
        for (at, (name, def)) in targets.into_iter().enumerate() {
            let weight = if sure { 0.7 } else { 0.35 } / (1.0 + at as f32);
            self.uses(name, def, weight, list);
        }
    }

    fn uses(&self, name: NameId, def: Option<&Def>, weight: f32, list: &mut Vec<Piece>) {
        let view = &self.world.known.view;
        let owner = def.map_or(0, |def| def.owner);
        let mut files: Vec<(f32, usize)> = view
            .files()
            .filter(|(at, file)| Some(*at) != self.file && file.facts.count(name) > 0)
            .map(|(at, file)| {
                let knows = owner == 0 || file.facts.count(owner) > 0;
                let tests = crate::build::is_test_path(&file.name);
                let fit = if knows { 1.0 } else { 0.45 } * if tests { 0.5 } else { 1.0 };
                (fit, at)
            })
            .collect();
        files.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        files.truncate(MAX_FILES);
        let text = self.names.text(name);
        for (fit, file) in files {
            let entry = view.file(file);
            let Ok(read) = self.world.snapshot.read(&entry.at) else { continue };
            let source = read.text.to_string();
            let lines = Lines::of(&source);
            let mut last = 0;
            lex::words(entry.language, &source, |word| {
                if word.text(&source) != text {
                    return;
                }
                let line = lines.of_offset(word.start as usize);
                if line == last {
                    return;
                }
                last = line;
                let qualifier = word.qualifier_text(&source).and_then(|text| self.names.get(text));
                let fit = fit * use_fit(word.how, qualifier, def);
                let cost = tokens::lines(lines.slice(&source, line, line));
                list.push(Piece {
                    file,
                    first: line,
                    last: line,
                    cost,
                    chance: weight * fit,
                    reason: format!("uses {text}"),
                });
            });
        }
    }
}

/// How well a use of a name fits the definition that is broken.
fn use_fit(how: Use, qualifier: Option<NameId>, def: Option<&Def>) -> f32 {
    let Some(def) = def else { return 1.0 };
    match (def.kind, how) {
        (Kind::Field, Use::Field | Use::Label) => 1.0,
        (Kind::Field, Use::Bare) => 0.4,
        (Kind::Field, _) => 0.1,
        (Kind::Method, Use::Method) => 1.0,
        (Kind::Method | Kind::Variant | Kind::Constant, Use::Path) => {
            match qualifier == Some(def.owner) || def.owner == 0 {
                true => 1.0,
                false => 0.3,
            }
        }
        // Where a trait's method is implemented it looks like a call.
        (Kind::Method, Use::Call) => {
            if def.via != 0 {
                1.0
            } else {
                0.3
            }
        }
        (Kind::Method, _) => 0.1,
        (Kind::Variant, Use::Call | Use::Bare) => 0.6,
        (Kind::Function, Use::Call | Use::Path | Use::Bare) => 1.0,
        (Kind::Macro, Use::Macro) => 1.0,
        (kind, Use::Bare | Use::Path | Use::Call) if kind.is_type() => 1.0,
        (kind, _) if kind.is_type() => 0.4,
        _ => 0.4,
    }
}

/// The words of a piece of code.
fn words(code: &str) -> impl DoubleEndedIterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

/// The last name of the path that begins at `column` (from 1) of `line`.
fn callee(line: &str, column: usize) -> Option<&str> {
    let start = line.char_indices().nth(column.checked_sub(1)?)?.0;
    let rest = &line[start..];
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    words(&rest[..end.unwrap_or(rest.len())]).last()
}
