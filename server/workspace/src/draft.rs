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
    /// program must be shown in place of the disk.
    #[must_use]
    pub fn differs_from_disk(&self) -> BTreeMap<AbsPath, Option<Text>> {
        let mut result = BTreeMap::new();
        for document in self.base.documents() {
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
        SourceChange { files }
    }
}
