//! Literals: quotes that are missing, that are of the other kind, or that do not belong there.

use harness::Diagnostic;

use super::page::Page;
use super::syntax::{is_first, mentions, mismatch};
use super::trial::Trial;
use super::{Candidate, Known, Source, own_files, rank};
use crate::files::Edit;
use crate::tokens::{self, Kind};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// How many proposals are worth a check of the project.
const LIMIT: usize = 10;

type Repair = (u32, Edit, String);

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.first() else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let page = Page { file: &span.file, text, tokens: &tokens };
    if is_lexical(error) {
        let first = is_first(known, error, 1, |other| {
            is_lexical(other) && other.spans.first().is_some_and(|other| other.file == span.file)
        });
        let trial = if first { Trial::new(&span.file, text, span.bytes.start) } else { None };
        let Some(trial) = trial else { return Vec::new() };
        let mut repairs = page.single_to_double(span.bytes.start);
        repairs.extend(page.missing_quotes());
        repairs.sort_by_key(|(rank, ..)| *rank);
        return trial.sift(repairs, LIMIT);
    }
    let mut repairs = page.other_quotes(error);
    repairs.extend(page.quoted_numbers(error));
    repairs.into_iter().map(|(rank, edit, what)| Candidate::new(rank, vec![edit], what)).collect()
}

/// Whether `error` is what a missing or a wrong quote leads to: text is read as code and code as
/// text.
pub(super) fn is_lexical(error: &Diagnostic) -> bool {
    let message = error.message.as_str();
    match error.code.as_deref() {
        Some(code) => matches!(code, "E0762" | "E0763" | "E0765" | "E0766" | "E0748"),
        None => {
            (message.starts_with("prefix `") && message.ends_with("is unknown"))
                || message.starts_with("unknown start of token")
                || message.starts_with("unknown character escape")
                || message.starts_with("character literal may only contain one")
                || message.starts_with("unterminated")
                || message.starts_with("invalid suffix")
                || message.starts_with("reserved")
        }
    }
}

