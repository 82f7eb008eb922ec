//! Items that stand between the braces of a macro where items may stand, as in `bitflags! { … }`:
//! to the language these are only tokens, but most such macros take items and give them back, so
//! they are read as if the braces were a file.

use std::ops::Range;

use syntax::{Language, Span, SyntaxTree, Tags};

/// Words without which nothing is defined.
const DEFINING: [&str; 5] = ["struct ", "enum ", "fn ", "trait ", "const "];

/// `tags` with what such macros hold that begin in the bytes `range` of `source`.
pub(crate) fn with_items(
    language: Language,
    source: &str,
    range: Range<usize>,
    mut tags: Tags,
) -> Tags {
    if language.id() != "rust" {
        return tags;
    }
    let mut is_changed = false;
    for inside in braces(&source[range.clone()]) {
        let inside = range.start + inside.start..range.start + inside.end;
        let text = &source[inside.clone()];
        if !DEFINING.iter().any(|word| text.contains(word)) {
            continue;
        }
        let Some(tree) = SyntaxTree::of_str(language, text) else { continue };
        let inner = Tags::declared(&tree, text, 0..text.len());
        add(&mut tags, inner, inside.start);
        is_changed = true;
    }
    if is_changed {
        tags.bindings.sort_by_key(|one| one.name.start);
        tags.imports.sort_by_key(|one| one.range.start);
    }
    tags
}

/// What stands between the braces of each macro that begins a line.
fn braces(source: &str) -> Vec<Range<usize>> {
    let mut list = Vec::new();
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let name = line.len() - line.trim_start_matches(is_of_path).len();
        let rest = &line[name..];
        let is_macro = name > 0 && !line.starts_with("macro_rules");
        let Some(after) = rest.strip_prefix('!').filter(|_| is_macro) else { continue };
        if !after.trim_start().starts_with('{') {
            continue;
        }
        let open = at + name + rest.find('{').unwrap_or_default() + 1;
        if let Some(close) = closing(&source.as_bytes()[open..]) {
            list.push(open..open + close);
        }
    }
    list
}

fn is_of_path(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | ':')
}

/// Where the brace is closed that was opened right before `bytes`. Braces in texts are counted as
/// well; they come in pairs, as a rule, and where they do not, the items are not found.
fn closing(bytes: &[u8]) -> Option<usize> {
    let mut depth = 1_u32;
    bytes.iter().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

/// Adds `inner`, whose text begins at byte `by`, to `all`.
fn add(all: &mut Tags, inner: Tags, by: usize) {
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    let moved = |span: Span| Span {
        start: span.start.saturating_add(by),
        end: span.end.saturating_add(by),
    };
    let before = u32::try_from(all.definitions.len()).unwrap_or(u32::MAX);
    all.definitions.extend(inner.definitions.into_iter().map(|mut one| {
        for span in [&mut one.name, &mut one.item, &mut one.title, &mut one.signature] {
            *span = moved(*span);
        }
        for span in [&mut one.body, &mut one.owner_type, &mut one.trait_name, &mut one.ty] {
            *span = span.map(moved);
        }
        one.leading = one.leading.saturating_add(by);
        one.owner = one.owner.map(|owner| owner.saturating_add(before));
        one
    }));
    all.bindings.extend(inner.bindings.into_iter().map(|mut one| {
        one.name = moved(one.name);
        one.scope = moved(one.scope);
        one.within = one.within.map(|within| within.saturating_add(before));
        for span in [&mut one.pattern, &mut one.ty, &mut one.value] {
            *span = span.map(moved);
        }
        one
    }));
    all.imports.extend(inner.imports.into_iter().map(|mut one| {
        one.range = moved(one.range);
        one
    }));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let language = Language::for_path(Path::new("a.rs")).unwrap();
        let tree = SyntaxTree::of_str(language, source).unwrap();
        let tags = Tags::declared(&tree, source, 0..source.len());
        let all = with_items(language, source, 0..source.len(), tags);
        let shown = all.definitions.iter().map(|one| {
            let owner = one.owner_type.map_or("", |owner| owner.text(source));
            format!("{owner}>{}", one.name.text(source))
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{source}");
    }

    #[test]
    fn items_in_braces_are_found_where_they_stand() {
        check(
            "fn a() {}\nlib::wrap! {\n    pub struct B { c: u8 }\n    impl B { fn d(&self) {} }\n}\n",
            &[">a", ">B", "B>c", "B>B", "B>d"],
        );
        check("keys! { pub struct Key; }\n", &[">Key"]);
    }

    #[test]
    fn other_macros_define_nothing() {
        check("macro_rules! m { () => { struct A; } }\n", &[">m"]);
        check("fn a() {\n    wrap! { struct B; }\n}\n", &[">a"]);
        check("print! { \"fn of\" }\nnever! {\n", &[]);
    }
}
