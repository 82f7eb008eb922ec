//! The imports of a text, and where another one belongs.

use std::ops::Range;

use crate::tokens::{self, Kind, Token};

/// One name that is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    /// The whole path, without a leading `::`.
    pub(super) path: Vec<String>,
    /// Where its last part stands.
    pub(super) last: Range<usize>,
    /// The name after `as`, and where it stands.
    pub(super) alias: Option<(String, Range<usize>)>,
}

impl Import {
    /// The name that it brings into scope.
    pub(super) fn name(&self) -> &str {
        let last = || self.path.last().map_or("", String::as_str);
        self.alias.as_ref().map_or_else(last, |(alias, _)| alias)
    }
}

/// Everything that the `use` declarations of `text` import; `*` is left out.
pub(super) fn all(text: &str) -> Vec<Import> {
    let tokens = tokens::tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].of(text) == "use" {
            at = tree(text, &tokens, at + 1, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads the tree that begins at token `at` below `above`; gives the token behind it.
fn tree(
    text: &str,
    tokens: &[Token],
    mut at: usize,
    above: &[String],
    found: &mut Vec<Import>,
) -> usize {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    let mut path = above.to_vec();
    let mut last: Option<Range<usize>> = None;
    loop {
        match word(at) {
            "::" => {
                at += 1;
                if word(at) == "*" {
                    return at + 1;
                }
                continue;
            }
            "{" => {
                at += 1;
                while at < tokens.len() && word(at) != "}" && word(at) != ";" {
                    let next = tree(text, tokens, at, &path, found);
                    at = if word(next) == "," { next + 1 } else { next.max(at + 1) };
                }
                return at + 1;
            }
            "as" => {
                if let (Some(last), Some(alias)) = (last, tokens.get(at + 1)) {
                    let alias = Some((alias.of(text).to_owned(), alias.bytes.clone()));
                    found.push(Import { path, last, alias });
                }
                return at + 2;
            }
            name if tokens.get(at).is_some_and(|token| token.kind == Kind::Word) => {
                // `a::{self}` is `a`.
                if name != "self" || path.is_empty() {
                    path.push(name.to_owned());
                }
                last = Some(tokens[at].bytes.clone());
                at += 1;
            }
            _ => break,
        }
        if !matches!(word(at), "::" | "as") && last.is_some() {
            break;
        }
    }
    if let Some(last) = last {
        found.push(Import { path, last, alias: None });
    }
    at
}

/// Where another import belongs that byte `at` is to see, and how far it is indented: the
/// beginning of a line.
pub(super) fn place(text: &str, at: usize) -> (usize, String) {
    let tokens = tokens::tokens(text);
    let (mut start, end, in_module) = module_around(text, &tokens, at);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
    // Inner attributes stay on top.
    while word(start) == "#" && word(start + 1) == "!" && word(start + 2) == "[" {
        let Some(close) = tokens::closing(text, &tokens, start + 2) else { break };
        start = close + 1;
    }
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().take(end).skip(start) {
        match token.of(text) {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "use" if depth == 0 => {
                let before = if index == 0 { "" } else { word(index - 1) };
                if matches!(before, "" | ";" | "}" | "{") || index == start {
                    let line = line_start(text, token.bytes.start);
                    return (line, indentation(text, line));
                }
            }
            _ => {}
        }
    }
    let behind = |byte: usize| text[byte..].find('\n').map_or(text.len(), |line| byte + line + 1);
    if in_module {
        let open = tokens[start.saturating_sub(1)].bytes.end;
        let line = line_start(text, open);
        return (behind(open), format!("{}    ", indentation(text, line)));
    }
    if start > 0 {
        return (behind(tokens[start - 1].bytes.end), String::new());
    }
    let head = text.split_inclusive('\n').take_while(|line| line.starts_with("//!"));
    (head.map(str::len).sum(), String::new())
}

/// The tokens of the innermost module with a body around byte `at`, without its braces.
fn module_around(text: &str, tokens: &[Token], at: usize) -> (usize, usize, bool) {
    let here = tokens::index_at(tokens, at);
    for open in tokens::open_brackets(text, tokens, here) {
        let is_module = tokens[open].of(text) == "{"
            && open >= 2
            && tokens[open - 2].of(text) == "mod"
            && tokens[open - 1].kind == Kind::Word;
        if is_module {
            let end = tokens::closing(text, tokens, open).unwrap_or(tokens.len());
            return (open + 1, end, true);
        }
    }
    (0, tokens.len(), false)
}

/// Where the line begins that holds byte `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line| line + 1)
}

/// The blanks at the beginning of the line that begins at `line`.
pub(super) fn indentation(text: &str, line: usize) -> String {
    text[line..].chars().take_while(|character| matches!(character, ' ' | '\t')).collect()
}

/// The paths before `name` in `text`, such as `std::io` for `std::io::Read`; imports left out.
pub(super) fn qualifiers(text: &str, name: &str) -> Vec<String> {
    let tokens = tokens::tokens(text);
    let mut found = Vec::new();
    let mut in_use = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.of(text) {
            "use" => in_use = true,
            ";" => in_use = false,
            _ => {}
        }
        if in_use || token.of(text) != name || at < 2 {
            continue;
        }
        let mut first = at;
        while first >= 2
            && tokens[first - 1].of(text) == "::"
            && tokens[first - 2].kind == Kind::Word
        {
            first -= 2;
        }
        // What has type arguments before it has more before it than a path.
        let whole = first == 0 || tokens[first - 1].of(text) != "::";
        if first < at && whole {
            let path = text.get(tokens[first].bytes.start..tokens[at - 2].bytes.end);
            found.extend(path.map(str::to_owned));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_read() {
        let text = "use a::b;\npub use ::c::{self, d::{E as F, g}, h::*};\nuse {i, super::j as _};";
        let shown: Vec<String> = all(text)
            .iter()
            .map(|import| format!("{} is {}", import.path.join("::"), import.name()))
            .collect();
        expect_test::expect![
            "a::b is b, c is c, c::d::E is F, c::d::g is g, i is i, super::j is _"
        ]
        .assert_eq(&shown.join(", "));
    }

    #[test]
    fn places_for_imports() {
        let check = |text: &str, expected: &str| {
            let at = text.find("HERE").unwrap();
            let (at, indent) = place(text, at);
            assert_eq!(format!("{}{indent}NEW;\n{}", &text[..at], &text[at..]), expected);
        };
        check("//! x\n#![a]\n\nHERE", "//! x\n#![a]\nNEW;\n\nHERE");
        check("//! x\n\nfn f() { HERE }", "//! x\nNEW;\n\nfn f() { HERE }");
        check("#[x]\nuse a;\nuse b;\nHERE", "#[x]\nuse a;\nNEW;\nuse b;\nHERE");
        check(
            "use a;\nmod m {\n    use b;\n    HERE }",
            "use a;\nmod m {\n    NEW;\n    use b;\n    HERE }",
        );
        check("use a;\nmod m {\n    HERE\n}", "use a;\nmod m {\n    NEW;\n    HERE\n}");
    }

    #[test]
    fn paths_before_a_name() {
        let text = "use x::Name; a::b::Name; Name; <T as U>::Name; c::Name::d";
        assert_eq!(qualifiers(text, "Name"), ["a::b", "c"]);
    }
}
