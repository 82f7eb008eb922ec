//! The signatures of functions, read off the tokens.

use std::ops::Range;

use super::definitions;
use crate::tokens::{self, Kind, Token};

/// One parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter {
    /// All of it, without commas.
    pub(super) bytes: Range<usize>,
    /// Its name; `None` for a pattern and for the receiver.
    pub(super) name: Option<Range<usize>>,
    /// Its type; `None` for a receiver such as `&mut self`.
    pub(super) type_: Option<Range<usize>>,
}

/// What a function is called with and what it returns, as places in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    /// Where the keyword `fn` begins.
    pub(super) keyword: usize,
    /// Its name.
    pub(super) name: Range<usize>,
    /// What is between `<` and `>`.
    pub(super) generics: Option<Range<usize>>,
    /// What is between the parentheses.
    pub(super) list: Range<usize>,
    /// The parameters, the receiver included.
    pub(super) parameters: Vec<Parameter>,
    /// The type behind `->`.
    pub(super) returns: Option<Range<usize>>,
    /// The body with its braces.
    pub(super) body: Option<Range<usize>>,
}

impl Signature {
    /// Whether the first parameter is `self` in some form.
    pub(super) fn receiver(&self, text: &str) -> Option<&Parameter> {
        let first = self.parameters.first()?;
        let tokens = tokens::tokens(text.get(first.bytes.clone())?);
        let piece = &text[first.bytes.clone()];
        tokens.iter().any(|token| token.of(piece) == "self").then_some(first)
    }

    /// Whether byte `at` lies in the signature or in the body.
    pub(super) fn covers(&self, at: usize) -> bool {
        let end = self.body.as_ref().map_or(self.list.end, |body| body.end);
        self.keyword <= at && at <= end
    }
}

/// The signatures of all functions with a name in `text`, in order.
pub(super) fn all(text: &str) -> Vec<Signature> {
    let tokens = tokens::tokens(text);
    let starts = (0..tokens.len()).filter(|&at| tokens[at].of(text) == "fn");
    starts.filter_map(|at| signature(text, &tokens, at)).collect()
}

/// The innermost function around byte `at`.
pub(super) fn around(text: &str, at: usize) -> Option<Signature> {
    all(text).into_iter().rfind(|signature| signature.covers(at))
}

fn signature(text: &str, tokens: &[Token], at: usize) -> Option<Signature> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let name = tokens.get(at + 1).filter(|token| token.kind == Kind::Word)?;
    let mut next = at + 2;
    let mut generics = None;
    if word(next) == "<" {
        let close = angle_end(text, tokens, next)?;
        generics = Some(tokens[next].bytes.end..tokens[close].bytes.start);
        next = close + 1;
    }
    if word(next) != "(" {
        return None;
    }
    let close = tokens::closing(text, tokens, next)?;
    let parameters = split(text, tokens, next + 1, close)
        .into_iter()
        .map(|(first, last)| parameter(text, tokens, first, last))
        .collect();
    let list = tokens[next].bytes.end..tokens[close].bytes.start;
    let end = definitions::item_end(text, tokens, close + 1);
    let opens = end.and_then(|end| {
        (close + 1..=end)
            .find(|&at| word(at) == "{" && tokens::closing(text, tokens, at) == Some(end))
    });
    let body = end.zip(opens).map(|(end, open)| tokens[open].bytes.start..tokens[end].bytes.end);
    let stop = opens.or(end).unwrap_or(tokens.len());
    let returns = (word(close + 1) == "->").then(|| {
        let last = (close + 2..stop).take_while(|&at| word(at) != "where").last()?;
        Some(tokens[close + 2].bytes.start..tokens[last].bytes.end)
    });
    Some(Signature {
        keyword: tokens[at].bytes.start,
        name: name.bytes.clone(),
        generics,
        list,
        parameters,
        returns: returns.flatten(),
        body,
    })
}

fn parameter(text: &str, tokens: &[Token], first: usize, last: usize) -> Parameter {
    let bytes = tokens[first].bytes.start..tokens[last].bytes.end;
    let colon = (first..=last).find(|&at| tokens[at].of(text) == ":");
    let type_ = colon
        .filter(|colon| colon < &last)
        .map(|colon| tokens[colon + 1].bytes.start..tokens[last].bytes.end);
    let name = colon.and_then(|colon| {
        let before = &tokens[first..colon];
        let before = match before.first()?.of(text) {
            "mut" | "ref" => &before[1..],
            _ => before,
        };
        match before {
            [only] if only.kind == Kind::Word => Some(only.bytes.clone()),
            _ => None,
        }
    });
    Parameter { bytes, name, type_ }
}

/// The index of the `>` that closes the `<` at `open`.
pub(super) fn angle_end(text: &str, tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = open;
    while at < tokens.len() {
        match tokens[at].of(text) {
            "<" => depth += 1,
            ">" => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            "(" | "[" => at = tokens::closing(text, tokens, at)?,
            ";" | "{" | "}" => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The elements between the tokens `first` and `end` (not included) that commas separate: first
/// and last token of each.
pub(super) fn split(text: &str, tokens: &[Token], first: usize, end: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut depth = 0_i32;
    let mut start = first;
    for (at, token) in tokens.iter().enumerate().take(end).skip(first) {
        match token.of(text) {
            "(" | "[" | "{" | "<" => depth += 1,
            ")" | "]" | "}" | ">" => depth -= 1,
            "," if depth == 0 => {
                if start < at {
                    found.push((start, at - 1));
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < end {
        found.push((start, end - 1));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_read() {
        let text = "trait T { fn a<'x, F: Fn(u8) -> u8>(&'x mut self, mut b: Vec<(u8, F)>, (c, d): E) \
             -> Option<[u8; 3]> where F: Copy; }\nfn é() { fn inner(x: u8,) -> u8 { x } }";
        let shown: Vec<String> = all(text)
            .iter()
            .map(|it| {
                let of = |bytes: &Option<Range<usize>>| {
                    bytes.as_ref().map_or("-", |bytes| &text[bytes.clone()]).to_owned()
                };
                let parameters: Vec<String> = it
                    .parameters
                    .iter()
                    .map(|one| format!("{}={}", of(&one.name), of(&one.type_)))
                    .collect();
                format!(
                    "{} [{}] ({}) {} {}",
                    &text[it.name.clone()],
                    of(&it.generics),
                    parameters.join(" "),
                    of(&it.returns),
                    of(&it.body),
                )
            })
            .collect();
        expect_test::expect![[r#"
            a ['x, F: Fn(u8) -> u8] (-=- b=Vec<(u8, F)> -=E) Option<[u8; 3]> -
            é [-] () - { fn inner(x: u8,) -> u8 { x } }
            inner [-] (x=u8) u8 { x }
        "#]]
        .assert_eq(&format!("{}\n", shown.join("\n")));
        let at = text.find("{ x }").unwrap();
        let inner = around(text, at).unwrap();
        assert_eq!(&text[inner.name.clone()], "inner");
        assert!(inner.receiver(text).is_none());
        assert!(all(text)[0].receiver(text).is_some());
    }
}
