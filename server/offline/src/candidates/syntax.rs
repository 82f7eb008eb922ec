//! What the parser stumbles over: edits of one token near the place.

use harness::Diagnostic;

use super::trial::Trial;
use super::{Candidate, Known, Source, own_files, rank};
use crate::files::Edit;
use crate::tokens::{self, KEYWORDS, Kind, Token};

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// How many proposals are worth a check of the project.
const LIMIT: usize = 10;

type Repair = (u32, Edit, String);

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    if !is_syntax(error) || !is_first(known, error, 3, is_syntax) {
        return Vec::new();
    }
    let Some(span) = error.spans.first() else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    let Some(trial) = Trial::new(&span.file, text, span.bytes.start) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let place = Place {
        file: &span.file,
        text,
        at: tokens::index_at(&tokens, span.bytes.start),
        tokens: &tokens,
        expected: expected(error),
        bound: error.message.starts_with("lifetimes must be followed by"),
    };
    let mut repairs = place.insertions();
    repairs.extend(place.comparisons());
    repairs.extend(place.replacements());
    repairs.extend(place.misspelt());
    repairs.extend(place.keywords_left_out());
    repairs.extend(place.references());
    repairs.extend(place.deletions());
    repairs.sort_by_key(|(rank, ..)| *rank);
    if error.message.starts_with("no rules expected") {
        // What a macro is called with may be no Rust at all: the parser has no say in it.
        let likely = repairs.into_iter().filter(|(rank, ..)| *rank < rank::POSSIBLE);
        let likely = likely.map(|(rank, edit, what)| Candidate::new(rank, vec![edit], what));
        return likely.take(LIMIT).collect();
    }
    trial.sift(repairs, LIMIT)
}

/// Whether `error` is about syntax: rustc gives such errors no code, as a rule.
pub(super) fn is_syntax(error: &Diagnostic) -> bool {
    let starts = [
        "expected",
        "unexpected",
        "missing",
        "unknown",
        "invalid",
        "lifetimes",
        "path separator",
        "no rules expected",
        "leading",
        "`",
        "comparison operators",
        "generic parameters",
        "non-",
        "visibility",
        "struct literal",
        "incorrect",
        "cannot parse",
        "keyword",
        "bare",
        "an inner",
        "macros",
        "found",
        "const",
        "unmatched",
        "use of",
    ];
    let brackets = error.message.contains("delimiter");
    error.code.is_none() && !brackets && starts.iter().any(|start| error.message.starts_with(start))
}

/// Whether `error` is one of the first `count` errors of its kind; what follows them is often
/// their doing.
pub(super) fn is_first(
    known: &Known<'_>,
    error: &Diagnostic,
    count: usize,
    kind: impl Fn(&Diagnostic) -> bool,
) -> bool {
    known.report.errors().filter(|other| kind(other)).take(count).any(|other| other == error)
}

/// Whether the error says `text` anywhere.
pub(super) fn mentions(error: &Diagnostic, text: &str) -> bool {
    let label = |span: &harness::Span| span.label.as_deref().is_some_and(|it| it.contains(text));
    let says = |it: &Diagnostic| it.message.contains(text) || it.spans.iter().any(label);
    says(error) || error.notes.iter().any(says)
}

/// What rustc expected and what it found, from a label such as ``expected `u8`, found `&str` ``.
pub(super) fn mismatch(label: &str) -> Option<(&str, &str)> {
    let (expected, found) = label.strip_prefix("expected ")?.split_once(", found ")?;
    Some((quoted(expected), quoted(found)))
}

/// What stands between the backticks of `text`; all of it if there are none.
fn quoted(text: &str) -> &str {
    text.split('`').nth(1).unwrap_or(text)
}

