//! Exceptions from lints: each with its reason, and each gone when its cause is gone.

use super::none;
use super::tree::Tree;

/// Attributes that silence a lint in a way that nobody will notice later.
fn silent(tree: &Tree) -> Vec<String> {
    let mut places = Vec::new();
    for (path, text) in tree.rust() {
        for (at, attribute) in attributes(text) {
            let line = text[..at].matches('\n').count() + 1;
            // What is quoted is a reason or a document, not code.
            let code: String = attribute.split('"').step_by(2).collect();
            if calls(&code, "allow") {
                places.push(format!("{path}:{line}: write #[expect(…, reason = \"…\")]"));
            } else if calls(&code, "expect") && !code.contains("reason = ") {
                places.push(format!("{path}:{line}: it has no reason"));
            }
        }
    }
    places
}

/// Attributes that begin a line, with the place of each.
fn attributes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    starts.filter_map(|start| {
        let rest = &text[start..];
        let indent = rest.len() - rest.trim_start_matches(' ').len();
        let rest = &rest[indent..];
        (rest.starts_with("#[") || rest.starts_with("#![")).then(|| (start + indent, closed(rest)))
    })
}

/// The text up to the bracket that closes its first one.
fn closed(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return &text[..=at];
                }
            }
            _ => {}
        }
    }
    text
}

/// Whether `name(` occurs as a whole word.
fn calls(code: &str, name: &str) -> bool {
    let call = format!("{name}(");
    code.match_indices(&call).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_.:".contains(c))
    })
}

#[test]
fn a_lint_is_silenced_with_a_reason() {
    none(
        "These attributes silence a lint so that nobody will notice when the cause has gone.",
        &silent(&Tree::of_repository()),
    );
}

#[test]
fn a_silent_exception_is_seen() {
    // Each line in quotes, lest this file be found itself.
    let text = [
        "//! A.",
        "#![expect(",
        "    one,",
        "    reason = \"needed [here\"",
        ")]",
        "    #[expect(two)]",
        "#[cfg_attr(test, allow(three, reason = \"no\"))]",
        "#[doc = \"allow(four) and expect(five)\"]",
        "fn f() { x.expect(\"six\") }",
    ];
    let tree = Tree::of(&[("a.rs", &text.join("\n"))]);
    assert_eq!(
        silent(&tree),
        ["a.rs:6: it has no reason", "a.rs:7: write #[expect(…, reason = \"…\")]"]
    );
}
