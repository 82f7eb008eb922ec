//! `.` where `::` was meant, and the other way round.

use harness::Diagnostic;

use super::missing;
use super::{Candidate, Known, Source, rank};
use crate::files::Edit;
use crate::tokens::{self, Kind};

pub(super) const SOURCE: Source = Source { needs: |_, error| missing::needs(error), propose };

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let (from, to) = match error.code.as_deref() {
        Some("E0609" | "E0599" | "E0610" | "E0423" | "E0615" | "E0616") => (".", "::"),
        Some("E0433" | "E0425" | "E0432") => ("::", "."),
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    for span in error.spans.iter().filter(|span| span.primary).take(2) {
        let Some(text) = known.files.get(&span.file) else { continue };
        let tokens = tokens::tokens(text);
        let here = tokens::index_at(&tokens, span.bytes.start);
        let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
        // The mark before the name that is complained about, or behind it.
        for mark in [here.checked_sub(1), Some(here + 1)].into_iter().flatten() {
            let Some(owner) = mark.checked_sub(1) else { continue };
            let name = word(owner);
            let is_name = tokens.get(owner).is_some_and(|token| token.kind == Kind::Word);
            let fits = match to {
                "::" => name.starts_with(char::is_uppercase),
                _ => {
                    name.starts_with(char::is_lowercase)
                        && !matches!(name, "crate" | "super" | "std" | "core" | "alloc")
                        && word(mark + 1).starts_with(char::is_lowercase)
                }
            };
            if is_name && fits && word(mark) == from {
                let edit = Edit::new(&span.file, tokens[mark].bytes.clone(), to);
                let what = format!("write `{to}` behind `{name}`");
                found.push(Candidate::new(rank::PLAIN - 1, vec![edit], what));
            }
        }
    }
    found
}