/// The tokens that rustc says it expected, in its order.
fn expected(error: &Diagnostic) -> Vec<String> {
    let notes = error.notes.iter().map(|note| note.message.as_str());
    let said = std::iter::once(error.message.as_str())
        .chain(notes.filter(|note| note.starts_with("while trying to match")))
        .chain(error.spans.iter().filter_map(|span| span.label.as_deref()));
    let mut expected: Vec<String> = Vec::new();
    for said in said {
        let said = said.split(", found").next().unwrap_or_default();
        let is_wish = ["expected", "missing", "while trying to match"]
            .iter()
            .any(|start| said.starts_with(start));
        if is_wish {
            let quoted = said.split('`').skip(1).step_by(2).filter(|quoted| !quoted.is_empty());
            expected.extend(quoted.map(str::to_owned));
        }
    }
    expected.dedup();
    expected
}

/// Where the parser stopped.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
    tokens: &'a [Token],
    /// The token that it did not expect; past the last one at the end of the file.
    at: usize,
    /// What it would have expected instead.
    expected: Vec<String>,
    /// Whether it took a lifetime for the bound of a trait object.
    bound: bool,
}

impl Place<'_> {
    fn word(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| token.of(self.text))
    }

    /// The end of the token before `index`.
    fn end_before(&self, index: usize) -> usize {
        let before = index.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.map_or(0, |token| token.bytes.end)
    }

    fn start_of(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(self.text.len(), |token| token.bytes.start)
    }

    /// Puts `token` before the token `index`, with the blanks that it is usually written with.
    fn insert(&self, rank: u32, index: usize, token: &str) -> Repair {
        let (end, start) = (self.end_before(index), self.start_of(index));
        let apart = end < start;
        let leans_left = matches!(token, ";" | "," | ")" | "]" | ">" | ":" | "?");
        let leans_right = matches!(token, "(" | "[" | "<" | "&" | "::" | "." | "!");
        let edit = if leans_left {
            let blank = if !apart && token == "," { ", " } else { token };
            Edit::new(self.file, end..end, blank)
        } else if leans_right {
            Edit::new(self.file, start..start, token)
        } else {
            let left = if apart { "" } else { " " };
            let line_ends = self.text[end..start].contains('\n');
            if token == "{" || (line_ends && token == "=>") {
                Edit::new(self.file, end..end, format!(" {token}"))
            } else {
                Edit::new(self.file, start..start, format!("{left}{token} "))
            }
        };
        (rank, edit, format!("insert `{token}`"))
    }

    fn replace(&self, rank: u32, index: usize, with: &str) -> Option<Repair> {
        let token = self.tokens.get(index)?;
        let what = format!("write `{with}` instead of `{}`", token.of(self.text));
        Some((rank, Edit::new(self.file, token.bytes.clone(), with), what))
    }

    fn delete(&self, rank: u32, index: usize) -> Option<Repair> {
        let token = self.tokens.get(index)?;
        // A word takes the blank behind it along.
        let behind = self.start_of(index + 1);
        let is_word = matches!(token.kind, Kind::Word);
        let same_line = !self.text[token.bytes.end..behind].contains('\n');
        let end = if is_word && same_line { behind } else { token.bytes.end };
        let edit = Edit::new(self.file, token.bytes.start..end, "");
        Some((rank, edit, format!("remove `{}`", token.of(self.text))))
    }

    /// A token was left out.
    fn insertions(&self) -> Vec<Repair> {
        /// What people leave out, the likeliest first.
        const USUAL: &[&str] = &[
            ",", ";", ")", "]", ">", "}", "->", "=>", "=", "::", ":", "{", "(", "in", "for", "|",
            "<", ".", "mut", "const", "!",
        ];
        let mut repairs = Vec::new();
        let wanted = |token: &str| self.expected.iter().any(|expected| expected == token);
        for (order, token) in (0..).zip(USUAL) {
            if !may_precede(token, self.word(self.at)) {
                continue;
            }
            let rank = match (wanted(token), self.expected.len()) {
                (true, 1) => rank::PLAIN,
                (true, _) => rank::LIKELY - 8 + order / 3,
                (false, _) => rank::POSSIBLE + order,
            };
            repairs.push(self.insert(rank, self.at, token));
            // Something was read on as if it belonged to what went before.
            if self.at > 0 && matches!(*token, "," | ";" | "::" | "." | "=>" | "=" | ":" | "->") {
                repairs.push(self.insert(rank + 14, self.at - 1, token));
            }
        }
        repairs
    }

    /// Two values stand side by side in a condition: most often they are compared.
    fn comparisons(&self) -> Vec<Repair> {
        let condition = matches!(self.word(self.statement_start()), "if" | "while" | "else");
        match condition && self.expected.iter().any(|it| it == "{") {
            true => vec![self.insert(rank::LIKELY + 2, self.at, "==")],
            false => Vec::new(),
        }
    }

    /// A token stands for another that looks like it.
    fn replacements(&self) -> Vec<Repair> {
        /// What is written for what.
        const CONFUSED: &[(&str, &[&str])] = &[
            (":", &["::", ";", ",", "=", "=>", "->"]),
            ("::", &[":", "."]),
            ("=", &["==", "=>", "->", ":"]),
            ("==", &["=", "=>"]),
            ("-", &["->"]),
            (">", &["->", "=>"]),
            ("->", &["=>", ".", "::"]),
            ("=>", &["->", ">=", "="]),
            (";", &[",", ":"]),
            (",", &[";", "."]),
            (".", &[",", "::", ".."]),
            ("..", &[".", "..="]),
            ("...", &["..="]),
            ("&", &["&&"]),
            ("|", &["||"]),
            (")", &["]", "}"]),
            ("]", &[")", "}"]),
            ("}", &[")", "]"]),
            ("(", &["{", "["]),
            ("{", &["(", "["]),
            ("[", &["(", "{"]),
        ];
        let mut repairs = Vec::new();
        let before = self.at.checked_sub(1);
        for index in [Some(self.at), before, Some(self.at + 1)].into_iter().flatten() {
            let distance = u32::from(index != self.at) * 10;
            let word = self.word(index);
            let confused = CONFUSED.iter().find(|(wrong, _)| *wrong == word);
            for right in confused.map_or(&[][..], |(_, right)| right) {
                let wanted = self.expected.iter().any(|expected| expected == right);
                let rank = if wanted { rank::PLAIN } else { rank::LIKELY + 5 };
                repairs.extend(self.replace(rank + distance, index, right));
            }
            // One operator in two pieces.
            let joined = format!("{word}{}", self.word(index + 1));
            let gap = self.tokens.get(index).map(|token| token.bytes.end);
            if let Some(end) = gap
                && end < self.start_of(index + 1)
                && ["::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "..", "+=", "-="]
                    .contains(&joined.as_str())
            {
                let edit = Edit::new(self.file, end..self.start_of(index + 1), "");
                repairs.push((rank::LIKELY - 7, edit, format!("write `{joined}` in one")));
            }
        }
        repairs
    }

    /// A keyword is misspelt.
    fn misspelt(&self) -> Vec<Repair> {
        let mut repairs = Vec::new();
        for index in self.at.saturating_sub(3)..=self.at + 1 {
            let distance = u32::try_from(index.abs_diff(self.at)).unwrap_or(0);
            for keyword in similar_keywords(self.word(index)) {
                let wanted = self.expected.iter().any(|expected| expected == keyword);
                let rank = if wanted { rank::PLAIN } else { rank::PROPOSED - 4 };
                repairs.extend(self.replace(rank + distance, index, keyword));
            }
        }
        repairs
    }

    /// A keyword that begins an item or a statement is missing.
    fn keywords_left_out(&self) -> Vec<Repair> {
        const OPENING: &[&str] = &[
            "fn", "let", "struct", "impl", "if", "for", "use", "match", "enum", "mod", "const",
            "type", "trait", "while", "pub", "static", "else",
        ];
        let mut places = vec![self.statement_start(), self.at.saturating_sub(1), self.at];
        places.sort_unstable();
        places.dedup();
        let mut repairs = Vec::new();
        for (order, keyword) in (0..).zip(OPENING) {
            for &index in &places {
                if self.tokens.get(index).is_some_and(|token| token.kind == Kind::Word) {
                    repairs.push(self.insert(rank::POSSIBLE - 10 + order, index, keyword));
                }
            }
        }
        repairs
    }

    /// The first token of the statement or item that the parser is in.
    fn statement_start(&self) -> usize {
        let ends = |index: &usize| matches!(self.word(*index), ";" | "{" | "}" | "]");
        (0..self.at.min(self.tokens.len())).rev().find(ends).map_or(0, |end| end + 1)
    }

    /// A lifetime stands where only a reference has one.
    fn references(&self) -> Vec<Repair> {
        let around = self.at.saturating_sub(2)..=self.at + 1;
        let lifetimes = around.filter(|index| {
            let is_lifetime =
                self.tokens.get(*index).is_some_and(|token| token.kind == Kind::Lifetime);
            is_lifetime && index.checked_sub(1).is_some_and(|before| self.word(before) != "&")
        });
        // rustc goes on as if a bound was meant, and is sure of what follows from that.
        let rank = if self.bound { rank::SURE - 2 } else { rank::LIKELY - 6 };
        lifetimes.map(|index| self.insert(rank, index, "&")).collect()
    }

    /// Something stands there that does not belong there.
    fn deletions(&self) -> Vec<Repair> {
        let mut repairs = Vec::new();
        for index in [Some(self.at), self.at.checked_sub(1)].into_iter().flatten() {
            let Some(token) = self.tokens.get(index) else { continue };
            let word = token.of(self.text);
            let doubled = index.checked_sub(1).is_some_and(|before| self.word(before) == word)
                || (index != self.at && self.word(index + 1) == word);
            let rank = match token.kind {
                _ if doubled => rank::LIKELY - 6,
                Kind::Punctuation => rank::POSSIBLE - 4,
                Kind::Word if tokens::is_keyword(word) => rank::POSSIBLE + 8,
                // It says something that would be lost with it.
                _ => continue,
            };
            repairs.extend(self.delete(rank + u32::from(index != self.at) * 4, index));
        }
        repairs
    }
}

