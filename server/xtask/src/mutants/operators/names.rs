//! Names misspelt where they are used, and names changed where they are defined.

use super::{Operator, Site, Source};

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("drop-letter", drop_letter),
        Operator::new("swap-letters", swap_letters),
        Operator::new("wrong-case", wrong_case),
        Operator::new("foreign-method", foreign_method),
        Operator::new("typo-local", typo_local),
        Operator::new("typo-definition", typo_definition),
        Operator::new("rename-fn", |source| rename_functions(source, false)),
        Operator::new("rename-method", |source| rename_functions(source, true)),
        Operator::new("rename-type", |source| rename(source, &["struct", "enum", "type", "trait"])),
        Operator::new("rename-const", |source| rename(source, &["const", "static"])),
        Operator::new("rename-mod", |source| rename(source, &["mod"])),
        Operator::new("rename-field", |source| rename_members(source, "struct")),
        Operator::new("rename-variant", |source| rename_members(source, "enum")),
        Operator::new("rename-parameter", rename_parameter),
    ]
};

/// The word at `i` with one letter left out or two exchanged; none if it is too short.
pub(super) fn misspelt(source: &Source<'_>, i: usize) -> Option<String> {
    let odd = source.pick(i, 2) == 1;
    let first = if odd { without_letter(source, i) } else { with_swap(source, i) };
    first.or_else(|| if odd { with_swap(source, i) } else { without_letter(source, i) })
}

fn without_letter(source: &Source<'_>, i: usize) -> Option<String> {
    let mut letters: Vec<char> = source.at(i).chars().collect();
    if letters.len() < 3 {
        return None;
    }
    letters.remove(1 + source.pick(i, letters.len() - 1));
    Some(letters.into_iter().collect())
}

fn with_swap(source: &Source<'_>, i: usize) -> Option<String> {
    let mut letters: Vec<char> = source.at(i).chars().collect();
    let pairs: Vec<usize> =
        (1..letters.len()).filter(|&at| letters[at - 1] != letters[at]).collect();
    let at = *pairs.get(source.pick(i, pairs.len()))?;
    let starts_with_digit = at == 1 && letters[1].is_ascii_digit();
    letters.swap(at - 1, at);
    (!starts_with_digit).then(|| letters.into_iter().collect())
}

/// Names in bodies: variables, fields, methods, functions, types.
fn used<'a>(source: &'a Source<'a>) -> impl Iterator<Item = usize> + 'a {
    source.body_code().filter(|&i| source.is_ident(i) && !is_binding(source, i))
}

fn is_binding(source: &Source<'_>, i: usize) -> bool {
    matches!(source.before(i), "let" | "mut" | "fn" | "for" | "|" | "const" | "static")
}

fn drop_letter(source: &Source<'_>) -> Vec<Site> {
    used(source).filter_map(|i| Some(source.replace(i, i, without_letter(source, i)?))).collect()
}

fn swap_letters(source: &Source<'_>) -> Vec<Site> {
    used(source).filter_map(|i| Some(source.replace(i, i, with_swap(source, i)?))).collect()
}

/// `next_back` becomes `nextBack`, `Iterator` becomes `iterator`.
fn wrong_case(source: &Source<'_>) -> Vec<Site> {
    let camel = |name: &str| {
        let (head, tail) = name.split_once('_')?;
        let first = tail.chars().next().filter(char::is_ascii_lowercase)?;
        let rest = tail.get(1..)?;
        (!head.is_empty()).then(|| format!("{head}{}{rest}", first.to_ascii_uppercase()))
    };
    let lower = |name: &str| {
        let first = name.chars().next().filter(char::is_ascii_uppercase)?;
        Some(format!("{}{}", first.to_ascii_lowercase(), name.get(1..)?))
    };
    used(source)
        .filter_map(|i| {
            let name = source.at(i);
            Some(source.replace(i, i, camel(name).or_else(|| lower(name))?))
        })
        .collect()
}

