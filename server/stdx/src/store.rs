//! Ostler's own files: the data folder, append-only logs and files that are replaced whole.
//! All are readable by their owner alone (0600, folders 0700).

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The folder that holds everything Ostler keeps between its lives.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The folder at `path`, made if it is missing.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<DataDir> {
        let path = path.into();
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        Ok(DataDir(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A folder beneath it, made if it is missing.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn sub(&self, name: &str) -> io::Result<DataDir> {
        DataDir::open(self.0.join(name))
    }
}

/// A file of lines that only ever grows.
#[derive(Debug)]
pub struct AppendLog {
    file: File,
}

impl AppendLog {
    /// Opens the file for appending and makes it if it is missing.
    ///
    /// # Errors
    /// If it can be neither opened nor made.
    pub fn open(path: &Path) -> io::Result<AppendLog> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        Ok(AppendLog { file })
    }

    /// Makes the file, which only its owner can read.
    ///
    /// # Errors
    /// If there is something of that name already, or it cannot be made.
    pub fn create(path: &Path) -> io::Result<AppendLog> {
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)?;
        Ok(AppendLog { file })
    }

    /// Appends one line in a single write, so that a crash leaves at most a torn last line.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn append(&mut self, line: &str) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        self.file.write_all(&bytes)
    }

    /// Waits until the disk holds everything appended so far. Costs milliseconds.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// The lines of a log; a torn last line (no line end) is left out. A missing file has none.
///
/// # Errors
/// If the file exists and cannot be read.
#[expect(clippy::disallowed_methods, reason = "this is the door to our own files")]
pub fn read_lines(path: &Path) -> io::Result<Vec<String>> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    Ok(whole.lines().map(str::to_owned).collect())
}

/// The bytes of the file at `path`; `None` if there is no such file.
///
/// # Errors
/// If the file exists and cannot be read.
#[expect(clippy::disallowed_methods, reason = "this is the door to our own files")]
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits until nobody else holds the lock file at `path`, which is made if it is missing. The
/// lock goes with the returned file, and with the process, however that ends.
///
/// # Errors
/// If the file can be neither opened nor locked.
pub fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.lock()?;
    Ok(file)
}

/// Replaces the file at `path` by `bytes` at once: readers see the old file or the new one.
/// The permissions of an existing file are kept, a new one gets `mode`.
///
/// # Errors
/// If a file beside it cannot be written or renamed; then the old file is untouched.
#[expect(clippy::disallowed_methods, reason = "this is the door to files that we write")]
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut temporary_name = std::ffi::OsString::from(".");
    temporary_name.push(name);
    temporary_name.push(format!(".{}.tmp", std::process::id()));
    let temporary = folder.join(temporary_name);
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&temporary)?;
        if let Ok(old) = std::fs::metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_data()?;
        std::fs::rename(&temporary, path)
    })();
    if written.is_err() {
        // The error that is reported is the first one; a leftover file harms nobody.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

/// Removes the file at `path`.
///
/// # Errors
/// If there is none, or the disk refuses.
#[expect(clippy::disallowed_methods, reason = "this is the door to our own files")]
pub fn remove(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)
}

/// Bytes that are free, for this user, on the file system of `path`.
///
/// # Errors
/// If the system does not say.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// The lines of the file in `folder` whose name sorts last; none if the folder is empty.
///
/// # Errors
/// If the folder or the file cannot be read.
pub fn newest_lines(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.push(entry?.path());
    }
    names.sort();
    names.last().map_or_else(|| Ok(Vec::new()), |path| read_lines(path))
}