/// The keywords that `word`, which is none, may have been meant as.
pub(super) fn similar_keywords(word: &str) -> Vec<&'static str> {
    if word.len() < 2 || tokens::is_keyword(word) || !word.starts_with(tokens::is_word) {
        return Vec::new();
    }
    KEYWORDS.iter().copied().filter(|keyword| is_slip(word, keyword)).collect()
}

/// Whether `typed` is `meant` but for one slip: two neighbours swapped, a letter left out, a
/// letter too many, the case, or (in longer words) another letter.
fn is_slip(typed: &str, meant: &str) -> bool {
    if typed.eq_ignore_ascii_case(meant) {
        return true;
    }
    let (a, b) = (typed.as_bytes(), meant.as_bytes());
    let same_start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same_start..], &b[same_start..]);
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - same_end], &b[..b.len() - same_end]);
    match (a, b) {
        ([_], []) | ([], [_]) => true,
        ([_], [_]) => meant.len() >= 4,
        ([a1, a2], [b1, b2]) => a1 == b2 && a2 == b1,
        _ => false,
    }
}

/// Whether anything that begins with `next` can follow `token`; for all that is said about here.
fn may_precede(token: &str, next: &str) -> bool {
    let goes_on = ["=", "==", ":", "=>", "->", ".", "?", ",", ";", "+", "/", "%", ">="];
    match token {
        ")" | "]" | "}" | ">" => true,
        "," | ";" if matches!(next, ")" | "]" | "}") => true,
        _ => !goes_on.contains(&next) && !matches!(next, ")" | "]" | "}"),
    }
}
