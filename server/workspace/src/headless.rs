//! Writing a change to disk, for runs without an editor.

use std::ffi::OsStr;
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, fchmod, fdatasync, openat, renameat, statat, unlinkat,
};
use rustix::io::Errno;
use stdx::AbsPath;
use stdx::store::{AppendLog, DataDir, replace};
use text::Text;
use thiserror::Error;

use crate::beneath::open_parent;
use crate::disk::{self, ReadError};
use crate::{FileChange, SourceChange};

/// Why a change could not be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// Somebody changed the file since the change was made.
    #[error("{0} was changed by somebody else in the meantime")]
    Stale(AbsPath),
    /// There is something at this path that we do not write over.
    #[error("cannot write {0}: {1}")]
    Refused(AbsPath, ReadError),
    /// It is a symbolic link. To replace it would cut it off from what it points to.
    #[error("cannot write {0}: it is a symbolic link")]
    Link(AbsPath),
    /// The system refused.
    #[error("cannot write {0}: {1}")]
    Io(AbsPath, io::Error),
    /// The old texts could not be kept, so nothing was written.
    #[error("cannot keep the old texts: {0}")]
    Preimages(io::Error),
}

impl SourceChange {
    /// Writes the change to disk: for runs without an editor. Every file is compared with its
    /// base before anything is written, and once more at the moment when it is replaced at once.
    ///
    /// The old texts are kept in `preimages`: each in a file named after its content, and a line
    /// `1 <file> <path>` for every changed path in `log`, with `-` for a file that did not exist.
    ///
    /// # Errors
    /// All but [`WriteError::Io`] and a late [`WriteError::Stale`] before anything is written;
    /// those two at the first file that they concern, with the files before it written.
    pub fn write_to_disk(&self, preimages: &DataDir) -> Result<(), WriteError> {
        for file in &self.files {
            self.check(file)?;
        }
        self.keep_old(preimages).map_err(WriteError::Preimages)?;
        for file in &self.files {
            self.check(file)?;
            self.write(file)?;
        }
        Ok(())
    }

    /// Whether the file is still what the change was made for.
    fn check(&self, file: &FileChange) -> Result<(), WriteError> {
        let path = &file.path;
        let refused = |error| WriteError::Refused(path.clone(), error);
        let is_link = match open_parent(&self.root, path, false) {
            Ok((folder, name)) => kind(&folder, &name) == Some(FileType::Symlink),
            Err(ReadError::NotFound) => false,
            Err(error) => return Err(refused(error)),
        };
        if is_link {
            return Err(WriteError::Link(path.clone()));
        }
        let now = match disk::read(&self.root, path) {
            Ok(text) => Some(text),
            Err(ReadError::NotFound) => None,
            Err(error) => return Err(refused(error)),
        };
        let same = match (&now, &file.base.text) {
            (Some(now), Some(base)) => base == now.as_str(),
            (None, None) => true,
            _ => false,
        };
        if same { Ok(()) } else { Err(WriteError::Stale(path.clone())) }
    }

    fn keep_old(&self, preimages: &DataDir) -> io::Result<()> {
        let mut log = AppendLog::open(&preimages.path().join("log"))?;
        for file in &self.files {
            let name = match &file.base.text {
                Some(text) => {
                    let name = content_name(text);
                    let bytes = text.to_string().into_bytes();
                    replace(&preimages.path().join(&name), &bytes, 0o600)?;
                    name
                }
                None => "-".to_owned(),
            };
            // Quoted, so that a line end in a name cannot forge a line of the log.
            log.append(&format!("1 {name} {:?}", file.path))?;
        }
        log.sync()
    }

    fn write(&self, file: &FileChange) -> Result<(), WriteError> {
        let path = &file.path;
        let (folder, name) = open_parent(&self.root, path, file.target.is_some())
            .map_err(|error| WriteError::Refused(path.clone(), error))?;
        let done = match &file.target {
            Some(text) => put(&folder, &name, text),
            None => unlinkat(&folder, Path::new(&name), AtFlags::empty()).map_err(io::Error::from),
        };
        done.map_err(|error| WriteError::Io(path.clone(), error))
    }
}

fn kind(folder: &OwnedFd, name: &OsStr) -> Option<FileType> {
    let stat = statat(folder, Path::new(name), AtFlags::SYMLINK_NOFOLLOW).ok()?;
    Some(FileType::from_raw_mode(stat.st_mode))
}

/// Replaces the file at once: readers see the old text or the new one. Its permissions are kept.
fn put(folder: &OwnedFd, name: &OsStr, text: &Text) -> io::Result<()> {
    let mut temporary_name = std::ffi::OsString::from(".");
    temporary_name.push(name);
    temporary_name.push(format!(".{}.tmp", std::process::id()));
    let temporary = Path::new(&temporary_name);
    let name = Path::new(name);
    let written = (|| {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mut file = File::from(openat(folder, temporary, flags, Mode::from_raw_mode(0o666))?);
        match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(old) => fchmod(&file, Mode::from_raw_mode(old.st_mode))?,
            Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        for chunk in text.chunks() {
            file.write_all(chunk.as_bytes())?;
        }
        fdatasync(&file)?;
        Ok(renameat(folder, temporary, folder, name)?)
    })();
    if written.is_err() {
        // The error that is reported is the first one; a leftover file harms nobody.
        let _ = unlinkat(folder, temporary, AtFlags::empty());
    }
    written
}

