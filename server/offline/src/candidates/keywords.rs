//! Keywords that are missing or misspelt where the text can still be read.

use harness::{Diagnostic, Span};

use super::page::Page;
use super::syntax::{is_syntax, mismatch, similar_keywords};
use super::{Candidate, Known, Source, own_files, rank};
use crate::files::Edit;
use crate::tokens::{self, Kind};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.first() else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    if is_syntax(error) {
        return Vec::new();
    }
    let tokens = tokens::tokens(text);
    let page = Page { file: &span.file, text, tokens: &tokens };
    match error.code.as_deref() {
        Some("E0133") => page.unsafety(span),
        Some("E0728") => page.asyncness(error),
        Some("E0782") => page.trait_objects(error),
        Some("E0282" | "E0283" | "E0284" | "E0790") => page.returns(span),
        Some("E0308") => page.mismatches(error),
        Some("E0412" | "E0425" | "E0432" | "E0433" | "E0405" | "E0573" | "E0704") => {
            page.misspelt(error)
        }
        _ => Vec::new(),
    }
}

impl Page<'_> {
    fn before(&self, index: usize) -> &str {
        index.checked_sub(1).map_or("", |before| self.word(before))
    }

    fn insert(&self, rank: u32, at: usize, text: &str, what: &str) -> Candidate {
        Candidate::new(rank, vec![Edit::new(self.file, at..at, text)], what)
    }

    /// The first token of the statement that the token `index` is in.
    fn statement(&self, index: usize) -> usize {
        let mut inner: Vec<&str> = Vec::new();
        for at in (0..index).rev() {
            let word = self.word(at);
            match word {
                ")" => inner.push("("),
                "]" => inner.push("["),
                // A block that has ended is a statement of its own.
                "}" if inner.is_empty() => return at + 1,
                "}" => inner.push("{"),
                "(" | "[" | "{" if inner.last() == Some(&word) => {
                    inner.pop();
                }
                "(" | "[" | "{" | ";" | "=>" if inner.is_empty() => return at + 1,
                "(" | "[" | "{" => return at + 1,
                _ => {}
            }
        }
        0
    }

    /// The keyword `fn` of the function that the token `index` is in.
    fn function(&self, index: usize) -> Option<usize> {
        let blocks = tokens::open_brackets(self.text, self.tokens, index);
        blocks.into_iter().filter(|open| self.word(*open) == "{").find_map(|open| {
            let head = self.statement(open);
            (head..open).find(|at| self.word(*at) == "fn" && self.tokens[at + 1].kind == Kind::Word)
        })
    }

    /// A call that must stand in an unsafe block: the block that is there already, a new one, or
    /// the whole function.
    fn unsafety(&self, span: &Span) -> Vec<Candidate> {
        let mut found = Vec::new();
        let index = tokens::index_at(self.tokens, span.bytes.start);
        let blocks = tokens::open_brackets(self.text, self.tokens, index);
        for (order, open) in (0..).zip(blocks.into_iter().filter(|at| self.word(*at) == "{")) {
            let plain = ["=", "(", ",", "{", ";", "}", "return", "=>", "|", "&", "||", "else"];
            let before = self.before(open);
            if plain.contains(&before) && before != "else" {
                // Arms and closures have blocks anyway.
                let usual = matches!(before, "=>" | "|" | "||");
                let rank = if usual { rank::LIKELY } else { rank::PLAIN };
                let at = self.tokens[open].bytes.start;
                let what = "make the block unsafe";
                found.push(self.insert(rank + order, at, "unsafe ", what));
            }
        }
        let (start, end) = (span.bytes.start, span.bytes.end);
        if self.text.get(start..end).is_some() {
            let edits = vec![
                Edit::new(self.file, start..start, "unsafe { "),
                Edit::new(self.file, end..end, " }"),
            ];
            found.push(Candidate::new(rank::LIKELY + 4, edits, "call it in an unsafe block"));
        }
        if let Some(function) = self.function(index) {
            // Whoever wrote the function says that its callers have to take care.
            let comment = self.text[..self.tokens[function].bytes.start]
                .rsplit("\n\n")
                .next()
                .is_some_and(|text| text.contains("# Safety"));
            let rank = if comment { rank::PROPOSED } else { rank::LIKELY + 8 };
            if self.before(function) != "unsafe" {
                let at = self.tokens[function].bytes.start;
                found.push(self.insert(rank, at, "unsafe ", "make the function unsafe"));
            }
        }
        found
    }

    fn asyncness(&self, error: &Diagnostic) -> Vec<Candidate> {
        let mut found = Vec::new();
        for span in error.spans.iter().filter(|span| span.file == self.file) {
            let index = tokens::index_at(self.tokens, span.bytes.start);
            if let Some(function) = self.function(index) {
                let at = self.tokens[function].bytes.start;
                found.push(self.insert(rank::PLAIN, at, "async ", "make the function async"));
            }
        }
        found.dedup();
        found
    }

    /// A trait that stands for a type, behind a pointer.
    fn trait_objects(&self, error: &Diagnostic) -> Vec<Candidate> {
        let mut found = Vec::new();
        for span in error.spans.iter().filter(|span| span.primary && span.file == self.file) {
            let index = tokens::index_at(self.tokens, span.bytes.start);
            let before = self.before(index);
            let behind = matches!(before, "&" | "mut" | "const" | "<")
                || self
                    .tokens
                    .get(index.wrapping_sub(1))
                    .is_some_and(|token| token.kind == Kind::Lifetime);
            if behind {
                // With a bound after it, it needs brackets behind `&`.
                let at = span.bytes.start;
                found.push(self.insert(rank::PLAIN, at, "dyn ", "write `dyn` before the trait"));
            }
        }
        found
    }

    /// A statement whose value nobody uses may have been meant to be returned.
    fn returns(&self, span: &Span) -> Vec<Candidate> {
        let index = tokens::index_at(self.tokens, span.bytes.start);
        let start = self.statement(index);
        let first = self.word(start);
        let leads = tokens::is_keyword(first) && !matches!(first, "self" | "Self" | "crate");
        if leads || self.function(index).is_none() {
            return Vec::new();
        }
        let Some(token) = self.tokens.get(start) else { return Vec::new() };
        vec![self.insert(rank::PROPOSED - 4, token.bytes.start, "return ", "return the value")]
    }

    fn mismatches(&self, error: &Diagnostic) -> Vec<Candidate> {
        let mut found = Vec::new();
        for span in error.spans.iter().filter(|span| span.primary && span.file == self.file) {
            let Some(here) = self.text.get(span.bytes.clone()) else { continue };
            let Some((expected, found_type)) = span.label.as_deref().and_then(mismatch) else {
                continue;
            };
            if expected == "bool" && found_type == "()" {
                found.extend(self.comparison(span));
            }
            if expected == "()" && found_type != "()" {
                found.extend(self.returns(span));
            }
            found.extend(self.references(span, here, expected, found_type));
        }
        found.extend(self.mutability(error));
        found
    }

    /// `=` where `==` was meant.
    fn comparison(&self, span: &Span) -> Vec<Candidate> {
        let inside = self.tokens.iter().filter(|token| {
            span.bytes.start <= token.bytes.start && token.bytes.end <= span.bytes.end
        });
        let assign = inside.filter(|token| token.of(self.text) == "=").take(2);
        assign.map(|token| self.insert(rank::PLAIN, token.bytes.end, "=", "compare")).collect()
    }

    /// A reference instead of a value, or the other way round.
    fn references(
        &self,
        span: &Span,
        here: &str,
        expected: &str,
        found: &str,
    ) -> Option<Candidate> {
        let start = span.bytes.start;
        let rank = rank::LIKELY + 2;
        let name = |text: &str| text.trim_start_matches('&').trim_start_matches("mut ").to_owned();
        let alike = name(expected).split('<').next() == name(found).split('<').next();
        match (expected.starts_with("&mut "), expected.starts_with('&'), found.starts_with('&')) {
            (true, _, false) => {
                Some(self.insert(rank, start, "&mut ", "lend it mutably with `&mut`"))
            }
            (false, true, false) => Some(self.insert(rank, start, "&", "lend it with `&`")),
            (_, false, true) if here.starts_with('&') => {
                let length = if here.starts_with("&mut ") { 5 } else { 1 };
                let edit = Edit::new(self.file, start..start + length, "");
                Some(Candidate::new(rank, vec![edit], "remove the reference"))
            }
            (_, false, true) if alike => {
                Some(self.insert(rank, start, "*", "follow the reference"))
            }
            _ => None,
        }
    }

    /// `&x` where `&mut x` was meant.
    fn mutability(&self, error: &Diagnostic) -> Vec<Candidate> {
        let spans = error.spans.iter().filter(|span| {
            span.file == self.file
                && span.primary
                && span.label.as_deref() == Some("types differ in mutability")
        });
        let mut found = Vec::new();
        for span in spans {
            let here = self.text.get(span.bytes.clone()).unwrap_or_default();
            let at = span.bytes.start + 1;
            if here.starts_with('&') && !here.starts_with("&mut ") {
                let what = "lend it mutably with `&mut`";
                found.push(self.insert(rank::PROPOSED - 4, at, "mut ", what));
                let edit = Edit::new(self.file, at - 1..at, "");
                let what = "remove the reference";
                found.push(Candidate::new(rank::LIKELY - 4, vec![edit], what));
            }
        }
        found
    }

    /// A name that is a keyword but for one slip.
    fn misspelt(&self, error: &Diagnostic) -> Vec<Candidate> {
        let mut found = Vec::new();
        for span in error.spans.iter().filter(|span| span.primary && span.file == self.file) {
            let Some(word) = self.text.get(span.bytes.clone()) else { continue };
            for keyword in similar_keywords(word).into_iter().take(2) {
                let edit = Edit::new(self.file, span.bytes.clone(), keyword);
                let what = format!("write `{keyword}` instead of `{word}`");
                found.push(Candidate::new(rank::LIKELY, vec![edit], what));
            }
        }
        found
    }
}
