//! Keywords forgotten or misspelt.

use super::{Operator, Site, Source};

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("drop-let-mut", drop_let_mut),
        Operator::new("drop-ref-mut", drop_ref_mut),
        Operator::new("drop-unsafe", |source| drop_word(source, "unsafe")),
        Operator::new("drop-dyn", |source| drop_word(source, "dyn")),
        Operator::new("drop-move", |source| drop_word(source, "move")),
        Operator::new("drop-async", |source| drop_word(source, "async")),
        Operator::new("drop-return", |source| drop_word(source, "return")),
        Operator::new("drop-pub", drop_pub),
        Operator::new("drop-self", drop_self),
        Operator::new("typo-keyword", typo_keyword),
    ]
};

fn drop_word(source: &Source<'_>, word: &str) -> Vec<Site> {
    source.code().filter(|&i| source.at(i) == word).map(|i| source.remove(i, i)).collect()
}

/// `let mut x` and `mut x: T`.
fn drop_let_mut(source: &Source<'_>) -> Vec<Site> {
    source
        .code()
        .filter(|&i| source.at(i) == "mut" && !matches!(source.before(i), "&" | "*" | "&&"))
        .filter(|&i| !source.before(i).starts_with('\''))
        .map(|i| source.remove(i, i))
        .collect()
}

/// `&mut x` becomes `&x`, in expressions and types.
fn drop_ref_mut(source: &Source<'_>) -> Vec<Site> {
    let marks = source.code().filter(|&i| source.at(i) == "mut");
    marks.filter(|&i| source.before(i) == "&").map(|i| source.remove(i, i)).collect()
}

fn drop_pub(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| source.at(i) == "pub")
        .map(|i| {
            let last = source.group(i + 1).map_or(i, |(_, close)| close);
            source.remove(i, if source.at(i + 1) == "(" { last } else { i })
        })
        .collect()
}

/// `self.x` becomes `x`.
fn drop_self(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "self" && source.at(i + 1) == ".")
        .map(|i| source.remove(i, i + 1))
        .collect()
}

fn typo_keyword(source: &Source<'_>) -> Vec<Site> {
    const WORDS: &[&str] = &[
        "fn", "struct", "enum", "impl", "trait", "pub", "let", "match", "return", "while", "else",
        "for", "if", "use", "const", "mut", "where", "static", "type", "loop", "break", "continue",
    ];
    source
        .code()
        .filter(|&i| WORDS.contains(&source.at(i)))
        .filter_map(|i| Some(source.replace(i, i, super::names::misspelt(source, i)?)))
        .collect()
}
