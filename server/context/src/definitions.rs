//! Definitions of a file with what a selection asks about each.

use std::ops::Range;

use syntax::{SymbolKind, SyntaxTree};
use text::Text;

use crate::facts::Kind;

/// A definition as the text has it.
pub(crate) struct Found {
    pub(crate) kind: Kind,
    /// Bytes of the name.
    pub(crate) name: Range<usize>,
    /// Bytes of all of it.
    pub(crate) range: Range<usize>,
    /// The end of the signature.
    pub(crate) signature_end: usize,
    /// Bytes of the comment and attributes before it.
    pub(crate) comment: Range<usize>,
    pub(crate) owner: Option<String>,
    pub(crate) via: Option<String>,
    pub(crate) is_test: bool,
    pub(crate) is_public: bool,
    pub(crate) is_local: bool,
}

/// Everything that is defined, outer before inner.
pub(crate) fn definitions(tree: &SyntaxTree, text: &Text, source: &str) -> Vec<Found> {
    let mut list: Vec<Found> = Vec::new();
    // Those around the current one, by their place in `list` or as an implementation.
    let mut around: Vec<Around> = Vec::new();
    for symbol in tree.outline(text) {
        while around.last().is_some_and(|outer| outer.end <= symbol.range.start) {
            around.pop();
        }
        let comment = comment_before(source, symbol.range.start);
        let before = &source[comment.clone()];
        let marked = before.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with("#[") && line.contains("test") && !line.contains("not(test")
        });
        let outer = around.last();
        let is_test = marked || outer.is_some_and(|outer| outer.is_test);
        let is_function = matches!(symbol.kind, SymbolKind::Function | SymbolKind::Method);
        let mut next = Around {
            end: symbol.range.end,
            owner: outer.and_then(|outer| outer.owner.clone()),
            via: outer.and_then(|outer| outer.via.clone()),
            is_test,
            is_local: is_function || outer.is_some_and(|outer| outer.is_local),
        };
        let (owner, via) = (next.owner.clone(), next.via.clone());
        match symbol.kind {
            SymbolKind::Impl => {
                let (via, of) = match symbol.name.split_once(" for ") {
                    Some((via, of)) => (Some(base(via)), base(of)),
                    None => (None, base(&symbol.name)),
                };
                next.owner = Some(of);
                next.via = via;
                around.push(next);
                continue;
            }
            SymbolKind::Struct | SymbolKind::Enum | SymbolKind::Union => {
                next.owner = Some(symbol.name.clone());
                next.via = None;
            }
            SymbolKind::Trait => {
                next.owner = Some(symbol.name.clone());
                next.via = Some(symbol.name.clone());
            }
            _ => {}
        }
        let head = &source[symbol.range.start..symbol.name_range.start];
        let inherits = matches!(symbol.kind, SymbolKind::Variant) || via.is_some();
        list.push(Found {
            kind: match symbol.kind {
                SymbolKind::Function if owner.is_some() => Kind::Method,
                kind => Kind::of(kind),
            },
            signature_end: signature_end(source, symbol.kind, &symbol.name_range, &symbol.range),
            is_public: inherits || head.contains("pub") || head.contains("macro_rules"),
            is_local: outer.is_some_and(|outer| outer.is_local),
            name: symbol.name_range,
            range: symbol.range,
            comment,
            owner,
            via,
            is_test,
        });
        around.push(next);
    }
    list
}

struct Around {
    end: usize,
    owner: Option<String>,
    via: Option<String>,
    is_test: bool,
    is_local: bool,
}

/// The last part of a path, without type arguments and references.
fn base(name: &str) -> String {
    let name = name.split('<').next().unwrap_or_default();
    let last = name.rsplit("::").next().unwrap_or_default();
    let last = last.rsplit([' ', '&', '\'']).next().unwrap_or_default();
    last.trim().to_owned()
}

/// The comments and attributes in the lines before `start`.
fn comment_before(source: &str, start: usize) -> Range<usize> {
    let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let mut first = line_start;
    while first > 0 {
        let before = source[..first - 1].rfind('\n').map_or(0, |at| at + 1);
        let line = source[before..first].trim_start();
        if !(line.starts_with("//") || line.starts_with("#[")) {
            break;
        }
        first = before;
    }
    first..line_start
}

/// Where the signature ends: before the body, or with the definition.
fn signature_end(
    source: &str,
    kind: SymbolKind,
    name: &Range<usize>,
    range: &Range<usize>,
) -> usize {
    let bytes = source.as_bytes();
    if !matches!(kind, SymbolKind::Function | SymbolKind::Method) {
        return range.end;
    }
    let mut depth = 0_u32;
    let mut at = name.end;
    while at < range.end {
        match bytes[at] {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' | b';' if depth == 0 => break,
            _ => {}
        }
        at += 1;
    }
    source[..at].trim_end().len().max(name.end)
}
