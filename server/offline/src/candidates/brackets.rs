//! Brackets that are left open, closed by another kind, or never opened: where the missing one
//! belongs is read from the indentation, or, within a line, tried on the parser.

use std::collections::BTreeMap;

use harness::Diagnostic;

use super::trial::Trial;
use super::{Candidate, Known, Source, own_files, rank};
use crate::files::Edit;
use crate::tokens::{self, Kind, Token};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// How many proposals are worth a check of the project.
const LIMIT: usize = 12;
/// How many tokens of an expression are looked at.
const REACH: usize = 80;

type Repair = (u32, Edit, String);

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if error.code.is_some() || !error.message.contains("delimiter") {
        return Vec::new();
    }
    let Some(span) = error.spans.first() else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let Some(trial) = Trial::new(&span.file, text, span.bytes.start) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let lines = lines(text, &tokens);
    let page = Page { file: &span.file, text, tokens: &tokens, lines };
    let labelled = |label: &str| {
        let spans = error.spans.iter().filter(|span| {
            span.file == page.file && span.label.as_deref().is_some_and(|text| text.contains(label))
        });
        spans.map(|span| tokens::index_at(&tokens, span.bytes.start)).collect::<Vec<_>>()
    };
    let mut repairs = Vec::new();
    if error.message.starts_with("unexpected") {
        let mut closers = labelled("missing open");
        let named = !closers.is_empty();
        closers.push(tokens::index_at(&tokens, span.bytes.start));
        for closer in closers {
            repairs.extend(page.opener_in_line(closer));
            let doubt = if named { 0 } else { 8 };
            repairs.extend(page.delete(rank::POSSIBLE + doubt, closer));
        }
        repairs.extend(page.openers_by_indentation());
    } else {
        let mut openers = labelled("unclosed delimiter");
        openers.extend(labelled("possibly meant for this"));
        openers.extend(labelled("might not be properly closed"));
        for (order, &opener) in (0..).zip(&openers) {
            if !page.ends_line(opener) {
                repairs.extend(page.closer_in_line(opener, order * 6));
            }
        }
        for index in labelled("mismatched closing delimiter") {
            repairs.extend(openers.iter().filter_map(|&opener| page.exchange(index, opener)));
            repairs.extend(openers.iter().filter_map(|&opener| page.reopen(opener, index)));
            repairs.extend(page.delete(rank::POSSIBLE + 4, index));
        }
        repairs.extend(page.closers_by_indentation(&openers));
        repairs.extend(openers.iter().filter_map(|&at| page.delete(rank::POSSIBLE + 8, at)));
        // Two that end a line together are one too many, as a rule.
        let doubled = (1..tokens.len())
            .filter(|&at| page.word(at) == "{" && page.word(at - 1) == "{" && page.ends_line(at));
        repairs.extend(doubled.filter_map(|at| page.delete(rank::LIKELY - 10, at)));
    }
    repairs.sort_by_key(|(rank, ..)| *rank);
    trial.sift(repairs, LIMIT)
}

/// A line with at least one token.
struct Line {
    /// Blanks that it begins with.
    indent: usize,
    /// Its first token.
    first: usize,
    /// Its last token.
    last: usize,
}

fn lines(text: &str, tokens: &[Token]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut end = 0;
    for (index, token) in tokens.iter().enumerate() {
        let start = token.bytes.start;
        if index == 0 || text[end..start].contains('\n') {
            let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
            let indent = text[line..start].len() - text[line..start].trim_start().len();
            lines.push(Line { indent, first: index, last: index });
        } else if let Some(line) = lines.last_mut() {
            line.last = index;
        }
        end = token.bytes.end;
    }
    lines
}

struct Page<'a> {
    file: &'a str,
    text: &'a str,
    tokens: &'a [Token],
    lines: Vec<Line>,
}

