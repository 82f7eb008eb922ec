//! Conversions between types that a hand forgets or adds.

use super::{Operator, Site, Source};
use crate::mutants::lexer::Kind;

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("drop-cast", drop_cast),
        Operator::new("drop-conversion", drop_conversion),
        Operator::new("drop-unwrap", drop_unwrap),
        Operator::new("drop-collect", drop_collect),
        Operator::new("unwrap-ok", |source| peel(source, &["Ok", "Err"])),
        Operator::new("unwrap-some", |source| peel(source, &["Some"])),
        Operator::new("quote-number", quote_number),
        Operator::new("char-to-string", char_to_string),
        Operator::new("string-to-char", string_to_char),
    ]
};

/// The last token of the simple type that begins at `i`: a path or a raw pointer to one.
fn cast_end(source: &Source<'_>, i: usize) -> Option<usize> {
    let mut end = i;
    while matches!(source.at(end), "*" | "const" | "mut" | "&") {
        end += 1;
    }
    loop {
        if source.kind(end) != Some(Kind::Ident) {
            return None;
        }
        end = source.angles(end + 1).map_or(end, |(_, close)| close);
        if source.at(end + 1) != "::" {
            return Some(end);
        }
        end += 2;
    }
}

fn drop_cast(source: &Source<'_>) -> Vec<Site> {
    let casts = source.body_code().filter(|&i| source.at(i) == "as");
    casts.filter_map(|i| Some(source.cut(i, cast_end(source, i + 1)?))).collect()
}

/// Calls without arguments of one of `names`: the indices of dot and closing parenthesis.
fn calls(source: &Source<'_>, names: &[&str]) -> Vec<(usize, usize)> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "." && names.contains(&source.at(i + 1)))
        .filter(|&i| source.at(i + 2) == "(")
        .filter_map(|i| Some((i, source.partner(i + 2)?)))
        .collect()
}

fn drop_conversion(source: &Source<'_>) -> Vec<Site> {
    const NAMES: &[&str] = &[
        "clone",
        "cloned",
        "copied",
        "to_string",
        "to_owned",
        "into",
        "as_str",
        "as_ref",
        "as_mut",
        "as_bytes",
        "as_slice",
        "as_ptr",
        "as_mut_ptr",
        "to_vec",
        "iter",
        "iter_mut",
        "into_iter",
        "chars",
        "bytes",
        "borrow",
        "into_boxed_slice",
        "as_bytes_mut",
        "get",
    ];
    let calls = calls(source, NAMES).into_iter().filter(|(dot, close)| close - dot == 3);
    calls.map(|(dot, close)| source.cut(dot, close)).collect()
}

fn drop_unwrap(source: &Source<'_>) -> Vec<Site> {
    let calls = calls(source, &["unwrap", "expect", "unwrap_or_default"]).into_iter();
    calls.map(|(dot, close)| source.cut(dot, close)).collect()
}

fn drop_collect(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "." && source.at(i + 1) == "collect")
        .filter_map(|i| {
            let after = match source.at(i + 2) {
                "::" => source.angles(i + 3)?.1 + 1,
                _ => i + 2,
            };
            Some(source.cut(i, source.group(after)?.1))
        })
        .collect()
}

/// `Ok(x)` becomes `x`.
fn peel(source: &Source<'_>, names: &[&str]) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| names.contains(&source.at(i)))
        .filter_map(|i| {
            let (open, close) = source.group(i + 1)?;
            let inner = (close > open + 1).then(|| source.span(open + 1, close - 1))?;
            Some(source.replace(i, close, inner))
        })
        .collect()
}

fn quote_number(source: &Source<'_>) -> Vec<Site> {
    source
        .code()
        .filter(|&i| source.kind(i) == Some(Kind::Number) && source.before(i) != ".")
        .map(|i| source.replace(i, i, format!("\"{}\"", source.at(i))))
        .collect()
}

fn char_to_string(source: &Source<'_>) -> Vec<Site> {
    source
        .code()
        .filter(|&i| source.kind(i) == Some(Kind::Char))
        .filter_map(|i| {
            let (prefix, rest) = source.at(i).split_once('\'')?;
            let inner = rest.strip_suffix('\'')?;
            let inner = if inner == "\"" { "\\\"" } else { inner };
            Some(source.replace(i, i, format!("{prefix}\"{inner}\"")))
        })
        .collect()
}

fn string_to_char(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.kind(i) == Some(Kind::Str) && source.at(i).starts_with('"'))
        .filter_map(|i| {
            let inner = source.at(i).strip_prefix('"')?.strip_suffix('"')?;
            let plain = !inner.is_empty() && !inner.contains(['\'', '{']);
            plain.then(|| source.replace(i, i, format!("'{inner}'")))
        })
        .collect()
}
