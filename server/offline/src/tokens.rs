//! The tokens of a Rust text with their places, for rules that work on broken text too.
//!
//! Comments and blanks are left out. What is not Rust is cut as well as it goes: nothing is ever
//! refused, and every token is a piece of the text between character boundaries.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, a keyword, `_`, or a raw name such as `r#type`.
    Word,
    /// `'a`, without a closing quote.
    Lifetime,
    /// `1`, `0xff_u8`, `1.5e3`.
    Number,
    /// `"…"` with any prefix; to the end of the text if it is never closed.
    String,
    /// `'x'` or `b'x'`.
    Char,
    /// Brackets, operators and all else; `::`, `->`, `=>`, `..=` and the like are one token, while
    /// `<` and `>` always stand for themselves (as in `>>`), apart from `<=`, `>=`, `->` and `=>`.
    Punctuation,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it is.
    pub(crate) bytes: Range<usize>,
}

impl Token {
    /// What it says; `text` is the text that it was cut from.
    pub(crate) fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.bytes.clone()).unwrap_or_default()
    }
}

/// The keywords that programs are written with, most common first.
pub(crate) const KEYWORDS: &[&str] = &[
    "let", "fn", "pub", "self", "Self", "mut", "use", "impl", "return", "if", "else", "for", "in",
    "match", "struct", "enum", "crate", "const", "where", "while", "loop", "break", "continue",
    "unsafe", "mod", "super", "trait", "type", "static", "ref", "move", "as", "dyn", "async",
    "await", "extern", "true", "false",
];

/// Whether `word` is a keyword, and so never a name.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Operators of more than one character, longest first.
const OPERATORS: &[&str] = &[
    "..=", "...", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "..", "+=", "-=", "*=",
    "/=", "%=", "^=", "&=", "|=",
];

/// All tokens of `text`, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += block_comment(rest);
        } else {
            let (kind, length) = token(rest, first);
            tokens.push(Token { kind, bytes: at..at + length });
            at += length;
        }
    }
    tokens
}

/// The index of the token that holds byte `at`, or else of the first one after it.
pub(crate) fn index_at(tokens: &[Token], at: usize) -> usize {
    tokens.partition_point(|token| token.bytes.end <= at)
}

/// The index of the bracket that closes the one at `open`, by counting brackets of its kind.
pub(crate) fn closing(text: &str, tokens: &[Token], open: usize) -> Option<usize> {
    let opener = tokens.get(open)?.of(text);
    let closer = closer(opener)?;
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        let word = token.of(text);
        if word == opener {
            depth += 1;
        } else if word == closer {
            depth -= 1;
            if depth == 0 {
                return Some(index);
            }
        }
    }
    None
}

/// The indices of the brackets that are open at the token `index`, innermost first. A closing
/// bracket closes the nearest one of its kind and all that were left open within; one that closes
/// nothing is passed over.
pub(crate) fn open_brackets(text: &str, tokens: &[Token], index: usize) -> Vec<usize> {
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate().take(index) {
        let word = token.of(text);
        match word {
            "(" | "[" | "{" => open.push(at),
            ")" | "]" | "}" => {
                let pair = open.iter().rposition(|&at| closer(tokens[at].of(text)) == Some(word));
                if let Some(pair) = pair {
                    open.truncate(pair);
                }
            }
            _ => {}
        }
    }
    open.reverse();
    open
}

/// The bracket that closes `opener`; `None` if that is none.
pub(crate) fn closer(opener: &str) -> Option<&'static str> {
    Some(match opener {
        "(" => ")",
        "[" => "]",
        "{" => "}",
        "<" => ">",
        _ => return None,
    })
}

fn token(rest: &str, first: char) -> (Kind, usize) {
    if let Some(length) = string(rest) {
        return (Kind::String, length);
    }
    if first == '\'' {
        return quote(rest);
    }
    if rest.starts_with("b'") {
        let (kind, length) = quote(&rest[1..]);
        if kind == Kind::Char {
            return (kind, 1 + length);
        }
    }
    if first.is_ascii_digit() {
        return (Kind::Number, number(rest));
    }
    if is_word(first) {
        let raw = rest.strip_prefix("r#").filter(|name| name.starts_with(is_word));
        return match raw {
            Some(name) => (Kind::Word, 2 + word(name)),
            None => (Kind::Word, word(rest)),
        };
    }
    let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
    (Kind::Punctuation, operator.map_or(first.len_utf8(), |operator| operator.len()))
}

