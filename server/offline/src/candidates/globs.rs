//! Imports of everything in a place: of the surrounding module, which tests begin with, and of the
//! variants of an enum.

use std::collections::BTreeSet;

use harness::Diagnostic;

use super::definitions::{self, Kind};
use super::missing::{self, Sought};
use super::{Candidate, Known, Source, uses};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs: |_, error| missing::needs(error), propose };

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for missing in missing::of(known, error) {
        let Some((file, at)) = &missing.at else { continue };
        let Some(text) = known.files.get(file) else { continue };
        if missing.container.is_some() || matches!(missing.sought, Sought::Lifetime) {
            continue;
        }
        found.extend(surroundings(known, file, text, at.start));
        found.extend(variants(known, file, text, at.start, &missing.name));
    }
    found
}

/// The names without a place that errors miss between two bytes of `file`.
fn lost(known: &Known<'_>, file: &str, start: usize, end: usize) -> BTreeSet<String> {
    let errors = known.report.errors().flat_map(|error| missing::of(known, error));
    let inside = errors.filter(|it| {
        let place = it.at.as_ref();
        it.container.is_none()
            && place.is_some_and(|(its, at)| its == file && start <= at.start && at.end <= end)
    });
    inside.map(|it| it.name).collect()
}

/// A module within a file that lacks what its surroundings have.
fn surroundings(known: &Known<'_>, file: &str, text: &str, at: usize) -> Option<Candidate> {
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, at);
    let open = tokens::open_brackets(text, &tokens, here)
        .into_iter()
        .find(|&it| it > 1 && tokens[it].of(text) == "{" && tokens[it - 2].of(text) == "mod")?;
    let close = tokens::closing(text, &tokens, open)?;
    let (start, end) = (tokens[open].bytes.end, tokens[close].bytes.start);
    if text[start..end].contains("use super::*") {
        return None;
    }
    let lost = lost(known, file, start, end);
    let outside = |name: &String| {
        let before = tokens[..open].iter().chain(&tokens[close..]);
        before.filter(|token| token.of(text) == name).count() > 0
    };
    let known_there = lost.iter().filter(|name| outside(name)).count();
    let next = &text[start..];
    let blanks = &next[..next.len() - next.trim_start().len()];
    let indent = blanks.rsplit('\n').next().unwrap_or_default();
    let edit = Edit::new(file, start..start, format!("\n{indent}use super::*;"));
    // One name that is missing may be a slip of the finger; several are not.
    let rank = if known_there > 1 { 13 } else { 25 };
    (known_there > 0).then(|| Candidate::new(rank, vec![edit], "import what surrounds the module"))
}

/// The variants of an enum, of which several are missing, or whose enum is all that has the name.
fn variants(known: &Known<'_>, file: &str, text: &str, at: usize, name: &str) -> Vec<Candidate> {
    let lost = lost(known, file, 0, text.len());
    let mut found = Vec::new();
    for (owner, other) in known.files {
        let all = definitions::all(other);
        let variants = all.iter().filter(|it| it.kind == Kind::Variant && lost.contains(&it.name));
        let of: Vec<(&str, &str)> =
            variants.filter_map(|it| Some((it.container.as_deref()?, it.name.as_str()))).collect();
        let Some((enum_, _)) = of.iter().find(|(_, variant)| *variant == name) else { continue };
        let count = of.iter().filter(|(its, _)| its == enum_).count();
        // From another file the enum itself must have been imported.
        let path = if owner == file { format!("self::{enum_}::*") } else { format!("{enum_}::*") };
        let (line, indent) = uses::place(text, at);
        let edit = Edit::new(file, line..line, format!("{indent}use {path};\n"));
        let rank = if count > 1 { 12 } else { 26 };
        found.push(Candidate::new(rank, vec![edit], format!("import `{path}`")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// What is proposed if `names` are not found where `/*NAME*/` stands behind them.
    fn proposed(text: &str, names: &[&str]) -> Vec<String> {
        let error = |name: &&str| {
            let start = text.find(&format!("{name}/*{name}*/")).unwrap();
            let message = format!("cannot find value `{name}` in this scope");
            testing::error(Some("E0425"), &message, start..start + name.len())
        };
        let found = testing::proposed(text, names.iter().map(error).collect(), propose);
        found.iter().map(|it| it.edits[0].text.clone()).collect()
    }

    #[test]
    fn tests_import_what_surrounds_them() {
        let text = "fn é() {} fn g() {}\nmod tests {\n    fn t() { é/*é*/; g/*g*/ }\n}";
        assert_eq!(proposed(text, &["é", "g"]), ["\n    use super::*;"]);
        assert_eq!(proposed("mod tests { fn t() { h/*h*/ } }", &["h"]), [""; 0]);
    }

    #[test]
    fn variants_are_imported_together() {
        let text = "enum E { A, B }\nfn f() { A/*A*/; B/*B*/ }";
        assert_eq!(proposed(text, &["A", "B"]), ["use self::E::*;\n"]);
    }
}
