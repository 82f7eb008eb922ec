//! Types as texts: comparing what the compiler prints with what programs write, and the types
//! that people confuse with one another.

use harness::Diagnostic;

use super::missing;
use super::syntax::mismatch;
use crate::tokens::{self, Kind};

/// `type_` without paths before names, lifetimes and blanks, for comparing.
pub(super) fn plain(type_: &str) -> String {
    let tokens = tokens::tokens(type_);
    let mut out = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let word = token.of(type_);
        let after = tokens.get(at + 1).map_or("", |token| token.of(type_));
        let part = token.kind == Kind::Word && after == "::";
        if part || word == "::" || token.kind == Kind::Lifetime {
            continue;
        }
        if matches!(word, "mut" | "const" | "dyn" | "impl") {
            out.push_str(word);
            out.push(' ');
        } else {
            out.push_str(word);
        }
    }
    out.replace("<,", "<").replace("<>", "")
}

/// Whether two types may be the same one: the compiler prints `_` and `…` for what it does not
/// know or does not want to print.
pub(super) fn same(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    one == other || fits(&one, &other) || fits(&other, &one)
}

/// Whether `pattern`, with its blanks, may be `type_`.
fn fits(pattern: &str, type_: &str) -> bool {
    let blanks = pattern.replace("...", "…").replace('_', "…");
    let Some((head, tail)) = blanks.split_once('…') else { return false };
    let last = tail.rsplit('…').next().unwrap_or_default();
    type_.len() >= head.len() + last.len()
        && type_.starts_with(head)
        && type_.ends_with(last)
        && !head.is_empty()
}

/// The types that `error` says were expected and found, most exact first.
pub(super) fn mismatches(error: &Diagnostic) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for note in &error.notes {
        // "expected enum `Option<u8>`\n   found type `u8`"
        let Some((first, second)) = note.message.split_once('\n') else { continue };
        let said = |line: &str, word: &str| {
            let line = line.trim();
            let line = line.strip_prefix(word)?;
            missing::quoted(line).first().map(|it| (*it).to_owned())
        };
        if let (Some(expected), Some(actual)) = (said(first, "expected"), said(second, "found")) {
            found.push((expected, actual));
        }
    }
    for span in error.spans.iter().filter(|span| span.primary) {
        if let Some((expected, actual)) = span.label.as_deref().and_then(mismatch) {
            found.push((expected.to_owned(), actual.to_owned()));
        }
    }
    found.retain(|(expected, actual)| !expected.is_empty() && !actual.is_empty());
    found.dedup();
    found
}

/// What stands in the angle brackets of `type_` if its name is `name`.
pub(super) fn inside<'a>(type_: &'a str, name: &str) -> Option<&'a str> {
    let (head, rest) = type_.split_once('<')?;
    let head = head.trim().rsplit("::").next()?;
    (head == name).then(|| rest.strip_suffix('>'))?
}

/// The first of the arguments `list` of a generic type.
pub(super) fn first_argument(list: &str) -> &str {
    let tokens = tokens::tokens(list);
    let mut depth = 0_i32;
    for token in &tokens {
        match token.of(list) {
            "<" | "(" | "[" => depth += 1,
            ">" | ")" | "]" => depth -= 1,
            "," if depth == 0 => return list[..token.bytes.start].trim(),
            _ => {}
        }
    }
    list.trim()
}

/// The integers and floats.
pub(super) const NUMBERS: &[&str] = &[
    "usize", "u8", "u32", "u64", "i32", "i64", "u16", "isize", "i8", "i16", "u128", "i128", "f64",
    "f32",
];

pub(super) fn is_number(type_: &str) -> bool {
    NUMBERS.contains(&type_)
}

/// Types that may have been meant where `type_` stands, likeliest first: with a layer less, a
/// layer more, or another one of its kind.
pub(super) fn relatives(type_: &str) -> Vec<String> {
    let type_ = type_.trim();
    let mut found: Vec<String> = Vec::new();
    if let Some(inner) = type_.strip_prefix("&mut ") {
        found.extend([inner.to_owned(), format!("&{inner}")]);
    } else if let Some(inner) = type_.strip_prefix('&') {
        let (lifetime, inner) = match inner.strip_prefix('\'') {
            Some(rest) => match rest.split_once(' ') {
                Some((name, rest)) => (format!("'{name} "), rest),
                None => (String::new(), inner),
            },
            None => (String::new(), inner),
        };
        let inner = inner.strip_prefix("mut ").unwrap_or(inner);
        if inner == "str" {
            found.push("String".to_owned());
            found.push("&[u8]".to_owned());
        } else if let Some(item) = inner.strip_prefix('[').and_then(|it| it.strip_suffix(']'))
            && !item.contains(';')
        {
            found.push(format!("Vec<{item}>"));
            found.push(format!("&{lifetime}mut [{item}]"));
        } else {
            found.push(inner.to_owned());
            found.push(format!("&{lifetime}mut {inner}"));
            found.push(format!("Option<&{lifetime}{inner}>"));
        }
        if inner == "String" {
            found.insert(0, "&str".to_owned());
        }
    }
    for name in ["Option", "Box", "Vec", "Result", "Rc", "Arc"] {
        if let Some(list) = inside(type_, name) {
            found.push(first_argument(list).to_owned());
        }
    }
    match type_ {
        "String" => found.extend(["&str".to_owned(), "&String".to_owned()]),
        "char" => found.extend(["u8".to_owned(), "&str".to_owned()]),
        "bool" => found.push("()".to_owned()),
        "u8" => found.extend(["char".to_owned(), "bool".to_owned()]),
        _ => {}
    }
    if is_number(type_) {
        found.extend(NUMBERS.iter().filter(|it| **it != type_).map(|it| (*it).to_owned()));
    }
    if !type_.starts_with('&') {
        found.push(format!("&{type_}"));
        found.push(format!("&mut {type_}"));
    }
    if inside(type_, "Option").is_none() {
        found.push(format!("Option<{type_}>"));
    }
    if inside(type_, "Vec").is_none() && !type_.starts_with('&') {
        found.push(format!("Vec<{type_}>"));
        found.push(format!("Box<{type_}>"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_compared_without_their_dress() {
        assert_eq!(plain("&'a mut std::vec::Vec< u8 >"), "&mut Vec<u8>");
        assert!(same("Option<std::string::String>", "Option<String>"));
        assert!(same("Foo<'_, T>", "Foo<'a, T>"));
        assert!(same("Result<_, Error>", "Result<u8, Error>"));
        assert!(!same("Result<_, Error>", "Result<u8, Other>"));
        assert!(!same("_", "u8"));
        assert!(!same("&u8", "u8"));
    }

    #[test]
    fn layers_come_off_and_on() {
        assert_eq!(inside("std::option::Option<Vec<u8>>", "Option"), Some("Vec<u8>"));
        assert_eq!(first_argument("Vec<(u8, u8)>, E"), "Vec<(u8, u8)>");
        assert_eq!(relatives("&'a T")[..2], ["T", "&'a mut T"]);
        assert_eq!(relatives("&[u8]")[0], "Vec<u8>");
        assert_eq!(relatives("Option<u8>")[0], "u8");
        assert_eq!(relatives("&str")[0], "String");
    }
}
