//! The error shows where a value is used, and what is wrong is where it comes from: the expression
//! that a variable was bound to, or that a loop goes through.

use std::ops::Range;

use harness::Diagnostic;

use super::page::Page;
use super::{Candidate, Known, Source, missing, own_files, rank, signatures, type_text};
use crate::files::Edit;
use crate::tokens::{self, Kind, Token};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// Errors that may have come down to where they are shown.
const CODES: &[&str] = &[
    "E0308", "E0614", "E0599", "E0277", "E0369", "E0382", "E0507", "E0594", "E0596", "E0609",
    "E0600",
];

/// What a variable is bound to.
struct Binding {
    /// The expression.
    bytes: Range<usize>,
    /// Whether it is gone through, one thing after another.
    loops: bool,
}

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if !error.code.as_deref().is_some_and(|code| CODES.contains(&code))
        || missing::is_repetition(known, error)
    {
        return Vec::new();
    }
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let Some(around) = signatures::around(text, span.bytes.start) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let page = Page { file: &span.file, text, tokens: &tokens };
    let first = tokens::index_at(&tokens, around.keyword);
    let here = tokens::index_at(&tokens, span.bytes.start);
    let mut found = Vec::new();
    for name in names(text, &tokens, here, &span.bytes) {
        let Some(binding) = binding(text, &tokens, first..here, name) else { continue };
        let mut add = |rank: u32, before: &str, after: &str| {
            found.push(page.around(rank, &binding.bytes, before, after));
        };
        for (expected, actual) in type_text::mismatches(error).iter().take(1) {
            if !binding.loops {
                for (rank, before, after) in page.ways(expected, actual, span.bytes.start) {
                    add(rank + 14, &before, &after);
                }
            }
        }
        let bare = text[binding.bytes.clone()].trim_start();
        if binding.loops {
            for (order, prefix) in (0..).zip(["&mut ", "&"]) {
                if !bare.starts_with('&') {
                    add(rank::PROPOSED - 2 + order, prefix, "");
                }
            }
            for (order, suffix) in (0..).zip([".iter()", ".iter_mut()", ".into_iter()"]) {
                add(rank::LIKELY - 6 + order, "", suffix);
            }
        } else {
            for (order, suffix) in (0..).zip([".unwrap()", "?", ".clone()", ".iter()", ".as_ref()"])
            {
                let holds = error.message.contains("Option") || error.message.contains("Result");
                if holds || order > 1 {
                    add(rank::LIKELY - 4 + 2 * order, "", suffix);
                }
            }
            if !bare.starts_with('&') {
                add(rank::LIKELY + 3, "&", "");
                add(rank::LIKELY + 4, "&mut ", "");
                add(rank::LIKELY + 5, "*", "");
            } else {
                // The reference itself is too much.
                let length = if bare.starts_with("&mut ") { 5 } else { 1 };
                let start = binding.bytes.start;
                let edit = Edit::new(&span.file, start..start + length, "");
                found.push(Candidate::new(rank::LIKELY, vec![edit], "remove the reference"));
            }
        }
    }
    found
}

/// The variables within `bytes`; before a method those of its receiver.
fn names<'a>(text: &'a str, tokens: &[Token], here: usize, bytes: &Range<usize>) -> Vec<&'a str> {
    let mut first = here;
    while first >= 2 && tokens[first - 1].of(text) == "." && tokens[first - 2].kind == Kind::Word {
        first -= 2;
    }
    let mut found: Vec<&str> = Vec::new();
    for (at, token) in tokens.iter().enumerate().skip(first) {
        if token.bytes.start >= bytes.end || found.len() > 2 {
            break;
        }
        let word = text.get(token.bytes.clone()).unwrap_or_default();
        let before = at.checked_sub(1).map_or("", |at| tokens[at].of(text));
        let variable = token.kind == Kind::Word
            && !tokens::is_keyword(word)
            && !matches!(before, "." | "::")
            && word.starts_with(|it: char| it.is_lowercase());
        if variable && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

/// The nearest binding of `name` among the tokens `range`, seen from its end.
fn binding(text: &str, tokens: &[Token], range: Range<usize>, name: &str) -> Option<Binding> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    for at in range.clone().rev() {
        let (separator, end) = match word(at) {
            "for" => ("in", "{"),
            "let" => {
                ("=", if matches!(word(at.wrapping_sub(1)), "if" | "while") { "{" } else { ";" })
            }
            _ => continue,
        };
        let Some(divide) = (at..at + 30).find(|&at| word(at) == separator) else { continue };
        let binds = (at + 1..divide).any(|at| word(at) == name && word(at + 1) != "::");
        if !binds {
            continue;
        }
        let mut last = divide + 1;
        while last < tokens.len() && word(last) != end && word(last) != "else" {
            last = match word(last) {
                "(" | "[" => tokens::closing(text, tokens, last)? + 1,
                "{" => tokens::closing(text, tokens, last)? + 1,
                ";" | "}" => break,
                _ => last + 1,
            };
        }
        if last > divide + 1 && last <= tokens.len() {
            let bytes = tokens[divide + 1].bytes.start..tokens[last - 1].bytes.end;
            return Some(Binding { bytes, loops: separator == "in" });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_come_from_somewhere() {
        let text =
            "fn f() { let é = g(1, { 2 }); for (a, b) in data.x { if let Some(c) = h { HERE } } }";
        let tokens = tokens::tokens(text);
        let here = tokens::index_at(&tokens, text.find("HERE").unwrap());
        let of = |name: &str| {
            let found = binding(text, &tokens, 0..here, name);
            found.map_or("-", |it| &text[it.bytes]).to_owned()
        };
        assert_eq!(of("é"), "g(1, { 2 })");
        assert_eq!(of("b"), "data.x");
        assert_eq!(of("c"), "h");
        assert_eq!(of("d"), "-");
    }

    #[test]
    fn the_receiver_of_a_method_is_what_it_is_about() {
        let text = "x.y.method(z)";
        let tokens = tokens::tokens(text);
        assert_eq!(names(text, &tokens, 4, &(4..10)), ["x"]);
        assert_eq!(names(text, &tokens, 0, &(0..13)), ["x", "z"]);
    }
}
