//! Words of other languages, one mark for another, and parts of items that got lost.

use super::{Operator, Site, Source};
use crate::mutants::lexer::Kind;

pub(super) const OPERATORS: fn() -> Vec<Operator> = || {
    vec![
        Operator::new("foreign-keyword", foreign_keyword),
        Operator::new("foreign-type", foreign_type),
        Operator::new("foreign-operator", foreign_operator),
        Operator::new("wrong-separator", wrong_separator),
        Operator::new("wrong-bracket", wrong_bracket),
        Operator::new("wrong-arrow", wrong_arrow),
        Operator::new("dot-for-path", dot_for_path),
        Operator::new("path-for-dot", path_for_dot),
        Operator::new("drop-dot", drop_dot),
        Operator::new("drop-equals", drop_equals),
        Operator::new("drop-operator", drop_operator),
        Operator::new("drop-keyword", drop_keyword),
        Operator::new("drop-const-fn", drop_const_fn),
        Operator::new("change-number", change_number),
        Operator::new("typo-type", typo_type),
        Operator::new("wrong-case-item", wrong_case_item),
        Operator::new("swap-impl", swap_impl),
        Operator::new("drop-box", drop_box),
        Operator::new("drop-derives", drop_derives),
        Operator::new("drop-attribute", drop_attribute),
        Operator::new("drop-trait-item", drop_trait_item),
        Operator::destroying("drop-impl", drop_impl),
        Operator::destroying("drop-struct", drop_struct),
        Operator::new("change-bound", change_bound),
        Operator::new("narrow-pub", narrow_pub),
        Operator::new("drop-format-argument", drop_format_argument),
    ]
};

/// Each token that is one of the first words becomes the second.
fn exchanged(
    source: &Source<'_>,
    words: &[(&str, &str)],
    fits: impl Fn(usize) -> bool,
) -> Vec<Site> {
    source
        .code()
        .filter(|&i| fits(i))
        .filter_map(|i| {
            let choices: Vec<&str> =
                words.iter().filter(|(ours, _)| *ours == source.at(i)).map(|(_, it)| *it).collect();
            let theirs = choices.get(source.pick(i, choices.len()))?;
            Some(source.replace(i, i, *theirs))
        })
        .collect()
}

fn foreign_keyword(source: &Source<'_>) -> Vec<Site> {
    const WORDS: &[(&str, &str)] = &[
        ("fn", "func"),
        ("fn", "def"),
        ("fn", "function"),
        ("let", "var"),
        ("let", "const"),
        ("let", "auto"),
        ("match", "switch"),
        ("struct", "class"),
        ("impl", "extends"),
        ("trait", "interface"),
        ("pub", "public"),
        ("use", "import"),
        ("use", "include"),
        ("mod", "module"),
        ("self", "this"),
        ("true", "True"),
        ("false", "False"),
        ("None", "null"),
        ("None", "nil"),
        ("loop", "forever"),
        ("const", "final"),
    ];
    exchanged(source, WORDS, |_| true)
}

fn foreign_type(source: &Source<'_>) -> Vec<Site> {
    const WORDS: &[(&str, &str)] = &[
        ("usize", "uint"),
        ("usize", "size_t"),
        ("i32", "int"),
        ("u32", "uint32"),
        ("u8", "byte"),
        ("u8", "uint8_t"),
        ("u64", "long"),
        ("f64", "double"),
        ("f64", "float"),
        ("bool", "boolean"),
        ("bool", "Bool"),
        ("String", "string"),
        ("str", "string"),
        ("char", "Char"),
        ("Vec", "List"),
        ("Vec", "Array"),
        ("Option", "Optional"),
        ("HashMap", "Map"),
        ("HashMap", "Dict"),
        ("Result", "Either"),
        ("Box", "Ptr"),
    ];
    exchanged(source, WORDS, |i| source.at(i + 1) != "::")
}

fn foreign_operator(source: &Source<'_>) -> Vec<Site> {
    const WORDS: &[(&str, &str)] = &[
        ("&&", " and "),
        ("||", " or "),
        ("==", "==="),
        ("!=", "<>"),
        ("!=", "!=="),
        ("+=", "=+"),
        ("..", "..."),
        ("::", "->"),
        (".", "->"),
    ];
    let mut sites = exchanged(source, WORDS, |i| source.kind(i) == Some(Kind::Punct));
    // `!x` becomes `not x`.
    let nots = source.body_code().filter(|&i| source.at(i) == "!" && source.is_ident(i + 1));
    let nots = nots.filter(|&i| matches!(source.before(i), "if" | "(" | "&&" | "||" | "="));
    sites.extend(nots.map(|i| source.replace(i, i, "not ")));
    sites
}

