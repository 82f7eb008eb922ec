//! The index of a project: kept up to date by whoever hears of changes, read by everybody.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use stdx::AbsPath;
use stdx::cache::CacheDir;
use workspace::Snapshot;

use crate::history::History;
use crate::imports::Layout;
use crate::kept::{Missing, Shelf};
use crate::names::Names;
use crate::recent::Recent;
use crate::state::{State, ToKeep};
use crate::view::View;

/// After more new files than these, memory is given back.
const MUCH: usize = 200;
/// When more files than these are said to have changed, all are looked at.
const MAX_DIRTY: usize = 4096;
/// Fewer files than these are read again as quickly as what is kept of them.
const WORTH_KEEPING: usize = 40;

/// What is known of the project at one moment, to be read.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub(crate) names: Arc<RwLock<Names>>,
    pub(crate) view: View,
    pub(crate) layout: Arc<Layout>,
    /// What has changed lately, by file.
    pub(crate) recent: Arc<Vec<(AbsPath, Vec<Recent>)>>,
    pub(crate) history: Arc<History>,
}

/// A state of the project with what is known of it: what a selection is made from.
#[derive(Clone)]
pub struct World {
    /// The texts.
    pub snapshot: Snapshot,
    pub(crate) known: Known,
}

impl World {
    /// A world of which nothing is known but its texts.
    #[must_use]
    pub fn unindexed(snapshot: Snapshot) -> World {
        World { snapshot, known: Known::default() }
    }
}

/// The definitions, uses and imports of all files of a project. Shared by all threads.
pub struct Index {
    root: AbsPath,
    /// Where it is kept between the lives of the server.
    shelf: Option<Shelf>,
    /// Whether somebody tells of every file that changes.
    is_watched: AtomicBool,
    state: Mutex<State>,
    /// Told at any time, looked at when the next world is made.
    dirty: Mutex<Dirty>,
    /// Told at any time, read when the files are known.
    told: Mutex<Told>,
}

/// What was handed over of the history.
#[derive(Default)]
struct Told {
    /// The commit up to which it goes.
    latest: String,
    /// Until it is read.
    log: Option<String>,
}

#[derive(Default)]
struct Dirty {
    paths: BTreeSet<AbsPath>,
    everything: bool,
}

