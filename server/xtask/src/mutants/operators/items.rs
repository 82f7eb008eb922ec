//! Whole pieces that are gone: functions, arms, variants, fields, constants, statements.

use super::{Operator, Site, Source};

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::destroying("drop-fn", |source| drop_functions(source, false)),
        Operator::destroying("drop-method", |source| drop_functions(source, true)),
        Operator::destroying("drop-body", drop_body),
        Operator::destroying("drop-arm", drop_arm),
        Operator::destroying("drop-else", drop_else),
        Operator::destroying("drop-let", drop_let),
        Operator::destroying("drop-tail", drop_tail),
        Operator::destroying("drop-const", drop_const),
        Operator::destroying("drop-type", drop_type),
        Operator::new("drop-variant", |source| drop_member(source, "enum")),
        Operator::new("drop-field", |source| drop_member(source, "struct")),
    ]
};

fn drop_functions(source: &Source<'_>, methods: bool) -> Vec<Site> {
    source
        .functions
        .iter()
        .filter(|function| function.is_method == methods && !source.is_frozen(function.name))
        .filter_map(|function| Some(source.cut(function.first, function.body?.1)))
        .collect()
}

/// Everything between the braces.
fn drop_body(source: &Source<'_>) -> Vec<Site> {
    source
        .functions
        .iter()
        .filter(|function| !source.is_frozen(function.name))
        .filter_map(|function| function.body)
        .filter(|(open, close)| close - open > 1)
        .map(|(open, close)| source.cut(open + 1, close - 1))
        .collect()
}

fn drop_arm(source: &Source<'_>) -> Vec<Site> {
    let matches = source.body_code().filter(|&i| source.at(i) == "match");
    let mut sites = Vec::new();
    for (open, close) in
        matches.filter_map(|i| source.find_before(i + 1, "{", ";")).filter_map(|i| source.group(i))
    {
        let mut first = open + 1;
        while first < close {
            let Some(arrow) = source.find_before(first, "=>", "}") else { break };
            let block = source.group(arrow + 1).filter(|_| source.at(arrow + 1) == "{");
            let last = match block {
                Some((_, end)) if !matches!(source.at(end + 1), "." | "?") => end,
                _ => source.find_before(arrow + 1, ",", "}").unwrap_or(close) - 1,
            };
            let last = if source.at(last + 1) == "," { last + 1 } else { last };
            sites.push(source.cut(first, last));
            first = last + 1;
        }
    }
    sites
}

fn drop_else(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "else")
        .filter_map(|i| Some(source.cut(i, source.group(i + 1)?.1)))
        .collect()
}

fn drop_let(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "let" && matches!(source.before(i), ";" | "{" | "}"))
        .filter_map(|i| Some(source.cut(i, source.find_before(i, ";", "")?)))
        .collect()
}

/// The last expression of a function that has a return type.
fn drop_tail(source: &Source<'_>) -> Vec<Site> {
    source
        .functions
        .iter()
        .filter(|function| function.returns.is_some() && !source.is_frozen(function.name))
        .filter_map(|function| {
            let (open, _) = function.body?;
            let (first, last) = source.tail(function.body?)?;
            (first > open + 1).then(|| source.cut(first, last))
        })
        .collect()
}

/// `keyword NAME …;` from its attributes to the semicolon.
fn statements(source: &Source<'_>, keywords: &[&str]) -> Vec<Site> {
    source
        .code()
        .filter(|&i| keywords.contains(&source.at(i)) && source.is_ident(i + 1))
        // Neither the pointer `*const T` nor the parameter `<const N: usize>`.
        .filter(|&i| !matches!(source.before(i), "*" | "<" | ","))
        .filter_map(|i| Some(source.cut(source.item_start(i), source.find_before(i, ";", "")?)))
        .collect()
}

fn drop_const(source: &Source<'_>) -> Vec<Site> {
    statements(source, &["const", "static"])
}

/// Type aliases and associated types.
fn drop_type(source: &Source<'_>) -> Vec<Site> {
    statements(source, &["type"])
}

fn drop_member(source: &Source<'_>, keyword: &str) -> Vec<Site> {
    let items = source.code().filter(|&i| source.at(i) == keyword && source.is_ident(i + 1));
    items
        .filter_map(|i| source.find_before(i, "{", ";"))
        .filter_map(|i| source.group(i))
        .flat_map(|body| source.elements(body, true))
        .map(|member| source.cut_element(member))
        .collect()
}