/// A comma for a semicolon, a colon for an equals sign, and the other way round.
fn wrong_separator(source: &Source<'_>) -> Vec<Site> {
    const WORDS: &[(&str, &str)] =
        &[(";", ","), (",", ";"), (":", "="), ("=", ":"), (";", ":"), (",", ".")];
    exchanged(source, WORDS, |i| source.at(i + 1) != "]")
}

fn wrong_bracket(source: &Source<'_>) -> Vec<Site> {
    const WORDS: &[(&str, &str)] =
        &[(")", "]"), ("]", ")"), ("}", ")"), ("(", "["), ("[", "("), ("{", "("), (")", "}")];
    exchanged(source, WORDS, |_| true)
}

fn wrong_arrow(source: &Source<'_>) -> Vec<Site> {
    const WORDS: &[(&str, &str)] =
        &[("=>", "->"), ("->", "=>"), ("=>", "="), ("->", ":"), ("=>", ":"), ("->", "-")];
    exchanged(source, WORDS, |_| true)
}

/// `T::f()` becomes `T.f()`.
fn dot_for_path(source: &Source<'_>) -> Vec<Site> {
    let paths = source.body_code().filter(|&i| source.at(i) == "::" && source.at(i + 1) != "<");
    paths.map(|i| source.replace(i, i, ".")).collect()
}

/// `x.f()` becomes `x::f()`.
fn path_for_dot(source: &Source<'_>) -> Vec<Site> {
    let dots = source.body_code().filter(|&i| source.at(i) == "." && source.is_ident(i + 1));
    dots.map(|i| source.replace(i, i, "::")).collect()
}

/// `x.f()` becomes `x f()`.
fn drop_dot(source: &Source<'_>) -> Vec<Site> {
    let dots = source.body_code().filter(|&i| source.at(i) == ".");
    dots.map(|i| source.replace(i, i, " ")).collect()
}

fn drop_equals(source: &Source<'_>) -> Vec<Site> {
    let marks = source.code().filter(|&i| source.at(i) == "=");
    marks.map(|i| source.remove(i, i)).collect()
}

fn drop_operator(source: &Source<'_>) -> Vec<Site> {
    const MARKS: &[&str] =
        &["+", "-", "/", "%", "==", "!=", "<=", ">=", "&&", "||", "..", "..=", "+=", "-="];
    let value = |i: usize| source.is_ident(i) || matches!(source.at(i), ")" | "]");
    source
        .body_code()
        .filter(|&i| i > 0 && MARKS.contains(&source.at(i)) && value(i - 1))
        .map(|i| source.remove(i, i))
        .collect()
}

fn drop_keyword(source: &Source<'_>) -> Vec<Site> {
    const WORDS: &[&str] = &[
        "fn", "impl", "for", "in", "if", "else", "match", "while", "loop", "where", "as", "struct",
        "enum", "trait", "const", "static", "use", "mod", "type", "ref", "super", "crate",
    ];
    source.code().filter(|&i| WORDS.contains(&source.at(i))).map(|i| source.remove(i, i)).collect()
}

/// `const fn f()` becomes `fn f()`.
fn drop_const_fn(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| source.at(i) == "const" && matches!(source.at(i + 1), "fn" | "unsafe"))
        .map(|i| source.remove(i, i))
        .collect()
}

/// Another suffix, a fraction, or a truth value for a number.
fn change_number(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.kind(i) == Some(Kind::Number) && source.before(i) != ".")
        .map(|i| {
            let digits: String = source.at(i).chars().take_while(char::is_ascii_digit).collect();
            let new = match source.pick(i, 4) {
                0 => format!("{digits}.0"),
                1 => format!("{digits}i8"),
                2 => format!("{digits}_u64"),
                _ => "true".to_owned(),
            };
            source.replace(i, i, new)
        })
        .collect()
}

/// A misspelt name outside of bodies: in signatures, fields, `impl` headers.
fn typo_type(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| source.is_ident(i))
        .filter(|&i| {
            !matches!(
                source.before(i),
                "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "mod" | "union"
            ) && !matches!(source.at(i + 1), ":" | "!")
        })
        .filter_map(|i| Some(source.replace(i, i, super::names::misspelt(source, i)?)))
        .collect()
}

/// A type in lower case, outside of bodies.
fn wrong_case_item(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| source.is_ident(i) && source.at(i).len() > 2)
        .filter(|&i| source.at(i).starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|i| {
            let name = source.at(i);
            let changed = if name.chars().all(|c| !c.is_lowercase()) {
                name.to_ascii_lowercase()
            } else {
                format!("{}{}", name[..1].to_ascii_lowercase(), &name[1..])
            };
            source.replace(i, i, changed)
        })
        .collect()
}

