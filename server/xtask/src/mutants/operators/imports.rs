//! Imports, paths and module declarations.

use super::{Operator, Site, Source};

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("drop-use", drop_use),
        Operator::new("drop-use-name", drop_use_name),
        Operator::new("drop-use-alias", drop_use_alias),
        Operator::new("typo-use-path", typo_use_path),
        Operator::new("drop-path-segment", drop_path_segment),
        Operator::new("drop-mod", drop_mod),
    ]
};

/// Every `use …;` as an inclusive range from `use` to the semicolon.
fn uses(source: &Source<'_>) -> Vec<(usize, usize)> {
    let keywords = source.code().filter(|&i| source.at(i) == "use");
    keywords.filter_map(|i| Some((i, source.find_before(i, ";", "")?))).collect()
}

fn drop_use(source: &Source<'_>) -> Vec<Site> {
    let each = uses(source).into_iter();
    each.map(|(first, last)| source.remove(source.item_start(first), last)).collect()
}

fn drop_use_name(source: &Source<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for (first, last) in uses(source) {
        for group in (first..last).filter_map(|i| source.group(i)) {
            let names = source.elements(group, false);
            if names.len() > 1 {
                sites.extend(names.into_iter().map(|name| source.cut_element(name)));
            }
        }
    }
    sites
}

fn drop_use_alias(source: &Source<'_>) -> Vec<Site> {
    let aliases = uses(source).into_iter().flat_map(|(first, last)| first..last);
    aliases.filter(|&i| source.at(i) == "as").map(|i| source.cut(i, i + 1)).collect()
}

fn typo_use_path(source: &Source<'_>) -> Vec<Site> {
    let names = uses(source).into_iter().flat_map(|(first, last)| first..last);
    names
        .filter(|&i| source.is_ident(i) && source.before(i) != "as")
        .filter_map(|i| Some(source.replace(i, i, super::names::misspelt(source, i)?)))
        .collect()
}

/// `a::b` becomes `b`, outside of imports.
fn drop_path_segment(source: &Source<'_>) -> Vec<Site> {
    let imports = uses(source);
    source
        .code()
        .filter(|&i| source.at(i + 1) == "::" && source.at(i + 2) != "<")
        .filter(|&i| {
            source.is_ident(i) || matches!(source.at(i), "Self" | "self" | "super" | "crate")
        })
        .filter(|&i| !imports.iter().any(|&(first, last)| first < i && i < last))
        .map(|i| source.remove(i, i + 1))
        .collect()
}

fn drop_mod(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| source.at(i) == "mod" && source.at(i + 2) == ";")
        .map(|i| source.remove(source.item_start(i), i + 2))
        .collect()
}
