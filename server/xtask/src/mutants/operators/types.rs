//! Types, lifetimes and bounds.

use super::{Operator, Site, Source};

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("change-parameter-type", change_parameter),
        Operator::new("change-return-type", change_return),
        Operator::new("change-field-type", change_field),
        Operator::new("change-let-type", change_let),
        Operator::new("drop-generic-argument", drop_generic_argument),
        Operator::new("drop-lifetime", drop_lifetime),
        Operator::new("drop-generic-parameter", drop_generic_parameter),
        Operator::new("drop-bound", drop_bound),
        Operator::new("drop-where", drop_where),
        Operator::new("drop-derive", drop_derive),
    ]
};

/// Another type that someone might have written for `text`; `i` chooses among several.
fn other_type(source: &Source<'_>, first: usize, last: usize) -> String {
    let text = source.span(first, last);
    let inner = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix('>');
    let fixed: &[&str] = match text {
        "usize" => &["u32", "u64", "i32", "isize"],
        "u8" => &["char", "u16", "i8"],
        "u16" | "u32" | "u64" | "u128" => &["usize", "i32", "u8"],
        "i8" | "i16" | "i32" | "i64" | "isize" => &["usize", "u32", "i128"],
        "f32" => &["f64"],
        "f64" => &["f32"],
        "bool" => &["u8", "Option<bool>"],
        "char" => &["u8", "&str"],
        "String" => &["&str", "Vec<u8>"],
        "&str" => &["String", "&[u8]", "&String"],
        "&[u8]" => &["&str", "Vec<u8>"],
        "Self" => &["&Self", "Option<Self>"],
        "()" => &["bool"],
        _ => &[],
    };
    if !fixed.is_empty() {
        return fixed[source.pick(first, fixed.len())].to_owned();
    }
    if let Some(inner) = inner("Option<").or_else(|| inner("Box<")).or_else(|| inner("&Option<")) {
        return inner.to_owned();
    }
    if let Some(inner) = inner("Vec<") {
        return format!("&[{inner}]");
    }
    if text.starts_with("Result<")
        && let Some(group) = source.angles(first + 1)
        && let Some(&(start, end)) = source.elements(group, true).first()
    {
        return source.span(start, end).to_owned();
    }
    if let Some(inner) = text.strip_prefix("&mut ") {
        return format!("&{inner}");
    }
    match text.strip_prefix('&') {
        Some(inner) => inner.to_owned(),
        None if source.pick(first, 2) == 0 => format!("&{text}"),
        None => format!("Option<{text}>"),
    }
}

fn changed(source: &Source<'_>, (first, last): (usize, usize)) -> Site {
    source.replace(first, last, other_type(source, first, last))
}

fn change_parameter(source: &Source<'_>) -> Vec<Site> {
    source
        .functions
        .iter()
        .filter(|function| !source.is_frozen(function.name))
        .flat_map(|function| source.elements(function.params, true))
        .filter_map(|(first, last)| {
            let colon = (first..last).find(|&i| source.at(i) == ":")?;
            Some(changed(source, (colon + 1, last)))
        })
        .collect()
}

fn change_return(source: &Source<'_>) -> Vec<Site> {
    let functions = source.functions.iter().filter(|function| !source.is_frozen(function.name));
    functions.filter_map(|function| Some(changed(source, function.returns?))).collect()
}

fn change_field(source: &Source<'_>) -> Vec<Site> {
    let structs =
        source.item_code().filter(|&i| source.at(i) == "struct" && source.is_ident(i + 1));
    let mut sites = Vec::new();
    for body in
        structs.filter_map(|i| source.find_before(i, "{", ";")).filter_map(|i| source.group(i))
    {
        for (first, last) in source.elements(body, true) {
            let colon = (first..last).find(|&i| source.at(i) == ":" && !source.is_frozen(i));
            sites.extend(colon.map(|colon| changed(source, (colon + 1, last))));
        }
    }
    sites
}

