//! What an index holds: a large graph of the project as it was read, and the files that have
//! changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;
use stdx::{AbsPath, Clock, SystemClock, content_hash};
use syntax::SyntaxTree;
use workspace::{Document, Snapshot, Stamp};

use crate::build::{self, Before, Source};
use crate::extract::Extracted;
use crate::facts::NameId;
use crate::graph::{File, Graph, PathId, Size};
use crate::history::History;
use crate::imports::Layout;
use crate::kept::{Kept, KeptFile};
use crate::names::Names;
use crate::recent::{self, Recent};
use crate::splice;
use crate::view::View;

/// With more changed files than these the large graph is built anew.
const MAX_OVER: usize = 64;

/// What is kept for the next life of the server.
pub(crate) struct ToKeep {
    pub(crate) names: Arc<RwLock<Names>>,
    pub(crate) files: Vec<(Arc<File>, Option<Stamp>)>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) is_built: bool,
    pub(crate) names: Arc<RwLock<Names>>,
    paths: BTreeMap<AbsPath, PathId>,
    pub(crate) layout: Arc<Layout>,
    base: Arc<Graph>,
    /// The place of a path in `base`.
    base_files: FxHashMap<PathId, usize>,
    /// Files that differ from `base`; `None` for those that are gone.
    over: BTreeMap<PathId, Option<Arc<File>>>,
    /// What the file system said of the files that are not open when they were last read, if that
    /// can be relied on.
    stamps: FxHashMap<PathId, Stamp>,
    /// Open documents that `over` speaks of.
    open: BTreeMap<AbsPath, Arc<Document>>,
    /// Whether `view` and `recent` are of `base` and `over` as they are.
    is_settled: bool,
    pub(crate) view: View,
    pub(crate) recent: Arc<Vec<(AbsPath, Vec<Recent>)>>,
    pub(crate) history: Arc<History>,
}

impl State {
    /// Reads all files but those that are as `kept` or the index has them, and says how many.
    pub(crate) fn build(&mut self, root: &AbsPath, kept: Option<Kept>) -> usize {
        let old = match kept {
            Some(kept) => self.adopt_kept(root, kept),
            None => self.base.files.iter().map(|file| (file.path, Arc::clone(file))).collect(),
        };
        let disk = Snapshot::of_disk(root.clone());
        let sources = self.look_around(root, &disk);
        let before = |source: &Source| {
            let id = self.paths.get(&source.at)?;
            let hash = old.get(id)?.hash;
            // Of what is in `over` the stamp says nothing about the file in `old`.
            let stamp = self.stamps.get(id).filter(|_| !self.over.contains_key(id)).copied();
            Some(Before { hash, stamp })
        };
        let before: Vec<Option<Before>> = sources.iter().map(before).collect();
        self.stamps.clear();
        let mut files = Vec::with_capacity(sources.len());
        let mut fresh = 0;
        build::read_all(&disk, &sources, &before, |source, read| {
            let path = self.path_id(&source.at);
            let stamp = match read {
                build::Read::Same { stamp } => {
                    files.extend(old.get(&path).map(Arc::clone));
                    stamp
                }
                build::Read::New { hash, stamp, extracted } => {
                    fresh += 1;
                    files.push(Arc::new(self.adopt(path, source, hash, *extracted)));
                    stamp
                }
                build::Read::Nothing => None,
            };
            self.stamps.extend(stamp.map(|stamp| (path, stamp)));
        });
        self.over.clear();
        self.open.clear();
        self.is_settled = false;
        if !self.is_built || fresh > 0 || files.len() != old.len() {
            self.rebase(files);
        }
        self.is_built = true;
        fresh
    }

    /// Looks for files that have changed, appeared or gone, and reads those. Says how many, if
    /// they were so many that everything was built anew.
    pub(crate) fn look_again(&mut self, root: &AbsPath) -> Option<usize> {
        let disk = Snapshot::of_disk(root.clone());
        let sources = self.look_around(root, &disk);
        let known: Vec<AbsPath> = self.view.files().map(|(_, file)| file.at.clone()).collect();
        let mut changed: Vec<AbsPath> = Vec::new();
        for source in &sources {
            let id = self.path_id(&source.at);
            let stamp = self.stamps.get(&id).copied();
            if !self.open.contains_key(&source.at)
                && (stamp.is_none() || disk.stamp(&source.at) != stamp)
            {
                changed.push(source.at.clone());
            }
        }
        if changed.len() > MAX_OVER {
            return Some(self.build(root, None));
        }
        let there: BTreeSet<&AbsPath> = sources.iter().map(|source| &source.at).collect();
        for path in known.iter().filter(|path| !there.contains(path)) {
            // It may still be there, and be ignored.
            if !self.open.contains_key(path) {
                self.put(root, path, None, None);
            }
        }
        for path in &changed {
            self.reread(root, path);
        }
        None
    }

    /// Whether a change of `path` may concern more than one file: of a folder, or of what is
    /// ignored.
    pub(crate) fn is_of_many(&self, path: &AbsPath) -> bool {
        let mut beneath = self.paths.range(path.clone()..).map(|(known, _)| known);
        beneath.find(|known| *known != path).is_some_and(|known| known.starts_with(path))
            || path.as_path().ends_with(".gitignore")
            || path.as_path().is_dir()
    }

    /// The files that are there, of which each gets its number, and what their manifests say.
    fn look_around(&mut self, root: &AbsPath, disk: &Snapshot) -> Vec<Source> {
        let mut sources = build::sources(root, disk);
        for source in &sources.files {
            let path = self.path_id(&source.at);
            sources.layout.files.insert(source.name.clone(), path);
        }
        self.layout = Arc::new(sources.layout);
        sources.files
    }

