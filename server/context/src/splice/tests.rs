//! Reading what changed gives what reading everything gives.

use proptest::prelude::*;
use stdx::AbsPath;
use syntax::SyntaxTree;

use super::*;
use crate::build::{self, Source};
use crate::extract::Extracted;
use crate::facts::NameId;
use crate::names::Names;

/// Long texts: a small one that has everything in it, again and again.
const TEXTS: [(&str, &str); 7] = [
    ("a.rs", include_str!("../../../syntax/languages/rust/fixture.rs")),
    ("a.py", include_str!("../../../syntax/languages/python/fixture.py")),
    ("a.ts", include_str!("../../../syntax/languages/typescript/fixture.ts")),
    ("a.jsx", include_str!("../../../syntax/languages/javascript/fixture.jsx")),
    ("a.go", include_str!("../../../syntax/languages/go/fixture.go")),
    ("a.java", include_str!("../../../syntax/languages/java/fixture.java")),
    ("a.cpp", include_str!("../../../syntax/languages/cpp/fixture.cpp")),
];

fn source(name: &str) -> Source {
    let root = AbsPath::new("/project").unwrap();
    build::source(&root, &root.join(name)).unwrap()
}

/// Facts with the numbers of `names`.
fn adopted(names: &mut Names, extracted: Extracted) -> FileFacts {
    let map: Vec<NameId> = extracted.names.all().map(|name| names.intern(name)).collect();
    let mut facts = extracted.facts;
    facts.renumber(&map);
    facts
}

fn whole(names: &mut Names, source: &Source, text: &str) -> FileFacts {
    adopted(names, build::extract_text(source, text, None).unwrap())
}

/// What was read by the change alone, if it was.
fn changed(
    names: &mut Names,
    source: &Source,
    text: &str,
    tree: Option<&SyntaxTree>,
    old: &FileFacts,
) -> Option<FileFacts> {
    let (gap, new) = build::extract_change(source, text, tree, old)?;
    Some(splice(old, &gap, &adopted(names, new)))
}

/// All of it in words, wherever in its lists it stands.
fn shown(names: &Names, facts: &FileFacts) -> String {
    let text = |id: &NameId| names.text(*id).to_owned();
    let all = |span: Span| span.of(&facts.pool).iter().map(text).collect::<Vec<_>>().join(" ");
    let mut lines: Vec<String> = Vec::new();
    for def in &facts.defs {
        let (kind, flags) = (def.kind, def.flags);
        let place = (def.line, def.last, def.end, def.sign, def.cost);
        let names = [text(&def.name), text(&def.owner), text(&def.via)];
        let types = [all(def.takes), all(def.gives)];
        lines.push(format!("{names:?} {kind:?} {flags} {place:?} {types:?}"));
    }
    for func in &facts.funcs {
        let used = func.uses.of(&facts.uses).iter();
        let used = used.map(|one| (text(&one.name()), one.how(), text(&one.qualifier)));
        let used: Vec<_> = used.collect();
        lines.push(format!("{} {used:?} {} {}", func.def, all(func.terms), all(func.bindings)));
    }
    for import in &facts.imports {
        lines.push(format!("{} = {}", text(&import.alias), all(import.path)));
    }
    let mut words: Vec<_> = facts.words.iter().map(|(id, count)| (text(id), count)).collect();
    words.sort_unstable();
    lines.push(format!("{words:?}"));
    lines.join("\n")
}

/// The stretches are of `text`, and of the lists.
fn check_stretches(facts: &FileFacts, text: &str) {
    let sum = sum(&facts.stretches);
    assert!(is_whole(facts));
    let lengths = [sum.bytes, sum.lines].map(|length| length as usize);
    assert_eq!(lengths, [text.len(), text.matches('\n').count()]);
    let mut start = 0;
    for one in &facts.stretches {
        let end = start + one.bytes as usize;
        assert!(one.hash == 0 || one.hash == hash(&text.as_bytes()[start..end]));
        start = end;
    }
}

