//! A function without a result whose body has one.

use harness::Diagnostic;

use super::signatures::{self, Signature};
use super::type_text::{self, inside, same};
use super::{Candidate, Known, Source, missing, own_files, rank};
use crate::files::Edit;

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if !matches!(
        error.code.as_deref(),
        Some("E0308" | "E0053" | "E0277" | "E0599" | "E0069" | "E0282")
    ) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut pairs = type_text::mismatches(error);
    if error.code.as_deref() == Some("E0277") && error.message.contains('?') {
        pairs.push(("()".to_owned(), "Result<_, _>".to_owned()));
        pairs.push(("()".to_owned(), "Option<_>".to_owned()));
    }
    for span in error.spans.iter().filter(|span| span.primary) {
        let Some(text) = known.files.get(&span.file) else { continue };
        let Some(around) = signatures::around(text, span.bytes.start) else { continue };
        if around.returns.is_some() {
            continue;
        }
        let mut types: Vec<(u32, String)> = Vec::new();
        for (expected, actual) in &pairs {
            if let (Some(wanted), None) = (result_of(expected), result_of(actual)) {
                types.push((16, wanted.to_owned()));
            }
            if expected == "()" {
                types.extend(written(known, text, &around, actual));
            }
        }
        for (rank, type_) in types {
            let at = around.list.end + 1;
            let edit = Edit::new(&span.file, at..at, format!(" -> {type_}"));
            let name = &text[around.name.clone()];
            found.push(Candidate::new(rank, vec![edit], format!("`{name}` returns `{type_}`")));
        }
    }
    found
}

/// What a function of the type `fn(…) -> T` returns.
fn result_of(type_: &str) -> Option<&str> {
    let is_function = type_.starts_with("fn(") || type_.contains(" fn(");
    let (_, result) = type_.rsplit_once("-> ").filter(|_| is_function)?;
    Some(result)
}

/// The types that `actual`, as the compiler prints it, may be written as: those that functions of
/// the same text return and that look like it come first.
fn written(known: &Known<'_>, text: &str, around: &Signature, actual: &str) -> Vec<(u32, String)> {
    let mut types: Vec<(u32, String)> = Vec::new();
    let mut counted: Vec<(usize, String)> = Vec::new();
    let own = &text[around.name.clone()];
    for other in known.files.values() {
        for signature in signatures::all(other) {
            let Some(returns) = &signature.returns else { continue };
            let type_ = &other[returns.clone()];
            let namesake = &other[signature.name.clone()] == own;
            let looks = same(type_, actual)
                || type_ == "Self"
                || ["Option", "Result"].iter().any(|it| {
                    (inside(actual, it).is_some() || actual.starts_with(it)) && type_.contains(it)
                });
            if !looks && !namesake {
                continue;
            }
            let weight = if namesake { 50 } else { 1 };
            match counted.iter_mut().find(|(_, it)| it == type_) {
                Some((count, _)) => *count += weight,
                None => counted.push((weight, type_.to_owned())),
            }
        }
    }
    counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let blank = actual.contains(['_', '{', '…']) || actual.contains("...");
    if !blank {
        types.push((rank::SURE - 1, actual.to_owned()));
    }
    for (order, (_, type_)) in (0..).zip(counted.into_iter().take(4)) {
        types.push((18 + 3 * order, type_));
    }
    if actual.contains("{integer}")
        || missing::quoted(actual).contains(&"integer")
        || actual == "integer"
    {
        types.extend([(26, "usize".to_owned()), (27, "u8".to_owned())]);
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;
    use std::collections::BTreeMap;

    #[test]
    fn results_are_written_as_others_write_them() {
        let text = "fn f() { Ok(1) } fn g() -> Result<u8, E> {} fn h() -> u8 {} fn i() -> Result<u8, E> {}";
        let files = Files::from([("a.rs".to_owned(), text.to_owned())]);
        let (report, hits) = (harness::CheckReport::default(), BTreeMap::new());
        let known = Known { files: &files, report: &report, hits: &hits };
        let around = signatures::all(text).remove(0);
        assert_eq!(
            written(&known, text, &around, "Result<_, _>"),
            [(18, "Result<u8, E>".to_owned())]
        );
        assert_eq!(written(&known, text, &around, "bool")[0].1, "bool");
        assert_eq!(result_of("fn(&_) -> Option<u8>"), Some("Option<u8>"));
        assert_eq!(result_of("Fn(&_)"), None);
    }
}
