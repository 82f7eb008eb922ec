//! A finished change of the project, the base that it was made on, and its way onto a later
//! state.

use stdx::AbsPath;
use text::Text;

use crate::{ReadError, Snapshot};

/// What a file was when the change was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Its text; `None` if it did not exist.
    pub text: Option<Text>,
    /// The version of its buffer; `None` if it was not open.
    pub version: Option<i32>,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Where it lies.
    pub path: AbsPath,
    /// What it was.
    pub base: Base,
    /// What it is to become; `None`: it is to go.
    pub target: Option<Text>,
}

/// Changes of any number of files that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChange {
    /// The folder beneath which they lie.
    pub root: AbsPath,
    /// By path, each once.
    pub files: Vec<FileChange>,
}

/// A place where the change and the user disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The file.
    pub path: AbsPath,
    /// What the change wanted to put there; `None`: delete the file.
    pub ours: Option<String>,
    /// What the user has put there; `None`: the file is gone.
    pub theirs: Option<String>,
}

/// A change brought onto a later state of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebased {
    /// What is to be applied to the later state; files in conflict are left out.
    pub change: SourceChange,
    /// Whether any file had to be merged, so that checks made before no longer speak for it.
    pub merged: bool,
    /// Files that could not be merged.
    pub conflicts: Vec<Conflict>,
}

impl SourceChange {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The same change for the state `now`, merged three ways with whatever happened since.
    #[must_use]
    pub fn rebase(&self, now: &Snapshot) -> Rebased {
        let change = SourceChange { root: self.root.clone(), files: Vec::new() };
        let mut rebased = Rebased { change, merged: false, conflicts: Vec::new() };
        for file in &self.files {
            let current = match now.read(&file.path) {
                Ok(current) => Base { text: Some(current.text), version: current.version },
                Err(ReadError::NotFound) => Base { text: None, version: None },
                Err(_) => {
                    rebased.conflicts.push(conflict(file, None));
                    continue;
                }
            };
            if current.text == file.base.text {
                rebased.change.files.push(FileChange { base: current, ..file.clone() });
                continue;
            }
            if current.text == file.target {
                // The user did the same by hand.
                rebased.merged = true;
                continue;
            }
            let (Some(base), Some(target), Some(theirs)) =
                (&file.base.text, &file.target, &current.text)
            else {
                let theirs = current.text.as_ref().map(Text::to_string);
                rebased.conflicts.push(conflict(file, theirs));
                continue;
            };
            match text::merge(base, target, theirs) {
                Ok(text) => {
                    rebased.merged = true;
                    rebased.change.files.push(FileChange {
                        path: file.path.clone(),
                        base: current,
                        target: Some(text),
                    });
                }
                Err(conflicts) => {
                    rebased.conflicts.extend(conflicts.into_iter().map(|found| Conflict {
                        path: file.path.clone(),
                        ours: Some(found.ours),
                        theirs: Some(found.theirs),
                    }))
                }
            }
        }
        rebased
    }
}

impl FileChange {
    /// The change as a unified diff of the file `name`, for people to read.
    #[must_use]
    pub fn unified_diff(&self, name: &str) -> String {
        let side = |text: &Option<Text>, side: &str| match text {
            Some(_) => format!("{side}/{name}"),
            None => "/dev/null".to_owned(),
        };
        let old = self.base.text.clone().unwrap_or_default();
        let new = self.target.clone().unwrap_or_default();
        let (from, to) = (side(&self.base.text, "a"), side(&self.target, "b"));
        format!("--- {from}\n+++ {to}\n{}", text::unified_diff(&old, &new))
    }
}

fn conflict(file: &FileChange, theirs: Option<String>) -> Conflict {
    let ours = file.target.as_ref().map(Text::to_string);
    Conflict { path: file.path.clone(), ours, theirs }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Documents;
    use crate::test_dir::TestDir;

    /// The file as the change found it, as the change wants it, and as it is now; all open, the
    /// first with version 1 and the last with version 2. `None`: there is no such file.
    fn check(base: Option<&str>, target: Option<&str>, now: Option<&str>, expected: Expect) {
        let test = TestDir::new("rebase");
        let path = test.path("a.rs");
        let snapshot = |text: Option<&str>, version| {
            let mut documents = Documents::default();
            if let Some(text) = text {
                documents.open(path.clone(), version, text);
            }
            documents.snapshot(test.path(""))
        };
        let mut draft = snapshot(base, 1).draft();
        match target {
            Some(text) => draft.write(path.clone(), Text::new(text)),
            None => draft.delete(path.clone()),
        }
        let Rebased { change, merged, conflicts } = draft.source_change().rebase(&snapshot(now, 2));
        let mut shown = format!("merged: {merged}\n");
        for FileChange { base, target, .. } in change.files {
            let (target, base_text) = (target.map(|it| it.to_string()), base.text);
            assert_eq!(base_text.map(|it| it.to_string()).as_deref(), now);
            shown += &format!("version {:?} becomes {target:?}\n", base.version);
        }
        for Conflict { ours, theirs, .. } in conflicts {
            shown += &format!("conflict: {ours:?} or {theirs:?}\n");
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn an_unchanged_file_is_taken_as_it_is() {
        check(
            Some("a"),
            Some("b"),
            Some("a"),
            expect![[r#"
            merged: false
            version Some(2) becomes Some("b")
        "#]],
        );
        check(
            Some("a"),
            None,
            Some("a"),
            expect![[r#"
            merged: false
            version Some(2) becomes None
        "#]],
        );
        check(
            None,
            Some("b"),
            None,
            expect![[r#"
            merged: false
            version None becomes Some("b")
        "#]],
        );
    }

    #[test]
    fn other_lines_are_merged() {
        check(
            Some("a\nb\nc\n"),
            Some("A\nb\nc\n"),
            Some("a\nb\nC\n"),
            expect![[r#"
            merged: true
            version Some(2) becomes Some("A\nb\nC\n")
        "#]],
        );
    }

    #[test]
    fn what_the_user_did_himself_is_done() {
        check(
            Some("a"),
            Some("b"),
            Some("b"),
            expect![[r#"
            merged: true
        "#]],
        );
        check(
            Some("a"),
            None,
            None,
            expect![[r#"
            merged: true
        "#]],
        );
    }

    #[test]
    fn what_cannot_be_merged_is_shown_with_both_sides() {
        check(
            Some("a\nb\n"),
            Some("a\nours\n"),
            Some("a\ntheirs\n"),
            expect![[r#"
            merged: false
            conflict: Some("ours\n") or Some("theirs\n")
        "#]],
        );
        check(
            Some("a"),
            None,
            Some("b"),
            expect![[r#"
            merged: false
            conflict: None or Some("b")
        "#]],
        );
        check(
            Some("a"),
            Some("b"),
            None,
            expect![[r#"
            merged: false
            conflict: Some("b") or None
        "#]],
        );
        check(
            None,
            Some("ours"),
            Some("theirs"),
            expect![[r#"
            merged: false
            conflict: Some("ours") or Some("theirs")
        "#]],
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_any_more_is_a_conflict() {
        let test = TestDir::new("rebase-unreadable");
        let path = test.write("a.rs", "a");
        let mut draft = Snapshot::of_disk(test.path("")).draft();
        draft.write(path, Text::new("b"));
        let change = draft.source_change();
        test.write("a.rs", b"\xff");
        let rebased = change.rebase(&Snapshot::of_disk(test.path("")));
        assert!(rebased.change.is_empty());
        assert_eq!(rebased.conflicts.len(), 1);
    }
}
