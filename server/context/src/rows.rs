//! Which definitions come into question, and the numbers by which each is judged.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Def, Kind, NameId, PUBLIC};
use crate::features::{Feature, Row};
use crate::graph::DefId;
use crate::index::Known;
use crate::lex;
use crate::names::Names;
use crate::place::Place;
use crate::view::View;
use crate::votes::{Ballot, Shares, Special};

/// A name with more definitions than these brings none of them into question by itself.
const MAX_AMBIGUITY: usize = 60;
/// Members of one type that come into question.
const MAX_MEMBERS: usize = 300;
/// Definitions that come into question since the open file sees them without importing them.
const MAX_SEEN: usize = 2000;

/// The definitions that come into question, with their numbers, in a fixed order.
pub(crate) struct Candidates {
    pub(crate) ids: Vec<DefId>,
    pub(crate) rows: Vec<Row>,
}

/// Finds and measures them.
pub(crate) fn candidates(known: &Known, names: &Names, place: &Place) -> Candidates {
    let view = &known.view;
    let mut ballot = Ballot::new(view, place, Special::of(names));
    ballot.hold();
    let reach = Reach::of(view, place);
    let evidence = Evidence::of(known, names, place, &reach);
    let ids = evidence.ids(&ballot.order);
    let (owners, files) = ballot.sums();
    let mut sizes = Sizes::default();
    let row = |id: &DefId| {
        let mut row =
            evidence.row(*id, ballot.shares.get(id).copied().unwrap_or_default(), &mut sizes);
        let (file, def) = view.def(*id);
        let owner = if def.owner == 0 { def.name } else { def.owner };
        let sum = |sum: Option<&f32>| sum.copied().unwrap_or_default().ln_1p();
        row[Feature::OwnerVotes as usize] = sum(owners.get(&owner));
        row[Feature::FileVotes as usize] = sum(files.get(&file));
        row
    };
    let rows = ids.iter().map(row).collect();
    Candidates { ids, rows }
}

/// How many members an owner has, and definitions a name: counted once for each.
#[derive(Default)]
struct Sizes {
    members: FxHashMap<NameId, usize>,
    same: FxHashMap<NameId, usize>,
}

/// Types that can be reached from the signature.
#[derive(Default)]
struct Reach {
    fields_of_self: Vec<NameId>,
    fields_of_taken: Vec<NameId>,
    results: Vec<NameId>,
    two_hops: Vec<NameId>,
    traits: Vec<NameId>,
}

impl Reach {
    fn of(view: &View, place: &Place) -> Reach {
        let direct = place.types();
        let mut seen: FxHashSet<NameId> = direct.iter().copied().collect();
        let mut reach = Reach::default();
        let own: Vec<NameId> = if place.owner == 0 { Vec::new() } else { vec![place.owner] };
        reach.fields_of_self = leads_to(view, &own, false, &mut seen);
        reach.fields_of_taken = leads_to(view, &direct, false, &mut seen);
        let mut near = direct.clone();
        near.extend(&reach.fields_of_self);
        near.extend(&reach.fields_of_taken);
        reach.results = leads_to(view, &near, true, &mut seen);
        near.drain(..direct.len());
        reach.two_hops = leads_to(view, &near, false, &mut seen);
        let mut known = FxHashSet::default();
        for ty in direct.iter().chain(&near) {
            for id in view.members_of(*ty).take(MAX_MEMBERS) {
                let via = view.def(id).1.via;
                if via != 0 && via != *ty && known.insert(via) {
                    reach.traits.push(via);
                }
            }
        }
        reach
    }
}

/// The types that members of `types` give: their methods or their fields.
fn leads_to(
    view: &View,
    types: &[NameId],
    methods: bool,
    seen: &mut FxHashSet<NameId>,
) -> Vec<NameId> {
    let mut list = Vec::new();
    for ty in types.iter().take(40) {
        for id in view.members_of(*ty).take(MAX_MEMBERS) {
            let (file, def) = view.def(id);
            if (def.kind == Kind::Method) != methods {
                continue;
            }
            for given in def.gives.of(&view.facts(file).pool) {
                // A name that the project does not define leads nowhere.
                if view.defs_named(*given).next().is_some() && seen.insert(*given) {
                    list.push(*given);
                }
            }
        }
    }
    list
}

struct Evidence<'a> {
    known: &'a Known,
    view: &'a View,
    names: &'a Names,
    place: &'a Place,
    reach: &'a Reach,
    in_file: FxHashMap<NameId, u32>,
    signature: FxHashSet<NameId>,
    comment: FxHashSet<NameId>,
    body: FxHashSet<NameId>,
    /// Imported names, with the numbers of the files that each comes from.
    imported: FxHashMap<NameId, Vec<usize>>,
    imported_files: FxHashSet<usize>,
    /// Files whose names the open one sees without importing them.
    seen: Vec<usize>,
    taken: FxHashSet<NameId>,
    given: FxHashSet<NameId>,
    sets: [FxHashSet<NameId>; 5],
    /// How many names of a file stand in the open one, and how many it has.
    named: FxHashMap<usize, (u32, u32)>,
    folder: &'a str,
    unit: &'a str,
}

