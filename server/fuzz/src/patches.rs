//! Edits as models write them, well formed or not, of files that have something to do with them.

use std::collections::BTreeMap;

use edit::{Applied, Refusal, Replacement, apply_patch, search_replace, udiff, whole};
use text::{Text, apply};

use crate::input::Input;

pub(crate) fn target(bytes: &[u8]) {
    let mut input = Input(bytes);
    let file = input.text(40);
    let before = Text::new(&file);
    match input.below(5) {
        0 => {
            let edits: Vec<Replacement> = (0..=input.below(3))
                .map(|_| Replacement {
                    old_string: piece(&file, &mut input),
                    new_string: input.text(8),
                    replace_all: input.below(4) == 0,
                })
                .collect();
            check(&before, search_replace(Some(&before), &edits));
        }
        1 => {
            let diff = diff(&file, &mut input);
            let result = udiff(Some(&before), &diff);
            if let Ok(applied) = &result {
                nothing_else_is_deleted(&file, &applied.text.to_string(), &diff);
            }
            check(&before, result);
        }
        2 => {
            let mut patch = "*** Begin Patch\n".to_owned();
            for _ in 0..=input.below(3) {
                let path = ["f", "g", "h"][input.below(3)];
                patch += &match input.below(4) {
                    0 => format!("*** Add File: {path}\n+{}\n", input.text(3)),
                    1 => format!("*** Delete File: {path}\n"),
                    2 => format!("*** Update File: {path}\n*** Move to: h\n"),
                    _ => format!("*** Update File: {path}\n{}", diff(&file, &mut input)),
                };
            }
            patch += "*** End Patch\n";
            check_patch(&before, &patch);
        }
        3 => check(&before, whole("f.rs", Some(&before), &input.text(40))),
        _ => {
            let text = input.rest();
            check_patch(&before, &text);
            check(&before, udiff(Some(&before), &text));
            check(&Text::default(), udiff(None, &text));
        }
    }
}

/// Lines of the file, perhaps with something else among them.
fn piece(file: &str, input: &mut Input<'_>) -> String {
    let lines: Vec<&str> = file.split_inclusive('\n').collect();
    let start = input.below(lines.len() + 1);
    let end = (start + input.below(6)).min(lines.len());
    let mut piece = lines[start..end].concat();
    if input.below(3) == 0 {
        piece += &input.text(4);
    }
    piece
}

/// Hunks that keep, delete and insert lines around a place of the file.
fn diff(file: &str, input: &mut Input<'_>) -> String {
    let lines: Vec<&str> = file.lines().collect();
    let mut diff = String::new();
    for _ in 0..=input.below(3) {
        diff += ["@@\n", "@@ -2,3 +2,4 @@\n", "@@ fn first() {\n", ""][input.below(4)];
        let start = input.below(lines.len() + 1);
        for line in lines[start..].iter().take(input.below(7)) {
            match input.below(8) {
                0 => diff += &format!("-{line}\n"),
                1 => diff += &format!("-{line}\n+{}\n", input.text(3)),
                2 => diff += &format!("+{}\n {line}\n", input.text(3)),
                3 => diff += &format!("{line}\n"),
                4 => diff += &input.text(2),
                _ => diff += &format!(" {line}\n"),
            }
        }
    }
    diff
}

fn check(before: &Text, result: Result<Applied, Refusal>) {
    match result {
        Ok(applied) => {
            let Ok(text) = apply(before, &applied.edits) else { panic!("edits overlap") };
            assert_eq!(text, applied.text, "the edits make the text");
            assert!(text != *before || text.is_empty(), "what changes nothing is no success");
        }
        Err(refusal) => check_refusal(&refusal),
    }
}

fn check_patch(before: &Text, patch: &str) {
    let files =
        BTreeMap::from([("f".to_owned(), before.clone()), ("g".to_owned(), Text::new("x\n"))]);
    match apply_patch(&files, patch) {
        Ok(changed) => {
            assert!(!changed.is_empty(), "what changes nothing is no success");
            for (path, text) in changed {
                assert!(files.get(&path) != text.as_ref(), "{path} is the same");
            }
        }
        Err(refusal) => check_refusal(&refusal),
    }
}

fn check_refusal(refusal: &Refusal) {
    assert!(!refusal.message.is_empty() && refusal.candidates.len() <= 3);
    for candidate in &refusal.candidates {
        assert!(candidate.start_line >= 1 && candidate.start_line <= candidate.end_line);
    }
}

/// Every line that goes is one that the diff deletes, white space and look-alikes aside.
fn nothing_else_is_deleted(before: &str, after: &str, diff: &str) {
    if diff.contains(['&', '|', '\\']) {
        // Unwrapped lines are not those of the diff.
        return;
    }
    let letters =
        |line: &str| -> String { line.chars().filter(char::is_ascii_alphanumeric).collect() };
    let lines = |text: &str| {
        let mut counts: BTreeMap<String, isize> = BTreeMap::new();
        for line in text.split('\n').map(letters).filter(|line| !line.is_empty()) {
            *counts.entry(line).or_default() += 1;
        }
        counts
    };
    let (mut gone, after) = (lines(before), lines(after));
    for (line, count) in after {
        *gone.entry(line).or_default() -= count;
    }
    let deleted: Vec<&str> = diff.split('\n').filter_map(|line| line.strip_prefix('-')).collect();
    let deleted = lines(&deleted.join("\n"));
    for (line, count) in gone.into_iter().filter(|(_, count)| *count > 0) {
        let named = deleted.get(&line).copied().unwrap_or(0);
        assert!(count <= named, "{line:?} is gone {count} times and deleted {named} times");
    }
}
