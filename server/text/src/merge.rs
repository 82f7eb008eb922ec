//! The three-way merge.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Range;
use std::slice::Iter;

use crate::Text;
use crate::diff::{Change, line_changes, lines, token_changes};

/// A stretch of whole lines that both sides changed differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeConflict {
    /// Where it stood: bytes of the base.
    pub range: Range<usize>,
    /// What stood there.
    pub base: String,
    /// What our side put there.
    pub ours: String,
    /// What their side put there.
    pub theirs: String,
}

/// Brings the changes from `base` to `ours` and those from `base` to `theirs` together.
///
/// Lines that one side alone changed are taken from it. Where both changed the same or
/// neighbouring lines, their changes are compared token by token: equal ones count once, and
/// others go together if at least one unchanged token lies between them. Two insertions at one
/// place are in conflict unless they are equal, since nothing says which comes first; so are
/// additions of the same line that would stand there twice.
///
/// Which side is called ours makes no difference to the merged text.
///
/// # Errors
/// All stretches that both changed differently, in order; then there is no merged text.
pub fn merge(base: &Text, ours: &Text, theirs: &Text) -> Result<Text, Vec<MergeConflict>> {
    if ours == theirs || base == ours {
        return Ok(theirs.clone());
    }
    if base == theirs {
        return Ok(ours.clone());
    }
    let (base, ours, theirs) = (base.to_string(), ours.to_string(), theirs.to_string());
    let sides = Sides { base: &base, ours: &ours, theirs: &theirs };
    let mut conflicts = Vec::new();
    let merged = sides.merge(line_changes, |group| {
        let merged =
            group.merge(token_changes, |_| None).filter(|merged| !group.doubled_in(merged));
        if merged.is_none() {
            // The three are slices of the whole base, so the distance is where they stand in it.
            let start = group.base.as_ptr().addr() - base.as_ptr().addr();
            conflicts.push(MergeConflict {
                range: start..start + group.base.len(),
                base: group.base.to_owned(),
                ours: group.ours.to_owned(),
                theirs: group.theirs.to_owned(),
            });
        }
        merged
    });
    merged.map(|text| Text::new(&text)).ok_or(conflicts)
}

/// The same stretch in each of the three texts.
#[derive(Clone, Copy)]
struct Sides<'a> {
    base: &'a str,
    ours: &'a str,
    theirs: &'a str,
}

impl<'a> Sides<'a> {
    /// The text that needs no decision: equal changes, or the change of the only side with one.
    fn agreed(&self) -> Option<&'a str> {
        if self.ours == self.theirs || self.theirs == self.base {
            Some(self.ours)
        } else if self.ours == self.base {
            Some(self.theirs)
        } else {
            None
        }
    }

    /// Takes what is agreed stretch by stretch, as `changes` cuts them, and asks `resolve` for
    /// the rest. `None` if `resolve` had no answer for any of them; it is asked for all.
    fn merge(
        &self,
        changes: fn(&str, &str) -> Vec<Change>,
        mut resolve: impl FnMut(Sides<'a>) -> Option<String>,
    ) -> Option<String> {
        let (ours, theirs) = (changes(self.base, self.ours), changes(self.base, self.theirs));
        let (mut ours, mut theirs) = (Cursor::new(&ours), Cursor::new(&theirs));
        let mut merged = Some(String::with_capacity(self.base.len()));
        let mut done = 0;
        while let Some(start) = [ours.next_start(), theirs.next_start()].into_iter().flatten().min()
        {
            let mut end = start;
            // Each change that is taken may reach the next one of the other side.
            while ours.take(&mut end) || theirs.take(&mut end) {}
            let stretch = Sides {
                base: &self.base[start..end],
                ours: &self.ours[ours.finish(start..end)],
                theirs: &self.theirs[theirs.finish(start..end)],
            };
            let text = stretch.agreed().map(str::to_owned).or_else(|| resolve(stretch));
            merged = merged.zip(text).map(|(mut merged, text)| {
                merged.push_str(&self.base[done..start]);
                merged.push_str(&text);
                merged
            });
            done = end;
        }
        let mut merged = merged?;
        merged.push_str(&self.base[done..]);
        Some(merged)
    }

    /// Whether a line that both sides added stands in `merged` more often than on either side.
    /// Two equal additions can be lined up with the base in different ways and then look like
    /// two additions at different places.
    fn doubled_in(&self, merged: &str) -> bool {
        let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
        for (index, text) in [self.base, self.ours, self.theirs, merged].into_iter().enumerate() {
            for line in lines(text) {
                counts.entry(line.trim()).or_default()[index] += 1;
            }
        }
        counts.iter().any(|(line, [base, ours, theirs, merged])| {
            line.contains(char::is_alphanumeric)
                && base < ours.min(theirs)
                && merged > ours.max(theirs)
        })
    }
}

