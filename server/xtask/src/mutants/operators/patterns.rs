//! Patterns, bindings and what says their types.

use super::{Operator, Site, Source};

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("drop-rest", drop_rest),
        Operator::new("drop-pattern-field", drop_pattern_field),
        Operator::new("drop-let-keyword", drop_let_keyword),
        Operator::new("drop-let-type", drop_let_type),
        Operator::new("drop-turbofish", drop_turbofish),
        Operator::new("swap-statements", swap_statements),
        Operator::new("repeat-statement", repeat_statement),
        Operator::new("drop-closure-bars", drop_closure_bars),
        Operator::new("drop-await", drop_await),
        Operator::new("drop-pattern-ref", drop_pattern_ref),
        Operator::destroying("drop-return-value", drop_return_value),
        Operator::destroying("drop-statement", drop_statement),
        Operator::destroying("drop-line", drop_line),
    ]
};

/// `S { a, .. }` becomes `S { a }`, in patterns and literals.
fn drop_rest(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == ".." && matches!(source.at(i + 1), "}" | ")"))
        .map(|i| if source.before(i) == "," { source.cut(i - 1, i) } else { source.cut(i, i) })
        .collect()
}

/// One binding out of `S { a, b }` or `T(a, b)` before `=>` or `=`.
fn drop_pattern_field(source: &Source<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for i in source.body_code().filter(|&i| i > 0 && source.is_ident(i - 1)) {
        let Some(group) = source.group(i).filter(|_| matches!(source.at(i), "{" | "(")) else {
            continue;
        };
        let pattern = matches!(source.at(group.1 + 1), "=>" | "=");
        let elements = source.elements(group, false);
        if pattern && elements.len() > 1 {
            sites.extend(elements.into_iter().map(|one| source.cut_element(one)));
        }
    }
    sites
}

/// `let x = y;` becomes `x = y;`.
fn drop_let_keyword(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "let" && matches!(source.before(i), ";" | "{" | "}"))
        .map(|i| source.remove(i, i))
        .collect()
}

/// `let x: T = y;` becomes `let x = y;`.
fn drop_let_type(source: &Source<'_>) -> Vec<Site> {
    let lets = source.body_code().filter(|&i| source.at(i) == "let");
    lets.filter_map(|i| {
        let name = if source.at(i + 1) == "mut" { i + 2 } else { i + 1 };
        let typed = source.at(name + 1) == ":";
        let equals = typed.then(|| source.find_before(name + 2, "=", ";")).flatten()?;
        Some(source.cut(name + 1, equals - 1))
    })
    .collect()
}

/// `f::<T>()` becomes `f()`.
fn drop_turbofish(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "::" && source.at(i + 1) == "<")
        .filter_map(|i| Some(source.replace(i, source.angles(i + 1)?.1, "")))
        .collect()
}

/// The statements of every function, each from its first token to its semicolon.
fn statements(source: &Source<'_>) -> Vec<Vec<(usize, usize)>> {
    let bodies = source.functions.iter().filter(|function| !source.is_frozen(function.name));
    bodies
        .filter_map(|function| function.body)
        .map(|(open, _)| {
            let (mut first, mut found) = (open + 1, Vec::new());
            while let Some(end) = source.find_before(first, ";", "") {
                found.push((first, end));
                first = end + 1;
            }
            found
        })
        .collect()
}

/// A binding changes places with the statement after it.
fn swap_statements(source: &Source<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for body in statements(source) {
        for pair in body.windows(2) {
            let &[(a, b), (c, d)] = pair else { continue };
            if source.at(a) == "let" {
                let text = format!("{}\n{}", source.span(c, d), source.span(a, b));
                sites.push(source.replace(a, d, text));
            }
        }
    }
    sites
}

fn repeat_statement(source: &Source<'_>) -> Vec<Site> {
    let all = statements(source).into_iter().flatten();
    all.map(|(first, last)| source.insert_after(last, format!("\n{}", source.span(first, last))))
        .collect()
}

/// `|x| f(x)` becomes `f(x)`.
fn drop_closure_bars(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "|" && matches!(source.before(i), "(" | "," | "move" | "="))
        .filter_map(|i| {
            let end = (i + 1..source.tokens.len()).find(|&end| source.at(end) == "|")?;
            Some(source.remove(i, end))
        })
        .collect()
}

fn drop_await(source: &Source<'_>) -> Vec<Site> {
    let awaited =
        source.body_code().filter(|&i| source.at(i) == "await" && source.before(i) == ".");
    awaited.map(|i| source.cut(i - 1, i)).collect()
}

/// `&x` or `ref x` in a pattern becomes `x`.
fn drop_pattern_ref(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| {
            source.at(i) == "ref"
                || (source.at(i) == "&"
                    && matches!(source.before(i), "|" | "for" | "(" | "let")
                    && matches!(source.at(i + 2), "|" | "in" | ")" | "=" | ","))
        })
        .map(|i| source.remove(i, i))
        .collect()
}

/// `return x;` becomes `return;`.
fn drop_return_value(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "return" && !matches!(source.at(i + 1), ";" | "," | "}"))
        .filter_map(|i| {
            let end = source.find_before(i + 1, ";", ",")?;
            (end > i + 1).then(|| source.cut(i + 1, end - 1))
        })
        .collect()
}

/// A whole statement.
fn drop_statement(source: &Source<'_>) -> Vec<Site> {
    let all = statements(source).into_iter().flatten();
    all.map(|(first, last)| source.cut(first, last)).collect()
}

/// A whole line that holds code.
fn drop_line(source: &Source<'_>) -> Vec<Site> {
    let text = source.text;
    let mut sites: Vec<Site> = Vec::new();
    for i in source.body_code() {
        let start = text[..source.tokens[i].start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at + 1);
        if sites.last().is_none_or(|site| site.start != start) {
            sites.push(Site { start, end, insert: String::new() });
        }
    }
    sites
}
