//! One index for each project that tasks run in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use stdx::AbsPath;
use stdx::cache::CacheDir;

use crate::Index;

/// The indexes of all projects. Clones share them.
#[derive(Clone, Default)]
pub struct Indexes {
    by_root: Arc<Mutex<BTreeMap<AbsPath, Arc<Index>>>>,
    folder: Option<CacheDir>,
    is_watched: Arc<AtomicBool>,
}

impl Indexes {
    /// Indexes that are kept in `folder` between the lives of the server.
    #[must_use]
    pub fn kept_in(folder: CacheDir) -> Indexes {
        Indexes { folder: Some(folder), ..Indexes::default() }
    }

    /// The index of the project beneath `root`; one that knows nothing yet if it is new.
    #[must_use]
    pub fn of(&self, root: &AbsPath) -> Arc<Index> {
        let mut all = self.by_root.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let index = match &self.folder {
                Some(folder) => Index::kept_in(root.clone(), folder),
                None => Index::new(root.clone()),
            };
            index.set_watched(self.is_watched.load(Ordering::SeqCst));
            Arc::new(index)
        };
        Arc::clone(all.entry(root.clone()).or_insert_with(new))
    }

    /// Says whether somebody tells of every file that changes in any of the projects.
    pub fn set_watched(&self, is_watched: bool) {
        let all = self.by_root.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_watched.store(is_watched, Ordering::SeqCst);
        all.values().for_each(|index| index.set_watched(is_watched));
    }

    /// Says that the file at `path` may have changed on disk, to every index that it concerns.
    pub fn invalidate(&self, path: &AbsPath) {
        let all = self.by_root.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().for_each(|index| index.invalidate(path));
    }
}