impl Page<'_> {
    fn line_around(&self, at: usize) -> (usize, usize) {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        (start, end)
    }

    /// Text between single quotes in the line of byte `at` becomes a string.
    fn single_to_double(&self, at: usize) -> Vec<Repair> {
        let Some(at) = (at <= self.text.len() && self.text.is_char_boundary(at)).then_some(at)
        else {
            return Vec::new();
        };
        let (start, end) = self.line_around(at);
        let quotes: Vec<usize> =
            self.text[start..end].match_indices('\'').map(|(quote, _)| start + quote).collect();
        let mut repairs = Vec::new();
        for pair in quotes.windows(2) {
            let inner = &self.text[pair[0] + 1..pair[1]];
            if inner.chars().nth(1).is_some() && !inner.contains('"') {
                let edit = Edit::new(self.file, pair[0]..pair[1] + 1, format!("\"{inner}\""));
                repairs.push((rank::PLAIN, edit, "write a string in double quotes".to_owned()));
            }
        }
        repairs
    }

    /// A string that goes on over the end of its line is either meant so, or a quote is missing in
    /// the line in which it begins.
    fn missing_quotes(&self) -> Vec<Repair> {
        /// Strings that are looked at: after the first wrong one all are.
        const STRINGS: usize = 6;
        let mut repairs = Vec::new();
        let over = self.tokens.iter().filter(|token| {
            let text = token.of(self.text);
            token.kind == Kind::String && text.contains('\n') && !text.starts_with(['r'])
        });
        for (order, string) in (0..).zip(over.take(STRINGS)) {
            let quote = string.bytes.start;
            let (start, end) = self.line_around(quote);
            let line = &self.text[start..end];
            let mut closing = 0;
            let mut opening = 0;
            let ends = line.char_indices().filter(|(at, next)| {
                start + at > quote && matches!(next, ')' | ',' | ';' | ']' | '}' | '.' | ' ')
            });
            let ends = ends.chain([(line.len(), '\n')]);
            for (at, next) in ends {
                if !is_closed(&with_quote(line, at)) {
                    continue;
                }
                let blank = if next == ' ' { 12 } else { 0 };
                let rank = rank::LIKELY - 15 + closing + blank + order;
                closing = (closing + 1).min(8);
                repairs.push((rank, self.quote(start + at), "close the string".to_owned()));
            }
            let begins = line.char_indices().rev().filter(|(at, _)| {
                let before = line[..*at].trim_end_matches(' ').chars().next_back();
                start + at <= quote
                    && (before.is_none_or(|before| "([{,=&:>".contains(before))
                        || line[..*at].ends_with([' ', 'b', 'c']))
                    && !line[*at..].starts_with(' ')
            });
            for (at, _) in begins {
                if !is_closed(&with_quote(line, at)) {
                    continue;
                }
                let rank = rank::LIKELY - 12 + opening + order;
                opening = (opening + 1).min(8);
                repairs.push((rank, self.quote(start + at), "open the string".to_owned()));
            }
        }
        repairs
    }

    fn quote(&self, at: usize) -> Edit {
        Edit::new(self.file, at..at, "\"")
    }

    /// The literal is right but for its quotes.
    fn other_quotes(&self, error: &Diagnostic) -> Vec<Repair> {
        let mut repairs = Vec::new();
        let format = error.message.starts_with("format argument must be a string literal");
        for span in error.spans.iter().filter(|span| span.primary && span.file == self.file) {
            let Some(token) = self.tokens.iter().find(|token| token.bytes == span.bytes) else {
                continue;
            };
            let literal = token.of(self.text);
            let mismatch = span.label.as_deref().and_then(mismatch);
            let (expected, found) = mismatch.unwrap_or_default();
            let wants_text = format || matches!(expected.trim_start_matches('&'), "str" | "String");
            let new = match token.kind {
                Kind::Char if wants_text || expected == "&'static str" => {
                    let inner = literal.trim_start_matches('b').trim_matches('\'');
                    Some(format!("\"{}\"", inner.replace('"', "\\\"")))
                }
                Kind::String if matches!(expected, "char" | "u8") && !literal.starts_with('r') => {
                    let inner = literal.trim_start_matches('b').trim_matches('"');
                    let prefix = if expected == "u8" { "b" } else { "" };
                    let one = inner.chars().count() == 1 || inner.starts_with('\\');
                    (one && inner != "'").then(|| format!("{prefix}'{inner}'"))
                }
                Kind::Char if expected == "u8" && !literal.starts_with('b') => {
                    Some(format!("b{literal}"))
                }
                Kind::Char if expected == "char" && literal.starts_with('b') => {
                    Some(literal[1..].to_owned())
                }
                Kind::String if expected.starts_with("&[u8") && literal.starts_with('"') => {
                    Some(format!("b{literal}"))
                }
                Kind::String if wants_text && literal.starts_with("b\"") => {
                    Some(literal[1..].to_owned())
                }
                Kind::Number if wants_text && found.contains("integer") => {
                    Some(format!("\"{literal}\""))
                }
                _ => None,
            };
            if let Some(new) = new {
                let what = format!("write `{new}` instead of `{literal}`");
                repairs.push((rank::PLAIN, Edit::new(self.file, token.bytes.clone(), new), what));
            }
        }
        repairs
    }

    /// A number stands in quotes, and something complains about text.
    fn quoted_numbers(&self, error: &Diagnostic) -> Vec<Repair> {
        /// How far from the complaint, in bytes.
        const NEAR: usize = 3000;
        if !["str", "String"].iter().any(|text| mentions(error, text)) {
            return Vec::new();
        }
        let here: Vec<&std::ops::Range<usize>> = error
            .spans
            .iter()
            .filter(|span| span.file == self.file)
            .map(|span| &span.bytes)
            .collect();
        let mut found: Vec<(usize, Repair)> = Vec::new();
        for token in self.tokens.iter().filter(|token| token.kind == Kind::String) {
            let literal = token.of(self.text);
            let Some(number) = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
            else {
                continue;
            };
            if !is_number(number) {
                continue;
            }
            let distances = here.iter().map(|bytes| {
                let covered = bytes.start <= token.bytes.start && token.bytes.end <= bytes.end;
                if covered { 0 } else { bytes.start.abs_diff(token.bytes.start) }
            });
            let Some(distance) = distances.min().filter(|distance| *distance < NEAR) else {
                continue;
            };
            let exact = here.contains(&&token.bytes);
            let rank = if exact { rank::PLAIN + 2 } else { rank::LIKELY - 4 };
            let edit = Edit::new(self.file, token.bytes.clone(), number);
            found.push((distance, (rank, edit, format!("write the number {number}"))));
        }
        found.sort_by_key(|(distance, _)| *distance);
        let nearest = found.into_iter().take(4).zip(0..);
        nearest.map(|((_, (rank, edit, what)), order)| (rank + order, edit, what)).collect()
    }
}

fn with_quote(line: &str, at: usize) -> String {
    format!("{}\"{}", &line[..at], &line[at..])
}

/// Whether every string that begins in `line` ends there, and what follows a string is not a word.
fn is_closed(line: &str) -> bool {
    let tokens = tokens::tokens(line);
    tokens.iter().enumerate().all(|(at, token)| {
        let literal = token.of(line);
        let next = tokens.get(at + 1).filter(|next| next.bytes.start == token.bytes.end);
        token.kind != Kind::String
            || (literal.len() > 1
                && literal.trim_end_matches('#').ends_with('"')
                && tokens::tokens(&format!("{literal}x")).len() == 2
                && next.is_none_or(|next| next.kind == Kind::Punctuation))
    })
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && tokens::tokens(digits).len() == 1
        && digits.chars().all(|digit| digit.is_ascii_alphanumeric() || ['.', '_'].contains(&digit))
}
