//! What a row says of a name, an owner or a file: the same for all definitions that share it, and
//! measured once for each.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::NameId;
use crate::features::{Feature, Row};
use crate::index::Known;
use crate::lex;
use crate::names::Names;
use crate::place::Place;
use crate::reach::Reach;
use crate::rows::{Imported, MAX_AMBIGUITY};
use crate::view::View;
use crate::votes::Sums;

/// What a name may be at a place.
const SIGNATURE: u32 = 1;
const COMMENT: u32 = 1 << 1;
const BODY: u32 = 1 << 2;
const TAKEN: u32 = 1 << 3;
const GIVEN: u32 = 1 << 4;
const BEFORE_DOT: u32 = 1 << 5;
const FIELD_OF_SELF: u32 = 1 << 6;
const FIELD_OF_TAKEN: u32 = 1 << 7;
const RESULT: u32 = 1 << 8;
const TWO_HOPS: u32 = 1 << 9;
const TRAIT: u32 = 1 << 10;

/// What a part of a name may be a part of at a place.
const OF_NAME: u8 = 1;
const OF_COMMENT: u8 = 2;
const OF_PARAMETERS: u8 = 4;

/// The measures of names, owners and files at one place.
pub(crate) struct Cards<'a> {
    known: &'a Known,
    view: &'a View,
    names: &'a Names,
    place: &'a Place,
    /// What the names that the place speaks of are there.
    roles: FxHashMap<NameId, u32>,
    /// How often words stand in the file.
    in_file: FxHashMap<NameId, u32>,
    parts: FxHashMap<u64, u8>,
    /// How many of the names that a file defines stand in the open one, by its number.
    named: Vec<u32>,
    imported: &'a Imported,
    sums: &'a Sums,
    folder: &'a str,
    unit: &'a str,
    by_name: FxHashMap<NameId, NameCard>,
    by_owner: FxHashMap<NameId, OwnerCard>,
    by_file: Vec<Option<FileCard>>,
    last_owner: (NameId, OwnerCard),
}

/// What a row says of a definition's name.
#[derive(Clone, Copy, Default)]
struct NameCard {
    roles: u32,
    in_file: Option<f32>,
    near: f32,
    called: f32,
    of_name: f32,
    of_comment: f32,
    of_parameters: f32,
    uses: f32,
    ambiguity: f32,
    uses_each: f32,
    /// How often it stands anywhere for each definition that has it.
    each: f32,
    /// If it is its own owner.
    votes: f32,
}

/// What a row says of a definition's owner.
#[derive(Clone, Copy, Default)]
struct OwnerCard {
    roles: u32,
    in_file: f32,
    size: f32,
    count: f32,
    votes: f32,
}

/// What a row says of a definition's file.
#[derive(Clone, Copy)]
struct FileCard {
    is_imported: bool,
    in_folder: bool,
    in_unit: bool,
    named: f32,
    votes: f32,
}

fn is(yes: bool) -> f32 {
    if yes { 1.0 } else { 0.0 }
}

fn log(count: Option<&u32>) -> f32 {
    count.map_or(0.0, |count| (*count as f32).ln_1p())
}

