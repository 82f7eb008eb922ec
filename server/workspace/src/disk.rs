//! Reading the project's files from disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;

use stdx::AbsPath;
use thiserror::Error;

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
    /// It lies outside of the workspace, directly or through a symbolic link.
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

/// The characters of the file at `path`. Does not wait for pipes and devices.
pub(crate) fn read(path: &AbsPath) -> Result<String, ReadError> {
    /// `O_NONBLOCK`, so that opening a pipe without a writer returns at once.
    const NON_BLOCKING: i32 = 0o4000;
    let file = OpenOptions::new().read(true).custom_flags(NON_BLOCKING).open(path.as_path())?;
    read_open(file)
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
