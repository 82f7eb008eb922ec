//! Single characters that a hand forgets.

use super::{Operator, Site, Source};
use crate::mutants::lexer::Kind;

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("drop-ref", drop_ref),
        Operator::new("add-ref", add_ref),
        Operator::new("drop-deref", drop_deref),
        Operator::new("drop-question", drop_question),
        Operator::new("drop-semicolon", drop_semicolon),
        Operator::new("drop-comma", drop_comma),
        Operator::new("drop-opening-bracket", drop_opening_bracket),
        Operator::new("drop-closing-bracket", drop_closing_bracket),
        Operator::new("drop-quote", drop_quote),
        Operator::new("drop-arrow", drop_arrow),
        Operator::new("single-colon", single_colon),
        Operator::new("single-equals", single_equals),
        Operator::new("drop-bang", drop_bang),
    ]
};

/// Whether an expression may begin at `i`, so that `&` and `*` there are unary.
fn begins_expression(source: &Source<'_>, i: usize) -> bool {
    matches!(
        source.before(i),
        "(" | "["
            | "{"
            | "}"
            | ","
            | "="
            | "=>"
            | ";"
            | "&&"
            | "||"
            | "=="
            | "!="
            | "+"
            | "return"
            | "in"
            | "match"
            | "if"
            | "while"
            | "+="
            | "-="
            | "<="
            | ">="
            | "else"
    )
}

fn drop_ref(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "&" && begins_expression(source, i))
        .map(|i| source.remove(i, if source.at(i + 1) == "mut" { i + 1 } else { i }))
        .collect()
}

/// `f(x)` becomes `f(&x)`.
fn add_ref(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.is_ident(i) && matches!(source.before(i), "(" | ","))
        .filter(|&i| matches!(source.at(i + 1), ")" | "," | "." | "["))
        .map(|i| source.replace(i, i, format!("&{}", source.at(i))))
        .collect()
}

fn drop_deref(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "*" && begins_expression(source, i))
        .map(|i| source.remove(i, i))
        .collect()
}

fn drop_question(source: &Source<'_>) -> Vec<Site> {
    let marks = source.body_code().filter(|&i| source.at(i) == "?" && source.at(i + 1) != "Sized");
    marks.map(|i| source.replace(i, i, "")).collect()
}

fn drop_semicolon(source: &Source<'_>) -> Vec<Site> {
    source.code().filter(|&i| source.at(i) == ";").map(|i| source.replace(i, i, "")).collect()
}

fn drop_comma(source: &Source<'_>) -> Vec<Site> {
    let trailing = |i: usize| matches!(source.at(i + 1), ")" | "]" | "}" | ">");
    let commas = source.code().filter(|&i| source.at(i) == "," && !trailing(i));
    commas.map(|i| source.replace(i, i, "")).collect()
}

fn drop_opening_bracket(source: &Source<'_>) -> Vec<Site> {
    let brackets = source.body_code().filter(|&i| matches!(source.at(i), "(" | "[" | "{"));
    brackets.map(|i| source.replace(i, i, "")).collect()
}

fn drop_closing_bracket(source: &Source<'_>) -> Vec<Site> {
    let brackets = source.code().filter(|&i| matches!(source.at(i), ")" | "]" | "}"));
    brackets.map(|i| source.replace(i, i, "")).collect()
}

fn drop_quote(source: &Source<'_>) -> Vec<Site> {
    source
        .code()
        .filter(|&i| source.kind(i) == Some(Kind::Str) && source.at(i).starts_with('"'))
        .filter_map(|i| Some(source.replace(i, i, source.at(i).strip_suffix('"')?)))
        .collect()
}

/// `-> T` becomes `T`, `=>` goes away.
fn drop_arrow(source: &Source<'_>) -> Vec<Site> {
    let arrows = source.code().filter(|&i| matches!(source.at(i), "->" | "=>"));
    arrows.map(|i| source.remove(i, i)).collect()
}

fn single_colon(source: &Source<'_>) -> Vec<Site> {
    let paths = source.code().filter(|&i| source.at(i) == "::");
    paths.map(|i| source.replace(i, i, ":")).collect()
}

fn single_equals(source: &Source<'_>) -> Vec<Site> {
    let tests = source.body_code().filter(|&i| source.at(i) == "==");
    tests.map(|i| source.replace(i, i, "=")).collect()
}

/// `vec![…]` becomes `vec[…]`.
fn drop_bang(source: &Source<'_>) -> Vec<Site> {
    source
        .code()
        .filter(|&i| source.at(i) == "!" && i > 0 && source.is_ident(i - 1))
        .filter(|&i| source.group(i + 1).is_some() && source.before(i) != "macro_rules")
        .map(|i| source.replace(i, i, ""))
        .collect()
}