/// The changes of one side, taken from front to back.
struct Cursor<'a> {
    changes: Peekable<Iter<'a, Change>>,
    /// Where the base of the text behind all finished stretches lies, and the side's counterpart.
    base: usize,
    side: usize,
    /// The end of the last change that was taken.
    taken: Option<&'a Change>,
}

impl<'a> Cursor<'a> {
    fn new(changes: &'a [Change]) -> Cursor<'a> {
        Cursor { changes: changes.iter().peekable(), base: 0, side: 0, taken: None }
    }

    fn next_start(&mut self) -> Option<usize> {
        self.changes.peek().map(|change| change.old.start)
    }

    /// Takes the next change if it overlaps or touches a stretch that ends at `end`, and moves
    /// the end behind it.
    fn take(&mut self, end: &mut usize) -> bool {
        let Some(change) = self.changes.next_if(|change| change.old.start <= *end) else {
            return false;
        };
        *end = change.old.end.max(*end);
        self.taken = Some(change);
        true
    }

    /// The bytes of this side that stand for the bytes `base` of the base, which holds every
    /// change taken since the last call and no part of another.
    fn finish(&mut self, base: Range<usize>) -> Range<usize> {
        let start = self.side + (base.start - self.base);
        let end = match self.taken.take() {
            Some(change) => change.new.end + (base.end - change.old.end),
            None => start + base.len(),
        };
        (self.base, self.side) = (base.end, end);
        start..end
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::oracle;

    fn merged(base: &str, ours: &str, theirs: &str) -> Result<String, Vec<MergeConflict>> {
        let merge = |ours, theirs| merge(&Text::new(base), &Text::new(ours), &Text::new(theirs));
        let merged = merge(ours, theirs).map(|text| text.to_string());
        let mirrored = merge(theirs, ours).map(|text| text.to_string()).map_err(|conflicts| {
            let mirror = |conflict: MergeConflict| MergeConflict {
                ours: conflict.theirs,
                theirs: conflict.ours,
                ..conflict
            };
            conflicts.into_iter().map(mirror).collect()
        });
        assert_eq!(merged, mirrored, "it must not matter who is called ours");
        if let Err(conflicts) = &merged {
            assert!(!conflicts.is_empty());
            for conflict in conflicts {
                assert_eq!(conflict.base, base[conflict.range.clone()]);
                assert!(ours.contains(&conflict.ours) && theirs.contains(&conflict.theirs));
            }
        }
        merged
    }

    fn check(base: &str, ours: &str, theirs: &str, expected: Expect) {
        let shown = match merged(base, ours, theirs) {
            Ok(text) => format!("{text:?}\n"),
            Err(conflicts) => conflicts
                .iter()
                .map(|MergeConflict { range, base, ours, theirs }| {
                    format!("conflict at {range:?}: {base:?}\n  {ours:?}\n  {theirs:?}\n")
                })
                .collect(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn changes_in_different_lines() {
        check(
            "a\nb\nc\n",
            "A\nb\nc\n",
            "a\nb\nC\n",
            expect![[r#"
            "A\nb\nC\n"
        "#]],
        );
    }

    #[test]
    fn changes_in_neighbouring_lines() {
        check(
            "a\nb\n",
            "A\nb\n",
            "a\nB\n",
            expect![[r#"
            "A\nB\n"
        "#]],
        );
    }

    #[test]
    fn changes_in_one_line() {
        check(
            "let x = old(1);\n",
            "let y = old(1);\n",
            "let x = old(2);\n",
            expect![[r#"
            "let y = old(2);\n"
        "#]],
        );
    }

    #[test]
    fn touching_changes_are_a_conflict() {
        check(
            "one(two)\n",
            "eins(two)\n",
            "one[two)\n",
            expect![[r#"
            conflict at 0..9: "one(two)\n"
              "eins(two)\n"
              "one[two)\n"
        "#]],
        );
    }

    #[test]
    fn the_same_word_changed_twice_is_a_conflict_of_its_lines_alone() {
        check(
            "a\nb word\nc\nd\n",
            "a\nb ours\nc\nD\n",
            "A\nb theirs\nc\nd\n",
            expect![[r#"
            conflict at 0..9: "a\nb word\n"
              "a\nb ours\n"
              "A\nb theirs\n"
        "#]],
        );
    }

    #[test]
    fn equal_changes_count_once() {
        check(
            "a\nb\nc\n",
            "a\nx\nb\nc!\n",
            "a\nx\nb\nc\n",
            expect![[r#"
            "a\nx\nb\nc!\n"
        "#]],
        );
        check(
            "a b c\n",
            "x b c y\n",
            "x b c z c\n",
            expect![[r#"
            conflict at 0..6: "a b c\n"
              "x b c y\n"
              "x b c z c\n"
        "#]],
        );
    }

    #[test]
    fn a_line_that_both_added_does_not_stand_there_twice() {
        check(
            "a\nb\nc\n",
            "a\nx\nb\nc\nd\n",
            "A\nx\nb\nc\n",
            expect![[r#"
            conflict at 0..2: "a\n"
              "a\nx\n"
              "A\nx\n"
        "#]],
        );
    }

    #[test]
    fn insertions_at_one_place_are_a_conflict() {
        check(
            "a\nb\n",
            "a\nx\nb\n",
            "a\ny\nb\n",
            expect![[r#"
            conflict at 2..2: ""
              "x\n"
              "y\n"
        "#]],
        );
    }

    #[test]
    fn an_edit_inside_of_a_deleted_stretch_is_a_conflict() {
        check(
            "fn a() {\n    one();\n    two();\n}\nend\n",
            "end\n",
            "fn a() {\n    one();\n    more();\n    two();\n}\nend\n",
            expect![[r#"
                conflict at 0..33: "fn a() {\n    one();\n    two();\n}\n"
                  ""
                  "fn a() {\n    one();\n    more();\n    two();\n}\n"
            "#]],
        );
    }

    #[test]
    fn line_ends_and_marks_are_kept() {
        check(
            "\u{feff}a\r\nb\r\nc\rd",
            "\u{feff}a\r\nB\r\nc\rd",
            "\u{feff}a\r\nb\r\nc\rd e",
            expect![[r#"
                "\u{feff}a\r\nB\r\nc\rd e"
            "#]],
        );
        check(
            "a\nb",
            "x\nb",
            "a\nb\n",
            expect![[r#"
            "x\nb\n"
        "#]],
        );
        check(
            "a\nb",
            "a\nb\nc",
            "a\nb\nd",
            expect![[r#"
            conflict at 2..3: "b"
              "b\nc"
              "b\nd"
        "#]],
        );
    }

    /// A text of lines that are all different, so that there is one way only to line it up.
    fn distinct(lines: usize) -> Vec<String> {
        (0..lines).map(|line| format!("line{line} = f{line}(x{line});\n")).collect()
    }

    /// What a side does to a line: nothing, delete it, rewrite it, or put lines before it.
    fn changes(lines: usize) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop_oneof![4 => Just(0_u8), 1 => 1..4_u8], lines)
    }

    fn changed(line: usize, old: &str, kind: u8, mark: &str) -> String {
        match kind {
            1 => String::new(),
            2 => format!("{mark}{line}\n"),
            3 => format!("{mark} before {line}\n{old}"),
            _ => old.to_owned(),
        }
    }

    proptest! {
        #[test]
        fn one_side_unchanged_and_equal_sides(base in oracle::text(), side in oracle::text()) {
            prop_assert_eq!(merged(&base, &base, &side), Ok(side.clone()));
            prop_assert_eq!(merged(&base, &side, &side), Ok(side.clone()));
        }

        #[test]
        fn nothing_that_was_typed_is_lost(
            base in oracle::text(),
            edits in prop::collection::vec((oracle::offset(), oracle::offset(), 1..4_usize, any::<bool>()), 1..6),
        ) {
            let (mut ours, mut theirs) = (oracle::Oracle::new(&base), oracle::Oracle::new(&base));
            for (from, length, times, is_ours) in edits {
                let (side, typed) = if is_ours { (&mut ours, "O") } else { (&mut theirs, "T") };
                let from = oracle::scaled(from, side.text().len());
                let to = from.saturating_add(oracle::scaled(length, 12));
                side.replace(from..to, &typed.repeat(times));
            }
            let count = |text: &str, typed: char| text.matches(typed).count();
            match merged(&base, ours.text(), theirs.text()) {
                Ok(text) => {
                    prop_assert_eq!(count(&text, 'O'), count(ours.text(), 'O'));
                    prop_assert_eq!(count(&text, 'T'), count(theirs.text(), 'T'));
                }
                Err(conflicts) => for conflict in conflicts {
                    prop_assert_ne!(&conflict.ours, &conflict.theirs);
                    prop_assert_ne!(&conflict.ours, &conflict.base);
                    prop_assert_ne!(&conflict.theirs, &conflict.base);
                }
            }
        }

        #[test]
        fn disjoint_lines_merge_to_both_changes((ours, theirs) in (changes(12), changes(12))) {
            let base = distinct(12);
            let (mut our_text, mut their_text, mut both) = (String::new(), String::new(), String::new());
            // A side gets its way only where the other leaves the line and its neighbours alone.
            let calm = |other: &[u8], line: usize| {
                other[line.saturating_sub(1)..(line + 2).min(12)].iter().all(|kind| *kind == 0)
            };
            for (line, old) in base.iter().enumerate() {
                let our_kind = if calm(&theirs, line) { ours[line] } else { 0 };
                let their_kind = if calm(&ours, line) { theirs[line] } else { 0 };
                let our_line = changed(line, old, our_kind, "ours");
                let their_line = changed(line, old, their_kind, "theirs");
                both += if our_kind != 0 { &our_line } else { &their_line };
                our_text += &our_line;
                their_text += &their_line;
            }
            prop_assert_eq!(merged(&base.concat(), &our_text, &their_text), Ok(both));
        }
    }
}
