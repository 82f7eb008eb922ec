//! Something stands there twice, word for word: the copy goes.
//!
//! Only what is the same to the last token is taken away, so that nothing is lost with it.

use std::ops::Range;

use harness::{Diagnostic, Span};

use super::{Candidate, Known, Source, definitions, own_files, rank, signatures};
use crate::files::Edit;
use crate::tokens::{self, Token};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// The first and the last token of what a place points at.
type Extent = fn(&str, &[Token], &Span) -> Option<(usize, usize)>;

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    match error.code.as_deref() {
        Some("E0428" | "E0201" | "E0592" | "E0119" | "E0252" | "E0254" | "E0034" | "E0765") => {
            twins(known, error, item)
        }
        Some("E0124" | "E0415" | "E0416" | "E0062" | "E0025" | "E0403" | "E0263") => {
            twins(known, error, element)
        }
        Some("E0382" | "E0505" | "E0499" | "E0502" | "E0308" | "E0384") => repeated(known, error),
        _ => Vec::new(),
    }
}

/// The tokens of `text` from `first` to `last`, both included.
fn words<'a>(text: &'a str, tokens: &[Token], (first, last): (usize, usize)) -> Vec<&'a str> {
    (first..=last).filter_map(|at| text.get(tokens.get(at)?.bytes.clone())).collect()
}

/// The places of `error` that hold the same, as `extent` sees them: the later one goes.
fn twins(known: &Known<'_>, error: &Diagnostic, extent: Extent) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (at, one) in error.spans.iter().enumerate() {
        for other in &error.spans[at + 1..] {
            let Some(text) = known.files.get(&one.file).filter(|_| one.file == other.file) else {
                continue;
            };
            let tokens = tokens::tokens(text);
            let extents = (extent(text, &tokens, one), extent(text, &tokens, other));
            let (Some(first), Some(second)) = extents else { continue };
            let same = words(text, &tokens, first) == words(text, &tokens, second);
            if first != second && same {
                let (from, to) = first.max(second);
                found.push(removal(&one.file, text, &tokens, from, to));
            }
        }
    }
    found
}

/// The removal of the tokens `first` to `last`, with the blanks before them and a comma behind.
fn removal(file: &str, text: &str, tokens: &[Token], first: usize, last: usize) -> Candidate {
    let start = first.checked_sub(1).map_or(0, |before| tokens[before].bytes.end);
    let comma = tokens.get(last + 1).is_some_and(|next| next.of(text) == ",");
    let end = if comma { tokens[last + 1].bytes.end } else { tokens[last].bytes.end };
    // Comments before what goes stay.
    let start = match text[start..tokens[first].bytes.start].trim().is_empty() {
        true => start,
        false => tokens[first].bytes.start,
    };
    let edit = Edit::new(file, start..end, "");
    Candidate::new(rank::PLAIN - 6, vec![edit], "remove what stands there twice")
}

/// The whole item that `span` points at: from its attributes to its end.
fn item(text: &str, tokens: &[Token], span: &Span) -> Option<(usize, usize)> {
    let here = tokens::index_at(tokens, span.bytes.start);
    let ends = |before: usize| {
        matches!(tokens[before].of(text), ";" | "}" | "{") && !inside_import(text, tokens, before)
    };
    let begins = |at: &usize| {
        at.checked_sub(1)
            .is_none_or(|before| ends(before) || attribute(text, tokens, before).is_some())
    };
    let mut first = (0..=here).rev().find(begins)?;
    while let Some(mark) = first.checked_sub(1).and_then(|it| attribute(text, tokens, it)) {
        first = mark;
    }
    let last = match tokens[first..=here].iter().any(|token| token.of(text) == "use") {
        true => (here..tokens.len()).find(|&at| tokens[at].of(text) == ";")?,
        false => definitions::item_end(text, tokens, here)?,
    };
    Some((first, last))
}

/// The `#` of the attribute that ends with the token `close`, if one does.
fn attribute(text: &str, tokens: &[Token], close: usize) -> Option<usize> {
    if tokens[close].of(text) != "]" {
        return None;
    }
    let open = (0..close).rev().find(|&it| {
        tokens[it].of(text) == "[" && tokens::closing(text, tokens, it) == Some(close)
    })?;
    open.checked_sub(1).filter(|&mark| tokens[mark].of(text) == "#")
}

