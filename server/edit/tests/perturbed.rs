//! Edits of real source text, damaged as models damage what they copy. Whatever happens to an
//! edit, the text that comes of it is the one that was meant, or there is none.

use std::collections::BTreeMap;

use edit::{Refusal, Replacement, apply_patch, search_replace, udiff};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use text::Text;

const SOURCES: [&str; 5] = [
    include_str!("../src/compile.rs"),
    include_str!("../src/unwrap.rs"),
    include_str!("../../text/src/merge.rs"),
    include_str!("../../../README.md"),
    include_str!("perturbed.rs"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Keep,
    Delete,
    Insert,
}
use Kind::{Delete, Insert, Keep};

type Lines = Vec<(Kind, String)>;

/// An edit of a file: lines from `start` on, some of which change.
#[derive(Clone, Debug)]
struct Edit {
    file: Vec<String>,
    start: usize,
    lines: Lines,
}

impl Edit {
    /// The lines of all kinds but one.
    fn without(&self, kind: Kind) -> Vec<&str> {
        without(&self.lines, kind)
    }

    fn expected(&self) -> Vec<String> {
        let end = self.start + self.without(Insert).len();
        let new = self.without(Delete).into_iter().map(str::to_owned);
        let (before, after) = (&self.file[..self.start], &self.file[end..]);
        before.iter().cloned().chain(new).chain(after.iter().cloned()).collect()
    }

    /// Whether the old lines stand in the file once, white space aside.
    fn is_unique(&self) -> bool {
        let old: Vec<String> = self.without(Insert).into_iter().map(squeezed).collect();
        let file: Vec<String> = self.file.iter().map(|line| squeezed(line)).collect();
        let found = file.windows(old.len()).filter(|window| *window == old.as_slice()).count();
        found == 1 && old.iter().map(String::len).sum::<usize>() > 8
    }
}

fn without(lines: &Lines, not: Kind) -> Vec<&str> {
    let lines = lines.iter().filter(|(kind, _)| *kind != not);
    lines.map(|(_, text)| text.as_str()).collect()
}

fn squeezed(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

fn text(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// A stretch of a source of which at least one line changes.
fn edits() -> impl Strategy<Value = Edit> {
    const LENGTH: usize = 60;
    let kinds = prop::collection::vec(0..6_u8, 2..9);
    (select(SOURCES.to_vec()), any::<Index>(), any::<Index>(), kinds).prop_filter_map(
        "nothing changes, or the lines stand there twice",
        |(source, from, at, kinds)| {
            let all: Vec<&str> = source.lines().collect();
            let from = from.index(all.len() - LENGTH);
            let file: Vec<String> =
                all[from..from + LENGTH].iter().map(|&line| line.into()).collect();
            let start = at.index(file.len() - kinds.len());
            let mut lines = Lines::new();
            for (index, kind) in kinds.iter().enumerate() {
                let old = file[start + index].clone();
                let indent: String = old.chars().take_while(|c| c.is_whitespace()).collect();
                let new = format!("{indent}fresh_{index}(); // $1 \\n &amp;");
                match kind {
                    0 => lines.extend([(Delete, old), (Insert, new)]),
                    1 => lines.push((Delete, old)),
                    2 => lines.extend([(Insert, new), (Keep, old)]),
                    _ => lines.push((Keep, old)),
                }
            }
            let edit = Edit { file, start, lines };
            let changes = edit.lines.iter().any(|(kind, _)| *kind != Keep);
            (changes && edit.is_unique()).then_some(edit)
        },
    )
}

/// What comes of the edit in each format.
fn apply_all(file: &str, lines: &Lines) -> Vec<Result<String, Refusal>> {
    let before = Text::new(file);
    let replacement = Replacement {
        old_string: without(lines, Insert).join("\n"),
        new_string: without(lines, Delete).join("\n"),
        replace_all: false,
    };
    let mark = |kind: Kind| match kind {
        Keep => ' ',
        Delete => '-',
        Insert => '+',
    };
    let hunk: String =
        lines.iter().map(|(kind, text)| format!("{}{text}\n", mark(*kind))).collect();
    let diff = format!("--- a/f\n+++ b/f\n@@ -9,9 +9,9 @@\n{hunk}");
    let patch = format!("*** Begin Patch\n*** Update File: f\n@@\n{hunk}*** End Patch\n");
    let files = BTreeMap::from([("f".to_owned(), before.clone())]);
    let mut results = vec![
        udiff(Some(&before), &diff).map(|it| it.text.to_string()),
        apply_patch(&files, &patch).map(|mut changed| {
            changed.remove("f").flatten().map(|text| text.to_string()).unwrap_or_default()
        }),
    ];
    // In this format nothing tells a blank line at the edge from a line end there.
    let edges = [Insert, Delete].map(|kind| {
        let lines = without(lines, kind);
        lines
            .first()
            .zip(lines.last())
            .is_none_or(|(first, last)| first.trim().is_empty() || last.trim().is_empty())
    });
    if edges == [false, false] {
        results.push(search_replace(Some(&before), &[replacement]).map(|it| it.text.to_string()));
    }
    results
}

fn each(lines: &Lines, change: impl Fn(usize, &str) -> String) -> Lines {
    let lines = lines.iter().enumerate();
    lines.map(|(index, (kind, text))| (*kind, change(index, text))).collect()
}

/// The lines of one kind that are not blank.
fn filled(lines: &Lines, wanted: Kind) -> Vec<usize> {
    let lines = lines.iter().enumerate();
    let wanted = lines.filter(|(_, (kind, text))| *kind == wanted && !text.trim().is_empty());
    wanted.map(|(index, _)| index).collect()
}

/// The line with another word for its first one.
fn misspelled(line: &str) -> String {
    let at = line.find(char::is_alphabetic).unwrap_or(line.len());
    format!("{}un{}", &line[..at], &line[at..])
}

/// The lines without their white space. Where blank lines stand is for the file to say.
fn words(text: &str) -> Vec<String> {
    text.lines().map(squeezed).filter(|line| !line.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn white_space_is_never_in_the_way(edit in edits(), shift in 1..9_usize, kind in 0..6) {
        let (mut file, mut expected) = (text(&edit.file), text(&edit.expected()));
        let mut lines = edit.lines.clone();
        match kind {
            0 => {}
            1 => lines = each(&lines, |index, text| {
                let blanks = if edit.lines[index].0 == Keep { "  " } else { "" };
                format!("{text}{blanks}")
            }),
            2 => lines = each(&lines, |_, text| {
                if text.is_empty() { String::new() } else { " ".repeat(shift) + text }
            }),
            3 => {
                file = file.replace('\n', "\r\n");
                expected = expected.replace('\n', "\r\n");
            }
            4 => {
                file.insert(0, '\u{feff}');
                expected.insert(0, '\u{feff}');
            }
            _ => lines = each(&lines, |_, text| format!("{text}\r")),
        }
        for result in apply_all(&file, &lines) {
            prop_assert_eq!(result.map_err(|refusal| refusal.message), Ok(expected.clone()));
        }
    }

    #[test]
    fn damaged_context_leads_to_the_right_place_or_to_none(
        edit in edits(),
        at in any::<Index>(),
        kind in 0..5,
    ) {
        let (file, expected) = (text(&edit.file), text(&edit.expected()));
        let kept = filled(&edit.lines, Keep);
        prop_assume!(!kept.is_empty());
        let at = kept[at.index(kept.len())];
        let mut lines = edit.lines.clone();
        match kind {
            0 => lines[at].1 = misspelled(&lines[at].1),
            1 => {
                // Between lines that change, it may have said where they go.
                let beside = [at.checked_sub(1), Some(at + 1)];
                let beside = beside.map(|at| at.and_then(|at| lines.get(at)).map(|line| line.0));
                prop_assume!(beside == [Some(Keep); 2]);
                lines.remove(at);
            }
            2 => lines.retain(|(kind, text)| *kind != Keep || !text.trim().is_empty()),
            3 => lines = each(&lines, |index, text| format!("{:>4}|{text}", index + 7)),
            _ => {
                // Without an entity in what is to be found nothing says that there are any.
                prop_assume!(edit.without(Insert).join("\n").contains(['&', '<', '>']));
                lines = each(&lines, |_, text| {
                    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
                });
            }
        }
        for result in apply_all(&file, &lines).into_iter().flatten() {
            prop_assert_eq!(words(&result), words(&expected));
        }
    }

    #[test]
    fn what_was_typed_since_is_never_deleted(
        edit in edits(),
        at in any::<Index>(),
        inserted in any::<bool>(),
    ) {
        let mut deleted = filled(&edit.lines, Delete);
        deleted.retain(|at| edit.lines[*at].1.contains(char::is_alphabetic));
        prop_assume!(!deleted.is_empty());
        let at = deleted[at.index(deleted.len())];
        let above = edit.lines[..at].iter().filter(|(kind, _)| *kind != Insert).count();
        let line = edit.start + above;
        let mut file = edit.file.clone();
        let typed = if inserted { "typed_just_now();".into() } else { misspelled(&file[line]) };
        if inserted {
            file.insert(line, typed.clone());
        } else {
            file[line].clone_from(&typed);
        }
        for result in apply_all(&text(&file), &edit.lines) {
            match result {
                Ok(result) => prop_assert!(inserted && result.contains(&typed), "{}", result),
                Err(refusal) => prop_assert!(!refusal.candidates.is_empty(), "{}", refusal),
            }
        }
    }

    #[test]
    fn an_edit_is_not_applied_twice(edit in edits()) {
        let after = edit.expected();
        let old: Vec<String> = edit.without(Insert).into_iter().map(squeezed).collect();
        let lines: Vec<String> = after.iter().map(|line| squeezed(line)).collect();
        prop_assume!(!lines.windows(old.len()).any(|window| *window == old));
        // Deleted lines leave nothing behind by which the edit could be known.
        prop_assume!(edit.lines.iter().any(|(kind, _)| *kind == Insert));
        for result in apply_all(&text(&after), &edit.lines) {
            prop_assert!(result.is_err(), "{:?}", result);
        }
    }
}