/// `let x: T = …`
fn change_let(source: &Source<'_>) -> Vec<Site> {
    let lets = source.body_code().filter(|&i| source.at(i) == "let");
    lets.filter_map(|i| {
        let name = if source.at(i + 1) == "mut" { i + 2 } else { i + 1 };
        if source.at(name + 1) != ":" {
            return None;
        }
        let equals = source.find_before(name + 2, "=", ";")?;
        (equals > name + 2).then(|| changed(source, (name + 2, equals - 1)))
    })
    .collect()
}

/// `Vec<T>` becomes `Vec`, `Result<T, E>` becomes `Result<T>`.
fn drop_generic_argument(source: &Source<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for i in source.code().filter(|&i| source.at(i) == "<" && i > 0 && source.is_ident(i - 1)) {
        let declares = i > 1
            && matches!(source.at(i - 2), "fn" | "struct" | "enum" | "trait" | "type" | "union");
        let Some(group) = source.angles(i).filter(|_| !declares) else { continue };
        let arguments = source.elements(group, true);
        match &arguments[..] {
            [_] => sites.push(source.cut(group.0, group.1)),
            _ => sites.extend(arguments.into_iter().map(|one| source.cut_element(one))),
        }
    }
    sites
}

/// `&'a T` becomes `&T`, `T<'a>` becomes `T`.
fn drop_lifetime(source: &Source<'_>) -> Vec<Site> {
    let lifetimes = source.code().filter(|&i| source.at(i).starts_with('\''));
    lifetimes
        .filter(|&i| source.kind(i) == Some(crate::mutants::lexer::Kind::Lifetime))
        .filter_map(|i| match (source.before(i), source.at(i + 1)) {
            ("&", _) => Some(source.remove(i, i)),
            ("<", ">") => Some(source.cut(i - 1, i + 1)),
            ("<", ",") => Some(source.remove(i, i + 1)),
            _ => None,
        })
        .collect()
}

/// The generic parameters of every function, type, trait and `impl`.
fn declarations(source: &Source<'_>) -> Vec<(usize, usize)> {
    source
        .code()
        .filter(|&i| source.at(i) == "<")
        .filter(|&i| {
            let before = if i > 1 { source.at(i - 2) } else { "" };
            source.before(i) == "impl"
                || matches!(before, "fn" | "struct" | "enum" | "trait" | "type" | "union")
        })
        .filter_map(|i| source.angles(i))
        .collect()
}

fn drop_generic_parameter(source: &Source<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for group in declarations(source) {
        let parameters = source.elements(group, true);
        match &parameters[..] {
            [_] => sites.push(source.remove(group.0, group.1)),
            _ => sites.extend(parameters.into_iter().map(|one| source.cut_element(one))),
        }
    }
    sites
}

/// `T: A + B` becomes `T: A` or `T`.
fn drop_bound(source: &Source<'_>) -> Vec<Site> {
    let mut ranges: Vec<(usize, usize)> =
        declarations(source).into_iter().flat_map(|group| source.elements(group, true)).collect();
    for clause in source.code().filter(|&i| source.at(i) == "where") {
        let end = (clause..source.tokens.len()).find(|&i| matches!(source.at(i), "{" | ";"));
        let end = end.unwrap_or(clause);
        ranges.extend(source.elements((clause, end), true));
    }
    let mut sites = Vec::new();
    for (first, last) in ranges {
        if let Some(plus) = (first..last).rfind(|&i| source.at(i) == "+") {
            sites.push(source.cut(plus, last));
        } else if let Some(colon) = (first..last).find(|&i| source.at(i) == ":") {
            sites.push(source.cut(colon, last));
        }
    }
    sites
}

fn drop_where(source: &Source<'_>) -> Vec<Site> {
    source
        .code()
        .filter(|&i| source.at(i) == "where")
        .filter_map(|i| {
            let end = (i..source.tokens.len()).find(|&j| matches!(source.at(j), "{" | ";"))?;
            Some(source.cut(i, end - 1))
        })
        .collect()
}

/// One name out of `#[derive(…)]`.
fn drop_derive(source: &Source<'_>) -> Vec<Site> {
    let derives = (0..source.tokens.len()).filter(|&i| source.at(i) == "derive");
    derives
        .filter(|&i| source.before(i) == "[")
        .filter_map(|i| source.group(i + 1))
        .flat_map(|group| source.elements(group, false))
        .map(|name| source.cut_element(name))
        .collect()
}
