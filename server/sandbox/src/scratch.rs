//! A folder for one runner, gone with it; what a killed server left behind goes as well.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{FlockOperation, flock};

use crate::files;

const PREFIX: &str = "ostler-run-";
static COUNT: AtomicU32 = AtomicU32::new(0);

/// The folder, removed on drop.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    /// Locked while we live, which tells other servers that the folder is in use.
    _lock: File,
}

impl Scratch {
    /// A new folder in `base`, which is made if it is missing.
    pub(crate) fn new(base: &Path) -> io::Result<Scratch> {
        DirBuilder::new().recursive(true).mode(0o700).create(base)?;
        let base = base.canonicalize()?;
        if fs::metadata(&base)?.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other("the scratch folder belongs to somebody else"));
        }
        sweep(&base);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = base.join(format!("{PREFIX}{}-{count}", std::process::id()));
        let lock = lock(&lock_path(&path))?;
        // A process of the same number may have been killed here before.
        files::remove_tree(&path)?;
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Scratch { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let removed = files::remove_tree(&self.path);
        if let Err(error) = removed.and_then(|()| files::remove_tree(&lock_path(&self.path))) {
            tracing::warn!(%error, path = %self.path.display(), "scratch folder not removed");
        }
    }
}

fn lock_path(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

fn lock(path: &Path) -> io::Result<File> {
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

/// Removes the folders in `base` whose owner no longer lives.
fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !ours || path.extension().is_some() {
            continue;
        }
        if let Ok(_lock) = lock(&lock_path(&path)) {
            let _ = files::remove_tree(&path);
            let _ = files::remove_tree(&lock_path(&path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TempFolder;

    #[test]
    fn folders_of_the_dead_are_swept_and_those_of_the_living_stay() {
        let base = TempFolder::new();
        let dead = base.path().join(format!("{PREFIX}1-0"));
        fs::create_dir_all(dead.join("upper")).unwrap();
        let living = Scratch::new(base.path()).unwrap();
        assert!(!dead.exists());
        let second = Scratch::new(base.path()).unwrap();
        assert!(living.path().exists() && second.path() != living.path());
        let path = second.path().to_owned();
        drop(second);
        assert!(!path.exists());
    }
}
