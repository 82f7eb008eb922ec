//! A file of ours that holds one value: what the user has decided, kept beside the settings.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stdx::store::{self, DataDir};
use thiserror::Error;

/// The version of all these files. A reader refuses a version that it does not know, so that
/// an older program does not throw away what a newer one wrote.
const FORMAT: u32 = 1;

/// Why a decision could not be read or kept, in one line.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The disk refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It holds something that we have not written.
    #[error("{} cannot be understood ({reason}); move it away to begin anew", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// What was to be kept makes no sense.
    #[error("{0}")]
    Refused(String),
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    format: u32,
    #[serde(flatten)]
    value: T,
}

/// The file of this name in the data folder, readable by its owner alone.
#[derive(Debug, Clone)]
pub(crate) struct OwnFile {
    path: PathBuf,
}

impl OwnFile {
    pub(crate) fn new(data: &DataDir, name: &str) -> OwnFile {
        OwnFile { path: data.path().join(name) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds; the default value if there is no file.
    pub(crate) fn read<T: Default + DeserializeOwned>(&self) -> Result<T, StoreError> {
        let bytes = store::read(&self.path).map_err(|error| self.io(error))?;
        let Some(bytes) = bytes else { return Ok(T::default()) };
        let broken = |reason: String| StoreError::Broken { path: self.path.clone(), reason };
        // serde_json quotes no values in its errors, so no key can show up in one.
        let versioned: Versioned<T> =
            serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
        match versioned.format {
            FORMAT => Ok(versioned.value),
            other => Err(broken(format!("its format is {other}, this program knows {FORMAT}"))),
        }
    }

    /// Changes what it holds. Two programs that do so at once wait for each other.
    pub(crate) fn update<T, R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, StoreError>
    where
        T: Default + Serialize + DeserializeOwned,
    {
        let _lock = store::lock(&self.path.with_extension("lock")).map_err(|e| self.io(e))?;
        let mut value = self.read()?;
        let result = change(&mut value);
        let versioned = Versioned { format: FORMAT, value };
        let text = serde_json::to_string_pretty(&versioned)
            .map_err(|error| self.io(io::Error::other(error)))?;
        store::replace(&self.path, format!("{text}\n").as_bytes(), 0o600)
            .map_err(|error| self.io(error))?;
        Ok(result)
    }

    fn io(&self, error: io::Error) -> StoreError {
        StoreError::Io { path: self.path.clone(), error }
    }
}