/// The same for the same text.
fn content_name(text: &Text) -> String {
    let mut hasher = DefaultHasher::new();
    for byte in text.chunks().flat_map(str::bytes) {
        hasher.write_u8(byte);
    }
    format!("{:016x}-{}", hasher.finish(), text.len())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;
    use crate::Snapshot;
    use crate::test_dir::TestDir;

    #[expect(clippy::disallowed_methods, reason = "a test plays the part of the user")]
    fn rename(from: AbsPath, to: AbsPath) {
        std::fs::rename(from, to).unwrap();
    }

    struct Project {
        test: TestDir,
        preimages: DataDir,
    }

    impl Project {
        fn new(name: &str) -> Project {
            let test = TestDir::new(name);
            test.write("root/a.txt", "old a\r\n");
            test.write("root/b.txt", "old b");
            let preimages = DataDir::open(test.path("data").as_path()).unwrap();
            Project { test, preimages }
        }

        /// The change that gives each file its text.
        fn change(&self, files: &[(&str, Option<&str>)]) -> SourceChange {
            let root = self.test.path("root");
            let mut draft = Snapshot::of_disk(root.clone()).draft();
            for (name, text) in files {
                match text {
                    Some(text) => draft.write(root.join(name), Text::new(text)),
                    None => draft.delete(root.join(name)),
                }
            }
            draft.source_change()
        }

        fn write(&self, change: &SourceChange) -> Result<(), WriteError> {
            change.write_to_disk(&self.preimages)
        }

        fn kept_count(&self) -> usize {
            std::fs::read_dir(self.preimages.path()).unwrap().count()
        }

        /// The old texts by the log, each with the end of its path.
        fn kept(&self) -> Vec<(String, Option<String>)> {
            let mut kept = Vec::new();
            for line in stdx::store::read_lines(&self.preimages.path().join("log")).unwrap() {
                let [version, name, path] =
                    line.splitn(3, ' ').collect::<Vec<_>>().try_into().unwrap();
                assert_eq!(version, "1");
                let text = (name != "-").then(|| self.test.read(self.preimages.path().join(name)));
                let file = path.trim_matches('"').rsplit('/').next().unwrap().to_owned();
                kept.push((file, text));
            }
            kept
        }
    }

    #[test]
    fn writes_makes_and_deletes_and_keeps_what_was() {
        let project = Project::new("write");
        let files =
            [("a.txt", Some("\u{feff}new a\r\n")), ("b.txt", None), ("x/y/new.txt", Some("new"))];
        project.write(&project.change(&files)).unwrap();
        assert_eq!(project.test.read("root/a.txt"), "\u{feff}new a\r\n");
        assert_eq!(project.test.read("root/x/y/new.txt"), "new");
        assert!(!project.test.path("root/b.txt").as_path().exists());
        assert_eq!(
            project.kept(),
            [
                ("a.txt".into(), Some("old a\r\n".into())),
                ("b.txt".into(), Some("old b".into())),
                ("new.txt".into(), None),
            ]
        );
        let names: Vec<_> = std::fs::read_dir(project.test.path("root")).unwrap().collect();
        assert_eq!(names.len(), 2, "nothing is left over: {names:?}");
    }

    #[test]
    fn permissions_are_kept_and_hard_links_are_not_written_through() {
        let project = Project::new("write-mode");
        let path = project.test.path("root/a.txt");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o754)).unwrap();
        std::fs::hard_link(&path, project.test.path("elsewhere.txt")).unwrap();
        project.write(&project.change(&[("a.txt", Some("new"))])).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o754);
        assert_eq!(project.test.read("elsewhere.txt"), "old a\r\n");
    }

    #[test]
    fn nothing_is_written_if_anything_has_changed() {
        let project = Project::new("write-stale");
        let files = [("a.txt", Some("new a")), ("b.txt", Some("new b")), ("c.txt", Some("new c"))];
        let change = project.change(&files);
        let refused = |name: &str, text: &str| {
            project.test.write(name, text);
            assert!(matches!(project.write(&change), Err(WriteError::Stale(_))));
            assert_eq!(project.test.read("root/a.txt"), "old a\r\n");
            assert_eq!(project.kept_count(), 0);
        };
        refused("root/b.txt", "the user's");
        project.test.write("root/b.txt", "old b");
        refused("root/c.txt", "the user's");
    }

    #[test]
    fn each_file_is_looked_at_again_when_its_turn_comes() {
        let project = Project::new("write-late");
        let mut change = project.change(&[("a.txt", Some("first"))]);
        // When the second turn comes the file is no longer what it was when all were checked.
        let again = FileChange { target: Some(Text::new("second")), ..change.files[0].clone() };
        change.files.push(again);
        assert!(matches!(project.write(&change), Err(WriteError::Stale(_))));
        assert_eq!(project.test.read("root/a.txt"), "first");
    }

    #[test]
    fn links_and_what_is_no_text_are_not_written_over() {
        let project = Project::new("write-links");
        project.test.write("outside/b.txt", "old b");
        let change = project.change(&[("a.txt", Some("x")), ("b.txt", Some("new b"))]);
        let root = project.test.path("root");
        symlink("real.txt", project.test.path("link")).unwrap();
        project.test.write("root/real.txt", "old b");
        rename(project.test.path("link"), root.join("b.txt"));
        assert!(matches!(project.write(&change), Err(WriteError::Link(_))));

        let change = project.change(&[("binary", Some("x"))]);
        project.test.write("root/binary", b"\xff\xfe");
        assert!(matches!(project.write(&change), Err(WriteError::Refused(_, ReadError::NotText))));

        symlink("../outside", root.join("out")).unwrap();
        let change = project.change(&[("out/b.txt", Some("x"))]);
        assert!(matches!(project.write(&change), Err(WriteError::Refused(_, ReadError::Outside))));
        assert_eq!(project.test.read("outside/b.txt"), "old b");
        assert_eq!(project.test.read("root/a.txt"), "old a\r\n");
    }
}
