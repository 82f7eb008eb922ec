//! Implementations and traits that do not fit each other: what stands on the wrong side of `for`,
//! and what an implementation has and its trait lost, or other implementations have and this one
//! lost.

use std::ops::Range;

use harness::Diagnostic;

use super::imports::by_frequency;
use super::{
    Candidate, Known, Need, Source, definitions, missing, names, own_files, rank, signatures,
};
use crate::files::Edit;
use crate::tokens::{self, Token};

pub(super) const SOURCE: Source = Source { needs, propose };

fn needs(known: &Known<'_>, error: &Diagnostic) -> Vec<Need> {
    let mut needs = match error.code.as_deref() {
        Some("E0404" | "E0046") => own_files(error),
        Some("E0407" | "E0437" | "E0438") => missing::needs(error),
        _ => return Vec::new(),
    };
    let quoted = missing::quoted(&error.message);
    let owner = match error.code.as_deref() {
        Some("E0407" | "E0437" | "E0438") => quoted.last().and_then(|it| missing::bare(it)),
        _ => None,
    };
    if let Some(owner) = owner {
        needs.extend(names::container_needs(known, &owner));
    }
    needs
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    match error.code.as_deref() {
        Some("E0404") => exchanged(known, error),
        Some("E0407" | "E0437" | "E0438") => declared(known, error),
        Some("E0046") => lost(known, error),
        _ => Vec::new(),
    }
}

/// `impl B for A`, where `A` is the trait.
fn exchanged(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let Some(keyword) = (0..=here).rev().take(40).find(|&at| word(at) == "impl") else {
        return Vec::new();
    };
    let first = match word(keyword + 1) {
        "<" => signatures::angle_end(text, &tokens, keyword + 1).map_or(keyword + 1, |it| it + 1),
        _ => keyword + 1,
    };
    let end = (first..tokens.len()).find(|&at| matches!(word(at), "{" | "where" | ";"));
    let Some(end) = end else { return Vec::new() };
    let Some(middle) = (first..end).find(|&at| word(at) == "for" && word(at + 1) != "<") else {
        return Vec::new();
    };
    if middle == first || middle + 1 == end {
        return Vec::new();
    }
    let one = tokens[first].bytes.start..tokens[middle - 1].bytes.end;
    let other = tokens[middle + 1].bytes.start..tokens[end - 1].bytes.end;
    let edits = vec![
        Edit::new(&span.file, one.clone(), &text[other.clone()]),
        Edit::new(&span.file, other, &text[one]),
    ];
    vec![Candidate::new(rank::PLAIN, edits, "exchange trait and type")]
}

/// Something that an implementation has is declared in the trait.
fn declared(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let quoted = missing::quoted(&error.message);
    let (Some(name), Some(owner)) =
        (quoted.first(), quoted.last().and_then(|it| missing::bare(it)))
    else {
        return Vec::new();
    };
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(own) = known.files.get(&span.file) else { return Vec::new() };
    let Some(declaration) = declaration(own, span.bytes.start, name) else { return Vec::new() };
    let mut found = Vec::new();
    for (file, text) in known.files {
        let tokens = tokens::tokens(text);
        let place = (0..tokens.len().saturating_sub(1))
            .find(|&at| tokens[at].of(text) == "trait" && tokens[at + 1].of(text) == owner)
            .and_then(|at| Some((at, definitions::item_end(text, &tokens, at)?)));
        let Some((_, close)) = place else { continue };
        let at = tokens[close - 1].bytes.end;
        let edit = Edit::new(file, at..at, format!("\n    {declaration}"));
        let what = format!("`{owner}` has `{name}`");
        found.push(Candidate::new(rank::PLAIN + 3, vec![edit], what));
    }
    found
}

