//! What changes together: given an item that is to be changed and the words that say why, the
//! items elsewhere that such a change is likely to touch.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Def, Kind, NameId};
use crate::graph::{DefId, FuncId, is_offered};
use crate::index::World;
use crate::lex;
use crate::names::Names;
use crate::piece::Piece;
use crate::place::Place;
use crate::query::ContextQuery;

/// Functions that the words bring into question.
const MAX_TOPIC: usize = 150;
/// Files that history brings into question.
const MAX_FILES: usize = 25;

/// The pieces that are likely to change along with the place of `query`.
pub(crate) fn pieces(world: &World, query: &ContextQuery, names: &Names) -> Vec<Piece> {
    let Some((path, bytes)) = &query.place else { return Vec::new() };
    let view = &world.known.view;
    let Some(file) = view.file_at(path) else { return Vec::new() };
    let Ok(read) = world.snapshot.read(path) else { return Vec::new() };
    let line = u32::try_from(read.text.line_of(bytes.start) + 1).unwrap_or(u32::MAX);
    let source = read.text.to_string();
    let place = Place::of(&world.known, names, file, &source, line);
    Weighing::of(world, names, &place, file, &query.words).pieces()
}

struct Weighing<'a> {
    world: &'a World,
    names: &'a Names,
    file: usize,
    /// How often each file changed along with the open one, between 0 and 1.
    history: FxHashMap<usize, f32>,
    /// How well functions fit the words, between 0 and 1.
    topic: FxHashMap<FuncId, f32>,
    /// Definitions of which the function is the body.
    func_of: FxHashMap<DefId, FuncId>,
    /// Whole names that the words mention, and parts of names.
    mentioned: FxHashSet<NameId>,
    parts: FxHashSet<String>,
    users: FxHashSet<FuncId>,
    used: FxHashSet<NameId>,
    item: Option<Def>,
}

