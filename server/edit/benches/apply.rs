//! What it costs to find the place of an edit and to lay it over the file, for edits that stand
//! there as they are, for damaged ones, and for some that stand nowhere.

use divan::{Bencher, black_box};
use edit::{Replacement, search_replace, udiff};
use text::Text;

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [100, 2_000, 100_000];

/// A file of functions that are all a little different.
fn file(lines: usize) -> Text {
    let function = |number: usize| {
        format!(
            "/// Computes step {number}.\nfn step_{number}(input: u64) -> u64 {{\n    let scaled = \
             input * {number};\n\n    if scaled > 100 {{\n        return scaled - {number};\n    \
             }}\n    helper_{number}(scaled)\n}}\n\n"
        )
    };
    Text::new(&(0..lines / 10).map(function).collect::<String>())
}

/// Lines of a function in the middle, and the same ones changed; `indent` is left out in front,
/// and `name` stands where the file has `scaled`.
fn replacement(lines: usize, indent: usize, name: &str) -> Replacement {
    let number = lines / 20;
    let text = |returned: &str| {
        let lines = [
            format!("    let {name} = input * {number};"),
            String::new(),
            "    if scaled > 100 {".to_owned(),
            format!("        return {returned};"),
            "    }".to_owned(),
            format!("    helper_{number}(scaled)"),
        ];
        lines.map(|line| line.get(indent..).unwrap_or_default().to_owned() + "\n").concat()
    };
    Replacement {
        old_string: text(&format!("scaled - {number}")),
        new_string: text("scaled / 2"),
        replace_all: false,
    }
}

fn diff(replacement: &Replacement) -> String {
    let marked = |text: &str, mark: char| -> String {
        text.lines().map(|line| format!("{mark}{line}\n")).collect()
    };
    let Replacement { old_string, new_string, .. } = replacement;
    let (old, new) = (marked(old_string, '-'), marked(new_string, '+'));
    format!("--- a/f\n+++ b/f\n@@ -1,6 +1,6 @@\n{old}{new}")
}

fn run(bencher: Bencher<'_, '_>, lines: usize, edit: Replacement, applies: bool) {
    let file = file(lines);
    let edits = [edit];
    assert_eq!(search_replace(Some(&file), &edits).is_ok(), applies);
    bencher.bench_local(|| search_replace(Some(black_box(&file)), black_box(&edits)));
}

#[divan::bench(args = SIZES)]
fn exact(bencher: Bencher<'_, '_>, lines: usize) {
    run(bencher, lines, replacement(lines, 0, "scaled"), true);
}

#[divan::bench(args = SIZES)]
fn another_indentation(bencher: Bencher<'_, '_>, lines: usize) {
    run(bencher, lines, replacement(lines, 4, "scaled"), true);
}

#[divan::bench(args = SIZES)]
fn a_line_of_context_misremembered(bencher: Bencher<'_, '_>, lines: usize) {
    run(bencher, lines, replacement(lines, 0, "scaleds"), true);
}

#[divan::bench(args = SIZES)]
fn nowhere(bencher: Bencher<'_, '_>, lines: usize) {
    let Replacement { old_string, new_string, .. } = replacement(lines, 0, "scaled");
    let old_string = old_string.replace("return", "break");
    run(bencher, lines, Replacement { old_string, new_string, replace_all: false }, false);
}

#[divan::bench(args = SIZES)]
fn unified_diff(bencher: Bencher<'_, '_>, lines: usize) {
    let file = file(lines);
    let diff = diff(&replacement(lines, 0, "scaled"));
    assert!(udiff(Some(&file), &diff).is_ok());
    bencher.bench_local(|| udiff(Some(black_box(&file)), black_box(&diff)));
}
