//! One immutable state of the project.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use dashmap::DashMap;
use stdx::AbsPath;
use text::Text;

use crate::disk::{self, ReadError};
use crate::files::{self, FileList};
use crate::stamp::Stamp;
use crate::{Document, Draft};

/// What was read, by path. Searches read many files at once.
type Disk = DashMap<AbsPath, Result<OnDisk, ReadError>>;

/// A file in the form in which it was last asked for: lines are cheaper to find in a [`Text`],
/// which costs several times what reading the file does.
#[derive(Clone)]
enum OnDisk {
    Letters(Arc<str>),
    Text(Text),
}

/// Open documents exactly as they were when it was taken, and disk files as they were when they
/// were first read through it or through one of its clones. Clones are cheap and see the same.
#[derive(Clone)]
pub struct Snapshot {
    root: AbsPath,
    open: Arc<BTreeMap<AbsPath, Arc<Document>>>,
    disk: Arc<Disk>,
    files: Arc<OnceLock<FileList>>,
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
        Snapshot { root, open, disk: Arc::default(), files: Arc::default() }
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

    /// The text at `path`: the buffer if it is open, the disk otherwise. Of the disk only what
    /// lies beneath the root can be read.
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
        if let Some(known) = self.disk.get(path) {
            match &*known {
                Ok(OnDisk::Text(text)) => return Ok(text.clone()),
                Ok(OnDisk::Letters(_)) => {}
                Err(error) => return Err(error.clone()),
            }
        }
        self.look(path)?;
        let mut slot = self.disk.get_mut(path).ok_or(ReadError::NotFound)?;
        match slot.as_mut() {
            Ok(known) => {
                if let OnDisk::Letters(letters) = known {
                    *known = OnDisk::Text(Text::new(letters));
                }
                match known {
                    OnDisk::Text(text) => Ok(text.clone()),
                    OnDisk::Letters(letters) => Ok(Text::new(letters)),
                }
            }
            Err(error) => Err(error.clone()),
        }
    }

    /// The characters of [`Snapshot::read`], for those who look at a few lines of many files.
    ///
    /// # Errors
    /// Why there are none.
    pub fn letters(&self, path: &AbsPath) -> Result<Arc<str>, ReadError> {
        if let Some(document) = self.open.get(path) {
            return Ok(document.text.to_string().into());
        }
        match self.look(path)? {
            OnDisk::Letters(letters) => Ok(letters),
            OnDisk::Text(text) => Ok(text.to_string().into()),
        }
    }

    /// What the disk held when this snapshot first looked.
    fn look(&self, path: &AbsPath) -> Result<OnDisk, ReadError> {
        if let Some(known) = self.disk.get(path) {
            return known.clone();
        }
        let read = disk::read(&self.root, path).map(|letters| OnDisk::Letters(letters.into()));
        // Somebody else may have read it meanwhile; whoever came first is right for all.
        self.disk.entry(path.clone()).or_insert(read).clone()
    }

    /// The text at `path` as the disk has it now. Nothing of it is kept: for those who read all
    /// files once.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read_once(&self, path: &AbsPath) -> Result<String, ReadError> {
        disk::read(&self.root, path)
    }

    /// [`Snapshot::read_once`] with the file's stamp of the moment before.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read_stamped(&self, path: &AbsPath) -> Result<(String, Stamp), ReadError> {
        disk::read_stamped(&self.root, path)
    }

    /// The stamp of the file at `path` as the disk has it now; none if it is no regular file.
    #[must_use]
    pub fn stamp(&self, path: &AbsPath) -> Option<Stamp> {
        disk::stamp(path)
    }

    /// The project's files as the disk held them when this snapshot first looked, together with
    /// the open documents beneath the root.
    #[must_use]
    pub fn files(&self) -> &FileList {
        self.files.get_or_init(|| {
            let open = self.open.keys().filter(|path| path.starts_with(&self.root));
            files::list(&self.root, open)
        })
    }

    /// Whether the file at `path` is there now and one of the project's: git would not ignore it.
    #[must_use]
    pub fn lists(&self, path: &AbsPath) -> bool {
        files::lists(&self.root, path)
    }

    /// A draft on top of this state, without any change yet.
    #[must_use]
    pub fn draft(&self) -> Draft {
        Draft::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Documents;
    use crate::test_dir::TestDir;

    #[test]
    fn open_documents_exactly_and_the_disk_as_first_read() {
        let test = TestDir::new("snapshot");
        let root = test.path("");
        let open = test.write("open.rs", "on disk");
        let closed = test.write("closed.rs", "first");
        let mut documents = Documents::default();
        documents.open(open.clone(), 7, "in the editor");
        let snapshot = documents.snapshot(root.clone());
        assert_eq!(snapshot.read(&closed).unwrap().text.to_string(), "first");
        test.write("closed.rs", "second");
        documents.open(open.clone(), 8, "later");

        let clone = snapshot.clone();
        assert_eq!(clone.read(&closed).unwrap().text.to_string(), "first");
        let read = clone.read(&open).unwrap();
        assert_eq!((read.text.to_string().as_str(), read.version), ("in the editor", Some(7)));
        assert_eq!(clone.read_disk(&open).unwrap().to_string(), "on disk");
        let later = documents.snapshot(root);
        assert_eq!(later.read(&closed).unwrap().text.to_string(), "second");
        assert_eq!(later.read(&open).unwrap().version, Some(8));
    }

    #[test]
    fn letters_and_lines_are_of_one_reading() {
        let test = TestDir::new("snapshot-letters");
        let root = test.path("");
        let (first, second) = (test.write("1.rs", "old"), test.write("2.rs", "old"));
        let mut documents = Documents::default();
        documents.open(root.join("open.rs"), 1, "in the editor");
        let snapshot = documents.snapshot(root.clone());
        assert_eq!(&*snapshot.letters(&first).unwrap(), "old");
        assert_eq!(snapshot.read(&second).unwrap().text.to_string(), "old");
        test.write("1.rs", "new");
        test.write("2.rs", "new");
        assert_eq!(snapshot.read(&first).unwrap().text.to_string(), "old");
        for path in [&first, &second] {
            assert_eq!(&*snapshot.letters(path).unwrap(), "old");
        }
        assert_eq!(&*snapshot.letters(&root.join("open.rs")).unwrap(), "in the editor");
        assert_eq!(snapshot.letters(&root.join("none.rs")), Err(ReadError::NotFound));
    }

    #[test]
    fn what_is_missing_stays_missing_and_outside_is_outside() {
        let test = TestDir::new("snapshot-missing");
        let snapshot = Snapshot::of_disk(test.path("root"));
        let path = test.path("root/a.rs");
        assert_eq!(snapshot.read(&path), Err(ReadError::NotFound));
        test.write("root/a.rs", "now");
        assert_eq!(snapshot.read(&path), Err(ReadError::NotFound));
        let outside = test.write("b.rs", "");
        assert_eq!(snapshot.read(&outside), Err(ReadError::Outside));
        let mut documents = Documents::default();
        documents.open(outside.clone(), 1, "open all the same");
        assert!(documents.snapshot(test.path("root")).read(&outside).is_ok());
    }

    #[test]
    fn files_are_listed_once_with_the_open_ones_beneath_the_root() {
        let test = TestDir::new("snapshot-files");
        let root = test.path("root");
        let a = test.write("root/a.rs", "");
        let mut documents = Documents::default();
        documents.open(root.join("new.rs"), 1, "");
        documents.open(test.path("outside.rs"), 1, "");
        let snapshot = documents.snapshot(root.clone());
        let expected = [a, root.join("new.rs")];
        assert_eq!(snapshot.files().paths, expected);
        test.write("root/later.rs", "");
        assert_eq!(snapshot.files().paths, expected);
    }
}
