//! A definition was renamed and what uses it was not: the definition gets its old name back.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use harness::Diagnostic;

use super::definitions::{self, Definition, Kind};
use super::missing::{self, Missing, Sought};
use super::{Candidate, Known, Need, Source, bindings, names, similar};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs, propose };

/// Definitions that are looked at for one name.
const MAX_DEFINITIONS: usize = 6;

fn needs(known: &Known<'_>, error: &Diagnostic) -> Vec<Need> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut needs = missing::needs(error);
    for missing in missing::of(known, error) {
        if missing.sought == Sought::Lifetime {
            continue;
        }
        if let Some(name) = missing.container.as_deref().filter(|name| *name != "crate") {
            needs.push(names::container(name));
            needs.extend(names::container_files(known, &missing));
        }
        if !matches!(missing.sought, Sought::Field | Sought::Variant) {
            let search = definitions_like(&missing.name);
            let Need::Lines(pattern) = &search else { continue };
            let mut hits: Vec<(u32, &str)> = known
                .hits
                .get(pattern)
                .into_iter()
                .flatten()
                .filter_map(|hit| {
                    let near = definitions::all(&hit.text)
                        .iter()
                        .filter_map(|found| similar::unlikeness(&missing.name, &found.name))
                        .min()?;
                    Some((near, hit.file.as_str()))
                })
                .collect();
            hits.sort();
            hits.dedup_by_key(|(_, file)| file.to_owned());
            needs.extend(hits.iter().take(4).map(|(_, file)| Need::File((*file).to_owned())));
            needs.push(search);
        }
        for option in options(known, &missing) {
            needs.push(mentions(&option.definition.name));
        }
    }
    needs
}

/// A search for definitions whose names are like `name`.
fn definitions_like(name: &str) -> Need {
    Need::Lines(format!(
        "\\b(?:fn|struct|enum|union|trait|type|mod|const|static|static\\s+mut|macro_rules!)\\s+(?:{})\\b",
        similar::pattern(name, true)
    ))
}

fn mentions(name: &str) -> Need {
    Need::Lines(format!("\\b{name}\\b"))
}

/// A definition that may once have had the missing name.
struct Choice {
    file: String,
    definition: Definition,
    unlikeness: Option<u32>,
    /// Whether it lies where the name was looked for.
    inside: bool,
}

/// The definitions that may once have had the missing name, likeliest first.
fn options(known: &Known<'_>, missing: &Missing) -> Vec<Choice> {
    let mut found = Vec::new();
    for (file, text) in known.files {
        for definition in definitions::all(text) {
            if !names::is_kind(missing.sought, definition.kind) {
                continue;
            }
            let inside = missing.container.is_some() && definition.container == missing.container;
            let unlikeness = similar::unlikeness(&missing.name, &definition.name);
            let member = definition.is_member;
            let fits = match missing.sought {
                // Only the definition in the trait itself can be meant.
                Sought::Member => inside && definition.of_trait.is_none() && unlikeness.is_some(),
                Sought::Field | Sought::Variant => inside,
                Sought::Associated | Sought::Method => {
                    definition.of_trait.is_none() && member && unlikeness.is_some()
                }
                Sought::Value | Sought::Type | Sought::Trait | Sought::Import => {
                    (!member || (missing.container.is_some() && inside)) && unlikeness.is_some()
                }
                Sought::Module | Sought::Macro => unlikeness.is_some(),
                Sought::Lifetime => false,
            };
            if fits && definition.name != missing.name {
                found.push(Choice { file: file.clone(), definition, unlikeness, inside });
            }
        }
    }
    // Something that has this name already is no reason to rename another.
    found.sort_by_key(|choice| {
        (choice.unlikeness.unwrap_or(u32::MAX), !choice.inside, choice.definition.name.clone())
    });
    found.dedup_by(|a, b| a.file == b.file && a.definition == b.definition);
    found.truncate(MAX_DEFINITIONS);
    found
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    if error.code.as_deref() == Some("E0583") {
        return modules(known, error);
    }
    let mut found = Vec::new();
    for missing in missing::of(known, error) {
        let places = missing::places(known, &missing).len();
        match missing.sought {
            Sought::Member => found.extend(members(known, &missing)),
            Sought::Lifetime | Sought::Type => {
                found.extend(within(known, &missing, places, |text, at| {
                    bindings::unused_parameters(text, at, missing.sought == Sought::Lifetime)
                }));
            }
            Sought::Value | Sought::Module if missing.container.is_none() => {
                found.extend(within(known, &missing, places, |text, at| {
                    let mut names = bindings::unused_locals(text, at);
                    names.extend(bindings::unused_parameters(text, at, false));
                    names
                }));
            }
            _ => {}
        }
        found.extend(definitions_of(known, &missing, places));
    }
    found
}

