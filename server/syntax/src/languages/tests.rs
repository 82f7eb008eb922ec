//! Every language on its own fixture: what is found is kept beside it in `fixture.tags`
//! (`UPDATE_EXPECT=1` writes it anew), and every query means to the parser's own engine what it
//! means here.

use std::collections::BTreeSet;
use std::fmt::Write;

use expect_test::expect_file;
use proptest::prelude::*;
use text::Text;
use tree_sitter::{Node, Query, QueryCursor, StreamingIterator};

use crate::pattern::Matcher;
use crate::rules::Rules;
use crate::{Language, Span, SyntaxError, SyntaxTree, Tags, new_errors};

/// The languages of this build.
fn built() -> impl Iterator<Item = (Language, Rules, &'static str)> {
    Language::all().filter_map(|language| {
        let spec = language.spec()?;
        let rules = Rules::new(spec).unwrap_or_else(|error| panic!("{language:?}: {error}"));
        Some((language, rules, spec.fixture))
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
    let mut broken = Vec::new();
    for (language, _, fixture) in built() {
        let text = Text::new(fixture);
        let tree = SyntaxTree::parse(language, &text, None).unwrap();
        broken.extend(tree.errors(&text).into_iter().map(|error| (language, error)));
        let tags = Tags::of(&tree, fixture);
        let mut shown = shown(&tags, fixture);
        shown.push_str("skeleton\n");
        for line in tree.skeleton(&text).lines().filter(|line| !line.trim().is_empty()) {
            _ = writeln!(shown, "  {line}");
        }
        let name = format!("{language:?}").to_lowercase();
        let folder = match name.as_str() {
            "csharp" => "c-sharp",
            "tsx" => "typescript",
            name => name,
        };
        let file = if name == "tsx" { "fixture-tsx.tags" } else { "fixture.tags" };
        let folders = concat!(env!("CARGO_MANIFEST_DIR"), "/languages");
        expect_file![format!("{folders}/{folder}/{file}")].assert_eq(&shown);
    }
    assert_eq!(broken, []);
}

#[test]
fn an_outline_is_the_definitions() {
    for (language, _, fixture) in built() {
        let text = Text::new(fixture);
        let tree = SyntaxTree::parse(language, &text, None).unwrap();
        let tags = Tags::of(&tree, fixture);
        let outline = tree.outline(&text);
        let of_tags = tags.definitions.iter().map(|it| (it.item.range(), it.title.range()));
        let of_outline = outline.iter().map(|it| (it.range.clone(), it.name_range.clone()));
        assert_eq!(of_tags.collect::<Vec<_>>(), of_outline.collect::<Vec<_>>(), "{language:?}");
        for symbol in &outline {
            let offset = symbol.name_range.start;
            let around = tree.enclosing_symbols(&text, offset);
            assert!(around.contains(symbol), "{language:?}: {symbol:?} in {around:?}");
        }
    }
}

#[test]
fn what_breaks_a_file_is_seen() {
    for (language, _, fixture) in built() {
        // Every text is a Markdown text; and much of what is odd is plain text to HTML and YAML.
        if matches!(language, Language::Markdown | Language::Html | Language::Yaml) {
            continue;
        }
        let errors = |source: &str| {
            let text = Text::new(source);
            SyntaxTree::parse(language, &text, None).unwrap().errors(&text)
        };
        let broken = format!("{fixture}\n)] ({{ [\n");
        assert_eq!(new_errors(&errors(fixture), &errors(fixture)), [] as [&SyntaxError; 0]);
        assert_ne!(
            new_errors(&errors(fixture), &errors(&broken)),
            [] as [&SyntaxError; 0],
            "{language:?}"
        );
    }
}

#[test]
fn what_is_passed_over_declares_nothing() {
    let check = |language, source: &str, expected: &[&str]| {
        let tree = SyntaxTree::of_str(language, source).unwrap();
        let tags = Tags::declared(&tree, source, 0..source.len());
        let names = tags.definitions.iter().map(|one| one.name);
        let names = names.chain(tags.bindings.iter().map(|one| one.name));
        let names: Vec<&str> = names.map(|name| name.text(source)).collect();
        assert_eq!(names, expected, "{source}");
    };
    let rust = "fn a() {\n    b(c::d(1 + 2), [e; 3]);\n    f(&|g| { let h = g; h });\n}\n\
                fn i(j: &k(l: u8)) {}\n";
    check(Language::Rust, rust, &["a", "i", "g", "h", "j"]);
    check(Language::TypeScript, "a(b.c, [1]);\nnamespace d\n", &["d"]);
    check(Language::Python, "a(b(1), [c for c in d], lambda e: e)\n", &["c", "e"]);
    check(Language::Go, "package a\n\nfunc b() {\n\tc(d.e, func(f int) {})\n}\n", &["b", "f"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever is cut out of a text, all that is found lies in it and in its right order.
    #[test]
    fn a_torn_text_has_tags(cuts in prop::collection::vec((0..1000_usize, 0..120_usize), 1..4)) {
        for language in Language::all() {
            let Some(spec) = language.spec() else { continue };
            let mut torn = Text::new(spec.fixture);
            for (at, length) in &cuts {
                let start = torn.floor_boundary(at * torn.len() / 1000);
                torn.replace(start..start + length, "");
            }
            let source = torn.to_string();
            let tree = SyntaxTree::of_str(language, &source).unwrap();
            let tags = Tags::of(&tree, &source);
            let whole = Span::new(0..source.len());
            let without = Tags { references: Vec::new(), ..tags.clone() };
            prop_assert_eq!(Tags::declared(&tree, &source, 0..source.len()), without);
            for (index, it) in tags.definitions.iter().enumerate() {
                prop_assert!(whole.covers(it.item) && it.item.covers(it.signature), "{:?}", it);
                prop_assert!(it.leading <= it.item.start, "{:?}", it);
                if let Some(owner) = it.owner {
                    prop_assert!((owner as usize) < index, "{:?}", it);
                    prop_assert!(tags.definitions[owner as usize].item.covers(it.item), "{:?}", it);
                }
            }
            prop_assert!(tags.references.is_sorted_by_key(|it| it.name.start));
            prop_assert!(tags.bindings.is_sorted_by_key(|it| it.name.start));
            for reference in &tags.references {
                prop_assert!(!reference.name.text(&source).is_empty());
            }
            let tree = SyntaxTree::parse(language, &torn, None).unwrap();
            prop_assert!(tree.skeleton(&torn).len() <= source.len() + 8 * tags.definitions.len());
        }
    }
}

/// Every match of every pattern: the number of the pattern, and the captures with their places.
type Matches = BTreeSet<(usize, Vec<(String, usize, usize)>)>;

#[test]
fn a_query_means_what_it_means_to_the_parser() {
    let mut wrong = String::new();
    for (language, rules, fixture) in built() {
        let tree = SyntaxTree::of_str(language, fixture).unwrap();
        let root = tree.tree().root_node();
        let mut ours = Matches::new();
        let mut matcher = Matcher::new(root.walk());
        visit(root, &mut |node| {
            for index in rules.patterns.by_kind.of(node.kind_id()) {
                let index = usize::from(*index);
                matcher.matches(&rules.patterns.all[index], node, fixture, &mut |captures| {
                    let name = |capture: u16| &rules.patterns.capture_names[usize::from(capture)];
                    let named = captures.iter().map(|(capture, node)| (&**name(*capture), *node));
                    ours.insert((usize::from(rules.patterns.all[index].rank), placed(named)));
                });
            }
        });
        let source = rules.spec.queries.concat();
        let query = match Query::new(&language.grammar().unwrap(), &source) {
            Ok(query) => query,
            Err(error) => {
                wrong.push_str(&format!("{language:?}: {error}\n"));
                continue;
            }
        };
        let mut theirs = Matches::new();
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(&query, root, fixture.as_bytes());
        while let Some(one) = matches.next() {
            let names = query.capture_names();
            let named = one.captures().iter();
            let named = named.map(|it| (names[it.index as usize], it.node));
            theirs.insert((one.pattern_index, placed(named)));
        }
        let only = |these: &Matches, those: &Matches, of: &str| {
            these.difference(those).map(|it| format!("{of}: {it:?}\n")).collect::<String>()
        };
        wrong.push_str(&only(&ours, &theirs, &format!("{language:?}: found by our engine alone")));
        wrong.push_str(&only(&theirs, &ours, &format!("{language:?}: found by theirs alone")));
        assert!(!ours.is_empty());
    }
    assert_eq!(wrong, "");
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
