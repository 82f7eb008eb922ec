//! A value with a layer too much: a mark before it, a call or a mark behind it, something that
//! wraps it. What the types do not want is taken off, one layer at a time.

use std::ops::Range;

use harness::{Diagnostic, Span};

use super::page::Page;
use super::{Candidate, Known, Source, missing, operands, own_files, rank};
use crate::files::Edit;
use crate::tokens::{self, Kind};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// Methods that change the form of a value and nothing else.
const FORMS: &[&str] = &[
    "unwrap",
    "to_string",
    "to_owned",
    "clone",
    "into",
    "as_ref",
    "as_mut",
    "as_str",
    "as_bytes",
    "as_slice",
    "iter",
    "into_iter",
    "iter_mut",
    "collect",
    "to_vec",
    "copied",
    "cloned",
    "borrow",
    "borrow_mut",
    "into_boxed_slice",
    "as_ptr",
    "chars",
    "bytes",
    "ok",
    "await",
];

/// What wraps a value.
const WRAPPERS: &[&str] = &["Some", "Ok", "Err"];

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let doubted = matches!(
        error.code.as_deref(),
        Some(
            "E0308"
                | "E0277"
                | "E0599"
                | "E0614"
                | "E0596"
                | "E0282"
                | "E0283"
                | "E0605"
                | "E0606"
                | "E0618"
                | "E0604"
                | "E0600"
                | "E0369"
                | "E0070"
                | "E0053"
                | "E0507"
                | "E0610"
                | "E0631"
                | "E0533"
                | "E0716"
        )
    );
    if !doubted || missing::is_repetition(known, error) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (far, span) in (0..).zip(error.spans.iter().filter(|span| span.primary).take(2)) {
        let Some(text) = known.files.get(&span.file) else { continue };
        if text.get(span.bytes.clone()).is_none() {
            continue;
        }
        let tokens = tokens::tokens(text);
        let page = Page { file: &span.file, text, tokens: &tokens };
        found.extend(
            page.layers(error, span)
                .into_iter()
                .map(|it: Candidate| Candidate { rank: it.rank + 3 * far, ..it }),
        );
    }
    found
}