/// Definitions anywhere that get their name back.
fn definitions_of(known: &Known<'_>, missing: &Missing, places: usize) -> Vec<Candidate> {
    let options = options(known, missing);
    let unused = |choice: &Choice| {
        uses(known, &choice.definition.name, &options_named(&options, choice)) == 0
    };
    let idle: Vec<&Choice> =
        options.iter().filter(|choice| choice.inside && unused(choice)).collect();
    let listed = idle.len();
    let mut found: Vec<Candidate> = Vec::new();
    for choice in &options {
        let same = options_named(&options, choice);
        let uses = uses(known, &choice.definition.name, &same);
        let spelled = credible(known, &missing.name, &choice.definition.name);
        let only = choice.inside && listed == 1;
        let Some(mut rank) = rank(choice.unlikeness, uses, places, spelled, only) else { continue };
        if missing.is_member() && !choice.inside {
            rank += 8;
        }
        let what = format!("`{}` gets its name `{}` back", choice.definition.name, missing.name);
        let edit = |file: &str, bytes: &Range<usize>| Edit::new(file, bytes.clone(), &missing.name);
        // The same thing may be defined more than once, for different platforms.
        if same.len() > 1 {
            let all = same.iter().map(|same| edit(&same.file, &same.definition.bytes)).collect();
            found.push(Candidate::new(rank, all, what.clone()));
            rank += 1;
        }
        found.push(Candidate::new(rank, vec![edit(&choice.file, &choice.definition.bytes)], what));
    }
    found
}

/// All of `options` that share name, kind and container with `choice`.
fn options_named<'a>(options: &'a [Choice], choice: &Choice) -> Vec<&'a Choice> {
    let key = |choice: &Choice| {
        (
            choice.definition.name.clone(),
            choice.definition.kind,
            choice.definition.container.clone(),
        )
    };
    options.iter().filter(|other| key(other) == key(choice)).collect()
}

/// How often `name` stands in the project's code, apart from its definitions.
fn uses(known: &Known<'_>, name: &str, definitions: &[&Choice]) -> usize {
    let Need::Lines(pattern) = mentions(name) else { return 0 };
    let Some(hits) = known.hits.get(&pattern) else { return usize::MAX };
    let kind = definitions.first().map(|choice| choice.definition.kind);
    let member = definitions.first().is_some_and(|choice| choice.definition.is_member);
    let count = |text: &str| {
        let tokens = tokens::tokens(text);
        let is_use = |at: usize| {
            let before = at.checked_sub(1).map_or("", |at| tokens[at].of(text));
            // Members have their names to themselves, others share one name among variables.
            let fits = match kind {
                Some(Kind::Field) => before == ".",
                _ if member => matches!(before, "." | "::" | "fn" | "const" | "type"),
                _ => before != ".",
            };
            fits && tokens[at].of(text) == name
        };
        (0..tokens.len()).filter(|&at| is_use(at)).count()
    };
    // Texts that are known may have changed since the search.
    let elsewhere: usize = hits
        .iter()
        .filter(|hit| !known.files.contains_key(&hit.file))
        .map(|hit| count(hit.text.split("//").next().unwrap_or_default()))
        .sum();
    let here: usize = known.files.values().map(|text| count(text)).sum();
    let own = if matches!(kind, Some(Kind::Field | Kind::Variant)) { 0 } else { definitions.len() };
    (elsewhere + here).saturating_sub(own)
}

/// Which of two spellings is the more credible one, by how often the words that they differ in
/// stand in what is known of the project.
fn credible(known: &Known<'_>, missing: &str, defined: &str) -> Ordering {
    let (ours, theirs) = (similar::parts(missing), similar::parts(defined));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let own = |parts: &[String], other: &[String]| -> Vec<String> {
        parts.iter().filter(|part| !other.contains(part)).cloned().collect()
    };
    let (ours, theirs) = (own(&ours, &theirs), own(&theirs, &ours));
    for text in known.files.values() {
        for word in text.split(|character| !tokens::is_word(character)) {
            if word.is_empty() || word == missing || word == defined {
                continue;
            }
            for part in similar::parts(word) {
                if ours.contains(&part) || theirs.contains(&part) {
                    *counts.entry(part).or_default() += 1;
                }
            }
        }
    }
    let least = |parts: &[String]| {
        parts.iter().map(|part| counts.get(part).copied().unwrap_or(0)).min().unwrap_or(0)
    };
    least(&ours).cmp(&least(&theirs))
}

/// How likely it is that a definition lost the missing name: it has no uses of its own, its name
/// is like the missing one, the missing one stands in many places.
fn rank(
    unlikeness: Option<u32>,
    uses: usize,
    places: usize,
    spelled: Ordering,
    only: bool,
) -> Option<u32> {
    let slip = |cost: u32| matches!(cost, 1 | 2 | 4 | 6);
    Some(match (unlikeness, uses) {
        (Some(cost), 0) if slip(cost) => match spelled {
            Ordering::Greater => 14,
            Ordering::Equal if places > 1 => 16,
            Ordering::Equal => 24,
            Ordering::Less if places > 1 => 26,
            Ordering::Less => 44,
        },
        (Some(cost), 0) if cost < 8 => 14,
        (Some(_), 0) => 25,
        (None, 0) if only => 28,
        (Some(cost), _) if cost <= similar::SLIP && places > 1 => 42,
        _ => return None,
    })
}

