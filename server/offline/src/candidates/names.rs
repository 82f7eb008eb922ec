//! A name that does not exist is taken for a slip of the finger: the names that are like it.

use std::collections::BTreeMap;

use harness::Diagnostic;

use super::definitions::{self, Kind};
use super::missing::{self, Missing, Sought};
use super::{Candidate, Known, Need, Source, similar, vocabulary};
use crate::files::Edit;
use crate::tokens::{self, Kind as TokenKind};

pub(super) const SOURCE: Source = Source { needs, propose };

/// Proposals for one name.
const MAX_NAMES: usize = 6;

fn needs(known: &Known<'_>, error: &Diagnostic) -> Vec<Need> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut needs = missing::needs(error);
    for missing in missing::of(known, error) {
        if missing.sought != Sought::Lifetime {
            needs.push(words_like(&missing.name));
        }
        needs.extend(missing.container.as_deref().filter(|name| *name != "crate").map(container));
        needs.extend(container_files(known, &missing));
    }
    needs
}

/// A search for names like `name`, wherever they stand.
fn words_like(name: &str) -> Need {
    Need::Lines(format!("\\b(?:{})\\b", similar::pattern(name, false)))
}

/// A search for what defines the type or trait `name` and what belongs to it.
pub(super) fn container(name: &str) -> Need {
    Need::Lines(format!(
        "\\b(?:struct|enum|union|trait|type|mod)\\s+{name}\\b|\\bimpl\\b.*\\b{name}\\b|\\b{name}\\s*\\{{$"
    ))
}

/// That search, and some of the files in which it has found something.
pub(super) fn container_needs(known: &Known<'_>, name: &str) -> Vec<Need> {
    const FILES: usize = 4;
    let search = container(name);
    let mut needs = Vec::new();
    if let Need::Lines(pattern) = &search {
        let hits = known.hits.get(pattern).into_iter().flatten();
        needs.extend(hits.take(FILES).map(|hit| Need::File(hit.file.clone())));
    }
    needs.push(search);
    needs
}

/// The files that hold the container of `missing`.
pub(super) fn container_files(known: &Known<'_>, missing: &Missing) -> Vec<Need> {
    let Some(name) = &missing.container else { return Vec::new() };
    let Need::Lines(pattern) = container(name) else { return Vec::new() };
    let mut files: Vec<String> =
        known.hits.get(&pattern).into_iter().flatten().map(|hit| hit.file.clone()).collect();
    files.sort();
    files.dedup();
    files.truncate(6);
    files.into_iter().map(Need::File).collect()
}

/// A name that may have been meant.
struct Choice {
    name: String,
    unlikeness: u32,
    /// Whether it is known to exist where it was looked for.
    certain: bool,
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for missing in missing::of(known, error) {
        let places = missing::places(known, &missing);
        let Some(own) = missing.at.clone().or_else(|| places.first().cloned()) else { continue };
        let mut add = |rank: u32, name: &str| {
            let edit = |place: &(String, std::ops::Range<usize>)| {
                Edit::new(&place.0, place.1.clone(), name)
            };
            let what = format!("`{}` is called `{name}`", missing.name);
            if places.len() > 1 {
                let all = places.iter().map(edit).collect();
                found.push(Candidate::new(rank, all, format!("{what} in {} places", places.len())));
            }
            found.push(Candidate::new(rank + u32::from(places.len() > 1), vec![edit(&own)], what));
        };
        for (at, choice) in choices(known, error, &missing).iter().take(MAX_NAMES).enumerate() {
            let base = match choice.unlikeness {
                0 | 1 => 18,
                2 => 22,
                similar::SLIP.. => 44,
                3 | 5 => 38,
                _ => 34,
            };
            let uncertain = if choice.certain { 0 } else { 2 };
            add(base + uncertain + u32::try_from(at).unwrap_or(0), &choice.name);
        }
        if matches!(missing.sought, Sought::Method | Sought::Associated) {
            for (at, name) in vocabulary::elsewhere(&missing.name).iter().enumerate() {
                add(27 + 6 * u32::try_from(at).unwrap_or(0), name);
            }
        }
    }
    found
}

