//! The index of a project: kept up to date by whoever hears of changes, read by everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rustc_hash::FxHashMap;
use stdx::{AbsPath, content_hash};
use syntax::{SyntaxTree, Tags};
use workspace::{Document, Snapshot};

use crate::build;
use crate::extract::{self, Extracted};
use crate::graph::{File, Graph, PathId, Size};
use crate::history::History;
use crate::imports::Layout;
use crate::names::Names;
use crate::recent::{self, Recent};
use crate::view::View;

/// With more changed files than these the large graph is built anew.
const MAX_OVER: usize = 64;

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
    state: Mutex<State>,
    /// Told at any time, looked at when the next world is made.
    dirty: Mutex<Dirty>,
}

#[derive(Default)]
struct Dirty {
    paths: BTreeSet<AbsPath>,
    everything: bool,
}

#[derive(Default)]
struct State {
    is_built: bool,
    names: Arc<RwLock<Names>>,
    paths: BTreeMap<AbsPath, PathId>,
    layout: Arc<Layout>,
    base: Arc<Graph>,
    /// The place of a path in `base`.
    base_files: FxHashMap<PathId, usize>,
    /// Files that differ from `base`; `None` for those that are gone.
    over: BTreeMap<PathId, Option<Arc<File>>>,
    /// Open documents that `over` speaks of.
    open: BTreeMap<AbsPath, Arc<Document>>,
    /// Whether `view` and `recent` are of `base` and `over` as they are.
    is_settled: bool,
    view: View,
    recent: Arc<Vec<(AbsPath, Vec<Recent>)>>,
    history: Arc<History>,
    /// The commit up to which the history is known.
    latest: String,
    /// A log that was handed over before the files were known.
    unread: Option<String>,
}

impl Index {
    /// An index of the project beneath `root`, which knows nothing yet.
    #[must_use]
    pub fn new(root: AbsPath) -> Index {
        Index { root, state: Mutex::default(), dirty: Mutex::default() }
    }

    /// Says that the file at `path` may have changed on disk, appeared or gone. Costs nothing:
    /// it is read when the next world is made.
    pub fn invalidate(&self, path: &AbsPath) {
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        dirty.paths.insert(path.clone());
    }

