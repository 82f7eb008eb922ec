//! What a row says of a name, an owner or a file: the same for all definitions that share it, and
//! measured once for each.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{NameId, PUBLIC};
use crate::features::{Feature, Row};
use crate::graph::Brief;
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
const IMPORTED: u32 = 1 << 11;

/// What a part of a name may be a part of at a place.
const OF_NAME: u8 = 1;
const OF_COMMENT: u8 = 2;
const OF_PARAMETERS: u8 = 4;

/// The measures of names, owners and files at one place.
pub(crate) struct Cards<'a> {
    known: &'a Known,
    pub(crate) view: &'a View,
    names: &'a Names,
    place: &'a Place,
    /// The names that the place speaks of, and the words of its file.
    spoken: FxHashMap<NameId, Spoken>,
    parts: FxHashMap<u64, u8>,
    /// How many of the names that a file defines stand in the open one, by its number.
    named: Vec<u32>,
    imported: Imported,
    sums: Sums,
    folder: &'a str,
    unit: &'a str,
    by_name: Vec<NameCard>,
    /// The place of a name's card in `by_name`, one more than it; zero if it has none.
    slots: Vec<u32>,
    by_owner: FxHashMap<NameId, OwnerCard>,
    by_file: Vec<Option<FileCard>>,
    last_owner: (NameId, OwnerCard),
}

/// What a name is at the place.
#[derive(Clone, Copy, Default)]
struct Spoken {
    roles: u32,
    /// How often it stands in the file.
    in_file: u32,
    near: u32,
    called: u32,
}

/// What a row says of a definition's name.
#[derive(Clone, Copy, Default)]
struct NameCard {
    roles: u32,
    is_in_file: bool,
    in_file: f32,
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
    is_seen: bool,
    in_folder: bool,
    in_unit: bool,
    named: f32,
    votes: f32,
}

fn is(yes: bool) -> f32 {
    if yes { 1.0 } else { 0.0 }
}

fn log(count: u32) -> f32 {
    if count == 0 { 0.0 } else { (count as f32).ln_1p() }
}

impl<'a> Cards<'a> {
    pub(crate) fn new(
        known: &'a Known,
        names: &'a Names,
        place: &'a Place,
        reach: &Reach,
        imported: Imported,
        sums: Sums,
    ) -> Cards<'a> {
        let view = &known.view;
        let mut spoken: FxHashMap<NameId, Spoken> = FxHashMap::default();
        for (word, in_file) in &place.words {
            let count = |counts: &FxHashMap<NameId, u32>| counts.get(word).copied().unwrap_or(0);
            let (near, called) = (count(&place.near), count(&place.called));
            spoken.insert(*word, Spoken { roles: 0, in_file: *in_file, near, called });
        }
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
            list.iter().for_each(|name| spoken.entry(*name).or_default().roles |= role);
        }
        #[expect(clippy::iter_over_hash_type, reason = "each sets a bit of its own name")]
        for name in &place.owners {
            spoken.entry(*name).or_default().roles |= BEFORE_DOT;
        }
        for (alias, _) in &place.imports {
            spoken.entry(*alias).or_default().roles |= IMPORTED;
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
            spoken,
            parts,
            named,
            imported,
            sums,
            folder: crate::imports::folder(name),
            unit: known.layout.unit(name),
            by_name: Vec::new(),
            slots: vec![0; names.len()],
            by_owner: FxHashMap::default(),
            by_file: vec![None; view.file_count()],
            last_owner: (0, OwnerCard::default()),
        }
    }

    /// Sets what follows from the name of a definition, and from its owner if it has one.
    pub(crate) fn of_names(&mut self, def: &Brief, row: &mut Row) {
        let (card, owner) = (self.name(def.name), def.owner);
        let mut set = |feature: Feature, value: f32| row[feature as usize] = value;
        let has = |role: u32| is(card.roles & role != 0);
        set(Feature::NameInSignature, has(SIGNATURE));
        set(Feature::NameInComment, has(COMMENT));
        set(Feature::NameInBody, has(BODY));
        if has(IMPORTED) > 0.0 {
            set(Feature::NameImported, 1.0);
            set(Feature::NameImportedFromHere, is(self.is_from(def.name, def.file)));
        }
        set(Feature::NameInFile, is(card.is_in_file));
        set(Feature::NameInFileLog, card.in_file);
        set(Feature::NameNear, card.near);
        set(Feature::NameCalled, card.called);
        if def.kind.is_type() {
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
        if has(IMPORTED) > 0.0 {
            set(Feature::OwnerImported, 1.0);
            set(Feature::OwnerImportedFromHere, is(self.is_from(owner, def.file)));
        }
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
    pub(crate) fn of_file(&mut self, def: &Brief, row: &mut Row) {
        let file = def.file as usize;
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
        row[Feature::Public as usize] = is(def.is(PUBLIC) || card.is_seen);
    }

    fn file(&self, file: usize) -> FileCard {
        let entry = self.view.file(file);
        let named = self.named.get(file).copied().unwrap_or_default() as f32;
        let all = entry.facts.defs.len().max(1) as f32;
        FileCard {
            is_imported: self.imported.files.contains(&file),
            is_seen: self.imported.seen.contains(&file),
            in_folder: crate::imports::folder(&entry.name) == self.folder,
            in_unit: self.known.layout.unit(&entry.name) == self.unit,
            named: named.ln_1p() * (named / all).min(1.0).sqrt(),
            votes: self.sums.files.get(file).copied().unwrap_or_default().ln_1p(),
        }
    }

    /// Whether an imported name comes from `file`.
    fn is_from(&self, name: NameId, file: u32) -> bool {
        self.imported.by_name.get(&name).is_some_and(|from| from.contains(&(file as usize)))
    }

    fn owner_votes(&self, owner: NameId) -> f32 {
        self.sums.owners.get(&owner).copied().unwrap_or_default().ln_1p()
    }

    fn name(&mut self, name: NameId) -> NameCard {
        let slot = self.slots.get(name as usize).and_then(|slot| slot.checked_sub(1));
        if let Some(card) = slot.and_then(|slot| self.by_name.get(slot as usize)) {
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
        let spoken = self.spoken.get(&name).copied().unwrap_or_default();
        let card = NameCard {
            roles: spoken.roles,
            is_in_file: spoken.in_file > 0,
            in_file: log(spoken.in_file),
            near: log(spoken.near).min(2.0),
            called: log(spoken.called),
            of_name: of_name / parts,
            of_comment: of_comment / parts,
            of_parameters: of_parameters / parts,
            uses: uses.ln_1p(),
            ambiguity: (same - 1.0).max(0.0).ln_1p(),
            uses_each: (uses / same).ln_1p(),
            each: uses / same,
            votes: self.owner_votes(name),
        };
        self.by_name.push(card);
        if let Some(slot) = self.slots.get_mut(name as usize) {
            *slot = u32::try_from(self.by_name.len()).unwrap_or(0);
        }
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
                let spoken = self.spoken.get(&owner).copied().unwrap_or_default();
                let card = OwnerCard {
                    roles: spoken.roles,
                    in_file: log(spoken.in_file),
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