pub(crate) fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

fn word(rest: &str) -> usize {
    rest.find(|character| !is_word(character)).unwrap_or(rest.len())
}

/// The length of a number; the dot belongs to it only if no method or range follows.
fn number(rest: &str) -> usize {
    let mut length = word(rest);
    if let Some(fraction) = rest[length..].strip_prefix('.')
        && !fraction.starts_with(|next: char| next == '.' || next == '_' || next.is_alphabetic())
    {
        length += 1 + word(fraction);
    }
    let decimal = !rest.starts_with("0x");
    if decimal
        && rest[..length].ends_with(['e', 'E'])
        && let Some(exponent) = rest[length..].strip_prefix(['-', '+'])
        && exponent.starts_with(|digit: char| digit.is_ascii_digit())
    {
        length += 1 + word(exponent);
    }
    length
}

/// The length of the string literal that `rest` begins with, if it does.
fn string(rest: &str) -> Option<usize> {
    let prefix = ["", "b", "c", "r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|rest| {
            rest.starts_with('"')
                || (prefix.ends_with('r') && rest.trim_start_matches('#').starts_with('"'))
        })
    })?;
    let body = &rest[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = body.find('"')?;
        let end = format!("\"{}", &body[..hashes]);
        let start = prefix.len() + hashes + 1;
        let length = rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len());
        // `r#"` can only be a string; `r#` alone is a raw name.
        return Some(length);
    }
    let mut characters = body.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '"' => return Some(prefix.len() + at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// A character or a lifetime; `rest` begins with `'`.
fn quote(rest: &str) -> (Kind, usize) {
    let mut characters = rest.char_indices().skip(1);
    let (Some((_, first)), second) = (characters.next(), characters.next()) else {
        return (Kind::Punctuation, 1);
    };
    if first == '\\' {
        // The character after the backslash may be a quote itself.
        let body = second.map_or(rest.len(), |(at, character)| at + character.len_utf8());
        let line = &rest[body..];
        let line = &line[..line.find('\n').unwrap_or(line.len())];
        return match line.find('\'') {
            Some(at) => (Kind::Char, body + at + 1),
            None => (Kind::Punctuation, 1),
        };
    }
    match second {
        Some((at, '\'')) if first != '\n' => (Kind::Char, at + 1),
        _ if is_word(first) => (Kind::Lifetime, 1 + word(&rest[1..])),
        _ => (Kind::Punctuation, 1),
    }
}

/// The length of the comment that `rest` begins with; comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let tokens = tokens(text);
        let shown: Vec<&str> = tokens.iter().map(|token| token.of(text)).collect();
        shown.join(" ")
    }

    #[test]
    fn cuts() {
        let cases = [
            ("let x=1..=2.5e-3;", "let x = 1 ..= 2.5e-3 ;"),
            ("a::<Vec<Vec<u8>>>()", "a :: < Vec < Vec < u8 > > > ( )"),
            ("&'a str != 'x' '\\'' b'\\n' '\\u{1}'", "& 'a str != 'x' '\\'' b'\\n' '\\u{1}'"),
            ("r#type r#\"a\"b\"# br\"\\\" \"\\\"\" x", "r#type r#\"a\"b\"# br\"\\\" \"\\\"\" x"),
            ("a // b\n/* c /* d */ e */ f", "a f"),
            ("1.max(2) t.0.1 0x1e+1 1.", "1 . max ( 2 ) t . 0.1 0x1e + 1 1."),
            ("|é|->x=>&&y", "| é | -> x => && y"),
            ("\"never closed", "\"never closed"),
            ("' \u{1F600} '\u{1F600}' /* open", "' \u{1F600} '\u{1F600}'"),
        ];
        for (text, tokens) in cases {
            assert_eq!(shown(text), tokens);
        }
    }

    #[test]
    fn brackets() {
        let text = "fn a(b: [u8; 3]) { if c { d( } e[";
        let tokens = tokens(text);
        let show = |index: &usize| tokens[*index].bytes.start;
        assert_eq!(closing(text, &tokens, 2), Some(10));
        let last = open_brackets(text, &tokens, tokens.len());
        assert_eq!(last.iter().map(show).collect::<Vec<_>>(), [32, 17]);
        assert_eq!(tokens[index_at(&tokens, 18)].of(text), "if");
    }
}
