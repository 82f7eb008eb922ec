//! Running a candidate on every mutant of a stored set.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::cargo::{Slot, tail};
use super::doors::{self, Program, Ran};
use super::judge::{Case, Texts};
use super::patients::{Cache, PATIENTS};
use super::record::{self, Mutant, Row};
use super::sample::shuffled;
use super::work::share;
use super::{anchors, complain, say, table};

/// Who mends.
#[derive(Clone, Debug)]
pub(crate) enum Candidate {
    /// A shell command, run in the crate's folder; `{dir}` stands for that folder.
    Command(String),
    /// Every machine-applicable suggestion.
    Suggestions,
    /// Every suggestion, tried under the checker.
    Tried,
}

/// What to run.
pub(crate) struct Wish {
    pub(crate) name: String,
    /// A short word for the candidate, for rows and file names.
    pub(crate) label: String,
    pub(crate) candidate: Candidate,
    pub(crate) operator: Option<String>,
    pub(crate) patient: Option<String>,
    /// A seeded sample of so many mutants.
    pub(crate) limit: Option<usize>,
    pub(crate) seed: u64,
    pub(crate) jobs: usize,
    pub(crate) time_limit: Duration,
    pub(crate) out: Option<PathBuf>,
}

/// A patient as it should be.
struct Intact {
    texts: Texts,
    passing: BTreeSet<String>,
}

/// Runs, writes the rows, prints the table.
pub(crate) fn run(cache: &Cache, wish: &Wish) -> Result<()> {
    let mut mutants: Vec<Mutant> = record::load(&cache.mutants(&wish.name))?;
    mutants.retain(|mutant| {
        wish.operator.as_ref().is_none_or(|name| *name == mutant.operator)
            && wish.patient.as_ref().is_none_or(|name| *name == mutant.patient)
    });
    if let Some(limit) = wish.limit {
        mutants = shuffled(mutants, wish.seed, |mutant| mutant.id.clone());
        mutants.truncate(limit);
    }
    let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.patient.as_str()).collect();
    let mut intact = BTreeMap::new();
    for patient in PATIENTS.iter().filter(|patient| names.contains(patient.name)) {
        cache.prepare(patient)?;
        let texts = doors::texts(&cache.intact(patient.name))?;
        let passing = cache.passing(patient.name)?;
        intact.insert(patient.name, Intact { texts, passing });
    }
    let done = AtomicUsize::new(0);
    let rows = share(
        &mutants,
        wish.jobs,
        |worker, mutant| {
            let intact = intact.get(mutant.patient.as_str());
            let intact = intact.with_context(|| format!("no patient {}", mutant.patient))?;
            let row = one(cache, wish, worker, mutant, intact)?;
            let count = done.fetch_add(1, Ordering::SeqCst) + 1;
            let what = table::word(&row);
            complain(&format!(
                "{count}/{} {what} {:.1} s {}",
                mutants.len(),
                row.seconds,
                mutant.id
            ));
            Ok(row)
        },
        |_| false,
    )?;
    cache.clear_slots()?;
    let path = wish.out.clone().unwrap_or_else(|| cache.results(&wish.name, &wish.label));
    record::store(&path, &rows)?;
    say(&table::render(&rows))?;
    say(&format!("rows in {}", path.display()))
}

/// Lays one mutant out, lets the candidate work, judges.
fn one(cache: &Cache, wish: &Wish, worker: usize, mutant: &Mutant, intact: &Intact) -> Result<Row> {
    let slot = cache.lay_out(&mutant.patient, worker)?;
    let mut broken = intact.texts.clone();
    let text = broken.get_mut(&mutant.file).context("the mutant's file exists")?;
    text.replace_range(mutant.start..mutant.end, &mutant.insert);
    doors::write(&slot.root.join(&mutant.file), text)?;
    let worked = work(&slot, wish)?;
    let case = Case {
        intact: &intact.texts,
        broken: &broken,
        slot: &slot,
        counts: mutant.counts,
        errors: &mutant.errors,
        passing: &intact.passing,
    };
    let verdict = case.judge()?;
    Ok(Row {
        candidate: wish.label.clone(),
        mutant: mutant.clone(),
        mended: verdict.mended,
        exact: verdict.exact,
        wrong: verdict.wrong,
        worse: verdict.worse,
        claimed: worked.ran.success,
        changed_files: verdict.changed_files,
        checks: worked.checks,
        seconds: worked.ran.seconds,
        timed_out: worked.ran.timed_out,
        exit: worked.ran.code,
        counts_after: verdict.counts,
        errors_after: verdict.errors,
        diff: verdict.diff,
        output: tail(&format!("{}\n{}", worked.ran.stdout, worked.ran.stderr), 30),
    })
}

struct Worked {
    ran: Ran,
    checks: Option<u64>,
}

fn work(slot: &Slot, wish: &Wish) -> Result<Worked> {
    let policy = match &wish.candidate {
        Candidate::Command(command) => return command_on(slot, command, wish.time_limit),
        Candidate::Suggestions => anchors::apply_all,
        Candidate::Tried => anchors::try_each,
    };
    let (ended, seconds) = doors::timed(|| policy(slot))?;
    let ran = Ran {
        success: ended.passes,
        code: None,
        timed_out: false,
        stdout: String::new(),
        stderr: String::new(),
        seconds,
    };
    Ok(Worked { ran, checks: Some(ended.checks) })
}

/// A candidate's own data and settings are a fresh folder for every mutant.
fn command_on(slot: &Slot, command: &str, limit: Duration) -> Result<Worked> {
    let data = slot.scratch.join("data");
    doors::remove_folder(&data)?;
    doors::make_folder(&data.join("config"))?;
    let command = command.replace("{dir}", &slot.root.to_string_lossy());
    let (data, config) = (data.to_string_lossy(), data.join("config"));
    let variables =
        [("OSTLER_DATA_DIR", data.as_ref()), ("XDG_CONFIG_HOME", &*config.to_string_lossy())];
    let program = Program {
        words: &["sh", "-c", &command],
        folder: &slot.root,
        scratch: &slot.scratch,
        limit,
        merged: false,
        variables: &variables,
    };
    let ran = program.run()?;
    let checks = checks(&ran.stdout).or_else(|| checks(&ran.stderr));
    Ok(Worked { ran, checks })
}

/// How many checks a candidate says it ran: `checks` in its last line of JSON, or a printed
/// "N requests, M checks".
fn checks(output: &str) -> Option<u64> {
    let last = output.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
    last.as_ref().and_then(find_checks).or_else(|| {
        output.lines().rev().find_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.windows(2).find_map(|pair| {
                let is_checks = pair[1].trim_end_matches([',', '.', ';', ')']) == "checks";
                is_checks.then(|| pair[0].trim_start_matches('(').parse().ok())?
            })
        })
    })
}

fn find_checks(value: &Value) -> Option<u64> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("checks").and_then(Value::as_u64);
            own.or_else(|| fields.values().find_map(find_checks))
        }
        Value::Array(values) => values.iter().find_map(find_checks),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_read_from_json_or_from_words() {
        assert_eq!(
            checks("x\n{\"checks\":1}\n{\"outcome\":{\"usage\":{\"checks\":12}}}\n"),
            Some(12)
        );
        assert_eq!(checks("{\"a\":1}\ndone: 3 requests, 17 checks, 2.0 s"), Some(17));
        assert_eq!(checks("nothing of the kind"), None);
    }
}
