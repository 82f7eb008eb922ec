//! `didChange` of one letter in a Rust file of 10,000 lines, with the tree and without.

use divan::Bencher;
use stdx::AbsPath;
use text::{Position, PositionEncoding, PositionRange, Text};
use workspace::{Change, Documents};

fn main() {
    divan::main();
}

const KEYSTROKES: u32 = 1000;
const LINES: u32 = 10_000;

fn source() -> String {
    let line = |line: u32| match line % 5 {
        0 => format!("fn function_{line}(input: &str) -> usize {{\n"),
        1 => "    let words = input.split(' ').filter(|word| !word.is_empty());\n".to_owned(),
        2 => format!("    let count = words.map(|word| word.len() + {line}).sum::<usize>();\n"),
        3 => "    if count > 100 { return 100; } // enough\n".to_owned(),
        _ => "    count }\n".to_owned(),
    };
    (0..LINES).map(line).collect()
}

/// Types a letter within the first word of a line, and deletes it at the next call.
fn keystrokes() -> impl FnMut(&mut Documents, &AbsPath) {
    let mut version = 0;
    move |documents, path| {
        let line = u32::try_from(version / 2).unwrap_or(0).wrapping_mul(7919) % LINES;
        let (start, types) = (Position::new(line, 5), version % 2 == 0);
        let end = if types { start } else { Position::new(line, 6) };
        let range = PositionRange { start, end };
        let locate = move |text: &Text| text.byte_range(range, PositionEncoding::Utf16);
        let text = if types { "x" } else { "" };
        version += 1;
        let change = Change { range: Some(Box::new(locate)), text: text.to_owned() };
        documents.change(path, version, vec![change]);
    }
}

fn run(bencher: Bencher<'_, '_>, asks_for_tree: bool) {
    let Ok(root) = AbsPath::new("/project") else { return };
    let path = root.join("a.rs");
    let mut documents = Documents::default();
    documents.open(path.clone(), 0, &source());
    let mut keystroke = keystrokes();
    let tree = |documents: &Documents| {
        let snapshot = documents.snapshot(root.clone());
        snapshot.document(&path).is_some_and(|document| document.tree().is_some())
    };
    // The tree that edits are told to exists in both cases.
    tree(&documents);
    bencher.bench_local(|| {
        keystroke(&mut documents, &path);
        asks_for_tree && tree(&documents)
    });
}

#[divan::bench(sample_count = KEYSTROKES, sample_size = 1)]
fn without_tree(bencher: Bencher<'_, '_>) {
    run(bencher, false);
}

#[divan::bench(sample_count = KEYSTROKES, sample_size = 1)]
fn with_tree(bencher: Bencher<'_, '_>) {
    run(bencher, true);
}
