//! A keystroke in a Rust file of 10,000 lines: our tree beside bare tree-sitter on the same
//! edits. Each measured step is one letter, typed or deleted again.

use divan::Bencher;
use syntax::{Language, SyntaxTree};
use text::Text;
use tree_sitter::{InputEdit, Parser, Point};

fn main() {
    divan::main();
}

const KEYSTROKES: u32 = 1000;

/// Functions, types and comments as they stand in any file.
fn source() -> String {
    let block = |number: u32| {
        format!(
            "/// Counts what {number} has.\n\
             #[derive(Debug, Clone)]\n\
             pub struct Counter{number}<T> {{\n    items: Vec<T>,\n    total: u64,\n}}\n\n\
             impl<T: Clone> Counter{number}<T> {{\n    \
             pub fn add(&mut self, item: &T) -> Result<u64, Error> {{\n        \
             if self.items.len() > {number} {{\n            \
             return Err(Error::new(\"too many\", self.total));\n        }}\n        \
             self.items.push(item.clone());\n        \
             let sum = self.items.iter().map(|it| weight(it)).sum::<u64>();\n        \
             match sum {{\n            0 => {{}}\n            1..={number} => self.total += sum,\n            \
             _ => self.total = 0,\n        }}\n        Ok(sum)\n    }}\n}}\n\n"
        )
    };
    (0..435).map(block).collect()
}

struct Place {
    byte: usize,
    point: Point,
}

/// Within words all over the file.
fn places(source: &str) -> impl FnMut() -> Place + use<> {
    let mut places = Vec::new();
    let mut line_start = 0;
    for (row, line) in source.split('\n').enumerate() {
        let words = line.match_indices(char::is_alphabetic).nth(2);
        if let Some((column, _)) = words {
            places.push((row, column, line_start + column));
        }
        line_start += line.len() + 1;
    }
    let mut step = 0_usize;
    move || {
        step += 1;
        let (row, column, byte) = places[step * 7919 % places.len()];
        Place { byte, point: Point::new(row, column) }
    }
}

#[divan::bench(sample_count = KEYSTROKES, sample_size = 1)]
fn bare_tree_sitter(bencher: Bencher<'_, '_>) {
    let mut source = source();
    let mut next = places(&source);
    let mut parser = Parser::new();
    let language = tree_sitter_rust::LANGUAGE.into();
    let Ok(()) = parser.set_language(&language) else { return };
    let mut tree = parser.parse(&source, None);
    let mut typed: Option<Place> = None;
    bencher.bench_local(move || {
        let Some(old) = tree.as_mut() else { return };
        let place = typed.take();
        let deletes = place.is_some();
        let place = place.unwrap_or_else(&mut next);
        let after = Point::new(place.point.row, place.point.column + 1);
        let (old_end, new_end) = if deletes {
            source.replace_range(place.byte..place.byte + 1, "");
            (after, place.point)
        } else {
            source.insert(place.byte, 'x');
            (place.point, after)
        };
        old.edit(&InputEdit {
            start_byte: place.byte,
            old_end_byte: place.byte + usize::from(deletes),
            new_end_byte: place.byte + usize::from(!deletes),
            start_position: place.point,
            old_end_position: old_end,
            new_end_position: new_end,
        });
        tree = parser.parse(&source, tree.as_ref());
        typed = (!deletes).then_some(place);
    });
}

#[divan::bench(sample_count = KEYSTROKES, sample_size = 1)]
fn our_tree(bencher: Bencher<'_, '_>) {
    let source = source();
    let mut next = places(&source);
    let mut text = Text::new(&source);
    let mut tree = SyntaxTree::parse(Language::Rust, &text, None);
    let mut typed: Option<Place> = None;
    bencher.bench_local(move || {
        let place = typed.take();
        let deletes = place.is_some();
        let place = place.unwrap_or_else(&mut next);
        let range = place.byte..place.byte + usize::from(deletes);
        let with = if deletes { "" } else { "x" };
        let edited = tree.as_ref().map(|tree| tree.edited(&text, range.clone(), with));
        text.replace(range, with);
        tree = SyntaxTree::parse(Language::Rust, &text, edited.as_ref());
        typed = (!deletes).then_some(place);
    });
}

#[divan::bench(sample_count = 20)]
fn bare_whole_parse(bencher: Bencher<'_, '_>) {
    let source = source();
    let mut parser = Parser::new();
    let language = tree_sitter_rust::LANGUAGE.into();
    let Ok(()) = parser.set_language(&language) else { return };
    bencher.bench_local(|| parser.parse(&source, None));
}

#[divan::bench(sample_count = 20)]
fn our_whole_parse(bencher: Bencher<'_, '_>) {
    let text = Text::new(&source());
    bencher.bench_local(|| SyntaxTree::parse(Language::Rust, &text, None));
}

#[divan::bench(sample_count = 20)]
fn outline(bencher: Bencher<'_, '_>) {
    let text = Text::new(&source());
    let Some(tree) = SyntaxTree::parse(Language::Rust, &text, None) else { return };
    bencher.bench_local(|| tree.outline(&text));
}

#[divan::bench]
fn enclosing_symbol(bencher: Bencher<'_, '_>) {
    let source = source();
    let mut next = places(&source);
    let text = Text::new(&source);
    let Some(tree) = SyntaxTree::parse(Language::Rust, &text, None) else { return };
    bencher.bench_local(|| tree.enclosing_symbol(&text, next().byte));
}