    /// Says that any file may have changed: all are looked at when the next world is made, and
    /// those that differ are read.
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
        if !state.is_built || dirty.everything {
            state.build(&self.root);
        } else {
            for path in &dirty.paths {
                state.reread(&self.root, path);
            }
        }
        state.take_open(&self.root, snapshot);
        state.settle();
        if let Some(log) = state.unread.take() {
            state.history = Arc::new(History::parse(&log, &state.layout));
        }
        let known = Known {
            names: Arc::clone(&state.names),
            view: state.view.clone(),
            layout: Arc::clone(&state.layout),
            recent: Arc::clone(&state.recent),
            history: Arc::clone(&state.history),
        };
        World { snapshot: snapshot.clone(), known }
    }

    /// Whether the history up to the commit `latest` has been handed over.
    #[must_use]
    pub fn knows_history(&self, latest: &str) -> bool {
        self.state().latest == latest
    }

    /// Learns which files changed together, and with what words, from the log of the commits up
    /// to `latest`: for each, the latest first, a line of a NUL and its subject, followed by the
    /// paths that it touches, relative to the root.
    pub fn learn_history(&self, latest: &str, log: String) {
        let mut state = self.state();
        latest.clone_into(&mut state.latest);
        state.unread = Some(log);
    }

    /// Takes what is known now for the whole that later changes are seen against.
    #[cfg(test)]
    pub(crate) fn settled(&self) {
        let mut state = self.state();
        state.fold();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn build(&mut self, root: &AbsPath) {
        let old: BTreeMap<PathId, Arc<File>> =
            self.base.files.iter().map(|file| (file.path, Arc::clone(file))).collect();
        let disk = Snapshot::of_disk(root.clone());
        let mut sources = build::sources(root, &disk);
        for source in &sources.files {
            let path = self.path_id(&source.at);
            sources.layout.files.insert(source.name.clone(), path);
        }
        self.layout = Arc::new(sources.layout);
        let known =
            |path: &AbsPath| self.paths.get(path).and_then(|id| old.get(id)).map(|file| file.hash);
        let read = build::read_all(&disk, &sources.files, &known);
        let mut files = Vec::with_capacity(read.len());
        let mut is_same = self.is_built;
        for (source, one) in sources.files.iter().zip(read) {
            let path = self.path_id(&source.at);
            match one {
                build::Read::Same => files.extend(old.get(&path).map(Arc::clone)),
                build::Read::New { hash, extracted } => {
                    is_same = false;
                    files.push(Arc::new(self.adopt(path, source, hash, extracted)));
                }
                build::Read::Nothing => {}
            }
        }
        self.over.clear();
        self.open.clear();
        self.is_settled = false;
        if !is_same || files.len() != old.len() {
            self.rebase(files);
        }
        self.is_built = true;
    }

    fn path_id(&mut self, path: &AbsPath) -> PathId {
        let next = u32::try_from(self.paths.len()).unwrap_or(u32::MAX);
        *self.paths.entry(path.clone()).or_insert(next)
    }

    /// Gives the names of a file their numbers.
    fn adopt(
        &self,
        path: PathId,
        source: &build::Source,
        hash: [u8; 16],
        extracted: Extracted,
    ) -> File {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        let map: Vec<_> = extracted.names.iter().map(|name| names.intern(name)).collect();
        let mut facts = extracted.facts;
        facts.renumber(&map);
        File {
            path,
            name: source.name.as_str().into(),
            at: source.at.clone(),
            language: source.language,
            module: names.intern(crate::imports::module_name(&source.name)),
            hash,
            facts,
        }
    }

    fn rebase(&mut self, mut files: Vec<Arc<File>>) {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner).len();
        self.base = Arc::new(Graph::build(files, Size::Many { names }));
        self.base_files =
            self.base.files.iter().enumerate().map(|(at, file)| (file.path, at)).collect();
        self.view =
            View::new(Arc::clone(&self.base), Vec::new(), Graph::default(), FxHashMap::default());
    }

    /// Reads one file from disk again.
    fn reread(&mut self, root: &AbsPath, path: &AbsPath) {
        if self.open.contains_key(path) {
            // The buffer counts; when it is closed the disk is looked at.
            return;
        }
        let disk = Snapshot::of_disk(root.clone());
        let text = disk.read_once(path).ok();
        self.put(root, path, text.as_deref(), None);
    }

    /// Takes `text` for what is at `path`; without one, nothing is there.
    fn put(
        &mut self,
        root: &AbsPath,
        path: &AbsPath,
        text: Option<&str>,
        tree: Option<&SyntaxTree>,
    ) {
        let Some(source) = build::source(root, path) else { return };
        let id = self.path_id(path);
        let known = match self.over.get(&id) {
            Some(over) => over.as_ref(),
            None => self.base_files.get(&id).and_then(|at| self.base.files.get(*at)),
        };
        let Some(text) = text else {
            if known.is_some() {
                self.over.insert(id, None);
                self.is_settled = false;
                Arc::make_mut(&mut self.layout).files.remove(&source.name);
            }
            return;
        };
        let hash = content_hash(text.as_bytes());
        if known.is_some_and(|file| file.hash == hash) {
            return;
        }
        let in_base = self.base_files.get(&id).and_then(|at| self.base.files.get(*at));
        if in_base.is_some_and(|file| file.hash == hash) {
            self.over.remove(&id);
            self.is_settled = false;
            return;
        }
        let extracted = match tree {
            Some(tree) => {
                let tags = Tags::of(tree, text);
                Some(extract::extract(source.language, text, &tags, source.is_test))
            }
            None => build::extract_text(&source, text),
        };
        let Some(extracted) = extracted else { return };
        let file = self.adopt(id, &source, hash, extracted);
        Arc::make_mut(&mut self.layout).files.insert(source.name.clone(), id);
        self.over.insert(id, Some(Arc::new(file)));
        self.is_settled = false;
    }

    /// Brings in what is open, and what has been closed since.
    fn take_open(&mut self, root: &AbsPath, snapshot: &Snapshot) {
        let closed: Vec<AbsPath> =
            self.open.keys().filter(|path| snapshot.document(path).is_none()).cloned().collect();
        for path in closed {
            self.open.remove(&path);
            self.reread(root, &path);
        }
        for document in snapshot.documents().filter(|document| document.path.starts_with(root)) {
            let known = self.open.get(&document.path);
            if known.is_some_and(|known| Arc::ptr_eq(known, document)) {
                continue;
            }
            self.open.insert(document.path.clone(), Arc::clone(document));
            let text = document.text.to_string();
            self.put(root, &document.path, Some(&text), document.tree());
        }
    }

    /// Makes one graph of everything.
    fn fold(&mut self) {
        let kept = |file: &&Arc<File>| !self.over.contains_key(&file.path);
        let mut files: Vec<Arc<File>> =
            self.base.files.iter().filter(kept).map(Arc::clone).collect();
        files.extend(self.over.values().flatten().map(Arc::clone));
        self.over.clear();
        self.recent = Arc::default();
        self.rebase(files);
    }

    /// Makes the view of what is known now.
    fn settle(&mut self) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        if self.over.len() > MAX_OVER {
            self.fold();
            return;
        }
        let hidden = if self.over.is_empty() { 0 } else { self.base.files.len() };
        let mut hidden = vec![false; hidden];
        let mut gone: FxHashMap<u32, u32> = FxHashMap::default();
        for at in self.over.keys().filter_map(|path| self.base_files.get(path)) {
            hidden[*at] = true;
            for (name, count) in &self.base.files[*at].facts.words {
                *gone.entry(*name).or_default() += u32::from(*count);
            }
        }
        let mut recent = Vec::new();
        for (path, over) in &self.over {
            let before = self.base_files.get(path).map(|at| &self.base.files[*at]);
            if let (Some(before), Some(now)) = (before, over) {
                recent.push((now.at.clone(), recent::changes(&before.facts, &now.facts)));
            }
        }
        self.recent = Arc::new(recent);
        let mut files: Vec<Arc<File>> = self.over.values().flatten().map(Arc::clone).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let over = Graph::build(files, Size::Few);
        self.view = View::new(Arc::clone(&self.base), hidden, over, gone);
    }
}