    /// Takes what was kept for what is known, and gives it by path.
    fn adopt_kept(&mut self, root: &AbsPath, kept: Kept) -> BTreeMap<PathId, Arc<File>> {
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = kept.names;
        let mut old = BTreeMap::new();
        for KeptFile { name, hash, stamp, facts } in kept.files {
            let Some(source) = build::source(root, &root.join(&*name)) else { continue };
            let path = self.path_id(&source.at);
            let module = self.intern(crate::imports::module_name(&name));
            let (at, language) = (source.at, source.language);
            self.stamps.extend(stamp.map(|stamp| (path, stamp)));
            old.insert(path, Arc::new(File { path, name, at, language, module, hash, facts }));
        }
        old
    }

    /// What is worth keeping: the files of `base`, each with its stamp.
    pub(crate) fn to_keep(&self) -> ToKeep {
        let stamp = |file: &Arc<File>| {
            self.stamps.get(&file.path).filter(|_| !self.over.contains_key(&file.path)).copied()
        };
        ToKeep {
            names: Arc::clone(&self.names),
            files: self.base.files.iter().map(|file| (Arc::clone(file), stamp(file))).collect(),
        }
    }

    fn intern(&self, name: &str) -> NameId {
        self.names.write().unwrap_or_else(PoisonError::into_inner).intern(name)
    }

    fn path_id(&mut self, path: &AbsPath) -> PathId {
        let next = u32::try_from(self.paths.len()).unwrap_or(u32::MAX);
        *self.paths.entry(path.clone()).or_insert(next)
    }

    /// Gives the names of a file their numbers.
    fn adopt(&self, path: PathId, source: &Source, hash: [u8; 16], extracted: Extracted) -> File {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        let map: Vec<_> = extracted.names.all().map(|name| names.intern(name)).collect();
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
        self.view = View::new(Arc::clone(&self.base), &[], Graph::default());
    }

    /// Reads one file from disk again.
    pub(crate) fn reread(&mut self, root: &AbsPath, path: &AbsPath) {
        if self.open.contains_key(path) {
            // The buffer counts; when it is closed the disk is looked at.
            return;
        }
        let disk = Snapshot::of_disk(root.clone());
        // Whoever watches also tells of files that are none of the project's.
        let is_known = self.paths.get(path).is_some_and(|id| self.known(*id).is_some());
        if !is_known && !disk.lists(path) {
            return;
        }
        let now = SystemClock::new().unix_millis();
        let read = disk.read_stamped(path).ok();
        self.put(root, path, read.as_ref().map(|read| read.0.as_str()), None);
        if let Some(id) = self.paths.get(path) {
            match read.filter(|(_, stamp)| stamp.tells(now)) {
                Some((_, stamp)) => self.stamps.insert(*id, stamp),
                None => self.stamps.remove(id),
            };
        }
    }

    /// The file of that number as it is known now.
    fn known(&self, id: PathId) -> Option<&Arc<File>> {
        match self.over.get(&id) {
            Some(over) => over.as_ref(),
            None => self.base_files.get(&id).and_then(|at| self.base.files.get(*at)),
        }
    }

    /// Takes `text` for what is at `path`; without one, nothing is there.
    fn put(
        &mut self,
        root: &AbsPath,
        path: &AbsPath,
        text: Option<&str>,
        tree: Option<&SyntaxTree>,
    ) {
        let Some(source) = build::source(root, path) else {
            let manifest = path.relative_to(root).filter(|name| Layout::is_manifest(name));
            if let (Some(name), Some(text)) = (manifest, text) {
                Arc::make_mut(&mut self.layout).add_manifest(&name, text);
            }
            return;
        };
        let id = self.path_id(path);
        let known = self.known(id);
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
        let change = known.and_then(|known| {
            let (gap, new) = build::extract_change(&source, text, tree, &known.facts)?;
            Some((Arc::clone(known), gap, new))
        });
        let file = match change {
            Some((known, gap, new)) => {
                let new = self.adopt(id, &source, hash, new);
                File { facts: splice::splice(&known.facts, &gap, &new.facts), ..new }
            }
            None => match build::extract_text(&source, text, tree) {
                Some(all) => self.adopt(id, &source, hash, all),
                None => return,
            },
        };
        Arc::make_mut(&mut self.layout).files.insert(source.name.clone(), id);
        self.over.insert(id, Some(Arc::new(file)));
        self.is_settled = false;
    }

    /// Brings in what is open, and what has been closed since.
    pub(crate) fn take_open(&mut self, root: &AbsPath, snapshot: &Snapshot) {
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
            // What the disk holds is read again when it is closed.
            if let Some(id) = self.paths.get(&document.path) {
                self.stamps.remove(id);
            }
            let text = document.text.to_string();
            self.put(root, &document.path, Some(&text), document.tree());
        }
    }

    /// Makes one graph of everything.
    pub(crate) fn fold(&mut self) {
        let kept = |file: &&Arc<File>| !self.over.contains_key(&file.path);
        let mut files: Vec<Arc<File>> =
            self.base.files.iter().filter(kept).map(Arc::clone).collect();
        files.extend(self.over.values().flatten().map(Arc::clone));
        self.over.clear();
        self.recent = Arc::default();
        self.rebase(files);
    }

    /// Makes the view of what is known now.
    pub(crate) fn settle(&mut self) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        if self.over.len() > MAX_OVER {
            self.fold();
            return;
        }
        let hidden: Vec<usize> =
            self.over.keys().filter_map(|path| self.base_files.get(path)).copied().collect();
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
        self.view = View::new(Arc::clone(&self.base), &hidden, over);
    }
}
