//! A value that is one conversion away from what is wanted: a cast, a method without arguments,
//! `?`, a layer of `Option` or `Result`.

use std::ops::Range;

use harness::{Diagnostic, Span};

use super::type_text::{self, first_argument, inside, is_number, same};
use super::{Candidate, Known, Source, missing, operands, own_files, rank, signatures};
use crate::files::Edit;
use crate::tokens::{self, Token};

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

/// One file, cut up.
pub(super) struct Page<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

impl Page<'_> {
    /// `bytes` with `before` in front of it and `after` behind it, in brackets if it needs them.
    pub(super) fn around(
        &self,
        rank: u32,
        bytes: &Range<usize>,
        before: &str,
        after: &str,
    ) -> Candidate {
        let here = self.text.get(bytes.clone()).unwrap_or_default();
        let prefixed = here.starts_with(['&', '*', '-', '!']) && after.starts_with(['.', '?']);
        let brackets = !after.is_empty() && (operands::is_compound(here) || prefixed);
        let (open, close) = if brackets { ("(", ")") } else { ("", "") };
        let mut edits = Vec::new();
        let (head, tail) = (format!("{before}{open}"), format!("{close}{after}"));
        if !head.is_empty() {
            edits.push(Edit::new(self.file, bytes.start..bytes.start, head));
        }
        if !tail.is_empty() {
            edits.push(Edit::new(self.file, bytes.end..bytes.end, tail));
        }
        let what = format!("convert with `{before}…{after}`");
        Candidate::new(rank, edits, what)
    }

    /// What the function around `at` returns, if that can hold a failure.
    fn fails(&self, at: usize) -> bool {
        let around = signatures::around(self.text, at);
        let returns = around.and_then(|it| it.returns).and_then(|it| self.text.get(it));
        returns.is_some_and(|it| it.contains("Result") || it.contains("Option"))
    }

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

    /// Ways from a value of the type `actual` to one of the type `expected`: what is written
    /// before and behind it.
    pub(super) fn ways(
        &self,
        expected: &str,
        actual: &str,
        at: usize,
    ) -> Vec<(u32, String, String)> {
        let mut ways: Vec<(u32, String, String)> = Vec::new();
        let mut add = |rank: u32, before: &str, after: &str| {
            ways.push((rank, before.to_owned(), after.to_owned()));
        };
        let bare = actual.trim_start_matches('&').trim_start_matches("mut ");
        if is_number(expected) && (is_number(actual) || matches!(actual, "char" | "bool")) {
            add(rank::SURE - 1, "", &format!(" as {expected}"));
        } else if is_number(expected) && is_number(bare) && bare != expected {
            add(rank::LIKELY, "*", &format!(" as {expected}"));
        } else if expected == "usize" && (actual.starts_with('*') || actual.starts_with("fn(")) {
            add(rank::PLAIN, "", " as usize");
        } else if is_number(expected) && actual.starts_with(char::is_uppercase) {
            // An enum without fields has a number.
            add(rank::LIKELY, "", &format!(" as {expected}"));
        } else if expected == "char" && actual == "u8" {
            add(rank::PROPOSED - 4, "", " as char");
        }
        if expected.starts_with('*') && (actual.starts_with('*') || actual.starts_with('&')) {
            add(rank::PROPOSED - 4, "", ".cast()");
            let kind = if expected.starts_with("*mut") { "*mut" } else { "*const" };
            add(rank::PROPOSED - 3, "", &format!(" as {kind} _"));
        }
        if expected.starts_with('*') {
            let method = if expected.starts_with("*mut") { ".as_mut_ptr()" } else { ".as_ptr()" };
            add(rank::LIKELY, "", method);
        }
        for name in ["Option", "Result"] {
            let Some(list) = inside(bare, name) else { continue };
            let inner = first_argument(list);
            if inside(expected, name).is_some() || same(expected, actual) {
                continue;
            }
            let fits = same(inner, expected);
            let base = if fits { rank::PLAIN } else { rank::LIKELY };
            if self.fails(at) {
                add(base, "", "?");
            }
            add(base + 3, "", ".unwrap()");
            if fits {
                add(base + 14, "", ".unwrap_or_default()");
            } else if inner.starts_with('&') {
                add(base + 6, "*", ".unwrap()");
                add(base + 7, "", ".copied().unwrap()");
            }
        }
        for name in ["Option", "Result"] {
            let wraps =
                inside(expected, name).is_some_and(|list| same(first_argument(list), actual));
            if wraps {
                let with = if name == "Option" { "Some(" } else { "Ok(" };
                ways.push((rank::PLAIN, with.to_owned(), ")".to_owned()));
            }
        }
        let mut add = |rank: u32, before: &str, after: &str| {
            ways.push((rank, before.to_owned(), after.to_owned()));
        };
        let collection =
            ["Vec<", "HashMap<", "BTreeMap<", "HashSet<", "BTreeSet<", "String", "Box<["];
        let iterator = is_iterator(actual);
        let known = collection.iter().any(|it| expected.starts_with(it));
        if iterator && (known || expected.contains("Result<")) {
            add(rank::PLAIN, "", ".collect()");
        } else if iterator && expected.starts_with(char::is_uppercase) {
            add(rank::PROPOSED, "", ".collect()");
        }
        if iterator && expected.starts_with('&') {
            add(rank::LIKELY, "&", ".collect::<Vec<_>>()");
        }
        match (expected, actual) {
            ("String", "&str") => {
                add(rank::PROPOSED - 2, "", ".to_string()");
                add(rank::PROPOSED - 1, "", ".to_owned()");
            }
            ("&str", _) if bare == "String" => {
                add(rank::PROPOSED, "", ".as_str()");
                add(rank::PROPOSED + 1, "&", "");
            }
            ("&[u8]", _) if bare == "str" || bare == "String" => {
                add(rank::PROPOSED - 4, "", ".as_bytes()");
            }
            _ => {}
        }
        if expected.starts_with("Vec<") && (bare.starts_with('[') || bare.starts_with("Vec")) {
            add(rank::PROPOSED, "", ".to_vec()");
        }
        if let Some(slice) = expected.strip_prefix('&')
            && slice.trim_start_matches("mut ").starts_with('[')
        {
            let borrow = if slice.starts_with("mut ") { "&mut " } else { "&" };
            add(rank::LIKELY, borrow, "");
            add(
                rank::LIKELY + 2,
                "",
                if slice.starts_with("mut ") { ".as_mut()" } else { ".as_ref()" },
            );
        }
        let borrowed = actual.strip_prefix('&').is_some_and(|it| same(it, expected));
        if borrowed {
            add(rank::LIKELY - 8, "*", "");
            add(rank::LIKELY - 7, "", ".clone()");
        }
        // What is left is between types that may know ways to one another.
        let owned = !expected.starts_with(['&', '*', '(', '[']) && !is_number(expected);
        if owned && expected != "()" && expected != "bool" && actual != "()" {
            add(rank::POSSIBLE, "", ".into()");
        }
        if let Some(target) = expected.strip_prefix("&mut ") {
            if !actual.starts_with('&') && same(target, actual) {
                add(rank::PROPOSED - 4, "&mut ", "");
            }
            add(rank::POSSIBLE + 1, "", ".as_mut()");
        } else if expected.starts_with('&') {
            add(rank::POSSIBLE + 1, "", ".as_ref()");
        }
        ways
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
            for (order, type_) in (0..).zip(["Vec<_>", "String"]) {
                let edit = Edit::new(self.file, end..end, format!("::<{type_}>"));
                let what = format!("say that it is a `{type_}`");
                found.push(Candidate::new(rank::PROPOSED + order, vec![edit], what));
            }
        }
        found
    }
}

