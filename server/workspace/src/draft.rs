//! What a task would like the project to become.

use std::collections::BTreeMap;
use std::sync::Arc;

use stdx::AbsPath;
use text::Text;

use crate::change::{Base, FileChange, SourceChange};
use crate::{ReadError, Snapshot};

/// A snapshot plus pending changes. Nothing of it reaches a disk or an editor until it leaves as
/// a [`SourceChange`]. Clones are cheap and independent.
#[derive(Clone)]
pub struct Draft {
    base: Snapshot,
    /// The text that each changed file is to have; `None` where it is to go.
    files: Arc<BTreeMap<AbsPath, Option<Text>>>,
}

impl Draft {
    pub(crate) fn new(base: Snapshot) -> Draft {
        Draft { base, files: Arc::default() }
    }

    /// The state it started from.
    #[must_use]
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// The text at `path` as drafted.
    ///
    /// # Errors
    /// Why there is none; a file that the draft deletes is not found.
    pub fn read(&self, path: &AbsPath) -> Result<Text, ReadError> {
        match self.files.get(path) {
            Some(Some(text)) => Ok(text.clone()),
            Some(None) => Err(ReadError::NotFound),
            None => self.base.read(path).map(|file| file.text),
        }
    }

    /// Gives the file at `path` this text, whether it exists or not.
    pub fn write(&mut self, path: AbsPath, text: Text) {
        let same = self.base.read(&path).is_ok_and(|file| file.text == text);
        let files = Arc::make_mut(&mut self.files);
        if same {
            files.remove(&path);
        } else {
            files.insert(path, Some(text));
        }
    }

    /// Lets the file at `path` go.
    pub fn delete(&mut self, path: AbsPath) {
        let missing = self.base.read(&path) == Err(ReadError::NotFound);
        let files = Arc::make_mut(&mut self.files);
        if missing {
            files.remove(&path);
        } else {
            files.insert(path, None);
        }
    }

    /// The files that differ from the base, with the text they are to have (`None`: deleted),
    /// by path.
    pub fn changes(&self) -> impl Iterator<Item = (&AbsPath, Option<&Text>)> {
        self.files.iter().map(|(path, text)| (path, text.as_ref()))
    }