impl<'a> Evidence<'a> {
    fn of(known: &'a Known, names: &'a Names, place: &'a Place, reach: &'a Reach) -> Evidence<'a> {
        let view = &known.view;
        let set = |list: &[NameId]| list.iter().copied().collect::<FxHashSet<NameId>>();
        let by_path: FxHashMap<u32, usize> =
            view.files().map(|(at, file)| (file.path, at)).collect();
        let numbers = |paths: &[u32]| -> Vec<usize> {
            paths.iter().filter_map(|path| by_path.get(path).copied()).collect()
        };
        let mut imported: FxHashMap<NameId, Vec<usize>> = FxHashMap::default();
        let seen = numbers(&place.seen);
        let mut imported_files: FxHashSet<usize> = seen.iter().copied().collect();
        for (alias, paths) in &place.imports {
            let files = numbers(paths);
            imported_files.extend(&files);
            imported.entry(*alias).or_default().extend(files);
        }
        let name = place.file.map_or("", |file| &*view.file(file).name);
        let mut named: FxHashMap<usize, (u32, u32)> = FxHashMap::default();
        for (word, _) in &place.words {
            let defs: Vec<DefId> = view.defs_named(*word).take(MAX_AMBIGUITY).collect();
            if defs.len() < MAX_AMBIGUITY {
                for id in defs {
                    let file = view.def(id).0;
                    let all = view.facts(file).defs.len();
                    let all = u32::try_from(all).unwrap_or(u32::MAX);
                    named.entry(file).or_insert((0, all)).0 += 1;
                }
            }
        }
        Evidence {
            known,
            view,
            names,
            place,
            reach,
            in_file: place.words.iter().copied().collect(),
            signature: set(&place.signature),
            comment: set(&place.comment),
            body: set(&place.body),
            imported,
            imported_files,
            seen,
            taken: set(&place.takes),
            given: set(&place.gives),
            sets: [
                set(&reach.fields_of_self),
                set(&reach.fields_of_taken),
                set(&reach.results),
                set(&reach.two_hops),
                set(&reach.traits),
            ],
            named,
            folder: crate::imports::folder(name),
            unit: known.layout.unit(name),
        }
    }

    /// All that come into question, each once.
    fn ids(&self, voted: &[DefId]) -> Vec<DefId> {
        let view = self.view;
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
        let words = self.place.words.iter().map(|(word, _)| word);
        for word in words.chain(&self.place.comment) {
            let defs: Vec<DefId> = view.defs_named(*word).take(MAX_AMBIGUITY).collect();
            if defs.len() < MAX_AMBIGUITY {
                defs.into_iter().for_each(&mut add);
            }
        }
        let place = self.place;
        let reach = self.reach;
        let imported = place.imports.iter().filter(|one| !one.1.is_empty()).map(|one| &one.0);
        let types = place.types();
        let owners = types
            .iter()
            .chain(imported)
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
            for file in &self.imported[alias] {
                if !files.contains(file) {
                    files.push(*file);
                }
            }
        }
        for file in files {
            let offered = view.defs_of(file).filter(|id| crate::graph::is_offered(view.def(*id).1));
            offered.take(MAX_MEMBERS).for_each(&mut add);
        }
        let seen = self.seen.iter().flat_map(|file| view.defs_of(*file));
        let offered = seen.filter(|id| crate::graph::is_offered(view.def(*id).1));
        offered.take(MAX_SEEN).for_each(&mut add);
        // The open file itself is seen by whoever asks.
        list.retain(|id| Some(view.def(*id).0) != place.file);
        list
    }

    fn row(&self, id: DefId, shares: Shares, sizes: &mut Sizes) -> Row {
        let (file, def) = self.view.def(id);
        let entry = self.view.file(file);
        let mut row = [0.0; crate::features::COUNT];
        let mut set = |feature: Feature, value: f32| row[feature as usize] = value;
        let is = |yes: bool| if yes { 1.0 } else { 0.0 };
        let log = |count: Option<&u32>| count.map_or(0.0, |count| (*count as f32).ln_1p());
        let place = self.place;
        let name = def.name;
        set(Feature::NameInSignature, is(self.signature.contains(&name)));
        set(Feature::NameInComment, is(self.comment.contains(&name)));
        set(Feature::NameInBody, is(self.body.contains(&name)));
        if let Some(from) = self.imported.get(&name) {
            set(Feature::NameImported, 1.0);
            set(Feature::NameImportedFromHere, is(from.contains(&file)));
        }
        let in_file = self.in_file.get(&name);
        set(Feature::NameInFile, is(in_file.is_some()));
        set(Feature::NameInFileLog, log(in_file));
        set(Feature::NameNear, log(place.near.get(&name)).min(2.0));
        set(Feature::NameCalled, log(place.called.get(&name)));
        let owner = def.owner;
        if owner != 0 {
            set(Feature::OwnerTaken, is(self.taken.contains(&owner)));
            set(Feature::OwnerGiven, is(self.given.contains(&owner)));
            set(Feature::OwnerSelf, is(owner == place.owner));
            if let Some(from) = self.imported.get(&owner) {
                set(Feature::OwnerImported, 1.0);
                set(Feature::OwnerImportedFromHere, is(from.contains(&file)));
            }
            set(Feature::OwnerInFile, log(self.in_file.get(&owner)));
            set(Feature::OwnerUsedAsOwner, is(place.owners.contains(&owner)));
            set(Feature::OwnerFieldOfSelf, is(self.sets[0].contains(&owner)));
            set(Feature::OwnerFieldOfTaken, is(self.sets[1].contains(&owner)));
            set(Feature::OwnerResult, is(self.sets[2].contains(&owner)));
            set(Feature::OwnerTwoHops, is(self.sets[3].contains(&owner)));
            set(Feature::OwnerTraitOfType, is(self.sets[4].contains(&owner)));
            let count = || self.view.members_of(owner).count();
            let members = *sizes.members.entry(owner).or_insert_with(count) as f32;
            set(Feature::OwnerSize, members.ln_1p());
        }
        if def.kind.is_type() {
            set(Feature::TypeFieldOfSelf, is(self.sets[0].contains(&name)));
            set(Feature::TypeFieldOfTaken, is(self.sets[1].contains(&name)));
            set(Feature::TypeResult, is(self.sets[2].contains(&name)));
        }
        set(Feature::FileImported, is(self.imported_files.contains(&file)));
        set(Feature::FileInFolder, is(crate::imports::folder(&entry.name) == self.folder));
        set(Feature::FileInUnit, is(self.known.layout.unit(&entry.name) == self.unit));
        if let Some((named, all)) = self.named.get(&file) {
            let (named, all) = (*named as f32, (*all).max(1) as f32);
            set(Feature::FileNamed, named.ln_1p() * (named / all).min(1.0).sqrt());
        }
        set(Feature::VoteSimilar, shares.similar);
        set(Feature::VoteSimilarName, shares.similar_name);
        set(Feature::VoteTypeMost, shares.type_most);
        set(Feature::VoteTypeAny, shares.type_none);
        set(Feature::VoteFile, shares.file);
        set(Feature::VoteFileLog, shares.file_count);
        set(Feature::VoteOwner, shares.owner);
        set(Feature::VoteImports, shares.imports);
        set(Feature::VoteCallers, shares.callers);
        let (mut of_name, mut of_comment, mut of_parameters, mut parts) = (0.0, 0.0, 0.0, 0.0);
        for part in lex::parts(self.names.text(name)) {
            parts += 1.0;
            of_name += is(place.name_parts.contains(&part));
            of_comment += is(place.comment_parts.contains(&part));
            of_parameters += is(place.parameter_parts.contains(&part));
        }
        let parts = f32::max(parts, 1.0);
        set(Feature::PartsOfName, of_name / parts);
        set(Feature::PartsOfComment, of_comment / parts);
        set(Feature::PartsOfParameters, of_parameters / parts);
        let uses = self.view.count(name) as f32;
        let count = || self.view.ambiguity(name);
        let same = *sizes.same.entry(name).or_insert_with(count);
        let same = same.max(1) as f32;
        set(Feature::Uses, uses.ln_1p());
        set(Feature::Ambiguity, (same - 1.0).max(0.0).ln_1p());
        set(Feature::UsesEach, (uses / same).ln_1p());
        if owner != 0 {
            let of_owner = self.view.count(owner) as f32;
            set(Feature::OwnerShare, (uses / same) / (1.0 + of_owner + uses / same));
        }
        set(Feature::Public, is(def.is(PUBLIC) || self.seen.contains(&file)));
        set(Feature::OfTrait, is(def.via != 0 && def.via != owner));
        kind(def, &mut set);
        row
    }
}

fn kind(def: &Def, set: &mut impl FnMut(Feature, f32)) {
    let feature = match def.kind {
        Kind::Function => Feature::IsFunction,
        Kind::Method => Feature::IsMethod,
        Kind::Struct | Kind::Type => Feature::IsType,
        Kind::Enum => Feature::IsEnum,
        Kind::Trait => Feature::IsTrait,
        Kind::Constant => Feature::IsConstant,
        Kind::Macro => Feature::IsMacro,
        Kind::Field => Feature::IsField,
        Kind::Variant => Feature::IsVariant,
    };
    set(feature, 1.0);
}