/// Whether `type_` is one of the standard library's iterators or something that promises to be one.
fn is_iterator(type_: &str) -> bool {
    const NAMES: &[&str] = &[
        "Map",
        "Filter",
        "FilterMap",
        "FlatMap",
        "Enumerate",
        "Zip",
        "Rev",
        "Peekable",
        "Skip",
        "SkipWhile",
        "Take",
        "TakeWhile",
        "Chain",
        "Cloned",
        "Copied",
        "StepBy",
        "Flatten",
        "Fuse",
        "Iter",
        "IterMut",
        "IntoIter",
        "Chars",
        "CharIndices",
        "Bytes",
        "Split",
        "SplitWhitespace",
        "Lines",
        "Windows",
        "Chunks",
        "Keys",
        "Values",
        "Drain",
        "Cycle",
        "Inspect",
        "Scan",
        "Range",
        "RangeInclusive",
        "Repeat",
        "FromFn",
        "Successors",
    ];
    let name = type_.split('<').next().unwrap_or_default();
    let name = name.rsplit("::").next().unwrap_or_default();
    NAMES.contains(&name) || type_.contains("impl Iterator")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn ways(text: &str, expected: &str, actual: &str) -> Vec<String> {
        let tokens = tokens::tokens(text);
        let page = Page { file: "a.rs", text, tokens: &tokens };
        let at = text.find("HERE").unwrap_or(0);
        let mut ways = page.ways(expected, actual, at);
        ways.sort_by_key(|(rank, ..)| *rank);
        ways.into_iter().map(|(_, before, after)| format!("{before}_{after}")).collect()
    }

    #[test]
    fn types_determine_the_way() {
        assert_eq!(ways("", "usize", "u8")[0], "_ as usize");
        assert_eq!(ways("", "String", "&str")[0], "_.to_string()");
        assert_eq!(ways("", "Vec<u8>", "Map<Iter<'_, u8>, F>")[0], "_.collect()");
        assert_eq!(ways("", "u8", "Option<u8>")[0], "_.unwrap()");
        let fails = "fn f() -> Result<u8, E> { HERE }";
        assert_eq!(ways(fails, "u8", "Result<u8, E>")[..2], ["_?", "_.unwrap()"]);
        assert_eq!(ways("", "Option<u8>", "u8")[0], "Some(_)");
    }

    #[test]
    fn what_is_compound_gets_brackets() {
        let text = "a + b";
        let tokens = tokens::tokens(text);
        let page = Page { file: "a.rs", text, tokens: &tokens };
        let edits = page.around(1, &(0..5), "", " as u8").edits;
        assert_eq!((edits[0].text.as_str(), edits[1].text.as_str()), ("(", ") as u8"));
        assert_eq!(page.around(1, &(0..1), "", " as u8").edits.len(), 1);
    }
}
