//! One immutable state of the project.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use stdx::AbsPath;
use text::Text;

use crate::disk::{self, ReadError};
use crate::{Document, Draft};

type Disk = Mutex<BTreeMap<AbsPath, Result<Text, ReadError>>>;

/// Open documents exactly as they were when it was taken, and disk files as they were when they
/// were first read through it or through one of its clones. Clones are cheap and see the same.
#[derive(Clone)]
pub struct Snapshot {
    root: AbsPath,
    open: Arc<BTreeMap<AbsPath, Arc<Document>>>,
    disk: Arc<Disk>,
}

/// The text of a file, and the version of its buffer if it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    /// The characters.
    pub text: Text,
    /// The version of the open document; `None` if the text came from disk.
    pub version: Option<i32>,
}

impl Snapshot {
    pub(crate) fn new(root: AbsPath, open: Arc<BTreeMap<AbsPath, Arc<Document>>>) -> Snapshot {
        Snapshot { root, open, disk: Arc::default() }
    }

    /// A snapshot without open documents.
    #[must_use]
    pub fn of_disk(root: AbsPath) -> Snapshot {
        Snapshot::new(root, Arc::default())
    }

    /// The folder that the project lies in.
    #[must_use]
    pub fn root(&self) -> &AbsPath {
        &self.root
    }

    /// The same open documents beneath another root. The disk is looked at anew.
    #[must_use]
    pub fn at_root(&self, root: AbsPath) -> Snapshot {
        Snapshot::new(root, Arc::clone(&self.open))
    }

    /// The open document at `path`.
    #[must_use]
    pub fn document(&self, path: &AbsPath) -> Option<&Arc<Document>> {
        self.open.get(path)
    }

    /// All open documents, by path.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.open.values()
    }

    /// The text at `path`: the buffer if it is open, the disk otherwise.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read(&self, path: &AbsPath) -> Result<FileText, ReadError> {
        if let Some(document) = self.open.get(path) {
            return Ok(FileText { text: document.text.clone(), version: Some(document.version) });
        }
        self.read_disk(path).map(|text| FileText { text, version: None })
    }

    /// The text that the disk held when this snapshot first looked, also for open documents.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read_disk(&self, path: &AbsPath) -> Result<Text, ReadError> {
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = disk.get(path) {
            return known.clone();
        }
        let read = disk::read(path).map(|text| Text::new(&text));
        disk.insert(path.clone(), read.clone());
        read
    }

    /// A draft on top of this state, without any change yet.
    #[must_use]
    pub fn draft(&self) -> Draft {
        Draft::new(self.clone())
    }
}
