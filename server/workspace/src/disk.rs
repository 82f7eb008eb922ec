//! Reading the project's files from disk.

use std::fs::File;
use std::io::{self, Read};

use rustix::io::Errno;
use stdx::AbsPath;
use thiserror::Error;

use crate::beneath::open_file;
use crate::stamp::Stamp;

/// Larger files are not read: no model, parser or checker would gain from them.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Why a file has no text for us.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// Nothing is there.
    #[error("file not found")]
    NotFound,
    /// A folder, device, socket or pipe.
    #[error("not a regular file")]
    NotAFile,
    /// More than [`MAX_FILE_BYTES`].
    #[error("file of {0} bytes is larger than the limit of {MAX_FILE_BYTES} bytes")]
    TooLarge(u64),
    /// Its bytes are not UTF-8.
    #[error("file is not UTF-8 text")]
    NotText,
    /// It lies outside of the workspace, or is reached by a symbolic link that leads out of it
    /// or is absolute.
    #[error("file lies outside of the workspace")]
    Outside,
    /// Any other refusal of the system.
    #[error("{0}")]
    Io(String),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::NotFound,
            _ => ReadError::Io(error.to_string()),
        }
    }
}

impl From<Errno> for ReadError {
    fn from(error: Errno) -> Self {
        io::Error::from(error).into()
    }
}

/// The characters of the file at `path` beneath `root`.
pub(crate) fn read(root: &AbsPath, path: &AbsPath) -> Result<String, ReadError> {
    read_open(open_file(root, path)?)
}

/// The same with the file's stamp of the moment before it was read.
pub(crate) fn read_stamped(root: &AbsPath, path: &AbsPath) -> Result<(String, Stamp), ReadError> {
    let file = open_file(root, path)?;
    let stamp = Stamp::of(&file.metadata()?);
    Ok((read_open(file)?, stamp))
}

/// The stamp of what lies at `path` now; none if it is no regular file. Links are not followed:
/// what they lead to has its own place.
pub(crate) fn stamp(path: &AbsPath) -> Option<Stamp> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    metadata.is_file().then(|| Stamp::of(&metadata))
}

fn read_open(mut file: File) -> Result<String, ReadError> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    file.by_ref().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(bytes.len() as u64));
    }
    String::from_utf8(bytes).map_err(|_| ReadError::NotText)
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;
    use crate::test_dir::TestDir;

    #[test]
    fn text_is_read_as_it_is() {
        let test = TestDir::new("read-text");
        let check = |text: &str| {
            let path = test.write("file", text);
            assert_eq!(read(&test.path(""), &path).as_deref(), Ok(text));
        };
        check("");
        check("\u{feff}a\r\nb\rc\n\né");
    }

    #[test]
    fn what_is_no_text_is_refused_in_words() {
        let test = TestDir::new("read-refused");
        let root = test.path("");
        let check = |path: &AbsPath, words: &str| {
            assert_eq!(read(&root, path).unwrap_err().to_string(), words);
        };
        check(&test.write("latin1", b"caf\xe9"), "file is not UTF-8 text");
        check(&test.path("missing"), "file not found");
        check(&test.path("latin1/x"), "file not found");
        check(&test.path("../x"), "file lies outside of the workspace");
        check(&test.write("folder/x", "").parent().unwrap(), "not a regular file");
        // A pipe that nobody writes to: to wait for it would be to wait for ever.
        let pipe = test.path("pipe");
        mknodat(CWD, pipe.as_path(), FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        check(&pipe, "not a regular file");
    }

    #[test]
    fn size_is_capped() {
        let test = TestDir::new("read-large");
        let path = test.write("large", "");
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(MAX_FILE_BYTES).unwrap();
        assert_eq!(read(&test.path(""), &path).map(|text| text.len() as u64), Ok(MAX_FILE_BYTES));
        file.set_len(MAX_FILE_BYTES + 1).unwrap();
        assert_eq!(read(&test.path(""), &path), Err(ReadError::TooLarge(MAX_FILE_BYTES + 1)));
    }
}
