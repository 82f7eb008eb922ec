//! Which definitions come into question, and the numbers by which each is judged.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::cards::Cards;
use crate::facts::{Kind, NameId};
use crate::features::{Feature, Row};
use crate::graph::DefId;
use crate::index::Known;
use crate::names::Names;
use crate::place::Place;
use crate::reach::{MAX_MEMBERS, Reach};
use crate::view::View;
use crate::votes::Ballot;

/// A name with more definitions than these brings none of them into question by itself.
pub(crate) const MAX_AMBIGUITY: usize = 60;
/// Definitions that come into question since the open file sees them without importing them.
const MAX_SEEN: usize = 2000;

/// The definitions that come into question, each once, in a fixed order, and what measures them.
/// Most are soon seen to have no chance, so no numbers are kept.
pub(crate) struct Candidates<'a> {
    pub(crate) ids: Vec<DefId>,
    ballot: Ballot<'a>,
    cards: Cards<'a>,
}

impl<'a> Candidates<'a> {
    /// Finds them.
    pub(crate) fn of(known: &'a Known, names: &'a Names, place: &'a Place) -> Candidates<'a> {
        let view = &known.view;
        let mut ballot = Ballot::new(view, place, names);
        ballot.hold();
        let reach = Reach::of(view, place);
        let imported = Imported::of(view, place);
        let ids = ids(view, place, &reach, &imported, &ballot.order);
        let cards = Cards::new(known, names, place, &reach, imported, ballot.sums());
        Candidates { ids, ballot, cards }
    }

    /// The numbers of one of them.
    pub(crate) fn row(&mut self, id: DefId) -> Row {
        let mut row = [0.0; crate::features::COUNT];
        let def = self.cards.view.brief(id);
        self.cards.of_names(&def, &mut row);
        self.cards.of_file(&def, &mut row);
        let shares = self.ballot.shares_of(id);
        let mut set = |feature: Feature, value: f32| row[feature as usize] = value;
        set(Feature::VoteSimilar, shares.similar);
        set(Feature::VoteSimilarName, shares.similar_name);
        set(Feature::VoteTypeMost, shares.type_most);
        set(Feature::VoteTypeAny, shares.type_none);
        set(Feature::VoteFile, shares.file);
        set(Feature::VoteFileLog, shares.file_count);
        set(Feature::VoteOwner, shares.owner);
        set(Feature::VoteImports, shares.imports);
        set(Feature::VoteCallers, shares.callers);
        set(Feature::OfTrait, if def.via != 0 && def.via != def.owner { 1.0 } else { 0.0 });
        set(of_kind(def.kind), 1.0);
        row
    }
}

/// What the open file imports.
pub(crate) struct Imported {
    /// Imported names, with the numbers of the files that each comes from.
    pub(crate) by_name: FxHashMap<NameId, Vec<usize>>,
    /// These and those that are seen without an import.
    pub(crate) files: FxHashSet<usize>,
    /// Files whose names the open one sees without importing them.
    pub(crate) seen: Vec<usize>,
}

impl Imported {
    fn of(view: &View, place: &Place) -> Imported {
        let by_path: FxHashMap<u32, usize> =
            view.files().map(|(at, file)| (file.path, at)).collect();
        let numbers = |paths: &[u32]| -> Vec<usize> {
            paths.iter().filter_map(|path| by_path.get(path).copied()).collect()
        };
        let mut by_name: FxHashMap<NameId, Vec<usize>> = FxHashMap::default();
        let seen = numbers(&place.seen);
        let mut files: FxHashSet<usize> = seen.iter().copied().collect();
        for (alias, paths) in &place.imports {
            let from = numbers(paths);
            files.extend(&from);
            by_name.entry(*alias).or_default().extend(from);
        }
        Imported { by_name, files, seen }
    }
}

/// All that come into question, each once.
fn ids(
    view: &View,
    place: &Place,
    reach: &Reach,
    imported: &Imported,
    voted: &[DefId],
) -> Vec<DefId> {
    let mut list = Vec::new();
    let mut seen = vec![false; view.def_count()];
    let mut add = |id: DefId| {
        if let Some(mark) = seen.get_mut(id as usize)
            && !*mark
        {
            *mark = true;
            list.push(id);
        }
    };
    voted.iter().copied().for_each(&mut add);
    let words = place.words.iter().map(|(word, _)| word);
    for word in words.chain(&place.comment) {
        if !view.is_ambiguous(*word, MAX_AMBIGUITY) {
            view.defs_named(*word).for_each(&mut add);
        }
    }
    let brought = place.imports.iter().filter(|one| !one.1.is_empty()).map(|one| &one.0);
    let types = place.types();
    let owners = types
        .iter()
        .chain(brought)
        .chain(&reach.fields_of_self)
        .chain(&reach.fields_of_taken)
        .chain(&reach.results)
        .chain(&reach.two_hops)
        .chain(&reach.traits);
    for owner in owners {
        view.members_of(*owner).take(MAX_MEMBERS).for_each(&mut add);
        view.defs_named(*owner).take(MAX_AMBIGUITY).for_each(&mut add);
    }
    for (word, _) in &place.words {
        if place.owners.contains(word) {
            view.members_of(*word).take(MAX_MEMBERS).for_each(&mut add);
        }
    }
    let mut files: Vec<usize> = Vec::new();
    for (alias, _) in &place.imports {
        for file in imported.by_name.get(alias).into_iter().flatten() {
            if !files.contains(file) {
                files.push(*file);
            }
        }
    }
    for file in files {
        let offered = view.defs_of(file).filter(|id| crate::graph::is_offered(view.def(*id).1));
        offered.take(MAX_MEMBERS).for_each(&mut add);
    }
    let seen = imported.seen.iter().flat_map(|file| view.defs_of(*file));
    let offered = seen.filter(|id| crate::graph::is_offered(view.def(*id).1));
    offered.take(MAX_SEEN).for_each(&mut add);
    // The open file itself is seen by whoever asks.
    list.retain(|id| Some(view.def(*id).0) != place.file);
    list
}

fn of_kind(kind: Kind) -> Feature {
    match kind {
        Kind::Function => Feature::IsFunction,
        Kind::Method => Feature::IsMethod,
        Kind::Struct | Kind::Type => Feature::IsType,
        Kind::Enum => Feature::IsEnum,
        Kind::Trait => Feature::IsTrait,
        Kind::Constant => Feature::IsConstant,
        Kind::Macro => Feature::IsMacro,
        Kind::Field => Feature::IsField,
        Kind::Variant => Feature::IsVariant,
    }
}
