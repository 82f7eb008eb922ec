//! The measuring instrument for the offline policy: published crates are broken by one small
//! change each, a candidate tries to mend them, and a judge that does not know the candidate says
//! what became of them.
//!
//! `cargo xtask mutants` prints how to use it. Everything it makes lies in the cache folder that
//! is named on the command line; nothing is written to the repository.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

mod anchors;
mod cargo;
mod doors;
mod generate;
mod judge;
mod lexer;
mod operators;
mod patients;
mod record;
mod run;
mod sample;
mod source;
mod table;
mod work;

use patients::{Cache, PATIENTS, Set};
use run::Candidate;

const USAGE: &str = "\
cargo xtask mutants operators                     list the mutations (* destroys text)
cargo xtask mutants prepare  --cache DIR          fetch and warm the crates
    [--crate NAME]
cargo xtask mutants generate --cache DIR --set tune|measure
    [--name NAME] [--sites N] [--limit N] [--seed N] [--only OPERATOR] [--crate NAME] [--jobs N]
cargo xtask mutants run      --cache DIR --set tune|measure (or --name NAME)
    [--ostler PATH | --with cargo-fix|suggestions|tried|'COMMAND with {dir}'] [--label WORD]
    [--only OPERATOR] [--crate NAME] [--limit N] [--seed N] [--jobs N] [--seconds N] [--out FILE]
cargo xtask mutants table FILE                    the table of an earlier run";

const CARGO_FIX: &str = "cargo fix --broken-code --allow-no-vcs --all-targets";

