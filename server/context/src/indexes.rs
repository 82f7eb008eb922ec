//! One index for each project that tasks run in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use stdx::AbsPath;
use stdx::cache::CacheDir;

use crate::Index;

/// The indexes of all projects. Clones share them.
#[derive(Clone, Default)]
pub struct Indexes {
    by_root: Arc<Mutex<BTreeMap<AbsPath, Arc<Index>>>>,
    folder: Option<CacheDir>,
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
            Arc::new(match &self.folder {
                Some(folder) => Index::kept_in(root.clone(), folder),
                None => Index::new(root.clone()),
            })
        };
        Arc::clone(all.entry(root.clone()).or_insert_with(new))
    }

    /// Says that the file at `path` may have changed on disk, to every index that it concerns.
    pub fn invalidate(&self, path: &AbsPath) {
        let all = self.by_root.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().for_each(|index| index.invalidate(path));
    }
}
