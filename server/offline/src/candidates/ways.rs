//! Ways from a value of one type to one of another: what is written before and behind it.

use std::ops::Range;

use super::page::Page;
use super::type_text::{first_argument, inside, is_number, same};
use super::{Candidate, operands, rank, signatures};
use crate::files::Edit;
use crate::tokens;

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
    pub(super) fn fails(&self, at: usize) -> bool {
        let around = signatures::around(self.text, at);
        let returns = around.and_then(|it| it.returns).and_then(|it| self.text.get(it));
        returns.is_some_and(|it| it.contains("Result") || it.contains("Option"))
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
        // The types may be made from one another by name.
        let name = expected.split('<').next().unwrap_or_default();
        let plain = name.starts_with(char::is_uppercase)
            && name.chars().all(tokens::is_word)
            && !matches!(name, "Option" | "Result" | "Vec" | "String" | "Self");
        if plain && actual != "()" && !actual.starts_with(name) {
            ways.push((rank::LIKELY + 6, format!("{name}::new("), ")".to_owned()));
            ways.push((rank::LIKELY + 8, format!("{name}::from("), ")".to_owned()));
        }
        let mut add = |rank: u32, before: &str, after: &str| {
            ways.push((rank, before.to_owned(), after.to_owned()));
        };
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
}

/// Whether `type_` is one of the standard library's iterators or something that promises to be one.
pub(super) fn is_iterator(type_: &str) -> bool {
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
