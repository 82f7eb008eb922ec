//! A value that is one conversion away from what is wanted: a cast, a method without arguments,
//! `?`, a layer of `Option` or `Result`.

use harness::{Diagnostic, Span};

use super::page::Page;
use super::type_text::{self, is_number};
use super::ways::is_iterator;
use super::{Candidate, Known, Source, missing, operands, own_files, rank};
use crate::files::Edit;
use crate::tokens;

pub(super) const SOURCE: Source = Source { needs: |_, error| own_files(error), propose };

/// Methods of iterators, which a collection has only after `iter()` or one of its like.
const ITERATING: &[&str] = &[
    "map",
    "filter",
    "filter_map",
    "flat_map",
    "enumerate",
    "zip",
    "rev",
    "all",
    "any",
    "fold",
    "collect",
    "next",
    "next_back",
    "peekable",
    "skip",
    "skip_while",
    "take",
    "take_while",
    "chain",
    "cloned",
    "copied",
    "count",
    "sum",
    "product",
    "min",
    "max",
    "min_by",
    "max_by",
    "min_by_key",
    "max_by_key",
    "position",
    "rposition",
    "find",
    "find_map",
    "last",
    "nth",
    "step_by",
    "windows",
    "for_each",
    "partition",
    "scan",
    "inspect",
    "cycle",
    "flatten",
    "fuse",
    "unzip",
    "try_fold",
    "eq",
    "cmp",
    "lt",
    "by_ref",
    "size_hint",
    "peek",
    "rfind",
    "nth_back",
];

fn propose(known: &Known<'_>, error: &Diagnostic) -> Vec<Candidate> {
    let Some(span) = error.spans.iter().find(|span| span.primary) else { return Vec::new() };
    let Some(text) = known.files.get(&span.file) else { return Vec::new() };
    if text.get(span.bytes.clone()).is_none() {
        return Vec::new();
    }
    let tokens = tokens::tokens(text);
    let page = Page { file: &span.file, text, tokens: &tokens };
    match error.code.as_deref() {
        Some("E0308") => page.mismatch(error, span),
        Some("E0599" | "E0609" | "E0610" | "E0608" | "E0600" | "E0614") => {
            page.receiver(error, span)
        }
        Some("E0277" | "E0369" | "E0368") => page.unfit(error, span),
        Some("E0507" | "E0382" | "E0505" | "E0502" | "E0515" | "E0716") => page.moved(error, span),
        Some("E0282" | "E0283") => page.unknown(span),
        _ => Vec::new(),
    }
}