#[derive(Debug, Clone)]
enum Edit {
    /// Lines go.
    Delete(usize, usize),
    /// Lines are repeated elsewhere.
    Copy(usize, usize, usize),
    /// Something is written into a line.
    Write(usize, usize, &'static str),
}

fn edit() -> impl Strategy<Value = Edit> {
    let snippets = ["x", "{", "}", "\n", "(", "\"", "// c\n", "/*", "fn f() {}\n", "#[test]\n", ""];
    prop_oneof![
        4 => (0..1000_usize, 0..12_usize).prop_map(|(at, count)| Edit::Delete(at, count)),
        1 => (0..1000_usize, 0..400_usize).prop_map(|(at, count)| Edit::Delete(at, count)),
        5 => (0..1000_usize, 1..30_usize, 0..1000_usize).prop_map(|(a, b, c)| Edit::Copy(a, b, c)),
        5 => (0..1000_usize, 0..80_usize, prop::sample::select(snippets.to_vec()))
            .prop_map(|(at, column, text)| Edit::Write(at, column, text)),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let at = |permille: usize| permille * lines.len() / 1000;
    match edit {
        Edit::Delete(start, count) => {
            let start = at(*start);
            let end = (start + count).min(lines.len());
            lines.drain(start..end);
        }
        Edit::Copy(start, count, to) => {
            let (start, to) = (at(*start), at(*to));
            let copy = lines[start..(start + count).min(lines.len())].to_vec();
            lines.splice(to..to, copy);
        }
        Edit::Write(line, column, written) => {
            let line = at(*line);
            if let Some(line) = lines.get_mut(line) {
                let mut column = (*column).min(line.trim_end().len());
                while !line.is_char_boundary(column) {
                    column -= 1;
                }
                line.insert_str(column, written);
            }
        }
    }
    lines.concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_changed_is_read_as_all_is_read(
        language in 0..TEXTS.len(),
        edits in prop::collection::vec((edit(), any::<bool>()), 1..6),
    ) {
        let (name, text) = TEXTS[language];
        let source = source(name);
        let mut text = text.repeat(400 / text.lines().count() + 1);
        let mut names = Names::default();
        let mut facts = whole(&mut names, &source, &text);
        check_stretches(&facts, &text);
        for (edit, has_tree) in edits {
            text = apply(&text, &edit);
            let all = whole(&mut names, &source, &text);
            let tree = SyntaxTree::of_str(source.language, &text).filter(|_| has_tree);
            match changed(&mut names, &source, &text, tree.as_ref(), &facts) {
                Some(facts_now) => {
                    check_stretches(&facts_now, &text);
                    let (now, all) = (shown(&names, &facts_now), shown(&names, &all));
                    prop_assert!(now == all, "{edit:?}\n{}", first_difference(&now, &all));
                    facts = facts_now;
                }
                None => facts = all,
            }
        }
    }
}

fn first_difference(a: &str, b: &str) -> String {
    let differ = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    differ.map_or(String::new(), |(a, b)| format!("{a}\n{b}"))
}

/// How many bytes of a text are read after a change.
fn check_gap(edit: &Edit, has_tree: bool, most: usize) {
    let (name, text) = TEXTS[0];
    let source = source(name);
    let text = text.repeat(4);
    let mut names = Names::default();
    let facts = whole(&mut names, &source, &text);
    let now = apply(&text, edit);
    let tree = SyntaxTree::of_str(source.language, &now).filter(|_| has_tree);
    let change = build::extract_change(&source, &now, tree.as_ref(), &facts);
    let (gap, _) = change.unwrap_or_else(|| panic!("{edit:?} {has_tree}: all is read"));
    assert!(gap.range.len() <= most, "{edit:?}: {:?} of {}", gap.range, now.len());
}

#[test]
fn little_is_read_after_a_small_change() {
    for has_tree in [true, false] {
        check_gap(&Edit::Delete(500, 0), has_tree, 0);
        check_gap(&Edit::Write(500, 0, "\n"), has_tree, 3000);
        check_gap(&Edit::Write(0, 0, "// c\n"), has_tree, 3000);
        check_gap(&Edit::Write(999, 0, "fn f() {}\n"), has_tree, 3000);
    }
}

#[test]
fn what_is_broken_is_read_with_what_is_around_it() {
    let (name, text) = TEXTS[0];
    let source = source(name);
    let text = text.repeat(4);
    let mut names = Names::default();
    let facts = whole(&mut names, &source, &text);
    let broken = apply(&text, &Edit::Write(500, 0, "fn f( {\n"));
    assert!(changed(&mut names, &source, &broken, None, &facts).is_none());
}