impl<'a> Cards<'a> {
    pub(crate) fn new(
        known: &'a Known,
        names: &'a Names,
        place: &'a Place,
        reach: &Reach,
        imported: &'a Imported,
        sums: &'a Sums,
    ) -> Cards<'a> {
        let view = &known.view;
        let mut roles: FxHashMap<NameId, u32> = FxHashMap::default();
        let lists = [
            (SIGNATURE, &place.signature),
            (COMMENT, &place.comment),
            (BODY, &place.body),
            (TAKEN, &place.takes),
            (GIVEN, &place.gives),
            (FIELD_OF_SELF, &reach.fields_of_self),
            (FIELD_OF_TAKEN, &reach.fields_of_taken),
            (RESULT, &reach.results),
            (TWO_HOPS, &reach.two_hops),
            (TRAIT, &reach.traits),
        ];
        for (role, list) in lists {
            list.iter().for_each(|name| *roles.entry(*name).or_default() |= role);
        }
        #[expect(clippy::iter_over_hash_type, reason = "each sets a bit of its own name")]
        for name in &place.owners {
            *roles.entry(*name).or_default() |= BEFORE_DOT;
        }
        let mut parts: FxHashMap<u64, u8> = FxHashMap::default();
        let mut note = |set: &FxHashSet<String>, mark: u8| {
            #[expect(clippy::iter_over_hash_type, reason = "each sets a bit of its own part")]
            for part in set {
                *parts.entry(lex::part_hash(part)).or_default() |= mark;
            }
        };
        note(&place.name_parts, OF_NAME);
        note(&place.comment_parts, OF_COMMENT);
        note(&place.parameter_parts, OF_PARAMETERS);
        let mut named = vec![0; view.file_count()];
        for (word, _) in &place.words {
            if view.is_ambiguous(*word, MAX_AMBIGUITY) {
                continue;
            }
            for id in view.defs_named(*word) {
                named[view.def(id).0] += 1;
            }
        }
        let name = place.file.map_or("", |file| &*view.file(file).name);
        Cards {
            known,
            view,
            names,
            place,
            roles,
            in_file: place.words.iter().copied().collect(),
            parts,
            named,
            imported,
            sums,
            folder: crate::imports::folder(name),
            unit: known.layout.unit(name),
            by_name: FxHashMap::default(),
            by_owner: FxHashMap::default(),
            by_file: vec![None; view.file_count()],
            last_owner: (0, OwnerCard::default()),
        }
    }

    /// Sets what follows from the name of a definition, and from its owner if it has one.
    pub(crate) fn of_names(&mut self, name: NameId, owner: NameId, is_type: bool, row: &mut Row) {
        let card = self.name(name);
        let mut set = |feature: Feature, value: f32| row[feature as usize] = value;
        let has = |role: u32| is(card.roles & role != 0);
        set(Feature::NameInSignature, has(SIGNATURE));
        set(Feature::NameInComment, has(COMMENT));
        set(Feature::NameInBody, has(BODY));
        set(Feature::NameInFile, is(card.in_file.is_some()));
        set(Feature::NameInFileLog, card.in_file.unwrap_or_default());
        set(Feature::NameNear, card.near);
        set(Feature::NameCalled, card.called);
        if is_type {
            set(Feature::TypeFieldOfSelf, has(FIELD_OF_SELF));
            set(Feature::TypeFieldOfTaken, has(FIELD_OF_TAKEN));
            set(Feature::TypeResult, has(RESULT));
        }
        set(Feature::PartsOfName, card.of_name);
        set(Feature::PartsOfComment, card.of_comment);
        set(Feature::PartsOfParameters, card.of_parameters);
        set(Feature::Uses, card.uses);
        set(Feature::Ambiguity, card.ambiguity);
        set(Feature::UsesEach, card.uses_each);
        if owner == 0 {
            set(Feature::OwnerVotes, card.votes);
            return;
        }
        let each = card.each;
        let card = self.owner(owner);
        let has = |role: u32| is(card.roles & role != 0);
        set(Feature::OwnerTaken, has(TAKEN));
        set(Feature::OwnerGiven, has(GIVEN));
        set(Feature::OwnerSelf, is(owner == self.place.owner));
        set(Feature::OwnerInFile, card.in_file);
        set(Feature::OwnerUsedAsOwner, has(BEFORE_DOT));
        set(Feature::OwnerFieldOfSelf, has(FIELD_OF_SELF));
        set(Feature::OwnerFieldOfTaken, has(FIELD_OF_TAKEN));
        set(Feature::OwnerResult, has(RESULT));
        set(Feature::OwnerTwoHops, has(TWO_HOPS));
        set(Feature::OwnerTraitOfType, has(TRAIT));
        set(Feature::OwnerSize, card.size);
        set(Feature::OwnerVotes, card.votes);
        set(Feature::OwnerShare, each / (1.0 + card.count + each));
    }

    /// Sets what follows from the file of a definition.
    pub(crate) fn of_file(&mut self, file: usize, row: &mut Row) {
        let measured = self.by_file.get(file).copied().flatten();
        let card = measured.unwrap_or_else(|| self.file(file));
        if let Some(slot) = self.by_file.get_mut(file) {
            *slot = Some(card);
        }
        row[Feature::FileImported as usize] = is(card.is_imported);
        row[Feature::FileInFolder as usize] = is(card.in_folder);
        row[Feature::FileInUnit as usize] = is(card.in_unit);
        row[Feature::FileNamed as usize] = card.named;
        row[Feature::FileVotes as usize] = card.votes;
    }

    fn file(&self, file: usize) -> FileCard {
        let entry = self.view.file(file);
        let named = self.named.get(file).copied().unwrap_or_default() as f32;
        let all = entry.facts.defs.len().max(1) as f32;
        FileCard {
            is_imported: self.imported.files.contains(&file),
            in_folder: crate::imports::folder(&entry.name) == self.folder,
            in_unit: self.known.layout.unit(&entry.name) == self.unit,
            named: named.ln_1p() * (named / all).min(1.0).sqrt(),
            votes: self.sums.files.get(&file).copied().unwrap_or_default().ln_1p(),
        }
    }

    fn owner_votes(&self, owner: NameId) -> f32 {
        self.sums.owners.get(&owner).copied().unwrap_or_default().ln_1p()
    }

    fn name(&mut self, name: NameId) -> NameCard {
        if let Some(card) = self.by_name.get(&name) {
            return *card;
        }
        let (mut of_name, mut of_comment, mut of_parameters, mut parts) = (0.0, 0.0, 0.0, 0.0);
        for part in lex::part_ranges(self.names.text(name)) {
            parts += 1.0;
            let marks = self.parts.get(&lex::part_hash(part)).copied().unwrap_or_default();
            of_name += is(marks & OF_NAME != 0);
            of_comment += is(marks & OF_COMMENT != 0);
            of_parameters += is(marks & OF_PARAMETERS != 0);
        }
        let parts = f32::max(parts, 1.0);
        let uses = self.view.count(name) as f32;
        let same = self.view.ambiguity(name).max(1) as f32;
        let card = NameCard {
            roles: self.roles.get(&name).copied().unwrap_or_default(),
            in_file: self.in_file.get(&name).map(|count| log(Some(count))),
            near: log(self.place.near.get(&name)).min(2.0),
            called: log(self.place.called.get(&name)),
            of_name: of_name / parts,
            of_comment: of_comment / parts,
            of_parameters: of_parameters / parts,
            uses: uses.ln_1p(),
            ambiguity: (same - 1.0).max(0.0).ln_1p(),
            uses_each: (uses / same).ln_1p(),
            each: uses / same,
            votes: self.owner_votes(name),
        };
        self.by_name.insert(name, card);
        card
    }

    fn owner(&mut self, owner: NameId) -> OwnerCard {
        // Members of one type follow one another, as a rule.
        if self.last_owner.0 == owner {
            return self.last_owner.1;
        }
        let card = match self.by_owner.get(&owner) {
            Some(card) => *card,
            None => {
                let card = OwnerCard {
                    roles: self.roles.get(&owner).copied().unwrap_or_default(),
                    in_file: log(self.in_file.get(&owner)),
                    size: (self.view.members_of(owner).count() as f32).ln_1p(),
                    count: self.view.count(owner) as f32,
                    votes: self.owner_votes(owner),
                };
                self.by_owner.insert(owner, card);
                card
            }
        };
        self.last_owner = (owner, card);
        card
    }
}
