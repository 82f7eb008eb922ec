//! Where names and signatures begin and end.

use crate::{Span, SymbolKind};

/// The bare name of a type: without its path, its arguments and what makes it a reference.
pub(super) fn bare(source: &str, span: Span) -> Span {
    let written = span.text(source);
    let mut rest = written;
    loop {
        let before = rest;
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '&' | '*'));
        for word in ["mut ", "dyn ", "const "] {
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        if let Some(lifetime) = rest.strip_prefix('\'') {
            rest = lifetime.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        }
        if rest == before {
            break;
        }
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '[' | '(' | '{' | ',');
    let path = rest.split(ends).next().unwrap_or_default();
    let after = [path.rfind("::").map(|at| at + 2), path.rfind('.').map(|at| at + 1)];
    let start = after.into_iter().flatten().max().unwrap_or(0);
    let name = &path[start..];
    if name.is_empty() {
        return span;
    }
    let start = span.start + (written.len() - rest.len() + start) as u32;
    Span { start, end: start + name.len() as u32 }
}

/// From the start of an item to the end of what it says before its body.
pub(super) fn signature(source: &str, kind: SymbolKind, item: Span, body: Option<Span>) -> Span {
    let first_line = |span: Span| {
        let length = span.text(source).lines().next().unwrap_or_default().trim_end().len();
        Span { start: span.start, end: span.start + length as u32 }
    };
    let Some(body) = body.filter(|body| item.start < body.start) else {
        return if kind == SymbolKind::Section { first_line(item) } else { item };
    };
    use SymbolKind::{Constant, Field, Key, Static, Variant};
    let is_value = matches!(kind, Constant | Static | Field | Variant | Key);
    if is_value && !item.text(source).trim_end().contains('\n') {
        return item;
    }
    let head = Span { start: item.start, end: body.start };
    let length = head.text(source).trim_end().len();
    Span { start: item.start, end: item.start + length as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_a_bare_name() {
        let check = |written: &str, expected: &str| {
            let source = format!("({written})");
            assert_eq!(bare(&source, Span::new(1..1 + written.len())).text(&source), expected);
        };
        check("Item", "Item");
        check("&'a mut shop::Item<T>", "Item");
        check("*Item[K, V]", "Item");
        check("dyn Priced", "Priced");
        check("std::vector<till::Tag>", "vector");
        check("shop.till.Till", "Till");
        check("é::Ü", "Ü");
        // What has no name of its own is shown as it is.
        check("[u8; 4]", "[u8; 4]");
        check("<T as Priced>::Money", "<T as Priced>::Money");
        check("", "");
    }
}