impl Page<'_> {
    fn cut(&self, rank: u32, bytes: Range<usize>, what: &str) -> Candidate {
        Candidate::new(rank, vec![Edit::new(self.file, bytes, "")], what)
    }

    /// What may be taken off at `span`.
    fn layers(&self, error: &Diagnostic, span: &Span) -> Vec<Candidate> {
        let first = tokens::index_at(self.tokens, span.bytes.start);
        let end = tokens::index_at(self.tokens, span.bytes.end);
        let Some(last) = end.checked_sub(usize::from(
            self.tokens.get(end).is_none_or(|token| token.bytes.start >= span.bytes.end),
        )) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let code = error.code.as_deref().unwrap_or_default();
        self.marks(first, &mut found);
        self.wrapper(first, last, &mut found);
        // What the error points at may stand in a wrapper, or before what is too much.
        if first > 1 && self.word(first - 1) == "(" && WRAPPERS.contains(&self.word(first - 2)) {
            self.wrapper(first - 2, last + 1, &mut found);
        }
        let open = tokens::open_brackets(self.text, self.tokens, first).first().copied();
        if let Some(name) = open.and_then(|open| open.checked_sub(1))
            && WRAPPERS.contains(&self.word(name))
        {
            self.wrapper(name, name, &mut found);
        }
        if let Some(before) = first.checked_sub(1) {
            self.marks(before, &mut found);
        }
        if error.message.contains("{float}") {
            self.fraction(first, &mut found);
        }
        for at in [last, last + 1, first] {
            self.behind(at, code, &mut found);
        }
        if self.word(last + 1) == "." {
            self.behind(last + 2, code, &mut found);
        }
        found.dedup_by(|a, b| a.edits == b.edits);
        found
    }

    /// `&`, `&mut` or `*` at the token `at`, if it stands before an operand.
    fn marks(&self, at: usize, found: &mut Vec<Candidate>) {
        let before = at.checked_sub(1).map_or("", |before| self.word(before));
        let unary = matches!(
            before,
            "(" | "["
                | "{"
                | ","
                | "="
                | "=>"
                | ";"
                | "}"
                | "&&"
                | "||"
                | "return"
                | "in"
                | "=="
                | "!="
                | "<"
                | ">"
                | "+"
                | "-"
                | "|"
                | ":"
                | "match"
                | "if"
                | "while"
                | "&"
                | "*"
        );
        let (Some(token), true) = (self.tokens.get(at), unary) else { return };
        let end = match (self.word(at), self.word(at + 1)) {
            ("&", "mut") => self.tokens.get(at + 2).map(|next| next.bytes.start),
            ("&" | "*", _) => Some(token.bytes.end),
            _ => None,
        };
        if let Some(end) = end {
            let what = format!("remove `{}`", self.text[token.bytes.start..end].trim());
            found.push(self.cut(rank::LIKELY - 6, token.bytes.start..end, &what));
            if self.word(at + 1) == "mut" {
                let to = self.tokens[at + 1].bytes.end;
                let edit = Edit::new(self.file, token.bytes.end..to + 1, "");
                found.push(Candidate::new(rank::LIKELY - 4, vec![edit], "remove `mut`"));
            }
        }
    }

    /// `Some(…)`, `Ok(…)` or `T::new(…)` that reaches from `first` to `last`.
    fn wrapper(&self, first: usize, last: usize, found: &mut Vec<Candidate>) {
        let open = match (self.word(first), self.word(first + 1), self.word(first + 3)) {
            (name, "(", _) if WRAPPERS.contains(&name) => first + 1,
            (_, "::", "(") if matches!(self.word(first + 2), "new" | "from") => first + 3,
            _ => return,
        };
        let Some(close) = tokens::closing(self.text, self.tokens, open) else { return };
        if close < last || close == open + 1 {
            return;
        }
        let (head, tail) = (&self.tokens[first].bytes, &self.tokens[close].bytes);
        let edits = vec![
            Edit::new(self.file, head.start..self.tokens[open].bytes.end, ""),
            Edit::new(self.file, tail.clone(), ""),
        ];
        let what =
            format!("remove `{}(…)`", self.text[head.start..self.tokens[open].bytes.start].trim());
        found.push(Candidate::new(rank::LIKELY - 5, edits, what));
    }

    /// `?`, `.unwrap()`, `as T` or empty brackets at the token `at`.
    fn behind(&self, at: usize, code: &str, found: &mut Vec<Candidate>) {
        let Some(token) = self.tokens.get(at) else { return };
        let dot = at.checked_sub(1).filter(|&dot| self.word(dot) == ".");
        match self.word(at) {
            "?" => {
                found.push(self.cut(rank::PROPOSED - 4, token.bytes.clone(), "remove `?`"));
            }
            ")" if at > 1 && self.word(at - 1) == "(" => {
                let Some(name) =
                    at.checked_sub(2).filter(|&name| self.word(name.wrapping_sub(1)) == ".")
                else {
                    return;
                };
                self.form(name, at, code, found);
                self.field(name, at, code, found);
            }
            name if dot.is_some() && self.word(at + 1) == "(" && self.word(at + 2) == ")" => {
                if FORMS.contains(&name) {
                    self.form(at, at + 2, code, found);
                }
                self.field(at, at + 2, code, found);
            }
            _ => {}
        }
        // A cast to what is not wanted: the error points at all of it, or at the type.
        let cast = (at.saturating_sub(3)..=at + 1).find(|&it| self.word(it) == "as");
        if let Some(cast) = cast
            && let Some(type_) = operands::after(self.text, self.tokens, cast + 1)
        {
            let start = self.tokens[cast - 1].bytes.end;
            found.push(self.cut(rank::LIKELY - 3, start..type_.end, "remove the cast"));
        }
    }

    /// The call of a method that only changes the form of a value: `name` to `close`.
    fn form(&self, name: usize, close: usize, code: &str, found: &mut Vec<Candidate>) {
        let method = self.word(name);
        if !FORMS.contains(&method) || name == 0 {
            return;
        }
        let unknown = code == "E0599";
        let rank = if unknown { rank::PROPOSED - 3 } else { rank::LIKELY - 2 };
        let bytes = self.tokens[name - 1].bytes.start..self.tokens[close].bytes.end;
        // A call on a line of its own takes the line along.
        let start = self.text[..bytes.start].trim_end().len();
        found.push(self.cut(rank, start..bytes.end, &format!("remove `.{method}()`")));
    }

    /// A whole number that is written with a fraction, shortly behind the token `at`.
    fn fraction(&self, at: usize, found: &mut Vec<Candidate>) {
        for token in self.tokens.iter().skip(at.saturating_sub(2)).take(8) {
            let whole = token.of(self.text).strip_suffix(".0");
            if let Some(whole) = whole.filter(|_| token.kind == Kind::Number) {
                let edit = Edit::new(self.file, token.bytes.clone(), whole);
                let what = format!("write `{whole}`");
                found.push(Candidate::new(rank::PLAIN, vec![edit], what));
            }
        }
    }

    /// A field that is called.
    fn field(&self, name: usize, close: usize, code: &str, found: &mut Vec<Candidate>) {
        let is_name = self.tokens[name].kind == Kind::Word;
        if is_name && matches!(code, "E0599" | "E0618") {
            let bytes = self.tokens[name].bytes.end..self.tokens[close].bytes.end;
            let what = format!("`{}` is a field", self.word(name));
            found.push(self.cut(rank::PROPOSED, bytes, &what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// What is left of `text` when the error is at `at`.
    fn check(text: &str, at: &str, code: &str, expected: &[&str]) {
        let start = text.find(at).unwrap();
        let error = testing::error(Some(code), "mismatched types", start..start + at.len());
        let mut shown = testing::after(text, &testing::proposed(text, vec![error], propose));
        shown.sort();
        shown.dedup();
        assert_eq!(shown, expected, "{at}");
    }

    #[test]
    fn layers_come_off() {
        check("f(&mut é);", "&mut é", "E0596", &["f(&é);", "f(é);"]);
        check("f(*a.b());", "*a.b()", "E0614", &["f(a.b());"]);
        check("let a = b.c()?;", "b.c()?", "E0277", &["let a = b.c();"]);
        check("a(Some(b.c));", "Some(b.c)", "E0308", &["a(b.c);"]);
        check("a(Some(b.c));", "b.c", "E0308", &["a(b.c);"]);
        check("a(b.unwrap());", "unwrap", "E0599", &["a(b);", "a(b.unwrap);"]);
        check("a(b as u8);", "b as u8", "E0308", &["a(b);"]);
        check("a.idx() += 1;", "idx", "E0599", &["a.idx += 1;"]);
    }
}