    /// Whether nothing differs from the base.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.files.is_empty()
    }

    /// The files whose text differs from what the disk held when the base first read them:
    /// unsaved buffers and drafted changes together (`None`: deleted), by path. This is what a
    /// program must be shown in place of the disk. Buffers from outside of the root are left out:
    /// they are no part of the project.
    #[must_use]
    pub fn differs_from_disk(&self) -> BTreeMap<AbsPath, Option<Text>> {
        let mut result = BTreeMap::new();
        for document in self.base.documents() {
            if !document.path.starts_with(self.base.root()) {
                continue;
            }
            if self.base.read_disk(&document.path).as_ref() != Ok(&document.text) {
                result.insert(document.path.clone(), Some(document.text.clone()));
            }
        }
        for (path, text) in self.files.iter() {
            if self.base.read_disk(path).ok().as_ref() == text.as_ref() {
                result.remove(path);
            } else {
                result.insert(path.clone(), text.clone());
            }
        }
        result
    }

    /// The drafted changes with the base that each was made on.
    #[must_use]
    pub fn source_change(&self) -> SourceChange {
        let files = self
            .files
            .iter()
            .map(|(path, text)| {
                let base = match self.base.read(path) {
                    Ok(file) => Base { text: Some(file.text), version: file.version },
                    Err(_) => Base { text: None, version: None },
                };
                FileChange { path: path.clone(), base, target: text.clone() }
            })
            .collect();
        SourceChange { root: self.base.root().clone(), files }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Documents;
    use crate::test_dir::TestDir;

    /// `a.rs` and `b.rs` on disk; `b.rs` and the unsaved `c.rs` open.
    fn project(name: &str) -> (TestDir, Draft) {
        let test = TestDir::new(name);
        test.write("root/a.rs", "a on disk");
        test.write("root/b.rs", "b on disk");
        let mut documents = Documents::default();
        let root = test.path("root");
        documents.open(root.join("b.rs"), 3, "b unsaved");
        documents.open(root.join("c.rs"), 1, "c unsaved");
        documents.open(test.path("outside.rs"), 1, "not of the project");
        let draft = documents.snapshot(root).draft();
        (test, draft)
    }

    fn changes(draft: &Draft) -> Vec<(String, Option<String>)> {
        let shown = |(path, text): (&AbsPath, Option<&Text>)| {
            (path.relative_to(draft.base().root()).unwrap(), text.map(Text::to_string))
        };
        draft.changes().map(shown).collect()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_draft_lies_over_its_base_and_leaves_it_alone() {
        let (test, mut draft) = project("draft");
        let path = |name: &str| test.path("root").join(name);
        assert!(draft.is_unchanged());
        draft.write(path("a.rs"), Text::new("drafted"));
        draft.write(path("new.rs"), Text::new("new"));
        draft.delete(path("b.rs"));
        assert_eq!(draft.read(&path("a.rs")).unwrap().to_string(), "drafted");
        assert_eq!(draft.read(&path("b.rs")), Err(ReadError::NotFound));
        assert_eq!(draft.read(&path("c.rs")).unwrap().to_string(), "c unsaved");
        assert_eq!(draft.base().read(&path("a.rs")).unwrap().text.to_string(), "a on disk");
        assert_eq!(
            changes(&draft),
            [
                ("a.rs".into(), some("drafted")),
                ("b.rs".into(), None),
                ("new.rs".into(), some("new"))
            ]
        );
        let other = draft.clone();
        draft.write(path("a.rs"), Text::new("more"));
        assert_eq!(other.read(&path("a.rs")).unwrap().to_string(), "drafted");
    }

    #[test]
    fn what_is_taken_back_is_no_change() {
        let (test, mut draft) = project("draft-back");
        let path = |name: &str| test.path("root").join(name);
        draft.write(path("b.rs"), Text::new("x"));
        draft.write(path("b.rs"), Text::new("b unsaved"));
        draft.write(path("new.rs"), Text::new("x"));
        draft.delete(path("new.rs"));
        draft.delete(path("a.rs"));
        draft.write(path("a.rs"), Text::new("a on disk"));
        assert!(draft.is_unchanged(), "{:?}", changes(&draft));
        assert!(draft.source_change().is_empty());
    }

    #[test]
    fn programs_see_unsaved_buffers_and_drafted_changes() {
        let (test, mut draft) = project("draft-disk");
        let root = test.path("root");
        draft.write(root.join("a.rs"), Text::new("drafted"));
        draft.write(root.join("b.rs"), Text::new("b on disk"));
        let seen: Vec<_> = draft
            .differs_from_disk()
            .into_iter()
            .map(|(path, text)| (path.relative_to(&root).unwrap(), text.map(|it| it.to_string())))
            .collect();
        assert_eq!(seen, [("a.rs".into(), some("drafted")), ("c.rs".into(), some("c unsaved"))]);
        draft.delete(root.join("a.rs"));
        draft.delete(root.join("c.rs"));
        assert_eq!(draft.differs_from_disk().get(&root.join("a.rs")), Some(&None));
        assert_eq!(draft.differs_from_disk().get(&root.join("c.rs")), None);
    }

    #[test]
    fn a_change_names_the_base_that_it_was_made_on() {
        let (test, mut draft) = project("draft-change");
        let root = test.path("root");
        for name in ["a.rs", "b.rs", "new.rs"] {
            draft.write(root.join(name), Text::new("x"));
        }
        let bases: Vec<_> = draft
            .source_change()
            .files
            .into_iter()
            .map(|file| (file.base.text.map(|text| text.to_string()), file.base.version))
            .collect();
        assert_eq!(bases, [(some("a on disk"), None), (some("b unsaved"), Some(3)), (None, None)]);
    }

    #[test]
    fn new_syntax_errors_are_those_that_the_base_does_not_have() {
        let test = TestDir::new("draft-ring");
        let root = test.path("");
        test.write("broken.rs", "fn a() {\n    let x = ;\n}\n");
        test.write("whole.rs", "fn a() {}\n");
        let mut draft = Snapshot::of_disk(root.clone()).draft();
        draft.write(root.join("broken.rs"), Text::new("// New.\nfn b() {\n    let x = ;\n}\n"));
        draft.write(root.join("notes.md"), Text::new("fn ("));
        // Right once the preprocessor has been over it.
        draft.write(root.join("macros.c"), Text::new("DECLARE(int, a) BEGIN(b) }\n"));
        assert_eq!(draft.new_syntax_errors(), []);
        draft.write(root.join("whole.rs"), Text::new("fn a() {}\nfn b() { let y = ; }\n"));
        draft.write(root.join("new.rs"), Text::new("\n\nfn\n"));
        assert_eq!(
            draft.new_syntax_errors(),
            [(root.join("new.rs"), 3), (root.join("whole.rs"), 2)]
        );
    }
}
