//! Every language on its own fixture: what is found is kept beside it in `fixture.tags`
//! (`UPDATE_EXPECT=1` writes it anew), and every query means to the parser's own engine what it
//! means here.

use std::collections::BTreeSet;
use std::fmt::Write;

use expect_test::expect_file;
use text::Text;
use tree_sitter::{Node, Query, QueryCursor, StreamingIterator};

use crate::pattern::Matcher;
use crate::rules::Rules;
use crate::{Language, Span, SyntaxTree, Tags};

/// The languages of this build.
fn built() -> impl Iterator<Item = (Language, Rules, &'static str)> {
    Language::ALL.iter().filter_map(|language| {
        let spec = language.spec()?;
        let rules = Rules::new(spec).unwrap_or_else(|error| panic!("{language:?}: {error}"));
        Some((*language, rules, spec.fixture))
    })
}

/// All that is found in a source, one thing a line.
fn shown(tags: &Tags, source: &str) -> String {
    let text = |span: Span| {
        let words: Vec<&str> = span.text(source).split_whitespace().collect();
        let words = words.join(" ");
        match words.char_indices().nth(70) {
            Some((at, _)) => format!("{}…", &words[..at]),
            None => words,
        }
    };
    let within = |index: Option<u32>| {
        index.map_or("-".to_owned(), |index| text(tags.definitions[index as usize].title))
    };
    let mut out = String::from("definitions\n");
    for definition in &tags.definitions {
        let depth = std::iter::successors(definition.owner, |owner| {
            tags.definitions[*owner as usize].owner
        });
        let indent = "  ".repeat(1 + depth.count());
        let (kind, visibility) = (definition.kind, definition.visibility);
        _ = write!(out, "{indent}{kind:?} {} {visibility:?}", text(definition.title));
        for (word, part) in [
            ("of", definition.owner_type),
            ("in", definition.trait_name),
            (":", definition.ty),
            ("=", definition.body),
        ] {
            if let Some(part) = part {
                _ = write!(out, " {word} `{}`", text(part));
            }
        }
        if definition.is_test {
            out.push_str(" test");
        }
        let leading = Span { start: definition.leading, end: definition.item.start };
        if leading.start < leading.end {
            _ = write!(out, " after `{}`", text(leading));
        }
        _ = writeln!(out, "\n{indent}  | {}", text(definition.signature));
    }
    out.push_str("imports\n");
    for import in &tags.imports {
        let alias = import.alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
        let glob = if import.glob { " *" } else { "" };
        let reexport = if import.reexport { " handed on" } else { "" };
        _ = writeln!(out, "  {:?}{glob}{alias}{reexport}", import.path);
    }
    out.push_str("bindings\n");
    for binding in &tags.bindings {
        _ = write!(out, "  {:?} {}", binding.kind, text(binding.name));
        for (word, part) in [(":", binding.ty), ("=", binding.value), ("in", binding.pattern)] {
            if let Some(part) = part {
                _ = write!(out, " {word} `{}`", text(part));
            }
        }
        _ = writeln!(
            out,
            " within {} until `{}`",
            within(binding.within),
            ending(binding.scope, source)
        );
    }
    out.push_str("references\n");
    let mut last = None;
    for reference in &tags.references {
        if last != Some(reference.within) {
            let break_if = if last.is_some() { "\n" } else { "" };
            _ = write!(out, "{break_if}  {}:", within(reference.within));
            last = Some(reference.within);
        }
        _ = write!(out, " {:?}", reference.kind);
        if let Some(qualifier) = reference.qualifier {
            _ = write!(out, " `{}`", text(qualifier));
        }
        _ = write!(out, " {},", text(reference.name));
    }
    out.push('\n');
    out
}

/// The last words of a span.
fn ending(span: Span, source: &str) -> String {
    let words: Vec<&str> = span.text(source).split_whitespace().collect();
    words[words.len().saturating_sub(3)..].join(" ")
}

#[test]
fn what_each_fixture_holds() {
    for (language, _, fixture) in built() {
        let text = Text::new(fixture);
        let tree = SyntaxTree::parse(language, &text, None).unwrap();
        assert_eq!(tree.errors(&text), [], "{language:?}");
        let shown = shown(&Tags::of(&tree, fixture), fixture);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/languages");
        expect_file![format!("{folder}/{}/fixture.tags", language.folder())].assert_eq(&shown);
    }
}

/// Every match of every pattern: the number of the pattern, and the captures with their places.
type Matches = BTreeSet<(usize, Vec<(String, usize, usize)>)>;

#[test]
fn a_query_means_what_it_means_to_the_parser() {
    for (language, rules, fixture) in built() {
        let tree = SyntaxTree::of_str(language, fixture).unwrap();
        let root = tree.tree().root_node();
        let mut ours = Matches::new();
        let mut matcher = Matcher::new(root.walk());
        visit(root, &mut |node| {
            for index in rules.patterns.of_kind(node.kind_id()) {
                let index = usize::from(*index);
                matcher.matches(&rules.patterns.all[index], node, fixture, &mut |captures| {
                    let name = |capture: u16| &rules.patterns.capture_names[usize::from(capture)];
                    let named = captures.iter().map(|(capture, node)| (&**name(*capture), *node));
                    ours.insert((usize::from(rules.patterns.all[index].rank), placed(named)));
                });
            }
        });
        let source = rules.spec.queries.concat();
        let query = Query::new(&language.grammar().unwrap(), &source)
            .unwrap_or_else(|error| panic!("{language:?}: {error}"));
        let mut theirs = Matches::new();
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(&query, root, fixture.as_bytes());
        while let Some(one) = matches.next() {
            let names = query.capture_names();
            let named = one.captures().iter();
            let named = named.map(|it| (names[it.index as usize], it.node));
            theirs.insert((one.pattern_index, placed(named)));
        }
        let only = |these: &Matches, those: &Matches| {
            these.difference(those).map(|it| format!("{it:?}\n")).collect::<String>()
        };
        assert_eq!(only(&ours, &theirs), "", "{language:?}: found by our engine alone");
        assert_eq!(only(&theirs, &ours), "", "{language:?}: found by the parser's engine alone");
        assert!(!ours.is_empty());
    }
}

fn visit<'t>(node: Node<'t>, see: &mut dyn FnMut(Node<'t>)) {
    see(node);
    let mut cursor = node.walk();
    let children: Vec<Node<'t>> = node.children(&mut cursor).collect();
    children.into_iter().for_each(|child| visit(child, see));
}

fn placed<'a, 't>(
    captures: impl Iterator<Item = (&'a str, Node<'t>)>,
) -> Vec<(String, usize, usize)> {
    let mut placed: Vec<_> = captures
        .map(|(name, node)| (name.to_owned(), node.start_byte(), node.end_byte()))
        .collect();
    placed.sort();
    placed
}
