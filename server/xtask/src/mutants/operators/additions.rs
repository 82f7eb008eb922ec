//! Things that are one too many: a layer, a mark, a call, a copy of what is there already.

use super::{Operator, Site, Source};
use crate::mutants::lexer::Kind;

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("add-semicolon", add_semicolon),
        Operator::new("add-ref-mut", add_ref_mut),
        Operator::new("add-deref", |source| before_arguments(source, "*")),
        Operator::new("add-question", |source| after_values(source, "?")),
        Operator::new("add-unwrap", |source| after_values(source, ".unwrap()")),
        Operator::new("add-some", |source| wrap_arguments(source, "Some")),
        Operator::new("add-ok", add_ok),
        Operator::new("add-to-string", add_to_string),
        Operator::new("add-cast", add_cast),
        Operator::new("add-call", add_call),
        Operator::new("add-bracket", add_bracket),
        Operator::new("repeat-item", repeat_item),
        Operator::new("repeat-field", repeat_field),
        Operator::new("repeat-use", repeat_use),
        Operator::new("add-field", |source| add_member(source, "struct")),
        Operator::new("add-variant", |source| add_member(source, "enum")),
    ]
};

/// Arguments of calls, as inclusive ranges of tokens.
fn arguments(source: &Source<'_>) -> Vec<(usize, usize)> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "(" && i > 1 && source.is_ident(i - 1))
        .filter(|&i| source.at(i - 2) != "fn")
        .filter_map(|i| source.group(i))
        .flat_map(|group| source.elements(group, false))
        .collect()
}

/// The last expression of a function that returns something gets a semicolon.
fn add_semicolon(source: &Source<'_>) -> Vec<Site> {
    source
        .functions
        .iter()
        .filter(|function| function.returns.is_some() && !source.is_frozen(function.name))
        .filter_map(|function| function.body)
        .filter(|&(open, close)| {
            close > open + 1 && !matches!(source.before(close), ";" | "{" | "}")
        })
        .map(|(_, close)| source.insert_after(close - 1, ";"))
        .collect()
}

/// `f(x)` becomes `f(&mut x)`.
fn add_ref_mut(source: &Source<'_>) -> Vec<Site> {
    before_arguments(source, "&mut ")
}

fn before_arguments(source: &Source<'_>, mark: &str) -> Vec<Site> {
    let plain = arguments(source).into_iter().filter(|&(first, _)| source.is_ident(first));
    plain
        .map(|(first, _)| source.replace(first, first, format!("{mark}{}", source.at(first))))
        .collect()
}

/// `let x = y;` becomes `let x = y?;`.
fn after_values(source: &Source<'_>, mark: &str) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "let" && matches!(source.before(i), ";" | "{" | "}"))
        .filter_map(|i| source.find_before(i, ";", ""))
        .filter(|&end| source.is_ident(end - 1) || source.before(end) == ")")
        .map(|end| source.insert_after(end - 1, mark))
        .collect()
}

fn wrap_arguments(source: &Source<'_>, with: &str) -> Vec<Site> {
    let wrap = |(first, last)| {
        source.replace(first, last, format!("{with}({})", source.span(first, last)))
    };
    arguments(source).into_iter().map(wrap).collect()
}

/// The last expression of a function is wrapped although it returns no result, or once too often.
fn add_ok(source: &Source<'_>) -> Vec<Site> {
    source
        .functions
        .iter()
        .filter(|function| function.returns.is_some() && !source.is_frozen(function.name))
        .filter_map(|function| {
            let (first, last) = source.tail(function.body?)?;
            let simple = !(first..=last).any(|i| source.at(i) == "{");
            simple.then(|| source.replace(first, last, format!("Ok({})", source.span(first, last))))
        })
        .collect()
}

fn add_to_string(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.kind(i) == Some(Kind::Str) && source.at(i).starts_with('"'))
        .filter(|&i| source.at(i + 1) != ".")
        .map(|i| source.insert_after(i, ".to_string()"))
        .collect()
}

/// An argument becomes another number.
fn add_cast(source: &Source<'_>) -> Vec<Site> {
    const TYPES: &[&str] = &["u8", "u32", "i64", "usize", "f64"];
    let plain = arguments(source).into_iter().filter(|&(first, last)| first == last);
    plain
        .filter(|&(first, _)| source.is_ident(first) || source.kind(first) == Some(Kind::Number))
        .map(|(_, last)| {
            source.insert_after(last, format!(" as {}", TYPES[source.pick(last, TYPES.len())]))
        })
        .collect()
}

/// `x.len` becomes `x.len()`: a field that is called.
fn add_call(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.before(i) == "." && source.is_ident(i))
        .filter(|&i| !matches!(source.at(i + 1), "(" | "::" | "!"))
        .map(|i| source.insert_after(i, "()"))
        .collect()
}

fn add_bracket(source: &Source<'_>) -> Vec<Site> {
    let brackets =
        source.body_code().filter(|&i| matches!(source.at(i), ")" | "]" | "}" | "(" | "{"));
    brackets.map(|i| source.insert_after(i, source.at(i))).collect()
}

/// A function or constant that stands there twice.
fn repeat_item(source: &Source<'_>) -> Vec<Site> {
    source
        .functions
        .iter()
        .filter(|function| !source.is_frozen(function.name))
        .filter_map(|function| {
            let last = function.body?.1;
            let text = source.span(function.first, last);
            Some(source.insert_after(last, format!("\n\n{text}")))
        })
        .collect()
}

fn repeat_field(source: &Source<'_>) -> Vec<Site> {
    members(source, "struct")
        .into_iter()
        .filter(|&(first, last)| {
            source.at(last + 1) == "," && (first..last).any(|i| source.at(i) == ":")
        })
        .map(|(first, last)| {
            source.insert_after(last + 1, format!(" {},", source.span(first, last)))
        })
        .collect()
}

fn repeat_use(source: &Source<'_>) -> Vec<Site> {
    let keywords = source.item_code().filter(|&i| source.at(i) == "use");
    keywords
        .filter_map(|i| {
            let last = source.find_before(i, ";", "")?;
            Some(source.insert_after(last, format!("\n{}", source.span(i, last))))
        })
        .collect()
}

/// The fields of structs or the variants of enums.
fn members(source: &Source<'_>, keyword: &str) -> Vec<(usize, usize)> {
    let items = source.code().filter(|&i| source.at(i) == keyword && source.is_ident(i + 1));
    items
        .filter_map(|i| source.find_before(i, "{", ";"))
        .filter_map(|i| source.group(i))
        .flat_map(|body| source.elements(body, true))
        .collect()
}

/// A member that nothing knows of yet.
fn add_member(source: &Source<'_>, keyword: &str) -> Vec<Site> {
    members(source, keyword)
        .into_iter()
        .filter(|&(_, last)| source.at(last + 1) == ",")
        .map(|(_, last)| {
            let new = if keyword == "struct" { " extra: usize," } else { " Extra," };
            source.insert_after(last + 1, new)
        })
        .collect()
}