/// `impl A for B` becomes `impl B for A`.
fn swap_impl(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| source.at(i) == "impl")
        .filter_map(|i| {
            let first = source.angles(i + 1).map_or(i + 1, |(_, close)| close + 1);
            let open = source.find_before(first, "{", ";")?;
            let middle = (first..open).find(|&j| source.at(j) == "for")?;
            let last = (middle..open).find(|&j| source.at(j) == "where").unwrap_or(open) - 1;
            (middle > first && last > middle).then(|| {
                let (one, other) = (source.span(first, middle - 1), source.span(middle + 1, last));
                source.replace(first, last, format!("{other} for {one}"))
            })
        })
        .collect()
}

/// `Box::new(x)`, `String::from(x)` and the like become `x`.
fn drop_box(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.is_ident(i) && source.at(i + 1) == "::")
        .filter(|&i| matches!(source.at(i + 2), "new" | "from" | "Borrowed" | "Owned"))
        .filter(|&i| source.before(i) != "::")
        .filter_map(|i| {
            let group = source.group(i + 3).filter(|_| source.at(i + 3) == "(")?;
            let one = source.elements(group, false).len() == 1;
            one.then(|| source.replace(i, group.1, source.span(group.0 + 1, group.1 - 1)))
        })
        .collect()
}

/// The whole of `#[derive(…)]`.
fn drop_derives(source: &Source<'_>) -> Vec<Site> {
    attributes(source, |name| name == "derive")
}

/// An attribute that code may depend on.
fn drop_attribute(source: &Source<'_>) -> Vec<Site> {
    attributes(source, |name| !matches!(name, "derive" | "doc" | "cfg" | "cfg_attr"))
}

fn attributes(source: &Source<'_>, fits: impl Fn(&str) -> bool) -> Vec<Site> {
    (0..source.tokens.len())
        .filter(|&i| source.at(i) == "#" && source.at(i + 1) == "[" && fits(source.at(i + 2)))
        .filter_map(|i| Some(source.remove(i, source.partner(i + 1)?)))
        .collect()
}

/// A method without a body out of a trait.
fn drop_trait_item(source: &Source<'_>) -> Vec<Site> {
    source
        .functions
        .iter()
        .filter(|function| function.is_method && function.body.is_none())
        .filter(|function| !source.is_frozen(function.name))
        .filter_map(|function| {
            let end = source.find_before(function.params.1 + 1, ";", "{")?;
            Some(source.cut(function.first, end))
        })
        .collect()
}

/// A whole `impl A for B { … }`.
fn drop_impl(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| source.at(i) == "impl" && matches!(source.before(i), "" | "}" | ";" | "]"))
        .filter_map(|i| {
            let open = source.find_before(i, "{", ";")?;
            let of_trait = (i..open).any(|j| source.at(j) == "for");
            let (_, close) = source.group(open).filter(|_| of_trait)?;
            Some(source.cut(source.item_start(i), close))
        })
        .collect()
}

/// A whole type.
fn drop_struct(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| matches!(source.at(i), "struct" | "enum") && source.is_ident(i + 1))
        .filter_map(|i| {
            let end = (i..source.tokens.len()).find(|&j| matches!(source.at(j), "{" | ";"))?;
            let last = source.group(end).map_or(end, |(_, close)| close);
            Some(source.cut(source.item_start(i), last))
        })
        .collect()
}

/// `T: A` becomes `T: B`.
fn change_bound(source: &Source<'_>) -> Vec<Site> {
    const OTHER: &[&str] = &["Default", "Send", "PartialEq", "ToString"];
    source
        .item_code()
        .filter(|&i| source.at(i) == ":" && source.is_ident(i + 1) && i > 1)
        .filter(|&i| matches!(source.at(i - 2), "<" | "," | "where"))
        .filter(|&i| source.at(i - 1).chars().all(char::is_uppercase))
        .filter(|&i| matches!(source.at(i + 2), "," | ">" | "+" | "{"))
        .map(|i| source.replace(i + 1, i + 1, OTHER[source.pick(i, OTHER.len())]))
        .collect()
}

/// `pub` becomes `pub(self)`.
fn narrow_pub(source: &Source<'_>) -> Vec<Site> {
    source
        .item_code()
        .filter(|&i| source.at(i) == "pub")
        .map(|i| {
            let last = source.group(i + 1).filter(|_| source.at(i + 1) == "(");
            source.replace(i, last.map_or(i, |(_, close)| close), "pub(self)")
        })
        .collect()
}

/// One value of `println!`, `write!`, `format!` and the like.
fn drop_format_argument(source: &Source<'_>) -> Vec<Site> {
    source
        .body_code()
        .filter(|&i| source.at(i) == "!" && source.is_ident(i.saturating_sub(1)))
        .filter_map(|i| source.group(i + 1))
        .flat_map(|group| {
            let elements = source.elements(group, false);
            let text = elements
                .iter()
                .position(|&(first, last)| first == last && source.kind(first) == Some(Kind::Str));
            text.map(|at| elements[at + 1..].to_vec()).unwrap_or_default()
        })
        .map(|argument| source.cut_element(argument))
        .collect()
}
