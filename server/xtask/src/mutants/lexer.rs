//! A small lexer of Rust: tokens with byte ranges, enough to cut and paste text safely.
//!
//! It never fails: what it does not know becomes one punctuation character. It keeps `<` and `>`
//! apart (no `<<`, `>>`), because generic arguments are met more often than shifts.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identifiers and keywords, raw identifiers included.
    Ident,
    /// `'a`, without a closing quote.
    Lifetime,
    /// Integers and floats with their suffix.
    Number,
    /// `"…"`, `b"…"`, `c"…"`, and the raw forms.
    Str,
    /// `'x'` and `b'x'`.
    Char,
    /// An operator, a bracket, a separator.
    Punct,
    /// A line or block comment, doc comments included.
    Comment,
}

/// One token: `start..end` are byte offsets into the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Longest first, so that the first match is the right one.
const OPERATORS: &[&str] = &[
    "..=", "...", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=",
    "%=", "^=", "&=", "|=", "..",
];

/// All tokens of `text` in order, white space left out.
pub(crate) fn lex(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = next(&text[at..], first);
        tokens.push(Token { kind, start: at, end: at + length });
        at += length;
    }
    tokens
}

/// Kind and byte length of the token at the beginning of `rest`, which starts with `first`.
fn next(rest: &str, first: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if let Some(length) = string(rest) {
        return (Kind::Str, length);
    }
    if let Some(inner) = rest.strip_prefix("b'") {
        return (Kind::Char, 2 + quoted(inner, '\''));
    }
    if let Some(raw) = rest.strip_prefix("r#")
        && raw.starts_with(is_ident_start)
    {
        return (Kind::Ident, 2 + ident(raw));
    }
    if first == '\'' {
        return char_or_lifetime(rest);
    }
    if is_ident_start(first) {
        return (Kind::Ident, ident(rest));
    }
    if first.is_ascii_digit() {
        return (Kind::Number, number(rest));
    }
    let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
    (Kind::Punct, operator.map_or(first.len_utf8(), |operator| operator.len()))
}

fn is_ident_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_ident_continue(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn ident(rest: &str) -> usize {
    rest.find(|c| !is_ident_continue(c)).unwrap_or(rest.len())
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of a string literal of any form, prefix included.
fn string(rest: &str) -> Option<usize> {
    let letters = rest.find(|c| !matches!(c, 'b' | 'c' | 'r')).unwrap_or(rest.len());
    let (prefix, body) = rest.split_at(letters);
    if !matches!(prefix, "" | "b" | "c" | "r" | "br" | "cr") {
        return None;
    }
    if !prefix.ends_with('r') {
        return body.strip_prefix('"').map(|inner| letters + 1 + quoted(inner, '"'));
    }
    let hashes = body.find(|c| c != '#').unwrap_or(body.len());
    let inner = body[hashes..].strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(hashes));
    let length = inner.find(&closing).map_or(inner.len(), |end| end + closing.len());
    Some(letters + hashes + 1 + length)
}

/// The length up to and including the closing `quote`, escapes skipped.
fn quoted(inner: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    inner.len()
}

fn char_or_lifetime(rest: &str) -> (Kind, usize) {
    let inner = &rest[1..];
    let mut chars = inner.chars();
    let (first, second) = (chars.next(), chars.next());
    if first.is_some_and(is_ident_start) && second != Some('\'') {
        return (Kind::Lifetime, 1 + ident(inner));
    }
    (Kind::Char, 1 + quoted(inner, '\''))
}

/// A dot belongs to the number only if no method, field or range follows it.
fn number(rest: &str) -> usize {
    let mut length = ident(rest);
    if let Some(fraction) = rest[length..].strip_prefix('.')
        && !fraction.starts_with(|c| c == '.' || is_ident_start(c))
    {
        length += 1 + ident(fraction);
    }
    let literal = &rest[..length];
    let signed = rest[length..].starts_with(['+', '-']);
    if signed && literal.ends_with(['e', 'E']) && !literal.starts_with("0x") {
        length += 1 + ident(&rest[length + 1..]);
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let tokens = lex(text);
        let actual: Vec<String> = tokens
            .iter()
            .map(|token| format!("{:?} {}", token.kind, &text[token.start..token.end]))
            .collect();
        assert_eq!(actual, expected);
    }

    #[test]
    fn lifetimes_are_not_chars() {
        check(
            r"&'a T<'_> 'b' b'\'' '\u{41}' 'é'",
            &[
                "Punct &",
                "Lifetime 'a",
                "Ident T",
                "Punct <",
                "Lifetime '_",
                "Punct >",
                "Char 'b'",
                r"Char b'\''",
                r"Char '\u{41}'",
                "Char 'é'",
            ],
        );
    }

    #[test]
    fn strings_of_every_form() {
        check(
            r##"br#"a " b"# r"\" "\"x" c"y" b"z" r#fn crab"##,
            &[
                r##"Str br#"a " b"#"##,
                r#"Str r"\""#,
                r#"Str "\"x""#,
                r#"Str c"y""#,
                r#"Str b"z""#,
                "Ident r#fn",
                "Ident crab",
            ],
        );
    }

    #[test]
    fn numbers_end_before_ranges_and_methods() {
        check(
            "1.5e-3 0..2 1.max(2) 0x1E-1 7u8 1.",
            &[
                "Number 1.5e-3",
                "Number 0",
                "Punct ..",
                "Number 2",
                "Number 1",
                "Punct .",
                "Ident max",
                "Punct (",
                "Number 2",
                "Punct )",
                "Number 0x1E",
                "Punct -",
                "Number 1",
                "Number 7u8",
                "Number 1.",
            ],
        );
    }

    #[test]
    fn comments_nest_and_hide_code() {
        check(
            "a /* x /* \" */ y */ b // 'c\nd",
            &["Ident a", "Comment /* x /* \" */ y */", "Ident b", "Comment // 'c", "Ident d"],
        );
    }

    #[test]
    fn operators_keep_angles_apart() {
        check(
            "Vec<Vec<u8>>->a::b..=c",
            &[
                "Ident Vec",
                "Punct <",
                "Ident Vec",
                "Punct <",
                "Ident u8",
                "Punct >",
                "Punct >",
                "Punct ->",
                "Ident a",
                "Punct ::",
                "Ident b",
                "Punct ..=",
                "Ident c",
            ],
        );
    }

    #[test]
    fn unterminated_text_ends_at_the_end() {
        for text in ["\"abc", "r#\"abc\"", "/* abc", "'", "b'", "'\\"] {
            let last = lex(text).last().map(|token| token.end);
            assert_eq!(last, Some(text.len()), "{text}");
        }
    }
}
