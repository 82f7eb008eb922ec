//! Parameters and return types that come and go, at the definition only.

use super::{Operator, Site, Source};

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("drop-parameter", drop_parameter),
        Operator::new("drop-self-parameter", drop_self_parameter),
        Operator::new("change-self-parameter", change_self_parameter),
        Operator::new("add-parameter", add_parameter),
        Operator::new("swap-parameters", swap_parameters),
        Operator::new("drop-return-type", drop_return_type),
    ]
};

/// First and last token of something.
type Range = (usize, usize);

/// Each function's parameters without the receiver, with the function's parentheses.
fn parameters(source: &Source<'_>) -> Vec<(Range, Vec<Range>)> {
    let functions = source.functions.iter().filter(|function| !source.is_frozen(function.name));
    functions
        .map(|function| {
            let mut parameters = source.elements(function.params, true);
            parameters.retain(|&(first, last)| (first..last).any(|i| source.at(i) == ":"));
            (function.params, parameters)
        })
        .collect()
}

fn drop_parameter(source: &Source<'_>) -> Vec<Site> {
    let all = parameters(source).into_iter().flat_map(|(_, parameters)| parameters);
    all.map(|parameter| source.cut_element(parameter)).collect()
}

/// The receivers `self`, `&self`, `&mut self`, `mut self`, … of all functions.
fn receivers(source: &Source<'_>) -> Vec<(usize, usize)> {
    let functions = source.functions.iter().filter(|function| !source.is_frozen(function.name));
    functions
        .filter_map(|function| source.elements(function.params, true).first().copied())
        .filter(|&(_, last)| source.at(last) == "self")
        .collect()
}

fn drop_self_parameter(source: &Source<'_>) -> Vec<Site> {
    let cut = |receiver: (usize, usize)| {
        if source.at(receiver.1 + 1) == "," {
            source.remove(receiver.0, receiver.1 + 1)
        } else {
            source.cut_element(receiver)
        }
    };
    receivers(source).into_iter().map(cut).collect()
}

/// `self` becomes `&self`, `&mut self` becomes `&self`, `&self` becomes `self`.
fn change_self_parameter(source: &Source<'_>) -> Vec<Site> {
    let changed = |(first, last): (usize, usize)| {
        let receiver = match source.span(first, last) {
            "&self" if source.pick(last, 2) == 0 => "self",
            "&self" => "&mut self",
            _ => "&self",
        };
        source.replace(first, last, receiver)
    };
    receivers(source).into_iter().map(changed).collect()
}

fn add_parameter(source: &Source<'_>) -> Vec<Site> {
    const NEW: &[&str] = &["limit: usize", "strict: bool", "name: &str", "offset: u64"];
    parameters(source)
        .into_iter()
        .map(|((open, close), _)| {
            let new = NEW[source.pick(open, NEW.len())];
            let comma = if matches!(source.before(close), "(" | ",") { "" } else { ", " };
            source.insert_after(close - 1, format!("{comma}{new}"))
        })
        .collect()
}

fn swap_parameters(source: &Source<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for (_, parameters) in parameters(source) {
        for pair in parameters.windows(2) {
            let &[(a, b), (c, d)] = pair else { continue };
            let text = format!("{}, {}", source.span(c, d), source.span(a, b));
            sites.push(source.replace(a, d, text));
        }
    }
    sites
}

fn drop_return_type(source: &Source<'_>) -> Vec<Site> {
    let functions = source.functions.iter().filter(|function| !source.is_frozen(function.name));
    functions
        .filter_map(|function| function.returns.map(|(first, last)| source.cut(first - 1, last)))
        .collect()
}