impl<'a> Weighing<'a> {
    fn of(
        world: &'a World,
        names: &'a Names,
        place: &Place,
        file: usize,
        words: &str,
    ) -> Weighing<'a> {
        let known = &world.known;
        let view = &known.view;
        let history = known.history.beside(view.file(file).path);
        let by_path: FxHashMap<u32, usize> = view.files().map(|(at, f)| (f.path, at)).collect();
        let mut weighing = Weighing {
            world,
            names,
            file,
            history: history
                .into_iter()
                .filter_map(|(path, share)| Some((*by_path.get(&path)?, share)))
                .collect(),
            topic: FxHashMap::default(),
            func_of: FxHashMap::default(),
            mentioned: FxHashSet::default(),
            parts: FxHashSet::default(),
            users: FxHashSet::default(),
            used: place.body.iter().copied().collect(),
            item: place.def,
        };
        for word in lex::plain_words(words) {
            weighing.mentioned.extend(names.get(word));
            weighing.parts.extend(lex::parts(word).filter(|part| part.len() > 2));
        }
        if let Some(item) = place.def {
            weighing.users.extend(view.users_of(item.name).take(400));
        }
        weighing.find_topic(place, words);
        weighing
    }

    /// Finds the functions whose signature and comment have most of the words.
    fn find_topic(&mut self, place: &Place, words: &str) {
        let view = &self.world.known.view;
        let mut terms: Vec<(NameId, f32)> = Vec::new();
        let mut add = |word: &str, weight: f32| {
            let parts = lex::parts(word).collect::<Vec<_>>();
            for part in parts.iter().map(String::as_str).chain([word]) {
                if let Some(id) = self.names.get(part)
                    && terms.iter().all(|(known, _)| *known != id)
                {
                    terms.push((id, weight));
                }
            }
        };
        for word in lex::plain_words(words).take(80) {
            add(word, 1.0);
        }
        if let Some(item) = place.def {
            add(self.names.text(item.name), 0.7);
            add(self.names.text(item.owner), 0.4);
        }
        let total = view.func_count() as f32;
        let mut scores: FxHashMap<FuncId, f32> = FxHashMap::default();
        let mut order = Vec::new();
        for (term, weight) in terms {
            let count = view.term_count(term) as f32;
            if count == 0.0 || count * 4.0 > total + 40.0 {
                continue;
            }
            let rarity = (total / count).ln();
            for (id, often) in view.funcs_about(term) {
                let often = often as f32;
                *scores.entry(id).or_insert_with(|| {
                    order.push(id);
                    0.0
                }) += weight * rarity * often / (often + 1.2);
            }
        }
        order.sort_by(|a, b| scores[b].total_cmp(&scores[a]).then(a.cmp(b)));
        order.truncate(MAX_TOPIC);
        let best = order.first().map_or(1.0, |id| scores[id].max(1.0));
        self.topic = order.into_iter().map(|id| (id, scores[&id] / best)).collect();
    }

    fn pieces(mut self) -> Vec<Piece> {
        let world = self.world;
        let view = &world.known.view;
        let mut files: Vec<(usize, f32)> = self.history.iter().map(|(at, s)| (*at, *s)).collect();
        files.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        files.truncate(MAX_FILES);
        let mut functions: Vec<FuncId> = self.topic.keys().chain(&self.users).copied().collect();
        functions.sort_unstable();
        functions.dedup();
        let mut ids = Vec::new();
        for id in functions {
            let (file, func) = view.func(id);
            let def = view.defs_of(file).start + func.def;
            self.func_of.insert(def, id);
            ids.push(def);
        }
        for (file, _) in &files {
            ids.extend(view.defs_of(*file));
        }
        let mut mentioned: Vec<NameId> = self.mentioned.iter().chain(&self.used).copied().collect();
        mentioned.extend(self.item.map(|item| item.name));
        mentioned.sort_unstable();
        for name in mentioned {
            ids.extend(view.defs_named(name).take(20));
        }
        ids.sort_unstable();
        ids.dedup();
        let mut list = Vec::new();
        for id in ids {
            let (file, def) = view.def(id);
            let is_item = !matches!(def.kind, Kind::Field | Kind::Variant);
            if file == self.file || !is_offered(def) || !is_item {
                continue;
            }
            let (chance, reason) = self.chance(id, file, def);
            let name = self.names.text(def.name);
            list.push(Piece {
                file,
                first: def.line,
                last: def.last,
                cost: u32::from(def.cost),
                chance,
                reason: format!("{name}: {reason}"),
            });
        }
        list
    }

    fn chance(&self, id: DefId, file: usize, def: &Def) -> (f32, &'static str) {
        let history = self.history.get(&file).copied().unwrap_or_default();
        let function = self.func_of.get(&id);
        let topic = function.and_then(|id| self.topic.get(id)).copied().unwrap_or_default();
        let uses = function.is_some_and(|id| self.users.contains(id));
        let used = self.used.contains(&def.name);
        let like = self.item.is_some_and(|item| item.name == def.name);
        let kin = self.item.is_some_and(|item| item.owner != 0 && item.owner == def.owner);
        let said = self.mentioned.contains(&def.name);
        let is = |yes: bool| if yes { 1.0 } else { 0.0 };
        let parts: Vec<String> = lex::parts(self.names.text(def.name)).collect();
        let told = parts.iter().filter(|part| self.parts.contains(*part)).count() as f32
            / parts.len().max(1) as f32;
        let unit = [
            (2.6 * history, "its file changes along with this one"),
            (1.6 * topic, "about the words of the task"),
            (1.6 * is(uses), "uses the item"),
            (0.9 * is(used), "used by the item"),
            (1.4 * is(like), "has the same name"),
            (0.6 * is(kin), "belongs to the same type"),
            (1.4 * is(said) + 0.9 * told, "the task names it"),
        ];
        let sum: f32 = unit.iter().map(|one| one.0).sum();
        let reason = unit.iter().max_by(|a, b| a.0.total_cmp(&b.0)).map_or("", |best| best.1);
        (1.0 / (1.0 + (4.5 - sum).exp()), reason)
    }
}