impl Page<'_> {
    fn word(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| token.of(self.text))
    }

    fn end_before(&self, index: usize) -> usize {
        let before = index.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.map_or(0, |token| token.bytes.end)
    }

    /// The position of the line that holds the token `index`.
    fn line_of(&self, index: usize) -> usize {
        self.lines.partition_point(|line| line.last < index)
    }

    fn ends_line(&self, index: usize) -> bool {
        self.lines.get(self.line_of(index)).is_some_and(|line| line.last == index)
    }

    fn starts_line(&self, index: usize) -> bool {
        self.lines.get(self.line_of(index)).is_some_and(|line| line.first == index)
    }

    fn delete(&self, rank: u32, index: usize) -> Option<Repair> {
        let token = self.tokens.get(index)?;
        let what = format!("remove `{}`", token.of(self.text));
        Some((rank, Edit::new(self.file, token.bytes.clone(), ""), what))
    }

    /// Writes the bracket that closes `opener` for the one at `index`.
    fn exchange(&self, index: usize, opener: usize) -> Option<Repair> {
        let closer = tokens::closer(self.word(opener))?;
        let token = self.tokens.get(index)?;
        let what = format!("write `{closer}` instead of `{}`", token.of(self.text));
        Some((rank::LIKELY + 4, Edit::new(self.file, token.bytes.clone(), closer), what))
    }

    /// Writes the bracket that opens what is closed at `index` for the one at `opener`.
    fn reopen(&self, opener: usize, index: usize) -> Option<Repair> {
        let right = match self.word(index) {
            ")" => "(",
            "]" => "[",
            "}" => "{",
            _ => return None,
        };
        let token = self.tokens.get(opener)?;
        let what = format!("write `{right}` instead of `{}`", token.of(self.text));
        Some((rank::LIKELY + 3, Edit::new(self.file, token.bytes.clone(), right), what))
    }

    /// The places where what begins with the bracket `opener` may end, in its statement.
    fn closer_in_line(&self, opener: usize, doubt: u32) -> Vec<Repair> {
        let Some(closer) = tokens::closer(self.word(opener)) else { return Vec::new() };
        let mut repairs = Vec::new();
        let mut inner: Vec<&str> = Vec::new();
        let mut further = 0;
        for index in opener + 1..(opener + REACH).min(self.tokens.len() + 1) {
            let word = self.word(index);
            // What closes an inner bracket too early or too late is seen as the outer one's fault.
            if inner.last().is_none_or(|inner| *inner == closer) {
                let ends = matches!(word, ";" | "{" | "?" | ")" | "]" | "}" | "")
                    || self.starts_line(index);
                let follows = ends
                    || matches!(word, "as" | "else" | "in")
                    || self.tokens.get(index).is_some_and(|token| {
                        token.kind == Kind::Punctuation && !matches!(word, "(" | "!" | "::")
                    });
                if follows {
                    let rank = rank::LIKELY - if ends { 8 } else { 5 } + doubt + further;
                    further = (further + 1).min(6);
                    let blank = if closer == "}" { " " } else { "" };
                    let at = self.end_before(index);
                    let edit = Edit::new(self.file, at..at, format!("{blank}{closer}"));
                    repairs.push((rank, edit, format!("close the bracket with `{closer}`")));
                }
            }
            match word {
                "(" | "[" | "{" => inner.extend(tokens::closer(word)),
                ")" | "]" | "}" if inner.last() == Some(&word) => {
                    inner.pop();
                }
                ")" | "]" | "}" => break,
                ";" if inner.is_empty() && closer != "}" => break,
                _ => {}
            }
        }
        repairs
    }

    /// Every bracket that ends a line is closed by the first line that is not indented more; where
    /// that line does something else, the closing bracket is missing before it.
    fn closers_by_indentation(&self, named: &[usize]) -> Vec<Repair> {
        let mut repairs = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let Some(closer) = tokens::closer(self.word(line.last)) else { continue };
            if closer == ">" {
                continue;
            }
            let next = self.lines[at + 1..].iter().find(|next| next.indent <= line.indent);
            if next.is_some_and(|next| {
                next.indent == line.indent
                    && (self.closes(next, closer) || matches!(self.word(next.first), "{" | "where"))
            }) {
                continue;
            }
            let rank = rank::LIKELY - if named.contains(&line.last) { 12 } else { 8 };
            let what = format!("close the bracket with `{closer}`");
            let edit = match next {
                // The rest of the closing line is still there.
                Some(next) if matches!(self.word(next.first), ")" | "]" | "}" | "else" | ",") => {
                    let start = self.tokens[next.first].bytes.start;
                    let blank = if self.word(next.first) == "else" { " " } else { "" };
                    if self.word(next.first) == "}" {
                        self.closing_line(next.first, line.indent, closer)
                    } else {
                        Edit::new(self.file, start..start, format!("{closer}{blank}"))
                    }
                }
                Some(next) => self.closing_line(next.first, line.indent, closer),
                None => self.closing_line(self.tokens.len(), line.indent, closer),
            };
            repairs.push((rank, edit, what));
            if let Some(next) = next
                && matches!(self.word(next.first), ")" | "]" | "}")
            {
                let start = self.tokens[next.first].bytes.start;
                let edit = Edit::new(self.file, start..start, closer);
                repairs.push((rank + 1, edit, format!("close the bracket with `{closer}`")));
            }
        }
        self.nearest(repairs)
    }

    /// Whether one of the closing brackets that `line` begins with is `closer`.
    fn closes(&self, line: &Line, closer: &str) -> bool {
        (line.first..=line.last)
            .map(|index| self.word(index))
            .take_while(|word| matches!(*word, ")" | "]" | "}"))
            .any(|word| word == closer)
    }

    /// A line with `closer` after all that stands before the token `index`.
    fn closing_line(&self, index: usize, indent: usize, closer: &str) -> Edit {
        let at = self.end_before(index);
        let rest = &self.text[at..];
        // A comment at the end of the line stays with it.
        let line_end = at + rest.find('\n').unwrap_or(rest.len());
        Edit::new(self.file, line_end..line_end, format!("\n{}{closer}", " ".repeat(indent)))
    }

    /// Every line that begins with a closing bracket ends what a line of the same indentation
    /// began; where that line does not end with a bracket, the opening one is missing there.
    fn openers_by_indentation(&self) -> Vec<Repair> {
        let mut repairs = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let opener = match self.word(line.first) {
                "}" => "{",
                ")" => "(",
                "]" => "[",
                _ => continue,
            };
            let Some(head) = self.lines[..at].iter().rposition(|head| head.indent <= line.indent)
            else {
                continue;
            };
            if self.lines[head].indent == line.indent
                && ["{", "(", "["].contains(&self.word(self.lines[head].last))
            {
                continue;
            }
            let blank = if opener == "{" { " " } else { "" };
            // The head may go on for some lines (a `where` clause, or a condition).
            for (order, head) in (0..).zip(&self.lines[head..at.min(head + 5)]) {
                let end = self.tokens[head.last].bytes.end;
                let edit = Edit::new(self.file, end..end, format!("{blank}{opener}"));
                let what = format!("open the block with `{opener}`");
                repairs.push((rank::LIKELY - 8 + order, edit, what));
            }
        }
        self.nearest(repairs)
    }

    /// A file in an unusual style has many such places; too many say nothing.
    fn nearest(&self, repairs: Vec<Repair>) -> Vec<Repair> {
        const MANY: usize = 60;
        if repairs.len() > MANY { Vec::new() } else { repairs }
    }

    /// The places where what the bracket `closer` ends may begin, in its statement.
    fn opener_in_line(&self, closer: usize) -> Vec<Repair> {
        let opener = match self.word(closer) {
            ")" => "(",
            "]" => "[",
            "}" => "{",
            _ => return Vec::new(),
        };
        let known = self.words();
        let mut repairs = Vec::new();
        let mut inner: Vec<&str> = Vec::new();
        let mut further = 0;
        for index in (closer.saturating_sub(REACH)..closer).rev() {
            let word = self.word(index);
            match word {
                ")" => inner.push("("),
                "]" => inner.push("["),
                "}" => inner.push("{"),
                "(" | "[" | "{" if inner.last() == Some(&word) => {
                    inner.pop();
                }
                "(" | "[" | "{" => break,
                ";" if inner.is_empty() => break,
                _ => {}
            }
            if !inner.is_empty() {
                continue;
            }
            further = (further + 1).min(8);
            let what = format!("open the bracket with `{opener}`");
            let bytes = self.tokens[index].bytes.clone();
            let end = self.end_before(index);
            // What is called or indexed stands directly before its bracket.
            let touches = bytes.start == end
                && (matches!(self.word(index.wrapping_sub(1)), "!" | ">" | ")" | "]")
                    || self.is_name(index.wrapping_sub(1)));
            let rank = rank::LIKELY - if touches { 8 } else { 2 } + further;
            let here = Edit::new(self.file, bytes.start..bytes.start, opener);
            repairs.push((rank, here, what.clone()));
            if self.is_name(index) {
                let after = Edit::new(self.file, bytes.end..bytes.end, opener);
                repairs.push((rank::LIKELY - 4 + further, after, what.clone()));
            }
            // What stood on both sides of it has become one word.
            if known.get(word).is_none_or(|times| *times == 1) {
                for (at, _) in word.char_indices().skip(1) {
                    let (left, right) = word.split_at(at);
                    let is_number = right.chars().all(|digit| digit.is_ascii_digit());
                    let right_known = is_number || known.contains_key(right);
                    let left_known = known.contains_key(left) || USUAL.contains(&left);
                    if right_known && left_known {
                        let at = bytes.start + at;
                        let edit = Edit::new(self.file, at..at, opener);
                        // The longer the shorter one, the less it is by chance.
                        let chance = u32::from(left.len().min(right.len()) < 2);
                        repairs.push((rank::PLAIN + chance + further, edit, what.clone()));
                    }
                }
            }
        }
        repairs
    }

    fn is_name(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| {
            token.kind == Kind::Word && !tokens::is_keyword(token.of(self.text))
        })
    }

    /// The words of the file, and how often each stands there.
    fn words(&self) -> BTreeMap<&str, usize> {
        let mut words = BTreeMap::new();
        for token in self.tokens.iter().filter(|token| token.kind == Kind::Word) {
            *words.entry(token.of(self.text)).or_default() += 1;
        }
        words
    }
}

/// Names that stand before brackets in every program.
const USUAL: &[&str] = &[
    "Some",
    "Ok",
    "Err",
    "new",
    "from",
    "into",
    "iter",
    "map",
    "filter",
    "unwrap_or",
    "get",
    "push",
    "insert",
    "min",
    "max",
    "vec",
    "if",
    "while",
    "match",
    "return",
    "in",
];
