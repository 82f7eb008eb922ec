//! What cargo itself complains about, in words for people: manifests, dependencies, build
//! scripts.

use std::path::{Path, PathBuf};

/// One complaint.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// Its first line.
    pub(super) message: String,
    /// All of it.
    pub(super) text: String,
    /// The file that it names, with line and column from 1 where it says them; relative to the
    /// folder of the workspace or absolute.
    pub(super) place: Option<(PathBuf, usize, usize)>,
    /// Whether the project is not at fault but the installation.
    pub(super) of_the_machine: bool,
}

/// The complaints in what cargo wrote beside its messages. That something could not be compiled
/// is left out: the compiler has said why.
pub(super) fn failures(stderr: &str) -> Vec<Failure> {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in stderr.lines() {
        if line.starts_with("error: ") || line.starts_with("error[") {
            blocks.push(vec![line]);
        } else if status(line) || line.starts_with("warning: ") {
            blocks.push(Vec::new());
        } else if let Some(block) = blocks.last_mut()
            && !block.is_empty()
        {
            block.push(line);
        }
    }
    blocks.iter().filter_map(|block| failure(block)).collect()
}

/// Progress, such as `   Compiling a v0.1.0`: a word in capitals, set to the right.
fn status(line: &str) -> bool {
    let trimmed = line.trim_start();
    let word = trimmed.split(' ').next().unwrap_or_default();
    let indent = line.len() - trimmed.len();
    indent > 0
        && indent + word.len() == 12
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.chars().all(|one| one.is_ascii_alphabetic())
}

fn failure(block: &[&str]) -> Option<Failure> {
    let first = block.first()?;
    let message = first.split_once(": ").map_or(*first, |(_, message)| message);
    let told_elsewhere = message.starts_with("could not compile `")
        || message.starts_with("test failed, to rerun")
        || message.ends_with("target failed:")
        || message.ends_with("targets failed:")
        || (message.ends_with(" failed") && message.contains(" jobs"));
    if told_elsewhere {
        return None;
    }
    let text = block.join("\n").trim_end().to_owned();
    // What went wrong stands last in a chain of causes.
    let root = block
        .iter()
        .rposition(|line| line.trim() == "Caused by:")
        .and_then(|cause| block.get(cause + 1))
        .map(|line| line.trim());
    let is_script = message.starts_with("failed to run custom build command");
    let message = match root {
        Some(root) if !is_script => format!("{message}: {root}"),
        _ => message.to_owned(),
    };
    let place = arrow(block)
        .or_else(|| panicked(&text))
        .or_else(|| if is_script { script_of(&message) } else { None })
        .or_else(|| named_manifest(&text));
    let of_the_machine = ["rustup", "toolchain", "could not execute process", "No space left"]
        .iter()
        .any(|sign| first.contains(sign) || root.is_some_and(|root| root.contains(sign)));
    Some(Failure { message, text, place, of_the_machine })
}

/// ` --> Cargo.toml:7:2`
fn arrow(block: &[&str]) -> Option<(PathBuf, usize, usize)> {
    let line = block.iter().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    file_line_column(line)
}

/// `… panicked at build.rs:1:29:`
pub(super) fn panicked(text: &str) -> Option<(PathBuf, usize, usize)> {
    let after = text.split_once(" panicked at ")?.1;
    file_line_column(after.lines().next()?.trim_end_matches(':'))
}

pub(super) fn file_line_column(text: &str) -> Option<(PathBuf, usize, usize)> {
    let mut parts = text.trim().rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some((PathBuf::from(file), line.parse().ok()?, column.parse().ok()?))
}

/// `failed to run custom build command for `a v0.1.0 (/p/a)``
fn script_of(message: &str) -> Option<(PathBuf, usize, usize)> {
    let folder = message.split_once(" (")?.1.split_once(')')?.0;
    Path::new(folder).is_absolute().then(|| (Path::new(folder).join("build.rs"), 1, 1))
}

fn named_manifest(text: &str) -> Option<(PathBuf, usize, usize)> {
    let mut named = text.split('`').skip(1).step_by(2).map(Path::new);
    let manifest = named.find(|path| path.is_absolute() && path.ends_with("Cargo.toml"))?;
    Some((manifest.to_owned(), 1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stderr: &str, message: &str, place: Option<(&str, usize, usize)>, machine: bool) {
        let found = failures(stderr);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].message, message);
        let place = place.map(|(file, line, column)| (PathBuf::from(file), line, column));
        assert_eq!((&found[0].place, found[0].of_the_machine), (&place, machine));
    }

    #[test]
    fn a_manifest_that_cannot_be_read() {
        check(
            "error: duplicate key\n --> Cargo.toml:7:2\n  |\n7 | [dependencies]\n  |  ^^^^\n",
            "duplicate key",
            Some(("Cargo.toml", 7, 2)),
            false,
        );
        check(
            "error: failed to parse manifest at `/p/Cargo.toml`\n\nCaused by:\n  bad `edition`\n\n\
             Caused by:\n  too old\n",
            "failed to parse manifest at `/p/Cargo.toml`: too old",
            Some(("/p/Cargo.toml", 1, 1)),
            false,
        );
    }

    #[test]
    fn a_dependency_that_is_not_there() {
        check(
            "error: no matching package named `nope` found\nlocation searched: crates.io index\n\
             required by package `a v0.1.0 (/p)`\n",
            "no matching package named `nope` found",
            None,
            false,
        );
    }

    #[test]
    fn a_build_script_that_fails() {
        check(
            "   Compiling a v0.1.0 (/p)\nerror: failed to run custom build command for `a v0.1.0 (/p)`\n\n\
             Caused by:\n  process didn't exit successfully: `/p/t/b` (exit status: 101)\n  --- stderr\n\n  \
             thread 'main' (7) panicked at build.rs:1:29:\n  no way\n\
             warning: build failed, waiting for other jobs to finish...\n\
             error: could not compile `b` (lib) due to 1 previous error\n",
            "failed to run custom build command for `a v0.1.0 (/p)`",
            Some(("build.rs", 1, 29)),
            false,
        );
        check(
            "error: failed to run custom build command for `a v0.1.0 (/p)`\n\nCaused by:\n  exit 1\n",
            "failed to run custom build command for `a v0.1.0 (/p)`",
            Some(("/p/build.rs", 1, 1)),
            false,
        );
    }

    #[test]
    fn what_the_machine_lacks() {
        check(
            "error: toolchain 'nightly-2020' is not installed\nhelp: run `rustup toolchain install`\n",
            "toolchain 'nightly-2020' is not installed",
            None,
            true,
        );
    }
}
