//! Making a set of mutants: sites are chosen by seed, and kept where the compiler then complains.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::cargo::Slot;
use super::operators::{Operator, Site, all};
use super::patients::{Cache, PATIENTS, Set};
use super::record::{self, Mutant};
use super::sample::{rank, shuffled};
use super::source::Source;
use super::work::share;
use super::{doors, say};

/// What to make.
pub(crate) struct Wish {
    pub(crate) set: Set,
    pub(crate) name: String,
    pub(crate) patient: Option<String>,
    pub(crate) operator: Option<String>,
    /// Mutants per operator and crate.
    pub(crate) sites: usize,
    pub(crate) limit: usize,
    pub(crate) seed: u64,
    pub(crate) jobs: usize,
}

/// How many sites of one operator in one crate are tried for each mutant that is wanted.
const TRIES: usize = 4;

/// One operator in one crate, and the sites to try in order: file and change.
struct Unit<'a> {
    patient: &'static str,
    operator: &'a Operator,
    sites: Vec<(String, Site)>,
}

/// Makes the set and stores it. Says how many mutants each operator gave.
pub(crate) fn generate(cache: &Cache, wish: &Wish) -> Result<()> {
    let operators = all();
    let patients = PATIENTS
        .iter()
        .filter(|patient| patient.set == wish.set)
        .filter(|patient| wish.patient.as_ref().is_none_or(|name| name == patient.name));
    let mut sources = BTreeMap::new();
    for patient in patients {
        say(&cache.prepare(patient)?)?;
        sources.insert(patient.name, doors::texts(&cache.intact(patient.name))?);
    }
    let units = units(&operators, &sources, wish);
    let kept = share(
        &units,
        wish.jobs,
        |worker, unit| try_unit(cache, worker, unit, &sources[unit.patient], wish.sites),
        |results| results.iter().flatten().map(Vec::len).sum::<usize>() >= wish.limit,
    )?;
    let mut mutants: Vec<Mutant> = kept.into_iter().flatten().collect();
    mutants.truncate(wish.limit);
    cache.clear_slots()?;
    let path = cache.mutants(&wish.name);
    record::store(&path, &mutants)?;
    let destroying = mutants.iter().filter(|mutant| mutant.destroys).count();
    say(&format!("{} mutants ({destroying} destroy text) in {}", mutants.len(), path.display()))?;
    let mut counts: BTreeMap<&str, usize> =
        operators.iter().map(|operator| (operator.name, 0)).collect();
    for mutant in &mutants {
        *counts.entry(&mutant.operator).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(name, n)| format!("{name} {n}")).collect();
    say(&counts.join(", "))
}

/// Operators take turns, each meeting the crates in an order of its own, so that a limit leaves
/// every operator with about as many mutants as any other.
fn units<'a>(
    operators: &'a [Operator],
    sources: &BTreeMap<&'static str, BTreeMap<String, String>>,
    wish: &Wish,
) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    for operator in operators {
        if wish.operator.as_ref().is_some_and(|name| name != operator.name) {
            continue;
        }
        let names: Vec<&'static str> = sources.keys().copied().collect();
        let names = shuffled(names, wish.seed, |name| format!("{} {name}", operator.name));
        let mut turn = 0;
        for patient in names {
            let sites = sites(operator, &sources[patient], wish.seed ^ rank(0, &[patient]));
            if !sites.is_empty() {
                units.push((
                    turn,
                    rank(wish.seed, &[operator.name]),
                    Unit { patient, operator, sites },
                ));
                turn += 1;
            }
        }
    }
    units.sort_by_key(|(turn, rank, _)| (*turn, *rank));
    units.into_iter().map(|(_, _, unit)| unit).collect()
}

/// All sites of an operator in a crate's sources, in seeded order.
fn sites(operator: &Operator, texts: &BTreeMap<String, String>, seed: u64) -> Vec<(String, Site)> {
    let mut sites = Vec::new();
    for (file, text) in texts {
        if file.starts_with("src/") && file.ends_with(".rs") {
            let found = operator.sites(&Source::new(text));
            sites.extend(found.into_iter().map(|site| (file.clone(), site)));
        }
    }
    shuffled(sites, seed, |(file, site)| {
        format!("{} {file} {} {}", operator.name, site.start, site.end)
    })
}

fn try_unit(
    cache: &Cache,
    worker: usize,
    unit: &Unit<'_>,
    texts: &BTreeMap<String, String>,
    wanted: usize,
) -> Result<Vec<Mutant>> {
    let slot = cache.open(unit.patient, worker)?;
    let mut kept = Vec::new();
    for (file, site) in unit.sites.iter().take(wanted * TRIES) {
        let text = texts.get(file).context("the file was listed")?;
        if let Some(mutant) = try_site(&slot, unit, file, text, site)? {
            kept.push(mutant);
        }
        if kept.len() == wanted {
            break;
        }
    }
    Ok(kept)
}

/// The mutant, if the crate does not check with it. The slot is left intact.
fn try_site(
    slot: &Slot,
    unit: &Unit<'_>,
    file: &str,
    text: &str,
    site: &Site,
) -> Result<Option<Mutant>> {
    let path = slot.root.join(file);
    let broken = site.apply(text);
    doors::write(&path, &broken)?;
    let check = slot.check()?;
    doors::write(&path, text)?;
    if check.passes {
        return Ok(None);
    }
    let line = text[..site.start].matches('\n').count() + 1;
    Ok(Some(Mutant {
        id: format!("{}/{}/{file}:{}", unit.patient, unit.operator.name, site.start),
        patient: unit.patient.to_owned(),
        operator: unit.operator.name.to_owned(),
        destroys: unit.operator.destroys,
        file: file.to_owned(),
        line,
        start: site.start,
        end: site.end,
        insert: site.insert.clone(),
        before: lines_around(text, site.start, site.end),
        after: lines_around(&broken, site.start, site.start + site.insert.len()),
        counts: check.counts,
        errors: check.errors,
    }))
}

/// The whole lines that hold the bytes `start..end`, cut after 2,000 characters.
fn lines_around(text: &str, start: usize, end: usize) -> String {
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
    text[first..last].chars().take(2000).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_shown() {
        let text = "a\nbcd\ne";
        assert_eq!(lines_around(text, 3, 4), "bcd");
        assert_eq!(lines_around(text, 3, 7), "bcd\ne");
        assert_eq!(lines_around(text, 0, 0), "a");
    }
}
