//! Parsing and reading a Rust file of 10,000 lines as a whole: our tree beside bare tree-sitter.
//! `keystroke.rs` has the single letter.

use divan::Bencher;
use syntax::{Language, SyntaxTree};
use text::Text;
use tree_sitter::Parser;

fn main() {
    divan::main();
}

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

/// Within words all over the file, in bytes.
fn places(source: &str) -> impl FnMut() -> usize + use<> {
    let mut places = Vec::new();
    let mut line_start = 0;
    for line in source.split('\n') {
        if let Some((column, _)) = line.match_indices(char::is_alphabetic).nth(2) {
            places.push(line_start + column);
        }
        line_start += line.len() + 1;
    }
    let mut step = 0_usize;
    move || {
        step += 1;
        places[step * 7919 % places.len()]
    }
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
    bencher.bench_local(|| tree.enclosing_symbol(&text, next()));
}