/// Writes a line to standard output.
fn say(text: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// Writes a line of progress to standard error; nobody minds if that fails.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// `--name value` pairs; what is left over is positional.
struct Arguments {
    options: Vec<(String, String)>,
    rest: Vec<String>,
}

impl Arguments {
    fn read(words: &[String]) -> Result<Self> {
        const KNOWN: &[&str] = &[
            "cache", "set", "name", "sites", "limit", "seed", "only", "crate", "jobs", "ostler",
            "with", "label", "seconds", "out",
        ];
        let (mut options, mut rest) = (Vec::new(), Vec::new());
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.strip_prefix("--") {
                Some(name) if KNOWN.contains(&name) => {
                    let value = words.next().with_context(|| format!("{word} needs a value"))?;
                    options.push((name.to_owned(), value.clone()));
                }
                Some(_) => bail!("unknown option {word}\n{USAGE}"),
                None => rest.push(word.clone()),
            }
        }
        Ok(Arguments { options, rest })
    }

    fn text(&self, name: &str) -> Option<String> {
        self.options.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    fn number(&self, name: &str) -> Result<Option<u64>> {
        let parse = |value: String| value.parse().with_context(|| format!("--{name} {value}"));
        self.text(name).map(parse).transpose()
    }

    fn count(&self, name: &str, default: usize) -> Result<usize> {
        Ok(self.number(name)?.map(usize::try_from).transpose()?.unwrap_or(default))
    }

    fn cache(&self) -> Result<Cache> {
        let folder =
            self.text("cache").with_context(|| format!("--cache DIR is needed\n{USAGE}"))?;
        Cache::at(&PathBuf::from(folder))
    }

    fn name(&self) -> Result<String> {
        let name = self.text("name").or_else(|| self.text("set"));
        name.with_context(|| format!("--set or --name is needed\n{USAGE}"))
    }
}

/// Runs `cargo xtask mutants WORDS`.
pub(crate) fn main(words: &[String]) -> Result<()> {
    let arguments = Arguments::read(words)?;
    match arguments.rest.first().map(String::as_str) {
        Some("operators") => list_operators(),
        Some("prepare") => prepare(&arguments),
        Some("generate") => generate::generate(&arguments.cache()?, &generate_wish(&arguments)?),
        Some("run") => run::run(&arguments.cache()?, &run_wish(&arguments)?),
        Some("table") => {
            let file = arguments.rest.get(1).with_context(|| format!("which file?\n{USAGE}"))?;
            say(&table::render(&record::load::<record::Row>(&PathBuf::from(file))?))
        }
        _ => bail!("{USAGE}"),
    }
}

fn list_operators() -> Result<()> {
    for operator in operators::all() {
        say(&format!("{}{}", operator.name, if operator.destroys { " *" } else { "" }))?;
    }
    Ok(())
}

fn prepare(arguments: &Arguments) -> Result<()> {
    let cache = arguments.cache()?;
    let only = arguments.text("crate");
    let chosen = |name: &str| only.as_ref().is_none_or(|only| only == name);
    let mut failed = 0;
    for patient in PATIENTS.iter().filter(|patient| chosen(patient.name)) {
        match cache.prepare(patient) {
            Ok(found) => say(&found)?,
            Err(error) => {
                failed += 1;
                complain(&format!("{error:#}"));
            }
        }
    }
    if failed > 0 {
        bail!("{failed} crates cannot be patients");
    }
    Ok(())
}

fn generate_wish(arguments: &Arguments) -> Result<generate::Wish> {
    let set = arguments.text("set").with_context(|| format!("--set is needed\n{USAGE}"))?;
    Ok(generate::Wish {
        set: Set::named(&set)?,
        name: arguments.name()?,
        patient: arguments.text("crate"),
        operator: arguments.text("only"),
        sites: arguments.count("sites", 1)?,
        limit: arguments.count("limit", 250)?,
        seed: arguments.number("seed")?.unwrap_or(1),
        jobs: arguments.count("jobs", 2)?,
    })
}

fn run_wish(arguments: &Arguments) -> Result<run::Wish> {
    let ostler = arguments.text("ostler").unwrap_or_else(|| "ostler".to_owned());
    let with = arguments.text("with").unwrap_or_else(|| "ostler".to_owned());
    let (label, candidate) = match with.as_str() {
        "ostler" => {
            // The command runs in the crate's folder: a path is made absolute here.
            let ostler = match PathBuf::from(&ostler).canonicalize() {
                Ok(path) => path.to_string_lossy().into_owned(),
                Err(_) => ostler,
            };
            let command = format!("'{ostler}' run --root '{{dir}}' --apply --json 'fix the build'");
            ("ostler", Candidate::Command(command))
        }
        "cargo-fix" => ("cargo-fix", Candidate::Command(CARGO_FIX.to_owned())),
        "suggestions" => ("suggestions", Candidate::Suggestions),
        "tried" => ("tried", Candidate::Tried),
        command => ("command", Candidate::Command(command.to_owned())),
    };
    Ok(run::Wish {
        name: arguments.name()?,
        label: arguments.text("label").unwrap_or_else(|| label.to_owned()),
        candidate,
        operator: arguments.text("only"),
        patient: arguments.text("crate"),
        limit: arguments.number("limit")?.map(usize::try_from).transpose()?,
        seed: arguments.number("seed")?.unwrap_or(1),
        jobs: arguments.count("jobs", 2)?,
        time_limit: Duration::from_secs(arguments.number("seconds")?.unwrap_or(180)),
        out: arguments.text("out").map(PathBuf::from),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn options_are_read_and_unknown_ones_refused() {
        let arguments = Arguments::read(&words("run --set tune --limit 5 --limit 6")).unwrap();
        assert_eq!(arguments.rest, ["run"]);
        assert_eq!(arguments.name().unwrap(), "tune");
        assert_eq!(arguments.count("limit", 1).unwrap(), 6);
        assert_eq!(arguments.count("jobs", 2).unwrap(), 2);
        assert!(Arguments::read(&words("run --sett tune")).is_err());
        assert!(Arguments::read(&words("run --set")).is_err());
        let arguments = Arguments::read(&words("run --limit many")).unwrap();
        assert!(arguments.number("limit").is_err());
    }
}