/// Whether the brace at `at` opens or closes a group of an import.
fn inside_import(text: &str, tokens: &[Token], at: usize) -> bool {
    match tokens[at].of(text) {
        "{" => at.checked_sub(1).is_some_and(|before| tokens[before].of(text) == "::"),
        "}" => tokens.get(at + 1).is_some_and(|next| matches!(next.of(text), ";" | ",")),
        _ => false,
    }
}

/// The element between commas that `span` points at.
fn element(text: &str, tokens: &[Token], span: &Span) -> Option<(usize, usize)> {
    let here = tokens::index_at(tokens, span.bytes.start);
    let open = *tokens::open_brackets(text, tokens, here).first()?;
    let close = tokens::closing(text, tokens, open)?;
    let elements = signatures::split(text, tokens, open + 1, close);
    elements.into_iter().find(|&(first, last)| first <= here && here <= last)
}

/// A statement that says the same as the one before it.
fn repeated(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let mut found = Vec::new();
    for span in &error.spans {
        let Some(text) = known.files.get(&span.file) else { continue };
        let tokens = tokens::tokens(text);
        let here = tokens::index_at(&tokens, span.bytes.start);
        let Some(range) = statement(text, &tokens, here) else { continue };
        let Some(before) = range.start.checked_sub(1) else { continue };
        let Some(earlier) = statement(text, &tokens, before) else { continue };
        let (this, other) = ((range.start, range.end - 1), (earlier.start, earlier.end - 1));
        if earlier.end == range.start && words(text, &tokens, this) == words(text, &tokens, other) {
            found.push(removal(&span.file, text, &tokens, this.0, this.1));
        }
    }
    found
}

/// The tokens of the statement around the token `at`, its semicolon included.
pub(super) fn statement(text: &str, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let open = tokens::open_brackets(text, tokens, at).into_iter().find(|&it| word(it) == "{")?;
    let close = tokens::closing(text, tokens, open)?;
    let mut start = open + 1;
    let mut index = start;
    while index < close {
        match word(index) {
            "(" | "[" | "{" => index = tokens::closing(text, tokens, index)?,
            ";" => {
                if at <= index {
                    return Some(start..index + 1);
                }
                start = index + 1;
            }
            _ => {}
        }
        // A block that stands alone ends its statement.
        let ends = word(index) == "}"
            && !matches!(word(index + 1), ";" | "." | "?" | ")" | "," | "else" | "as");
        if ends && index < close {
            if at <= index {
                return Some(start..index + 1);
            }
            start = index + 1;
        }
        index += 1;
    }
    (start < close).then_some(start..close)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn statements_end_where_the_next_one_begins() {
        let text = "fn f() { let é = g({ 1 }); if a { b(); } c.d(|x| { x }); e }";
        let tokens = tokens::tokens(text);
        let of = |what: &str| {
            let at = tokens::index_at(&tokens, text.find(what).unwrap());
            let range = statement(text, &tokens, at).unwrap();
            text[tokens[range.start].bytes.start..tokens[range.end - 1].bytes.end].to_owned()
        };
        assert_eq!(of("g("), "let é = g({ 1 });");
        assert_eq!(of("b()"), "b();");
        assert_eq!(of("if"), "if a { b(); }");
        assert_eq!(of("d("), "c.d(|x| { x });");
        assert_eq!(of("e }"), "e");
    }

    #[test]
    fn an_item_reaches_from_its_attributes_to_its_end() {
        let text = "use a::{b, c};\n/// d\n#[e(f)]\npub fn g() { h }\nfn i() {}";
        let tokens = tokens::tokens(text);
        let of = |what: &str| {
            let at = text.find(what).unwrap();
            let bytes = at..at + what.len();
            let span = testing::span(bytes);
            let (first, last) = item(text, &tokens, &span).unwrap();
            text[tokens[first].bytes.start..tokens[last].bytes.end].to_owned()
        };
        assert_eq!(of("pub fn g"), "#[e(f)]\npub fn g() { h }");
        assert_eq!(of("fn i"), "fn i() {}");
        assert_eq!(of("b, c"), "use a::{b, c};");
    }
}
