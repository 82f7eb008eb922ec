//! What a large Rust file of this repository's kind costs to read: the tags, an outline and the
//! place of the cursor, beside the parse that comes before and a bare walk of the tree.

use divan::Bencher;
use divan::counter::BytesCount;
use syntax::{Language, SyntaxTree, Tags};
use text::Text;
use tree_sitter::Parser;

fn main() {
    divan::main();
}

/// Real code, as often as it takes to have 270 kB of it.
fn source() -> String {
    let files = [
        include_str!("../src/tree.rs"),
        include_str!("../src/error.rs"),
        include_str!("../src/tags/record.rs"),
        include_str!("../src/pattern/parse.rs"),
    ];
    let once = files.concat();
    once.repeat(270_000 / once.len() + 1)
}

#[divan::bench(sample_count = 40, sample_size = 1)]
fn parse(bencher: Bencher<'_, '_>) {
    let source = source();
    let bencher = bencher.counter(BytesCount::of_str(&source));
    bencher.bench_local(|| SyntaxTree::of_str(Language::Rust, &source));
}

#[divan::bench(sample_count = 40, sample_size = 1)]
fn bare_walk(bencher: Bencher<'_, '_>) {
    let source = source();
    let mut parser = Parser::new();
    let Ok(()) = parser.set_language(&tree_sitter_rust::LANGUAGE.into()) else { return };
    let Some(tree) = parser.parse(&source, None) else { return };
    let bencher = bencher.counter(BytesCount::of_str(&source));
    bencher.bench_local(|| {
        let mut cursor = tree.walk();
        let mut kinds = 0_usize;
        loop {
            kinds += usize::from(cursor.node().kind_id());
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return kinds;
                }
            }
        }
    });
}

#[divan::bench(sample_count = 40, sample_size = 1)]
fn tags(bencher: Bencher<'_, '_>) {
    let source = source();
    let Some(tree) = SyntaxTree::of_str(Language::Rust, &source) else { return };
    let bencher = bencher.counter(BytesCount::of_str(&source));
    bencher.bench_local(|| Tags::of(&tree, &source));
}

#[divan::bench(sample_count = 40, sample_size = 1)]
fn outline(bencher: Bencher<'_, '_>) {
    let text = Text::new(&source());
    let Some(tree) = SyntaxTree::parse(Language::Rust, &text, None) else { return };
    bencher.bench_local(|| tree.outline(&text));
}

#[divan::bench(sample_count = 40, sample_size = 1)]
fn enclosing_symbol(bencher: Bencher<'_, '_>) {
    let text = Text::new(&source());
    let Some(tree) = SyntaxTree::parse(Language::Rust, &text, None) else { return };
    bencher.bench_local(|| tree.enclosing_symbol(&text, text.len() / 2));
}