impl Index {
    /// An index of the project beneath `root`, which knows nothing yet.
    #[must_use]
    pub fn new(root: AbsPath) -> Index {
        Index {
            root,
            shelf: None,
            is_watched: AtomicBool::new(false),
            state: Mutex::default(),
            dirty: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// The same, which begins with what an earlier one has kept in `folder`, and keeps there what
    /// it reads. Nothing is kept in a folder that lies in the project.
    #[must_use]
    pub fn kept_in(root: AbsPath, folder: &CacheDir) -> Index {
        let shelf = Shelf::new(folder, &root);
        Index { shelf, ..Index::new(root) }
    }

    /// Says whether [`Index::invalidate`] is called for every file that changes on disk.
    pub fn set_watched(&self, is_watched: bool) {
        // What changed while nobody watched is looked for once.
        if is_watched && !self.is_watched.swap(true, Ordering::SeqCst) {
            self.invalidate_all();
        }
        self.is_watched.store(is_watched, Ordering::SeqCst);
    }

    /// Says that a task begins: if nobody watches, any file may have changed.
    pub fn task_begins(&self) {
        if !self.is_watched.load(Ordering::SeqCst) {
            self.invalidate_all();
        }
    }

    /// Says that the file at `path` may have changed on disk, appeared or gone. Costs nothing:
    /// it is read when the next world is made.
    pub fn invalidate(&self, path: &AbsPath) {
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        if dirty.paths.len() < MAX_DIRTY {
            dirty.paths.insert(path.clone());
        } else {
            dirty.everything = true;
        }
    }

    /// Says that any file may have changed: all are looked at when the next world is made, and
    /// those that differ, by their size, times and number, are read.
    pub fn invalidate_all(&self) {
        self.dirty.lock().unwrap_or_else(PoisonError::into_inner).everything = true;
    }

    /// What is known of the project as `snapshot` has it. The first time, and after
    /// [`Index::invalidate_all`], all files are read, which takes seconds for a large project;
    /// otherwise only what has changed. Not for a thread that must answer soon.
    #[must_use]
    pub fn world(&self, snapshot: &Snapshot) -> World {
        let dirty = std::mem::take(&mut *self.dirty.lock().unwrap_or_else(PoisonError::into_inner));
        let mut state = self.state();
        let mut fresh = 0;
        let many = |path: &AbsPath| state.is_of_many(path);
        let everything = dirty.everything || dirty.paths.iter().any(many);
        if !state.is_built {
            fresh = state.build(&self.root, self.load());
        } else if everything {
            fresh = state.look_again(&self.root).unwrap_or(0);
        } else {
            for path in &dirty.paths {
                state.reread(&self.root, path);
            }
        }
        let to_keep = self.worth_keeping(&state, fresh);
        state.take_open(&self.root, snapshot);
        state.settle();
        let log = self.told().log.take();
        if let Some(log) = log {
            state.history = Arc::new(History::parse(&log, &state.layout));
        }
        let known = Known {
            names: Arc::clone(&state.names),
            view: state.view.clone(),
            layout: Arc::clone(&state.layout),
            recent: Arc::clone(&state.recent),
            history: Arc::clone(&state.history),
        };
        drop(state);
        if let (Some(shelf), Some(to_keep)) = (&self.shelf, to_keep) {
            keep(shelf, &to_keep);
        }
        if fresh >= MUCH {
            // Trees took several times what the facts take that were read off them.
            stdx::give_back_memory();
        }
        World { snapshot: snapshot.clone(), known }
    }

    /// What was kept, if there is anything of use. What is not is replaced by what is read now.
    fn load(&self) -> Option<crate::kept::Kept> {
        match self.shelf.as_ref()?.load() {
            Ok(kept) => Some(kept),
            Err(Missing::Nothing) => None,
            Err(Missing::OtherVersion) => {
                tracing::info!(root = %self.root, "the index was kept by another version: it is made anew");
                None
            }
            Err(Missing::Damaged) => {
                tracing::warn!(root = %self.root, "the kept index is damaged: it is made anew");
                None
            }
        }
    }

    /// What should be kept after `fresh` files were read: a few that changed are read again as
    /// quickly.
    fn worth_keeping(&self, state: &State, fresh: usize) -> Option<ToKeep> {
        self.shelf.as_ref()?;
        let files = state.view.file_count();
        (fresh >= WORTH_KEEPING.max(files / 20)).then(|| state.to_keep())
    }

    /// Whether the history up to the commit `latest` has been handed over. Waits for nothing.
    #[must_use]
    pub fn knows_history(&self, latest: &str) -> bool {
        self.told().latest == latest
    }

    /// Learns which files changed together, and with what words, from the log of the commits up
    /// to `latest`: for each, the latest first, two NULs and its message, a NUL, and the paths that
    /// it touches, relative to the root, one a line.
    pub fn learn_history(&self, latest: &str, log: String) {
        *self.told() = Told { latest: latest.to_owned(), log: Some(log) };
    }

    /// Takes what is known now for the whole that later changes are seen against.
    #[cfg(test)]
    pub(crate) fn settled(&self) {
        let mut state = self.state();
        state.fold();
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep(shelf: &Shelf, to_keep: &ToKeep) {
    let names = to_keep.names.read().unwrap_or_else(PoisonError::into_inner);
    let files: Vec<_> = to_keep.files.iter().map(|(file, stamp)| (file, *stamp)).collect();
    if let Err(error) = shelf.save(&names, &files) {
        // A folder that cannot be written costs time at the next start, and nothing else.
        tracing::info!(%error, "the index is not kept");
    }
}
