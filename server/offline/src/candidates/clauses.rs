//! A `where` clause that names a parameter and lost what the parameter must be able to do.

use harness::Diagnostic;

use super::generics::{all_parameters, clauses};
use super::imports::by_frequency;
use super::syntax::is_syntax;
use super::{Candidate, Known, Source, own_files, rank, signatures};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// A clause that names a parameter and does not say what it must be able to do.
fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if !is_syntax(error) {
        return Vec::new();
    }
    let Some(span) = error.spans.first() else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let (Some(before), Some(mark)) = (here.checked_sub(1), tokens.get(here)) else {
        return Vec::new();
    };
    let name = tokens[before].of(text);
    let begins = before.checked_sub(1).map_or("", |at| tokens[at].of(text));
    if !matches!(mark.of(text), "," | "{" | ";") || !matches!(begins, "where" | ",") {
        return Vec::new();
    }
    let said = known.files.values().flat_map(|text| {
        let clauses = clauses(text).into_iter().flat_map(|clause| {
            let tokens = tokens::tokens(&clause);
            let parts = signatures::split(&clause, &tokens, 0, tokens.len());
            let parts = parts.into_iter().map(|(first, last)| {
                clause[tokens[first].bytes.start..tokens[last].bytes.end].to_owned()
            });
            parts.collect::<Vec<_>>()
        });
        all_parameters(text).into_iter().chain(clauses).collect::<Vec<_>>()
    });
    let fitting = said
        .filter(|it| it.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(':')));
    let mut found = Vec::new();
    for (order, bound) in (0..).zip(by_frequency(fitting.collect()).into_iter().take(4)) {
        let edit = Edit::new(&span.file, tokens[before].bytes.clone(), bound.clone());
        found.push(Candidate::new(
            rank::PLAIN + 2 * order,
            vec![edit],
            format!("require `{bound}`"),
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_bound_is_what_others_say() {
        let text = "fn f<T>() where T: Into<u8>, {}\nfn é<T>() where T, {}";
        let at = text.rfind(',').unwrap();
        let message = "expected one of `:`, `==`, or `=`, found `,`";
        let error = testing::error(None, message, at..at + 1);
        let found = testing::proposed(text, vec![error], propose);
        let texts: Vec<&str> = found.iter().map(|it| it.edits[0].text.as_str()).collect();
        assert_eq!(texts, ["T: Into<u8>"]);
    }
}
