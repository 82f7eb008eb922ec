//! Arguments of calls and fields of struct literals.

use super::{Operator, Site, Source};

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::destroying("drop-argument", drop_argument),
        Operator::new("add-argument", add_argument),
        Operator::new("swap-arguments", swap_arguments),
        Operator::new("drop-call", drop_call),
        Operator::destroying("drop-literal-field", |source| drop_field(source, false)),
        Operator::new("drop-shorthand-field", |source| drop_field(source, true)),
    ]
};

/// The parentheses of every call of a named function or method.
fn calls(source: &Source<'_>) -> Vec<(usize, usize)> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "(" && i > 1 && source.is_ident(i - 1))
        .filter(|&i| source.at(i - 2) != "fn")
        .filter_map(|i| source.group(i))
        .collect()
}

fn drop_argument(source: &Source<'_>) -> Vec<Site> {
    let arguments = calls(source).into_iter().flat_map(|call| source.elements(call, false));
    arguments.map(|argument| source.cut_element(argument)).collect()
}

fn add_argument(source: &Source<'_>) -> Vec<Site> {
    const NEW: &[&str] = &["0", "true", "\"\"", "None"];
    calls(source)
        .into_iter()
        .map(|(open, close)| {
            let new = NEW[source.pick(open, NEW.len())];
            let comma = if matches!(source.before(close), "(" | ",") { "" } else { ", " };
            source.insert_after(close - 1, format!("{comma}{new}"))
        })
        .collect()
}

fn swap_arguments(source: &Source<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for call in calls(source) {
        for pair in source.elements(call, false).windows(2) {
            let &[(a, b), (c, d)] = pair else { continue };
            let text = format!("{}, {}", source.span(c, d), source.span(a, b));
            sites.push(source.replace(a, d, text));
        }
    }
    sites
}

/// `x.f()` becomes `x.f`.
fn drop_call(source: &Source<'_>) -> Vec<Site> {
    let empty = calls(source).into_iter().filter(|(open, close)| close - open == 1);
    empty.map(|(open, close)| source.replace(open, close, "")).collect()
}

/// `name: value` or, where `shorthand`, `name` alone, out of `Type { … }`.
fn drop_field(source: &Source<'_>, shorthand: bool) -> Vec<Site> {
    let mut sites = Vec::new();
    for i in source.body_code().filter(|&i| source.at(i) == "{" && i > 1) {
        let typed = source.before(i).starts_with(char::is_uppercase);
        let Some(group) = source.group(i).filter(|_| typed && source.is_ident(i + 1)) else {
            continue;
        };
        // After a pattern comes an arrow or an equals sign.
        if matches!(source.at(group.1 + 1), "=>" | "=" | "|" | "if") {
            continue;
        }
        for (first, last) in source.elements(group, false) {
            let is_field = source.at(first + 1) == ":" || first == last;
            if is_field && (first == last) == shorthand {
                sites.push(source.cut_element((first, last)));
            }
        }
    }
    sites
}