impl Page<'_> {
    fn mismatch(&self, error: &Diagnostic, span: &Span) -> Vec<Candidate> {
        let mut found = Vec::new();
        for (expected, actual) in type_text::mismatches(error).iter().take(2) {
            for (rank, before, after) in self.ways(expected, actual, span.bytes.start) {
                found.push(self.around(rank, &span.bytes, &before, &after));
            }
            // The other operand may be the one that lost its cast.
            let index = tokens::index_at(self.tokens, span.bytes.start);
            let operator = index.checked_sub(1).map(|at| self.tokens[at].of(self.text));
            let binary = matches!(
                operator,
                Some(
                    "+" | "-" | "*" | "/" | "%" | "<" | ">" | "<=" | ">=" | "==" | "!=" | "^" | "|"
                )
            );
            if binary
                && is_number(actual)
                && let Some(left) =
                    index.checked_sub(2).and_then(|at| operands::before(self.text, self.tokens, at))
            {
                found.push(self.around(rank::PROPOSED - 1, &left, "", &format!(" as {actual}")));
            }
        }
        found
    }

    /// Something is looked for in a value that must be converted first.
    fn receiver(&self, error: &Diagnostic, span: &Span) -> Vec<Candidate> {
        let index = tokens::index_at(self.tokens, span.bytes.start);
        let names = missing::quoted(&error.message);
        let method = self.tokens.get(index).map_or("", |token| token.of(self.text));
        let is_member = index.checked_sub(1).is_some_and(|at| self.tokens[at].of(self.text) == ".");
        let bytes = if is_member {
            index.checked_sub(2).and_then(|at| operands::before(self.text, self.tokens, at))
        } else {
            Some(span.bytes.clone())
        };
        let Some(bytes) = bytes else { return Vec::new() };
        let type_ = names.last().copied().unwrap_or_default();
        let mut found = Vec::new();
        let mut add = |rank: u32, after: &str| found.push(self.around(rank, &bytes, "", after));
        let bare = type_.trim_start_matches('&').trim_start_matches("mut ");
        if bare.starts_with("Option") || bare.starts_with("Result") || bare.contains("Result<") {
            if self.fails(bytes.start) {
                add(rank::PLAIN, "?");
            }
            add(rank::PLAIN + 2, ".unwrap()");
            if bare.starts_with("Option<&") {
                add(rank::POSSIBLE, ".copied()");
            }
        }
        let iterates = ITERATING.contains(&method);
        if matches!(bare, "str" | "String") && (iterates || method == "as_str") {
            for (order, way) in
                (0..).zip([".chars()", ".bytes()", ".char_indices()", ".as_bytes()"])
            {
                add(rank::PROPOSED - 4 + order, way);
            }
        }
        let listed = bare.starts_with("Vec")
            || bare.starts_with('[')
            || !bare.starts_with(char::is_lowercase);
        if iterates && listed && !is_iterator(bare) {
            for (order, way) in (0..).zip([".iter()", ".into_iter()", ".iter_mut()"]) {
                add(rank::PROPOSED - 4 + order, way);
            }
        }
        if is_iterator(bare) && !iterates {
            add(rank::PROPOSED - 4, ".collect::<Vec<_>>()");
            add(rank::PROPOSED - 3, ".collect::<String>()");
        }
        if is_member && !iterates {
            for (order, way) in (0..).zip([
                ".borrow()",
                ".as_ref()",
                ".as_mut()",
                ".borrow_mut()",
                ".as_bytes()",
                ".get()",
            ]) {
                add(rank::POSSIBLE + 2 + order, way);
            }
        }
        found
    }

    /// A type that does not have the trait that is asked for.
    fn unfit(&self, error: &Diagnostic, span: &Span) -> Vec<Candidate> {
        let message = error.message.as_str();
        let mut found = Vec::new();
        let types = missing::quoted(message);
        if message.contains("is not an iterator") {
            let bare = types.first().map_or("", |it| it.trim_start_matches('&'));
            let ways: &[&str] = match bare {
                "str" | "String" => &[".chars()", ".bytes()", ".char_indices()"],
                _ => &[".iter()", ".into_iter()", ".iter_mut()", ".chars()", ".bytes()"],
            };
            for (order, way) in (0..).zip(ways) {
                found.push(self.around(rank::PROPOSED - 5 + order, &span.bytes, "", way));
            }
            if is_number(bare) {
                found.push(self.around(rank::PROPOSED, &span.bytes, "0..", ""));
            }
            return found;
        }
        // "cannot add `u8` to `usize`", "can't compare `usize` with `u8`"
        let arithmetic = [
            "cannot add",
            "cannot sub",
            "cannot mul",
            "cannot div",
            "can't compare",
            "cannot calc",
            "no implementation for",
            "binary operation",
            "binary assignment",
        ];
        if !arithmetic.iter().any(|start| message.starts_with(start)) {
            return found;
        }
        let at = tokens::index_at(self.tokens, span.bytes.start);
        let operator = self.operator(at, span);
        let Some(operator) = operator else { return found };
        let right = operands::after(self.text, self.tokens, operator + 1);
        let left =
            operator.checked_sub(1).and_then(|at| operands::before(self.text, self.tokens, at));
        let of = |index: usize| {
            types.iter().copied().filter(|it| it.len() > 2 || is_number(it)).nth(index)
        };
        let (first, second) = (of(0).unwrap_or_default(), of(1).unwrap_or_default());
        // The message names the left type first only when it compares.
        let (lefts, rights) =
            if message.starts_with("can't compare") || message.starts_with("no impl") {
                (first, second)
            } else {
                (second, first)
            };
        if let Some(right) = &right {
            if is_number(lefts) {
                found.push(self.around(rank::PLAIN, right, "", &format!(" as {lefts}")));
            }
            for (order, prefix) in (0..).zip(["*", "&"]) {
                found.push(self.around(rank::LIKELY - 6 + order, right, prefix, ""));
            }
            if rights.starts_with("Option") || rights.starts_with("Result") {
                found.push(self.around(rank::PROPOSED - 6, right, "", ".unwrap()"));
            }
            if lefts.starts_with("Option") {
                found.push(self.around(rank::PROPOSED - 4, right, "Some(", ")"));
            }
        }
        if let Some(left) = &left {
            if is_number(rights) {
                found.push(self.around(rank::PLAIN + 1, left, "", &format!(" as {rights}")));
            }
            for (order, prefix) in (0..).zip(["*", "&"]) {
                found.push(self.around(rank::LIKELY - 4 + order, left, prefix, ""));
            }
            if lefts.starts_with("Option") || lefts.starts_with("Result") {
                found.push(self.around(rank::PROPOSED - 6, left, "", ".unwrap()"));
                if self.fails(left.start) {
                    found.push(self.around(rank::PROPOSED - 7, left, "", "?"));
                }
            }
        }
        found
    }

    /// The operator within `span`, which may be all of the expression.
    fn operator(&self, at: usize, span: &Span) -> Option<usize> {
        const OPERATORS: &[&str] = &[
            "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "+=", "-=", "*=", "/=",
            "%=", "&", "|", "^", "&=", "|=", "^=",
        ];
        let mut depth = 0_i32;
        for index in at..self.tokens.len() {
            let token = &self.tokens[index];
            if token.bytes.start >= span.bytes.end {
                break;
            }
            let word = token.of(self.text);
            match word {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ if depth == 0 && OPERATORS.contains(&word) => {
                    let whole = token.bytes == span.bytes;
                    if whole || index > at {
                        return Some(index);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// A value that is gone when it is wanted again, or that may not be taken away.
    fn moved(&self, error: &Diagnostic, span: &Span) -> Vec<Candidate> {
        let mut found = Vec::new();
        let moves = error.spans.iter().filter(|other| {
            let label = other.label.as_deref().unwrap_or_default();
            other.file == span.file
                && (other.primary && error.code.as_deref() == Some("E0507")
                    || label.contains("value moved here")
                    || label.contains("move out of"))
        });
        for other in moves {
            for (order, way) in
                (0..).zip([".as_ref()", ".as_mut()", ".clone()", ".iter()", ".take()"])
            {
                found.push(self.around(rank::LIKELY + order, &other.bytes, "", way));
            }
            found.push(self.around(rank::LIKELY + 1, &other.bytes, "&", ""));
        }
        found
    }

    /// A type that nothing determines, where an iterator is collected or a value converted.
    fn unknown(&self, span: &Span) -> Vec<Candidate> {
        let index = tokens::index_at(self.tokens, span.bytes.start);
        let word = |at: usize| self.tokens.get(at).map_or("", |token| token.of(self.text));
        let mut found = Vec::new();
        let line_end = self.text[span.bytes.start..]
            .find(';')
            .map_or(self.text.len(), |it| span.bytes.start + it);
        let collects = (index..self.tokens.len())
            .take_while(|&at| self.tokens[at].bytes.start < line_end)
            .filter(|&at| matches!(word(at), "collect" | "sum" | "product") && word(at + 1) == "(");
        for at in collects {
            let end = self.tokens[at].bytes.end;
            let types: &[&str] = match word(at) {
                "collect" => &["Vec<_>", "String"],
                _ => &["usize", "u32", "u64", "f64", "i32"],
            };
            for (order, type_) in (0..).zip(types) {
                let edit = Edit::new(self.file, end..end, format!("::<{type_}>"));
                let what = format!("say that it is a `{type_}`");
                found.push(Candidate::new(rank::PROPOSED + order, vec![edit], what));
            }
        }
        found
    }
}
