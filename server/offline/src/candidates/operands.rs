//! Where an operand of an expression begins and ends, read off the tokens.

use std::ops::Range;

use crate::tokens::{self, Kind, Token};

/// The operand that begins at the token `at`: prefix operators, a literal, a path, a block or
/// something in brackets, and what is called and taken of it.
pub(super) fn after(text: &str, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let mut end = at;
    while matches!(word(end), "&" | "&&" | "*" | "-" | "!" | "mut") {
        end += 1;
    }
    match tokens.get(end)?.kind {
        Kind::Punctuation if matches!(word(end), "(" | "[" | "{") => {
            end = tokens::closing(text, tokens, end)?;
        }
        Kind::Punctuation | Kind::Lifetime => return None,
        _ => {}
    }
    loop {
        end = match word(end + 1) {
            "." | "::" if word(end + 2) == "<" => {
                super::signatures::angle_end(text, tokens, end + 2)?
            }
            "." | "::" if tokens.get(end + 2).is_some() => end + 2,
            "(" | "[" => tokens::closing(text, tokens, end + 1)?,
            "?" => end + 1,
            "!" if matches!(word(end + 2), "(" | "[") => tokens::closing(text, tokens, end + 2)?,
            _ => break,
        };
    }
    Some(tokens[at].bytes.start..tokens[end].bytes.end)
}

/// The operand that ends with the token `at`, without prefix operators.
pub(super) fn before(text: &str, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let mut start = at;
    loop {
        match word(start) {
            ")" | "]" | "}" => {
                let closes = |open: &usize| tokens::closing(text, tokens, *open) == Some(start);
                let open = (0..start)
                    .rev()
                    .filter(|&open| matches!(word(open), "(" | "[" | "{"))
                    .find(closes)?;
                let goes_on = open.checked_sub(1).is_some_and(|before| {
                    let name = tokens[before].kind == Kind::Word
                        && !tokens::is_keyword(word(before))
                        || word(before) == "self";
                    name || matches!(word(before), ")" | "]" | "?")
                });
                if !goes_on || word(open) == "{" {
                    start = open;
                    break;
                }
                start = open - 1;
                continue;
            }
            "?" => {
                start = start.checked_sub(1)?;
                continue;
            }
            _ if tokens.get(start)?.kind == Kind::Punctuation => return None,
            _ => {}
        }
        match start.checked_sub(1).map(word) {
            Some("." | "::") => start = start.checked_sub(2)?,
            _ => break,
        }
    }
    Some(tokens[start].bytes.start..tokens[at].bytes.end)
}

/// Whether the expression `text` needs brackets before a dot or `as` may follow it.
pub(super) fn is_compound(text: &str) -> bool {
    let tokens = tokens::tokens(text);
    let mut depth = 0_i32;
    tokens.iter().enumerate().any(|(at, token)| {
        match token.of(text) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "==" | "!=" | "<" | ">" | "<="
            | ">=" | "&&" | "||" | ".." | "..=" | "as" | "=" => return depth == 0 && at > 0,
            "if" | "match" | "return" | "|..|" | "unsafe" => return at == 0,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_end_where_operators_begin() {
        let text = "a.b(c + d)?[e].f::<G>() + &mut (é - 1).abs() * x! { y }";
        let tokens = tokens::tokens(text);
        let index = |what: &str| tokens::index_at(&tokens, text.find(what).unwrap());
        assert_eq!(&text[after(text, &tokens, 0).unwrap()], "a.b(c + d)?[e].f::<G>()");
        assert_eq!(&text[after(text, &tokens, index("&mut")).unwrap()], "&mut (é - 1).abs()");
        assert_eq!(&text[before(text, &tokens, index("]")).unwrap()], "a.b(c + d)?[e]");
        assert_eq!(&text[before(text, &tokens, index(" * x!") - 1).unwrap()], "(é - 1).abs()");
        assert!(is_compound("a + b") && is_compound("x as u8") && is_compound("if a { b }"));
        assert!(!is_compound("&a.b(c + d)") && !is_compound("-1"));
    }
}
