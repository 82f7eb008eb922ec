//! Parsing and reading a Rust file of 10,000 lines as a whole: our tree beside bare tree-sitter.
//! `keystroke.rs` has the single letter.

use divan::Bencher;
use syntax::{Language, SyntaxTree};
use text::Text;
use tree_sitter::Parser;

mod source;

fn main() {
    divan::main();
}

fn source() -> String {
    source::of_blocks(435)
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
