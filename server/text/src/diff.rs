//! What changed between two texts: whole lines first, then the tokens inside of changed lines.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, Interner};

use crate::{Text, TextEdit};

/// Stretches with more tokens than this on both sides together are replaced whole: comparing
/// them would take longer than anybody waits, and so large a change has no small form.
const MAX_TOKENS: usize = 200_000;

/// The edits that turn `old` into `new`: `apply(old, &diff(old, new)) == new`. They are in order,
/// they neither overlap nor touch, and no end of one lies between a `\r` and its `\n`, where no
/// position of a client could point. Each is as small as whole tokens allow (words, runs of
/// blanks, single other characters); edits with hardly anything unchanged between them are one.
#[must_use]
pub fn diff(old: &Text, new: &Text) -> Vec<TextEdit> {
    if old == new {
        return Vec::new();
    }
    let (old, new) = (old.to_string(), new.to_string());
    let mut edits = Vec::new();
    for lines in line_changes(&old, &new) {
        for tokens in token_changes(&old[lines.old.clone()], &new[lines.new.clone()]) {
            let tokens = tokens.shifted(lines.old.start, lines.new.start);
            edits.push(TextEdit::new(tokens.old, &new[tokens.new]));
        }
    }
    edits
}

/// The bytes of `old` became the bytes of `new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) old: Range<usize>,
    pub(crate) new: Range<usize>,
}

impl Change {
    fn shifted(&self, old: usize, new: usize) -> Change {
        Change {
            old: self.old.start + old..self.old.end + old,
            new: self.new.start + new..self.new.end + new,
        }
    }
}

/// Lines `old` of one list became lines `new` of another; either may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// Indices into the old lines.
    pub old: Range<usize>,
    /// Indices into the new lines.
    pub new: Range<usize>,
}

