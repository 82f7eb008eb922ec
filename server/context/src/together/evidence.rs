//! The numbers by which each item that comes into question is judged.

mod candidates;

use rustc_hash::{FxHashMap, FxHashSet};

use super::features::{self, Feature, Row};
use super::scores::Scores;
use super::told::Told;
use crate::facts::{Def, Kind, NameId, PUBLIC};
use crate::graph::{DefId, FuncId, PathId, is_offered};
use crate::history::Signs;
use crate::imports::folder;
use crate::index::Known;
use crate::names::Names;
use crate::place::Place;
use crate::view::View;

/// Functions that each reason brings into question.
const MAX_FUNCTIONS: usize = 300;
/// A name with more definitions than these brings none of them into question.
const MAX_SAME: usize = 30;
/// Users of the item's members, for each member.
const MAX_USERS: usize = 300;

/// What is known of a file.
#[derive(Clone, Copy, Default)]
struct OfFile {
    topic: f32,
    topics: f32,
    bodies: f32,
    like: f32,
    told: f32,
    uses: f32,
    used: f32,
}

pub(crate) struct Evidence<'a> {
    known: &'a Known,
    view: &'a View,
    names: &'a Names,
    place: &'a Place,
    file: usize,
    told: Told,
    topic: Scores,
    bodies: Scores,
    like: Scores,
    like_body: Scores,
    item: Option<Def>,
    item_ambiguity: f32,
    users: FxHashSet<FuncId>,
    /// How many of the item's members a function uses.
    member_users: FxHashMap<FuncId, f32>,
    /// What the item uses: names in its body, types of its signature or contents.
    used: FxHashSet<NameId>,
    /// How many members of an owner the item uses.
    owners_used: FxHashMap<NameId, f32>,
    types: FxHashSet<NameId>,
    signs: FxHashMap<usize, Signs>,
    path_told: FxHashMap<usize, f32>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn of(
        known: &'a Known,
        names: &'a Names,
        place: &'a Place,
        file: usize,
        words: &str,
    ) -> Evidence<'a> {
        let view = &known.view;
        let told = Told::of(view, names, words);
        let item = place.def;
        let by_path: FxHashMap<PathId, usize> = view.files().map(|(at, f)| (f.path, at)).collect();
        let signs = known.history.signs(view.file(file).path, &told.stems);
        let number = |(path, signs): (PathId, Signs)| Some((*by_path.get(&path)?, signs));
        let mut path_told = FxHashMap::default();
        for (at, one) in view.files() {
            let (share, _) = told.in_name(one.name.rsplit_once('.').map_or(&*one.name, |it| it.0));
            if share > 0.0 {
                path_told.insert(at, share);
            }
        }
        let pool = &view.facts(file).pool;
        let about: Vec<(NameId, f32)> = match place.function {
            Some(function) => function.terms.of(pool).iter().map(|term| (*term, 1.0)).collect(),
            None => item.iter().map(|item| (item.name, 1.0)).collect(),
        };
        let members: Vec<NameId> = match item {
            Some(item) if item.kind.is_type() => {
                let ids = view.members_of(item.name).map(|id| view.def(id).1.name);
                ids.take(200).collect()
            }
            _ => Vec::new(),
        };
        let mut used: FxHashSet<NameId> = place.body.iter().copied().collect();
        used.extend(place.takes.iter().chain(&place.gives));
        if let Some(item) = item.filter(|item| item.kind.is_type()) {
            for id in view.members_of(item.name).take(200) {
                let (at, def) = view.def(id);
                used.extend(def.gives.of(&view.facts(at).pool));
            }
        }
        let mut body: Vec<(NameId, f32)> = place.body.iter().map(|name| (*name, 1.0)).collect();
        body.extend(members.iter().map(|name| (*name, 1.0)));
        let mut evidence = Evidence {
            known,
            view,
            names,
            place,
            file,
            topic: Scores::by_topic(view, &told.names),
            bodies: Scores::by_body(view, &told.names),
            like: Scores::by_topic(view, &about),
            like_body: Scores::by_body(view, &body),
            item,
            item_ambiguity: item.map_or(0.0, |item| view.ambiguity(item.name) as f32),
            users: FxHashSet::default(),
            member_users: FxHashMap::default(),
            used,
            owners_used: FxHashMap::default(),
            types: place.takes.iter().chain(&place.gives).copied().collect(),
            signs: signs.into_iter().filter_map(number).collect(),
            path_told,
            told,
        };
        if let Some(item) = item {
            evidence.users.extend(view.users_of(item.name).take(MAX_FUNCTIONS * 2));
        }
        for name in members {
            let users: Vec<FuncId> = view.users_of(name).take(MAX_USERS).collect();
            let same = view.ambiguity(name).max(1) as f32;
            for id in users {
                *evidence.member_users.entry(id).or_default() += 1.0 / same;
            }
        }
        let used: Vec<NameId> = place.body.clone();
        for name in used {
            let ids: Vec<DefId> = view.defs_named(name).take(MAX_SAME).collect();
            for id in &ids {
                let owner = view.def(*id).1.owner;
                if owner != 0 {
                    *evidence.owners_used.entry(owner).or_default() += 1.0 / ids.len() as f32;
                }
            }
        }
        evidence
    }

    /// The items that come into question with their numbers, in the order of the project.
    pub(crate) fn rows(&self) -> Vec<(DefId, Row)> {
        let mut func_of: FxHashMap<DefId, FuncId> = FxHashMap::default();
        let (ids, files) = self.ids(&mut func_of);
        let mut in_files: FxHashMap<usize, OfFile> = FxHashMap::default();
        let mut texts: FxHashMap<usize, (f32, f32)> = FxHashMap::default();
        for file in files {
            in_files.insert(file, self.of_file(file, &mut func_of));
            texts.insert(file, self.text_of(file));
        }
        let row = |id: DefId| {
            let (file, _) = self.view.def(id);
            let of_file = in_files.get(&file).copied().unwrap_or_default();
            let text = texts.get(&file).copied().unwrap_or_default();
            (id, self.row(id, func_of.get(&id).copied(), of_file, text))
        };
        ids.into_iter().map(row).collect()
    }

    /// The best and the sums of a file's functions. Notes which definitions are functions.
    fn of_file(&self, file: usize, func_of: &mut FxHashMap<DefId, FuncId>) -> OfFile {
        let view = self.view;
        let mut sum = OfFile::default();
        for id in view.funcs_of(file) {
            let topic = self.topic.of(id);
            sum.topic = sum.topic.max(topic);
            sum.topics += topic;
            sum.bodies += self.bodies.of(id);
            sum.like = sum.like.max(self.like.of(id) + self.like_body.of(id));
            if self.users.contains(&id) {
                sum.uses += 1.0;
            }
            let def = view.defs_of(file).start + view.func(id).1.def;
            func_of.insert(def, id);
        }
        for def in &view.facts(file).defs {
            if is_offered(def) {
                if self.used.contains(&def.name) {
                    sum.used += 1.0;
                }
                if self.told.whole.contains(&def.name) {
                    sum.told += 1.0;
                }
            }
        }
        sum
    }

    /// How much of the task's words stands in a file, and how often the item's name does.
    fn text_of(&self, file: usize) -> (f32, f32) {
        let facts = self.view.facts(file);
        let (mut sum, mut all) = (0.0, 0.0_f32);
        for (name, weight) in &self.told.names {
            let rarity = weight / (2.0 + self.view.count(*name) as f32).ln();
            all += rarity;
            if facts.count(*name) > 0 {
                sum += rarity;
            }
        }
        let item = self.item.map_or(0, |item| facts.count(item.name));
        (sum / all.max(0.1), f32::from(item).ln_1p())
    }

    fn row(&self, id: DefId, func: Option<FuncId>, sum: OfFile, (text, item): (f32, f32)) -> Row {
        let view = self.view;
        let (file, def) = view.def(id);
        let entry = view.file(file);
        let facts = &entry.facts;
        let mut row = [0.0; features::COUNT];
        let mut set = |feature: Feature, value: f32| row[feature as usize] = value;
        let is = |yes: bool| if yes { 1.0 } else { 0.0 };
        let of = |map: &FxHashMap<usize, f32>| map.get(&file).copied().unwrap_or_default();
        let signs = self.signs.get(&file).copied().unwrap_or_default();
        set(Feature::Beside, signs.beside);
        set(Feature::About, signs.about);
        set(Feature::Lately, signs.lately);
        set(Feature::Rise, signs.rise);
        set(Feature::Both, signs.both);
        set(Feature::Subjects, signs.subjects);
        set(Feature::Message, signs.message);
        set(Feature::Messages, signs.messages);
        set(Feature::Second, signs.second);
        set(Feature::Recent, signs.recent);
        set(Feature::Often, signs.often);
        let (tells, told) = self.told.in_name(self.names.text(def.name));
        set(Feature::TellsName, tells);
        set(Feature::NameTold, told);
        set(Feature::NameWhole, is(self.told.whole.contains(&def.name)));
        if def.owner != 0 {
            set(Feature::OwnerTold, self.told.in_name(self.names.text(def.owner)).0);
            set(Feature::OwnerWhole, is(self.told.whole.contains(&def.owner)));
        }
        set(Feature::PathTold, of(&self.path_told));
        set(Feature::FileText, text);
        set(Feature::FileNames, item);
        if let Some(func) = func {
            set(Feature::Topic, self.topic.of(func));
            set(Feature::BodyTopic, self.bodies.of(func));
            set(Feature::LikeTopic, self.like.of(func));
            set(Feature::LikeBody, self.like_body.of(func));
            let uses = self.users.contains(&func);
            set(Feature::Uses, is(uses));
            if uses {
                set(Feature::UsesAlone, 1.0 / self.item_ambiguity.max(1.0));
            }
            let members = self.member_users.get(&func).copied().unwrap_or_default();
            set(Feature::UsesMembers, members.ln_1p());
            let (_, function) = view.func(func);
            let uses = function.uses.of(&facts.uses);
            set(Feature::BodySize, (uses.len() as f32).ln_1p());
            if self.place.owner != 0 {
                let names = |one: &crate::facts::UseOf| one.name() == self.place.owner;
                set(Feature::UsesOwner, is(uses.iter().any(names)));
            }
        }
        let types = def.takes.of(&facts.pool).iter().chain(def.gives.of(&facts.pool));
        let shared = types.clone().filter(|one| self.types.contains(one)).count() as f32;
        set(Feature::SharedTypes, shared.ln_1p());
        let used = self.used.contains(&def.name);
        set(Feature::Used, is(used));
        let same = view.ambiguity(def.name).max(1) as f32;
        if used {
            set(Feature::UsedAlone, 1.0 / same);
        }
        set(Feature::Ambiguity, same.ln());
        let members = self.owners_used.get(&def.name).copied().unwrap_or_default();
        set(Feature::MembersUsed, members.ln_1p());
        if let Some(item) = self.item {
            let both = |a: NameId, b: NameId| is(a != 0 && a == b);
            set(Feature::TakesItem, is(types.clone().any(|one| *one == item.name)));
            set(Feature::SameName, both(item.name, def.name));
            set(Feature::SameOwner, both(item.owner, def.owner));
            set(Feature::SameTrait, both(item.via, def.via).max(both(item.via, def.owner)));
            set(Feature::OfItem, both(item.name, def.owner).max(both(item.name, def.via)));
            set(Feature::HasItem, both(item.owner, def.name).max(both(item.via, def.name)));
            set(Feature::ItemIsFunction, is(!item.kind.is_type()));
            set(Feature::ItemIsType, is(item.kind.is_type()));
        }
        set(Feature::FileTopic, sum.topic);
        set(Feature::FileTopics, sum.topics.ln_1p());
        set(Feature::FileBodies, sum.bodies.ln_1p());
        set(Feature::FileLike, sum.like);
        set(Feature::FileTold, sum.told.ln_1p());
        set(Feature::FileUses, sum.uses.ln_1p());
        set(Feature::FileUsed, sum.used.ln_1p());
        let here = &view.file(self.file).name;
        set(Feature::InFolder, is(folder(here) == folder(&entry.name)));
        let layout = &self.known.layout;
        set(Feature::InUnit, is(layout.unit(here) == layout.unit(&entry.name)));
        let parts = |path: &'a str| path.split('/');
        let shared = parts(here).zip(parts(&entry.name)).take_while(|(a, b)| a == b).count();
        let most = parts(here).count().max(parts(&entry.name).count());
        set(Feature::PathShared, shared as f32 / most as f32);
        set(Feature::SameStem, is(view.file(self.file).module == entry.module));
        set(Feature::Lines, (def.end.saturating_sub(def.line) as f32).ln_1p());
        set(Feature::FileSize, (facts.defs.len() as f32).ln_1p());
        set(Feature::Mentions, (view.count(def.name) as f32).ln_1p());
        set(Feature::Public, is(def.is(PUBLIC)));
        set(Feature::OfTrait, is(def.via != 0));
        set(Feature::IsFunction, is(def.kind == Kind::Function));
        set(Feature::IsMethod, is(def.kind == Kind::Method));
        set(Feature::IsType, is(def.kind.is_type() && def.kind != Kind::Trait));
        set(Feature::IsTrait, is(def.kind == Kind::Trait));
        set(Feature::IsConstant, is(matches!(def.kind, Kind::Constant | Kind::Macro)));
        set(Feature::Words, (self.told.stems.len() as f32).ln_1p());
        set(Feature::ItemAmbiguity, self.item_ambiguity.ln_1p());
        set(Feature::HasHistory, is(!self.signs.is_empty()));
        row
    }
}