/// The names that are like the missing one, likeliest first.
fn choices(known: &Known<'_>, error: &Diagnostic, missing: &Missing) -> Vec<Choice> {
    // Whether they certainly exist, and how often they were seen.
    let mut names: BTreeMap<String, (bool, usize)> = BTreeMap::new();
    let mut add = |name: &str, certain: bool| {
        let seen = names.entry(name.to_owned()).or_default();
        seen.0 |= certain;
        seen.1 += 1;
    };
    let is_definition = |kind: Kind| is_kind(missing.sought, kind);
    for text in known.files.values() {
        for definition in definitions::all(text) {
            let inside = missing.container.is_some()
                && (definition.container == missing.container
                    || (missing.sought == Sought::Member
                        && definition.of_trait == missing.container));
            if is_definition(definition.kind) && (inside || !missing.is_member()) {
                add(&definition.name, inside);
            }
        }
    }
    for note in &error.notes {
        let listed = ["available field", "one of", "associated function", "there is a"];
        if listed.iter().any(|start| note.message.contains(start)) {
            for name in missing::quoted(&note.message) {
                let name = name.rsplit("::").next().unwrap_or_default();
                add(name, note.message.starts_with("available field"));
            }
        }
    }
    let file = error.spans.first().map(|span| span.file.as_str()).unwrap_or_default();
    let texts = known.files.get(file).into_iter().map(String::as_str);
    let Need::Lines(pattern) = words_like(&missing.name) else { return Vec::new() };
    let hits = known.hits.get(&pattern).into_iter().flatten().map(|hit| hit.text.as_str());
    for text in texts.chain(hits) {
        for name in words(text, missing.sought) {
            add(name, false);
        }
    }
    for name in vocabulary::of(missing.sought) {
        add(name, false);
    }
    let mut choices: Vec<(Choice, usize)> = names
        .into_iter()
        .filter_map(|(name, (certain, seen))| {
            let unlikeness = similar::unlikeness(&missing.name, &name)?;
            let fits =
                unlikeness <= similar::SLIP && fits_case(&missing.name, &name, missing.sought);
            let fits = fits || (certain && missing.sought == Sought::Field);
            fits.then_some((Choice { name, unlikeness, certain }, seen))
        })
        .collect();
    choices.sort_by_key(|(choice, seen)| {
        (choice.unlikeness, !choice.certain, std::cmp::Reverse(*seen), choice.name.clone())
    });
    choices.into_iter().map(|(choice, _)| choice).collect()
}

/// Whether a slip that far would change a type into a variable: nobody makes that.
fn fits_case(missing: &str, name: &str, sought: Sought) -> bool {
    let upper = |name: &str| name.starts_with(char::is_uppercase);
    let same_but_case = missing.to_lowercase() == name.to_lowercase();
    let about_types = matches!(sought, Sought::Type | Sought::Trait | Sought::Variant);
    upper(missing) == upper(name)
        || same_but_case
        || (about_types && upper(name))
        || similar::distance(&missing.to_lowercase(), &name.to_lowercase()) <= 1
}

/// Whether a definition of this kind is something that was looked for.
pub(super) fn is_kind(sought: Sought, kind: Kind) -> bool {
    match sought {
        Sought::Value => !matches!(kind, Kind::Field | Kind::Macro | Kind::Module),
        Sought::Type => matches!(kind, Kind::Type | Kind::Trait),
        Sought::Trait => matches!(kind, Kind::Trait | Kind::Type),
        Sought::Module => matches!(kind, Kind::Module | Kind::Type),
        Sought::Macro => kind == Kind::Macro,
        Sought::Method => kind == Kind::Function,
        Sought::Associated | Sought::Variant => {
            !matches!(kind, Kind::Field | Kind::Macro | Kind::Module)
        }
        Sought::Field => kind == Kind::Field,
        Sought::Import => !matches!(kind, Kind::Field | Kind::Variant),
        Sought::Member => matches!(kind, Kind::Function | Kind::Type | Kind::Constant),
        Sought::Lifetime => false,
    }
}

/// The words of `text` that are used as what was looked for.
fn words(text: &str, sought: Sought) -> Vec<&str> {
    let tokens = tokens::tokens(text);
    let word =
        |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| token.of(text));
    let mut words = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let name = token.of(text);
        if token.kind == TokenKind::Lifetime && sought == Sought::Lifetime {
            words.push(name);
        }
        if token.kind != TokenKind::Word || tokens::is_keyword(name) {
            continue;
        }
        let (before, after) = (word(at.checked_sub(1)), word(Some(at + 1)));
        let upper = name.starts_with(char::is_uppercase);
        let dotted = before == ".";
        let fits = match sought {
            Sought::Value => !dotted && after != "!",
            Sought::Type | Sought::Trait => upper && !dotted,
            Sought::Module => after == "::" || before == "mod",
            Sought::Macro => after == "!",
            Sought::Method => (dotted && matches!(after, "(" | "::")) || before == "fn",
            Sought::Associated => before == "::" || before == "fn",
            Sought::Variant => before == "::" && upper,
            Sought::Field => (dotted && after != "(") || after == ":",
            Sought::Import => !dotted,
            Sought::Member => matches!(before, "fn" | "type" | "const"),
            Sought::Lifetime => false,
        };
        if fits {
            words.push(name);
        }
    }
    words
}