/// A name that holds within one item gets its name back.
fn within(
    known: &Known<'_>,
    missing: &Missing,
    places: usize,
    unused: impl Fn(&str, usize) -> Vec<Range<usize>>,
) -> Vec<Candidate> {
    let Some((file, at)) = &missing.at else { return Vec::new() };
    let Some(text) = known.files.get(file) else { return Vec::new() };
    let unused = unused(text, at.start);
    let mut found = Vec::new();
    for bytes in &unused {
        let name = text.get(bytes.clone()).unwrap_or_default();
        let unlikeness = similar::unlikeness(&missing.name, name);
        let only = unused.len() == 1;
        let spelled = credible(known, &missing.name, name);
        let Some(rank) = rank(unlikeness, 0, places, spelled, only) else { continue };
        // A field written short needs its name.
        let rank = if unlikeness.is_none() { rank + 14 } else { rank };
        let what = format!("`{name}` gets its name `{}` back", missing.name);
        found.push(Candidate::new(
            rank,
            vec![Edit::new(file, bytes.clone(), &missing.name)],
            what.clone(),
        ));
        if is_short_field(text, bytes) {
            let both = format!("{name}: {}", missing.name);
            found.push(Candidate::new(rank + 1, vec![Edit::new(file, bytes.clone(), both)], what));
        }
    }
    found
}

/// Whether a pattern such as `S { x, y }` may be around the name at `bytes`.
fn is_short_field(text: &str, bytes: &Range<usize>) -> bool {
    let before = text[..bytes.start].trim_end();
    let after = text[bytes.end..].trim_start();
    before.ends_with(['{', ',']) && after.starts_with([',', '}'])
}

/// Something in the implementation of a trait that does not have it: it is one of those that the
/// trait has and the implementation has not.
fn members(known: &Known<'_>, missing: &Missing) -> Vec<Candidate> {
    let Some((file, at)) = &missing.at else { return Vec::new() };
    let mut incomplete: Vec<(usize, Vec<String>)> = Vec::new();
    for error in known.report.errors().filter(|error| error.code.as_deref() == Some("E0046")) {
        let header = error.spans.iter().find(|span| span.primary && span.file == *file);
        let Some(header) = header.filter(|span| span.bytes.start < at.start) else { continue };
        let names = missing::quoted(&error.message).into_iter().map(str::to_owned).collect();
        incomplete.push((header.bytes.start, names));
    }
    let Some((_, lacking)) = incomplete.into_iter().max_by_key(|(start, _)| *start) else {
        return Vec::new();
    };
    let mut lacking: Vec<(u32, String)> = lacking
        .into_iter()
        .map(|name| (similar::unlikeness(&missing.name, &name).unwrap_or(u32::MAX), name))
        .collect();
    lacking.sort();
    let several = missing::places(known, missing).len() > 1;
    let mut found = Vec::new();
    for (order, (unlikeness, name)) in lacking.iter().take(4).enumerate() {
        let alone = lacking.len() == 1;
        let base = if alone || *unlikeness <= similar::SLIP { 15 } else { 26 };
        let order = u32::try_from(order).unwrap_or(0);
        let rank = if several { base + 10 } else { base } + order;
        found.push(Candidate::new(
            rank,
            vec![Edit::new(file, at.clone(), name)],
            format!("`{}` is the trait's `{name}`", missing.name),
        ));
    }
    found
}

/// A module without a file gets the name of a module that is missing.
fn modules(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let name = missing::quoted(&error.message).first().map(|name| (*name).to_owned());
    let (Some(name), Some(span)) = (name, error.spans.first()) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let definition = definitions::all(text).into_iter().find(|definition| {
        definition.kind == Kind::Module
            && definition.name == name
            && span.bytes.start <= definition.bytes.start
            && definition.bytes.end <= span.bytes.end
    });
    let Some(definition) = definition else { return Vec::new() };
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for other in known.report.errors() {
        for missing in missing::of(known, other) {
            if matches!(
                missing.sought,
                Sought::Module | Sought::Import | Sought::Macro | Sought::Value
            ) {
                *wanted.entry(missing.name).or_default() += 1;
            }
        }
    }
    let mut found = Vec::new();
    for (wanted, count) in wanted {
        let rank = match similar::unlikeness(&name, &wanted) {
            Some(cost) if cost < 8 => 14,
            Some(_) => 22,
            None => 30_u32.saturating_sub(u32::try_from(count.min(4)).unwrap_or(0)),
        };
        found.push(Candidate::new(
            rank,
            vec![Edit::new(&span.file, definition.bytes.clone(), &wanted)],
            format!("the module is called `{wanted}`"),
        ));
    }
    found.sort_by_key(|candidate| candidate.rank);
    found.truncate(5);
    found
}
