//! The places where a type is written that an error may be about: of parameters, results, fields,
//! variables and constants.

use std::collections::BTreeSet;
use std::ops::Range;

use harness::{Diagnostic, Span};

use super::definitions::{self, Kind};
use super::{Known, signatures, uses};
use crate::tokens::{self, Kind as TokenKind};

/// A type that is written somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// The file.
    pub(super) file: String,
    /// Where the type stands.
    pub(super) bytes: Range2,
    /// What has the type.
    pub(super) name: String,
    /// What it is, for the user.
    pub(super) what: &'static str,
    /// How near it is to the error, smaller is nearer.
    pub(super) distance: u32,
    /// Whether `_` may stand there.
    pub(super) inferred: bool,
}

/// A range that can be ordered.
pub(super) type Range2 = (usize, usize);

/// Lines of a place that are looked at for names.
const LINES: usize = 4;

/// The text of the lines of `span`, and where it begins.
pub(super) fn lines<'a>(known: &'a Known<'_>, span: &Span) -> Option<(usize, &'a str)> {
    let text = known.files.get(&span.file)?;
    text.get(span.bytes.clone())?;
    let start = uses::line_start(text, span.bytes.start);
    let rest = &text[start..];
    let count = (span.end_line.saturating_sub(span.line) + 1).min(LINES);
    let length = rest.split_inclusive('\n').take(count).map(str::len).sum();
    Some((start, &rest[..length]))
}

