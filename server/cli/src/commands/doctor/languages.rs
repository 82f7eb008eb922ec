//! The languages of the project: which are checked, which are read, and which are not known here.

use std::collections::BTreeMap;

use syntax::{Language, SyntaxTree};
use workspace::Snapshot;

use super::{Finding, Patient};

/// Those for which there is a checker.
const CHECKED: [Language; 1] = [Language::Rust];

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Language::all()
        .filter(|language| language.is_built() && SyntaxTree::of_str(*language, "").is_none())
        .map(|broken| {
            let found = format!("{} is part of this program and cannot be read", broken.id());
            Finding::bad("languages", found, "build Ostler again, with `--locked`")
        })
        .collect();
    let mut files: BTreeMap<Language, usize> = BTreeMap::new();
    for path in &Snapshot::of_disk(patient.root.clone()).files().paths {
        if let Some(language) = Language::for_path(path.as_path()) {
            *files.entry(language).or_default() += 1;
        }
    }
    findings.push(of_project(&files));
    findings
}

fn of_project(files: &BTreeMap<Language, usize>) -> Finding {
    let mut by_count: Vec<(Language, usize)> = files.iter().map(|(a, b)| (*a, *b)).collect();
    by_count.sort_by_key(|(language, count)| (std::cmp::Reverse(*count), *language));
    let list = |checked: bool| {
        let those = by_count.iter().filter(|(language, _)| CHECKED.contains(language) == checked);
        those.map(|(language, count)| format!("{} ({count})", language.id())).collect::<Vec<_>>()
    };
    let (checked, read) = (list(true), list(false));
    let read_too = match read.is_empty() {
        true => String::new(),
        false => format!("; read for context: {}", read.join(", ")),
    };
    if checked.is_empty() {
        let found = format!("no file here that Ostler can check{read_too}");
        return Finding::note("languages", found, "it checks and mends Rust so far");
    }
    Finding::ok("languages", format!("checked: {}{read_too}", checked.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn says_what_is_checked_and_what_is_read() {
        let of = |files: &[(Language, usize)]| of_project(&files.iter().copied().collect());
        let finding = of(&[(Language::Toml, 2), (Language::Rust, 7), (Language::Python, 9)]);
        assert_eq!(finding.found, "checked: rust (7); read for context: python (9), toml (2)");
        assert_eq!(finding.state, State::Ok);
        let finding = of(&[(Language::Python, 9)]);
        assert_eq!(finding.state, State::Note);
        assert_eq!(of(&[]).found, "no file here that Ostler can check");
    }

    #[test]
    fn every_language_of_this_build_can_be_read() {
        let broken: Vec<Language> = Language::all()
            .filter(|language| language.is_built() && SyntaxTree::of_str(*language, "").is_none())
            .collect();
        assert_eq!(broken, []);
    }
}
