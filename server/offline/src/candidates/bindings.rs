//! Names that hold only within one item: variables, parameters of types, lifetimes.

use std::ops::Range;

use super::definitions;
use crate::tokens::{self, Kind, Token};

/// The names bound in the function around byte `at` of `text` that occur nowhere else in it: what
/// they were bound for has another name, or nothing. Places in the text.
pub(super) fn unused_locals(text: &str, at: usize) -> Vec<Range<usize>> {
    let tokens = tokens::tokens(text);
    let Some(region) = definitions::function_around(text, &tokens, at) else { return Vec::new() };
    let region = &tokens[region];
    let mut found = Vec::new();
    for (index, token) in region.iter().enumerate() {
        let name = token.of(text);
        let is_name = token.kind == Kind::Word
            && !tokens::is_keyword(name)
            && !name.starts_with('_')
            && name.starts_with(char::is_lowercase);
        if !is_name || index < 2 {
            continue;
        }
        let before = region[index - 1].of(text);
        let after = region.get(index + 1).map_or("", |token| token.of(text));
        let binds = matches!(
            before,
            "let" | "mut" | "ref" | "|" | "(" | "," | "&" | "for" | "{" | "[" | ":"
        ) && matches!(
            after,
            ":" | "," | ")" | "|" | "=" | "in" | "@" | "}" | "]" | ";" | ".." | "if" | "=>"
        );
        // A type after a colon is none.
        let is_type = before == ":" && !matches!(after, "," | "}" | ")");
        // In braces, what stands before a colon is a field.
        let is_field = || {
            after == ":"
                && tokens::open_brackets(text, region, index)
                    .first()
                    .is_some_and(|&open| region[open].of(text) == "{")
                && before != "let"
                && before != "mut"
        };
        let alone = || mentions(text, region, name) == 1;
        if binds && !is_type && !is_primitive(name) && alone() && !is_field() {
            found.push(token.bytes.clone());
        }
    }
    found
}

fn is_primitive(name: &str) -> bool {
    matches!(
        name,
        "bool"
            | "char"
            | "str"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "f32"
            | "f64"
    )
}

/// How often `name` stands in `region`, format strings included.
fn mentions(text: &str, region: &[Token], name: &str) -> usize {
    let of = |token: &Token| match token.kind {
        Kind::String => token
            .of(text)
            .match_indices('{')
            .filter(|(at, _)| {
                let inside = token.of(text).get(at + 1..).unwrap_or_default();
                inside.strip_prefix(name).is_some_and(|rest| rest.starts_with(['}', ':']))
            })
            .count(),
        _ => usize::from(token.of(text) == name),
    };
    region.iter().map(of).sum()
}

/// The parameters of the items around byte `at` (types, constants, or lifetimes if `lifetimes`)
/// that occur nowhere else in their item. Places in the text.
pub(super) fn unused_parameters(text: &str, at: usize, lifetimes: bool) -> Vec<Range<usize>> {
    let tokens = tokens::tokens(text);
    let here = tokens::index_at(&tokens, at);
    let mut found = Vec::new();
    for start in 0..here {
        let keyword = tokens[start].of(text);
        let opening = match keyword {
            "impl" => start + 1,
            "fn" | "struct" | "enum" | "union" | "trait" | "type" => start + 2,
            _ => continue,
        };
        if tokens.get(opening).is_none_or(|token| token.of(text) != "<") {
            continue;
        }
        let Some(end) = definitions::item_end(text, &tokens, start).filter(|end| here <= *end)
        else {
            continue;
        };
        let region = &tokens[start..=end];
        let mut depth = 0_i32;
        for index in opening..end {
            let word = tokens[index].of(text);
            match word {
                "<" => depth += 1,
                ">" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            let before = tokens[index - 1].of(text);
            let kind = if lifetimes { Kind::Lifetime } else { Kind::Word };
            let declares = depth == 1
                && tokens[index].kind == kind
                && !tokens::is_keyword(word)
                && matches!(before, "<" | "," | "const");
            if declares && mentions(text, region, word) == 1 {
                found.push(tokens[index].bytes.clone());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, places: Vec<Range<usize>>) -> String {
        places.into_iter().map(|bytes| &text[bytes]).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_bound_and_not_used() {
        let text = "fn f(a: u8, mut bee: u8, c: S) -> u8 {\n\
            let S { d, e: ee } = c; let g = \"{g}\"; let h = 1;\n\
            for i in j { k(|l| m, &n.o) } HERE + a }\nfn z(x: u8) {}";
        let at = text.find("HERE").unwrap();
        assert_eq!(shown(text, unused_locals(text, at)), "bee d ee h i l m");
    }

    #[test]
    fn parameters_of_types() {
        let text = "impl<'a, 'b, T, K: Clone> S<'a, T> { fn f<'x, const N: usize>(HERE: u8) {} }";
        let at = text.find("HERE").unwrap();
        assert_eq!(shown(text, unused_parameters(text, at, false)), "K N");
        assert_eq!(shown(text, unused_parameters(text, at, true)), "'b 'x");
    }
}