/// The names that stand in the lines of the places of `error`.
pub(super) fn names(known: &Known<'_>, error: &Diagnostic) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for span in &error.spans {
        let Some((_, text)) = lines(known, span) else { continue };
        for token in tokens::tokens(text) {
            let word = token.of(text);
            if token.kind == TokenKind::Word && !tokens::is_keyword(word) {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

/// The places that `error` may be about, nearest first.
pub(super) fn of(known: &Known<'_>, error: &Diagnostic) -> Vec<Spot> {
    let mut found = Vec::new();
    let names = names(known, error);
    let pointed = error.spans.iter().filter(|span| {
        let label = span.label.as_deref().unwrap_or_default();
        label.starts_with("expected due to this")
            || label.starts_with("expected because of this")
            || label.contains("because of return type")
    });
    for span in pointed {
        found.push(spot(&span.file, &span.bytes, "", "what is expected", 0, false));
    }
    for span in error.spans.iter().filter(|span| span.primary) {
        inside(known, span, &names, &mut found);
    }
    for note in error.notes.iter().filter(|note| note.message.contains("defined here")) {
        called(known, note, &mut found);
    }
    for (file, text) in known.files {
        elsewhere(file, text, &names, &mut found);
    }
    found.sort_by_key(|spot| spot.distance);
    let mut seen = BTreeSet::new();
    found.retain(|spot| seen.insert((spot.file.clone(), spot.bytes)));
    found
}

fn spot(
    file: &str,
    bytes: &Range<usize>,
    name: &str,
    what: &'static str,
    distance: u32,
    inferred: bool,
) -> Spot {
    let bytes = (bytes.start, bytes.end);
    Spot { file: file.to_owned(), bytes, name: name.to_owned(), what, distance, inferred }
}

/// Parameters, result and variables of the function around `span`.
fn inside(known: &Known<'_>, span: &Span, names: &BTreeSet<String>, found: &mut Vec<Spot>) {
    let Some(text) = known.files.get(&span.file) else { return };
    let Some(around) = signatures::around(text, span.bytes.start) else { return };
    let here = span.bytes.start;
    for parameter in &around.parameters {
        let (Some(name), Some(type_)) = (&parameter.name, &parameter.type_) else { continue };
        let word = &text[name.clone()];
        // An error about the signature itself is about what it points at.
        let pointed = parameter.bytes.start <= here && here < parameter.bytes.end;
        if pointed || names.contains(word) {
            let distance = if pointed { 0 } else { 1 };
            found.push(spot(&span.file, type_, word, "parameter", distance, false));
        }
    }
    let name = &text[around.name.clone()];
    if let Some(returns) = &around.returns {
        found.push(spot(&span.file, returns, name, "result", 2, false));
    }
    let Some(body) = &around.body else { return };
    let tokens = tokens::tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let first = tokens::index_at(&tokens, body.start);
    for at in first..tokens.len() {
        if tokens[at].bytes.start >= body.end {
            break;
        }
        if word(at) != "let" {
            continue;
        }
        let name = if word(at + 1) == "mut" { at + 2 } else { at + 1 };
        if word(name + 1) != ":" {
            continue;
        }
        let end = (name + 2..tokens.len()).find(|&at| matches!(word(at), "=" | ";"));
        let Some(end) = end.filter(|end| *end > name + 2) else { continue };
        let type_ = tokens[name + 2].bytes.start..tokens[end - 1].bytes.end;
        if names.contains(word(name)) {
            found.push(spot(&span.file, &type_, word(name), "variable", 1, true));
        }
    }
}

/// Parameters of the function that `note` says is defined somewhere.
fn called(known: &Known<'_>, note: &Diagnostic, found: &mut Vec<Spot>) {
    for span in &note.spans {
        let Some(text) = known.files.get(&span.file) else { continue };
        for signature in signatures::all(text) {
            let names_it =
                signature.name.start < span.bytes.end && span.bytes.start < signature.name.end;
            if !names_it {
                continue;
            }
            for parameter in &signature.parameters {
                let (Some(name), Some(type_)) = (&parameter.name, &parameter.type_) else {
                    continue;
                };
                let pointed = note.spans.iter().any(|other| {
                    other.file == span.file
                        && other.bytes.start >= parameter.bytes.start
                        && other.bytes.end <= parameter.bytes.end
                });
                let distance = if pointed { 1 } else { 4 };
                let name = &text[name.clone()];
                found.push(spot(&span.file, type_, name, "parameter", distance, false));
            }
        }
    }
}

/// Results of functions, fields and constants that have one of `names`.
fn elsewhere(file: &str, text: &str, names: &BTreeSet<String>, found: &mut Vec<Spot>) {
    for signature in signatures::all(text) {
        let name = &text[signature.name.clone()];
        if let Some(returns) = &signature.returns
            && names.contains(name)
        {
            found.push(spot(file, returns, name, "result", 3, false));
        }
    }
    for definition in definitions::all(text) {
        let is_it = matches!(definition.kind, Kind::Field | Kind::Constant)
            && names.contains(&definition.name);
        if !is_it {
            continue;
        }
        if let Some(type_) = type_behind(text, definition.bytes.end) {
            let field = definition.kind == Kind::Field;
            let what = if field { "field" } else { "constant" };
            found.push(spot(file, &type_, &definition.name, what, 2, false));
        }
    }
}

/// The type behind the colon that follows byte `at`.
pub(super) fn type_behind(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    // More than any type is long; a text is not cut up to its end for each of its fields.
    let end = rest.char_indices().nth(400).map_or(rest.len(), |(end, _)| end);
    let rest = &rest[..end];
    let tokens = tokens::tokens(rest);
    if tokens.first()?.of(rest) != ":" {
        return None;
    }
    let mut depth = 0_i32;
    let mut last = None;
    for token in &tokens[1..] {
        match token.of(rest) {
            "(" | "[" | "<" => depth += 1,
            ")" | "]" | ">" if depth > 0 => depth -= 1,
            "," | "}" | ")" | "=" | ";" if depth == 0 => break,
            _ => {}
        }
        last = Some(token.bytes.end);
    }
    let start = tokens.get(1)?.bytes.start;
    last.map(|end| at + start..at + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_end_where_the_next_thing_begins() {
        let text = "struct S { é: Vec<(u8, [u8; 2])>, b: &'a mut B }\nconst C: u8 = 1;";
        let of = |name: &str| {
            let at = text.find(name).unwrap() + name.len();
            text[type_behind(text, at).unwrap()].to_owned()
        };
        assert_eq!(of("é"), "Vec<(u8, [u8; 2])>");
        assert_eq!(of(" b"), "&'a mut B");
        assert_eq!(of("const C"), "u8");
    }
}