/// How a trait declares the member `name` that stands at byte `at`.
fn declaration(text: &str, at: usize, name: &str) -> Option<String> {
    let tokens = tokens::tokens(text);
    let signature = signatures::all(text).into_iter().find(|it| {
        &text[it.name.clone()] == name
            && it.body.as_ref().is_some_and(|body| at <= body.start)
            && it.keyword + 200 > at
            && it.name.end >= at
    });
    if let Some(signature) = signature {
        let body = signature.body?;
        let mut first = tokens::index_at(&tokens, signature.keyword);
        while first > 0
            && matches!(tokens[first - 1].of(text), "unsafe" | "async" | "const" | "extern")
        {
            first -= 1;
        }
        let head = text.get(tokens[first].bytes.start..body.start)?.trim();
        return Some(format!("{head};"));
    }
    let here = tokens::index_at(&tokens, at);
    let keyword = (here..here + 3).find(|&at| {
        tokens.get(at).is_some_and(|token| matches!(token.of(text), "type" | "const"))
    })?;
    match tokens[keyword].of(text) {
        "type" => Some(format!("type {name};")),
        _ => {
            let equals = (keyword..tokens.len()).find(|&at| tokens[at].of(text) == "=")?;
            let head = text.get(tokens[keyword].bytes.start..tokens[equals - 1].bytes.end)?;
            Some(format!("{head};"))
        }
    }
}

/// What other implementations of the trait have, word for word.
fn lost(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let Some(open) = (here..tokens.len()).find(|&at| tokens[at].of(text) == "{") else {
        return Vec::new();
    };
    let Some(close) = tokens::closing(text, &tokens, open) else { return Vec::new() };
    let mut found = Vec::new();
    for name in missing::quoted(&error.message) {
        let mut said: Vec<String> = Vec::new();
        for (file, other) in known.files {
            let own =
                (file == &span.file).then_some(tokens[open].bytes.start..tokens[close].bytes.end);
            said.extend(members(other, name, own.as_ref()));
        }
        let at = tokens[close - 1].bytes.end;
        for (order, member) in (0..).zip(by_frequency(said).into_iter().take(4)) {
            let edit = Edit::new(&span.file, at..at, format!("\n\n    {member}"));
            let what = format!("`{name}` as in other implementations");
            found.push(Candidate::new(rank::LIKELY + 1 + 2 * order, vec![edit], what));
        }
    }
    found
}

/// The functions called `name` in implementations of traits in `text`, outside of `own`.
fn members(text: &str, name: &str, own: Option<&Range<usize>>) -> Vec<String> {
    let tokens: Vec<Token> = tokens::tokens(text);
    let of_traits: Vec<usize> = definitions::all(text)
        .into_iter()
        .filter(|it| it.name == name && it.of_trait.is_some())
        .map(|it| it.bytes.start)
        .collect();
    let mut found = Vec::new();
    for signature in signatures::all(text) {
        let outside = own.is_none_or(|own| !own.contains(&signature.keyword));
        let Some(body) = signature.body.filter(|_| of_traits.contains(&signature.name.start))
        else {
            continue;
        };
        let mut first = tokens::index_at(&tokens, signature.keyword);
        while first > 0
            && matches!(tokens[first - 1].of(text), "unsafe" | "async" | "const" | "extern")
        {
            first -= 1;
        }
        let member = text.get(tokens[first].bytes.start..body.end).unwrap_or_default();
        // What is long was made for its own type.
        if outside && member.lines().count() <= 12 {
            found.push(member.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trait_declares_what_implementations_have() {
        let text = "impl T for S { unsafe fn é(&self) -> u8 where S: Copy { 1 } type A = u8; const N: u8 = 1; }";
        let of = |what: &str, name: &str| declaration(text, text.find(what).unwrap(), name);
        assert_eq!(of("fn é", "é").as_deref(), Some("unsafe fn é(&self) -> u8 where S: Copy;"));
        assert_eq!(of("type A", "A").as_deref(), Some("type A;"));
        assert_eq!(of("const N", "N").as_deref(), Some("const N: u8;"));
    }

    #[test]
    fn members_of_other_implementations() {
        let text =
            "impl T for A { fn f(&self) { self.0.f() } }\nimpl T for B {}\nimpl C { fn f() {} }";
        assert_eq!(members(text, "f", None), ["fn f(&self) { self.0.f() }"]);
        assert_eq!(members(text, "f", Some(&(0..40))), [""; 0]);
    }
}
