//! Something is lent for looking at and is to be changed: the other form of what lends it.

use harness::Diagnostic;

use super::{Candidate, Known, Source, own_files, rank, signatures, spots};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// Methods that lend, with those that lend for changing.
const TWINS: &[(&str, &str)] = &[
    ("iter", "iter_mut"),
    ("get", "get_mut"),
    ("as_ref", "as_mut"),
    ("borrow", "borrow_mut"),
    ("values", "values_mut"),
    ("first", "first_mut"),
    ("last", "last_mut"),
    ("as_slice", "as_mut_slice"),
    ("as_ptr", "as_mut_ptr"),
    ("deref", "deref_mut"),
    ("chunks", "chunks_mut"),
    ("split_at", "split_at_mut"),
    ("get_unchecked", "get_unchecked_mut"),
    ("from_raw_parts", "from_raw_parts_mut"),
    ("front", "front_mut"),
    ("back", "back_mut"),
    ("peek", "peek_mut"),
    ("as_bytes", "as_bytes_mut"),
];

fn concerns(error: &Diagnostic) -> bool {
    match error.code.as_deref() {
        Some("E0596" | "E0594") => true,
        Some("E0308") => {
            let says = |text: &str| text.contains("mutab");
            error.notes.iter().any(|note| says(&note.message))
                || error.spans.iter().any(|span| span.label.as_deref().is_some_and(says))
        }
        _ => false,
    }
}

/// In the function around the error, where something is named that the error speaks of: `ref`,
/// `&` and methods become what lends for changing.
fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if !concerns(error) {
        return Vec::new();
    }
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let Some(around) = signatures::around(text, span.bytes.start) else { return Vec::new() };
    let names = spots::names(known, error);
    let end = around.body.as_ref().map_or(span.bytes.end, |body| body.end);
    let tokens = tokens::tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let line = |at: usize| text[..at].matches('\n').count();
    let here = line(span.bytes.start);
    let mut found: Vec<(usize, Candidate)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.bytes.start < around.keyword || token.bytes.start >= end {
            continue;
        }
        let this = token.of(text);
        let behind = token.bytes.end;
        let insert = |new: &str| Edit::new(&span.file, behind..behind, new);
        let edit = match this {
            "ref" if names.contains(word(at + 1)) => insert(" mut"),
            "&" if word(at + 1) != "mut"
                && (names.contains(word(at + 1))
                    || word(at + 1) == "self"
                    || word(at + 1) == "*") =>
            {
                insert("mut ")
            }
            _ => {
                let twin = TWINS.iter().find(|(one, _)| *one == this);
                let Some((_, twin)) = twin.filter(|_| matches!(word(at + 1), "(" | "::")) else {
                    continue;
                };
                Edit::new(&span.file, token.bytes.clone(), *twin)
            }
        };
        let what = format!("lend it for changing in line {}", line(token.bytes.start) + 1);
        let distance = line(token.bytes.start).abs_diff(here);
        found.push((distance, Candidate::new(rank::PROPOSED - 2, vec![edit], what)));
    }
    found.sort_by_key(|(distance, _)| *distance);
    found.truncate(8);
    let ranked = found.into_iter().zip(0..);
    ranked.map(|((_, it), order)| Candidate { rank: it.rank + order, ..it }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn what_lends_takes_its_other_form() {
        let text = "fn f(&self) {\n  if let A(ref é) = *x {\n    g(é, q.get(0), &other);\n  }\n}\n";
        let at = text.rfind('é').unwrap();
        let mut error = testing::error(Some("E0308"), "mismatched types", at..at + 2);
        error.spans[0].label = Some("types differ in mutability".to_owned());
        let shown: Vec<String> = testing::proposed(text, vec![error], propose)
            .iter()
            .map(|it| {
                let edit = &it.edits[0];
                let line = text[..edit.start].rfind('\n').map_or(0, |at| at + 1);
                let tail = text[edit.end..].split(['\n', ' ', ',']).next().unwrap_or_default();
                format!("{}{}{tail}", &text[line..edit.start].trim_start(), edit.text)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "g(é, q.get_mut(0)",
                "g(é, q.get(0), &mut other);",
                "if let A(ref mut",
                "fn f(&mut self)",
            ]
        );
    }
}