/// Methods by the names that other languages give them.
fn foreign_method(source: &Source<'_>) -> Vec<Site> {
    const NAMES: &[(&str, &str)] = &[
        ("len", "length"),
        ("push", "append"),
        ("push_str", "append"),
        ("is_empty", "empty"),
        ("contains", "includes"),
        ("contains_key", "has"),
        ("to_string", "to_str"),
        ("as_bytes", "to_bytes"),
        ("starts_with", "startswith"),
        ("ends_with", "endswith"),
        ("to_lowercase", "lower"),
        ("insert", "add"),
        ("remove", "delete"),
        ("pop", "pop_back"),
        ("extend", "add_all"),
        ("map", "select"),
        ("filter", "where_"),
        ("is_some", "is_ok"),
        ("is_none", "is_err"),
        ("unwrap_or", "or_default"),
        ("iter", "each"),
        ("get", "at"),
        ("min", "minimum"),
        ("max", "maximum"),
        ("wrapping_add", "wrap_add"),
        ("saturating_sub", "sat_sub"),
        ("copy_from_slice", "copy_from"),
    ];
    source
        .body_code()
        .filter(|&i| source.before(i) == "." && source.at(i + 1) == "(")
        .filter_map(|i| {
            let (_, foreign) = NAMES.iter().find(|(name, _)| *name == source.at(i))?;
            Some(source.replace(i, i, *foreign))
        })
        .collect()
}

/// A variable misspelt where it is bound.
fn typo_local(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.is_ident(i) && is_binding(source, i) && source.before(i) != "fn")
        .filter_map(|i| Some(source.replace(i, i, misspelt(source, i)?)))
        .collect()
}

/// A letter lost where a function, a type, a constant or a field is defined.
fn typo_definition(source: &Source<'_>) -> Vec<Site> {
    let items = source.item_code().filter(|&i| source.is_ident(i)).filter(|&i| {
        matches!(
            source.before(i),
            "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union"
        )
    });
    let fields = members(source, "struct").into_iter();
    items.chain(fields).filter_map(|i| Some(source.replace(i, i, misspelt(source, i)?))).collect()
}

/// Another name that someone might have given: a word more or a word less.
fn renamed(source: &Source<'_>, i: usize) -> String {
    let name = source.at(i);
    if name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase) {
        let suffix = ["Impl", "2", "Inner", "Kind"][source.pick(i, 4)];
        return format!("{name}{suffix}");
    }
    if !name.contains(char::is_lowercase) {
        return format!("{}{name}", ["MY_", "DEFAULT_", "THE_"][source.pick(i, 3)]);
    }
    match source.pick(i, 5) {
        0 => format!("get_{name}"),
        1 => format!("{name}_inner"),
        2 => name.rsplit_once('_').map_or(format!("{name}2"), |(head, _)| format!("{head}_x")),
        3 => format!("do_{name}"),
        _ => format!("{name}_value"),
    }
}

fn rename_functions(source: &Source<'_>, methods: bool) -> Vec<Site> {
    let functions = source.functions.iter().filter(|function| {
        function.is_method == methods
            && source.at(function.name) != "main"
            && !source.is_frozen(function.name)
    });
    functions.map(|f| source.replace(f.name, f.name, renamed(source, f.name))).collect()
}

fn rename(source: &Source<'_>, keywords: &[&str]) -> Vec<Site> {
    source
        .code()
        .filter(|&i| source.is_ident(i) && keywords.contains(&source.before(i)))
        // `*const T` defines nothing.
        .filter(|&i| i < 2 || source.at(i - 2) != "*")
        .map(|i| source.replace(i, i, renamed(source, i)))
        .collect()
}

/// The names of the fields of structs, or of the variants of enums.
fn members(source: &Source<'_>, keyword: &str) -> Vec<usize> {
    let items = source.code().filter(|&i| source.at(i) == keyword && source.is_ident(i + 1));
    let mut names = Vec::new();
    for body in
        items.filter_map(|i| source.find_before(i, "{", ";")).filter_map(|i| source.group(i))
    {
        for (first, last) in source.elements(body, true) {
            let name = (first..=last).find(|&i| {
                source.is_ident(i)
                    && !source.is_frozen(i)
                    && (keyword == "enum" || source.at(i + 1) == ":")
            });
            names.extend(name);
        }
    }
    names
}

fn rename_members(source: &Source<'_>, keyword: &str) -> Vec<Site> {
    let names = members(source, keyword).into_iter();
    names.map(|i| source.replace(i, i, renamed(source, i))).collect()
}

fn rename_parameter(source: &Source<'_>) -> Vec<Site> {
    let functions = source.functions.iter().filter(|function| function.body.is_some());
    functions
        .flat_map(|function| source.elements(function.params, true))
        .filter_map(|(first, last)| (first..last).find(|&i| source.at(i + 1) == ":"))
        .filter(|&i| source.is_ident(i) && !source.is_frozen(i))
        .map(|i| source.replace(i, i, renamed(source, i)))
        .collect()
}