/// What changed between two lists of lines, in order, with at least one unchanged line between
/// two changes. Lines are equal if their strings are; the caller may hand in lines without their
/// line ends or blanks to have those overlooked.
#[must_use]
pub fn diff_lines(old: &[&str], new: &[&str]) -> Vec<LineChange> {
    let input = intern(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    hunks(&diff)
}

/// The changed lines, in order, with at least one unchanged line between two changes.
pub(crate) fn line_changes(old: &str, new: &str) -> Vec<Change> {
    let (old, new) = (lines(old), lines(new));
    in_bytes(diff_lines(&old, &new), &old, &new)
}

/// The changed tokens, in order, with something unchanged between two changes.
pub(crate) fn token_changes(old: &str, new: &str) -> Vec<Change> {
    if old.is_empty() || new.is_empty() {
        return vec![Change { old: 0..old.len(), new: 0..new.len() }];
    }
    let (old_tokens, new_tokens) = (tokens(old), tokens(new));
    if old_tokens.len() + new_tokens.len() > MAX_TOKENS {
        return vec![trimmed(&old_tokens, &new_tokens)];
    }
    let input = intern(&old_tokens, &new_tokens);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_no_heuristic(&input);
    joined(old, new, in_bytes(hunks(&diff), &old_tokens, &new_tokens))
}

fn intern<'a>(old: &[&'a str], new: &[&'a str]) -> InternedInput<&'a str> {
    let interner = Interner::new(old.len() + new.len());
    let mut input = InternedInput { before: Vec::new(), after: Vec::new(), interner };
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    input
}

/// The pieces that differ, in order.
fn hunks(diff: &Diff) -> Vec<LineChange> {
    let indices = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks()
        .map(|hunk| LineChange { old: indices(hunk.before), new: indices(hunk.after) })
        .collect()
}

fn in_bytes(changes: Vec<LineChange>, old: &[&str], new: &[&str]) -> Vec<Change> {
    let (old, new) = (starts(old), starts(new));
    let bytes = |starts: &[usize], range: Range<usize>| starts[range.start]..starts[range.end];
    changes
        .into_iter()
        .map(|change| Change { old: bytes(&old, change.old), new: bytes(&new, change.new) })
        .collect()
}

/// Where each piece starts, and where the last one ends.
fn starts(pieces: &[&str]) -> Vec<usize> {
    let mut starts = Vec::with_capacity(pieces.len() + 1);
    let mut at = 0;
    starts.push(at);
    starts.extend(pieces.iter().map(|piece| {
        at += piece.len();
        at
    }));
    starts
}

/// One change without the tokens that are the same at both ends.
fn trimmed(old: &[&str], new: &[&str]) -> Change {
    let shorter = old.len().min(new.len());
    let ahead = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let behind = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let behind = behind.min(shorter - ahead);
    let range = |pieces: &[&str]| {
        let starts = starts(pieces);
        starts[ahead]..starts[pieces.len() - behind]
    };
    Change { old: range(old), new: range(new) }
}

/// Joins neighbours where what lies unchanged between them is no more than coincidence: nothing
/// but blanks, or at most half as much as was changed on both sides of it, or, if there is no
/// word in it, on one side. Otherwise a stretch that was rewritten would be cut at each bracket
/// that it happens to have in common.
fn joined(old: &str, new: &str, changes: Vec<Change>) -> Vec<Change> {
    struct Sized {
        change: Change,
        old: usize,
        new: usize,
    }
    let mut result: Vec<Sized> = Vec::with_capacity(changes.len());
    for change in changes {
        let mut next = Sized {
            old: solid(&old[change.old.clone()]),
            new: solid(&new[change.new.clone()]),
            change,
        };
        while let Some(last) = result.pop() {
            let between = &old[last.change.old.end..next.change.old.start];
            let gap = solid(between);
            let (before, after) = (last.old.max(last.new), next.old.max(next.new));
            let changed =
                if between.contains(is_word) { before.min(after) } else { before.max(after) };
            if gap > 0 && 2 * gap > changed {
                result.push(last);
                break;
            }
            next = Sized {
                change: Change {
                    old: last.change.old.start..next.change.old.end,
                    new: last.change.new.start..next.change.new.end,
                },
                old: last.old + gap + next.old,
                new: last.new + gap + next.new,
            };
        }
        result.push(next);
    }
    result.into_iter().map(|sized| sized.change).collect()
}

/// How many bytes of `text` are not blank.
fn solid(text: &str) -> usize {
    text.split_whitespace().map(str::len).sum()
}

/// The lines of `text` with their line ends; a last line without one is a line if it is not empty.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let (line, after) = rest.split_at(at + line_end(&rest[at..]));
        lines.push(line);
        rest = after;
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Length of the line end that `text` starts with, 0 if it starts with none.
fn line_end(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// Cuts `text` into line ends, runs of blanks, words, and single other characters. Characters
/// beyond ASCII count as parts of words, so that nothing is cut between a letter and its accent
/// or within an emoji.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match line_end(rest) {
            0 if is_blank(first) => run(rest, is_blank),
            0 if is_word(first) => run(rest, is_word),
            0 => first.len_utf8(),
            length => length,
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

fn run(text: &str, belongs: fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character)).unwrap_or(text.len())
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\r' | '\n')
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || character == '_'
        || !character.is_ascii() && !character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::oracle::{self, Oracle};
    use crate::{PositionEncoding, apply};

    /// Shows each edit as `range: what was there -> what is there now`.
    fn check(old: &str, new: &str, expected: Expect) {
        let (old_text, new_text) = (Text::new(old), Text::new(new));
        let edits = diff(&old_text, &new_text);
        assert_eq!(apply(&old_text, &edits).unwrap(), new_text);
        let shown: Vec<String> = edits
            .iter()
            .map(|edit| {
                format!("{:?}: {:?} -> {:?}\n", edit.range, &old[edit.range.clone()], edit.new_text)
            })
            .collect();
        expected.assert_eq(&shown.concat());
    }

    #[test]
    fn equal_texts_have_no_difference() {
        check("a\nb", "a\nb", expect![[""]]);
    }

    #[test]
    fn a_word_in_a_line_is_one_edit() {
        check(
            "fn main() {\n    let x = 1;\n}\n",
            "fn main() {\n    let x = 22;\n}\n",
            expect![[r#"
            24..25: "1" -> "22"
        "#]],
        );
    }

    #[test]
    fn wrapping_is_two_insertions() {
        check(
            "let a = compute(b);\n",
            "let a = Some(compute(b));\n",
            expect![[r#"
            8..8: "" -> "Some("
            18..18: "" -> ")"
        "#]],
        );
    }

    #[test]
    fn a_rewritten_stretch_is_one_edit() {
        check(
            "    first(one);\n    second(two);\n",
            "    for entry in list {\n        visit(entry)?;\n    }\n",
            expect![[r#"
                4..32: "first(one);\n    second(two);" -> "for entry in list {\n        visit(entry)?;\n    }"
            "#]],
        );
    }

    #[test]
    fn inserted_lines_are_whole_lines() {
        check(
            "fn a() {\n}\n\nfn c() {\n}\n",
            "fn a() {\n}\n\nfn b() {\n}\n\nfn c() {\n}\n",
            expect![[r#"
                12..12: "" -> "fn b() {\n}\n\n"
            "#]],
        );
    }

    #[test]
    fn line_ends_are_replaced_whole() {
        check(
            "a\r\nb\r\nc\r\n",
            "a\nb\nc\r\n",
            expect![[r#"
            1..3: "\r\n" -> "\n"
            4..6: "\r\n" -> "\n"
        "#]],
        );
        check(
            "a",
            "a\n",
            expect![[r#"
            1..1: "" -> "\n"
        "#]],
        );
        check(
            "a\r",
            "a\r\n",
            expect![[r#"
            1..2: "\r" -> "\r\n"
        "#]],
        );
        check(
            "\u{feff}a\n",
            "a\n",
            expect![[r#"
            0..4: "\u{feff}a" -> "a"
        "#]],
        );
    }

    #[test]
    fn a_stretch_too_large_to_compare_is_trimmed() {
        let middle = "x ".repeat(MAX_TOKENS);
        let old = format!("fn a {middle}b c");
        let new = format!("fn a y {middle}d c");
        let changes = token_changes(&old, &new);
        assert_eq!(changes, [Change { old: 5..old.len() - 2, new: 5..new.len() - 2 }]);
        assert_eq!(trimmed(&["a", "a"], &["a"]), Change { old: 1..2, new: 1..1 });
    }

    proptest! {
        #[test]
        fn applying_the_difference_gives_the_new_text(old in oracle::text(), new in oracle::text()) {
            let (old, new) = (Text::new(&old), Text::new(&new));
            prop_assert_eq!(apply(&old, &diff(&old, &new)).unwrap(), new);
        }

        #[test]
        fn edits_survive_the_way_through_positions_and_stay_small(
            old in oracle::text(),
            from in oracle::offset(),
            to in oracle::offset(),
            with in oracle::text(),
        ) {
            let mut oracle = Oracle::new(&old);
            oracle.replace(oracle::scaled(from, old.len())..oracle::scaled(to, old.len()), &with);
            let (old_text, new_text) = (Text::new(&old), Text::new(oracle.text()));
            let edits = diff(&old_text, &new_text);
            let mut last_end = None;
            for edit in &edits {
                prop_assert!(last_end.is_none_or(|end| end < edit.range.start), "{edits:?}");
                last_end = Some(edit.range.end);
                let sent = old_text.position_range(edit.range.clone(), PositionEncoding::Utf16);
                prop_assert_eq!(
                    old_text.byte_range(sent, PositionEncoding::Utf16),
                    edit.range.clone()
                );
            }
            let cost: usize = edits.iter().map(|edit| edit.range.len() + edit.new_text.len()).sum();
            let whole = trimmed(&lines(&old), &lines(oracle.text()));
            prop_assert!(cost <= whole.old.len() + whole.new.len());
        }

        #[test]
        fn lines_and_tokens_are_the_text(text in oracle::text()) {
            prop_assert_eq!(lines(&text).concat(), text.as_str());
            prop_assert_eq!(tokens(&text).concat(), text.as_str());
            let mut expected = Oracle::new(&text).lines().len();
            if text.is_empty() || text.ends_with(['\r', '\n']) {
                expected -= 1;
            }
            prop_assert_eq!(lines(&text).len(), expected);
        }
    }
}
