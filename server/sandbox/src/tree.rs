//! What lies on disk, by its marks: enough to know that a file is not the one it was.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::ops::Bound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::fingerprints::BuildTimes;

/// The marks of a file or folder. Nobody can give a changed file its old marks back: the kernel
/// sets the time of the last change itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    mode: u32,
    /// Modification time, which anybody can set; nanoseconds since 1970.
    pub(crate) modified: i128,
    /// When content, name or attributes last changed; nanoseconds since 1970.
    pub(crate) changed: i128,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Stamp {
        let nanos =
            |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            mode: metadata.mode(),
            modified: nanos(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanos(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// The nine bits of its permissions.
    pub(crate) fn permissions(&self) -> u32 {
        self.mode & 0o777
    }

    /// Of what `path` leads to; for a link the times of link and goal together.
    pub(crate) fn at(path: &Path) -> Option<Stamp> {
        let own = fs::symlink_metadata(path).ok()?;
        if !own.is_symlink() {
            return Some(Stamp::of(&own));
        }
        let link = Stamp::of(&own);
        let Ok(goal) = fs::metadata(path) else { return Some(link) };
        let goal = Stamp::of(&goal);
        Some(Stamp { inode: link.inode, changed: link.changed.max(goal.changed), ..goal })
    }
}

/// All files beneath some folders. Left out: `.git`, `node_modules`, and folders that are marked
/// as caches, such as cargo's target folders.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Regular files, and links to such.
    pub(crate) files: BTreeMap<PathBuf, Stamp>,
    /// Folders, the outermost ones included.
    folders: BTreeMap<PathBuf, Stamp>,
    /// Links that lead to folders.
    folder_links: BTreeMap<PathBuf, Stamp>,
}

impl Tree {
    /// Reads the folders `roots`, without `excluded`.
    pub(crate) fn read(roots: &[PathBuf], excluded: &[PathBuf]) -> Tree {
        let mut tree = Tree::default();
        for root in roots {
            if let Some(stamp) = Stamp::at(root) {
                tree.folders.insert(root.clone(), stamp);
                tree.visit(root, excluded);
            }
        }
        tree
    }

    fn visit(&mut self, folder: &Path, excluded: &[PathBuf]) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            if kind.is_dir() {
                let name = entry.file_name();
                let skipped = name == OsStr::new(".git")
                    || name == OsStr::new("node_modules")
                    || excluded.contains(&path)
                    || path.join("CACHEDIR.TAG").exists();
                if !skipped && let Ok(metadata) = entry.metadata() {
                    self.folders.insert(path.clone(), Stamp::of(&metadata));
                    self.visit(&path, excluded);
                }
            } else if let Some(stamp) = Stamp::at(&path) {
                if kind.is_file() || (kind.is_symlink() && path.is_file()) {
                    self.files.insert(path, stamp);
                } else if kind.is_symlink() && path.is_dir() {
                    self.folder_links.insert(path, stamp);
                }
            }
        }
    }

    /// The files at or beneath `folder`.
    pub(crate) fn beneath<'a>(
        &'a self,
        folder: &'a Path,
    ) -> impl Iterator<Item = (&'a PathBuf, &'a Stamp)> {
        // Paths are ordered by their components, so these stand together.
        self.files
            .range::<Path, _>((Bound::Included(folder), Bound::Unbounded))
            .take_while(move |(path, _)| path.starts_with(folder))
    }

    /// All folders.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.folders.keys()
    }

    /// All links to folders.
    pub(crate) fn folder_links(&self) -> impl Iterator<Item = &PathBuf> {
        self.folder_links.keys()
    }

    /// When an entry of the folder last came, went or was replaced. `None` if it is no folder.
    pub(crate) fn folder_modified(&self, path: &Path) -> Option<i128> {
        self.folders.get(path).map(|stamp| stamp.modified)
    }

    /// Whether it is a folder.
    pub(crate) fn has_folder(&self, path: &Path) -> bool {
        self.folders.contains_key(path)
    }

    /// The files that are not what they were in `before`, the ones behind changed links
    /// included, and those that are gone.
    pub(crate) fn differences<'a>(&'a self, before: &'a Tree) -> Differences {
        let mut result = Differences::default();
        for (path, stamp) in &self.files {
            if before.files.get(path) != Some(stamp) {
                result.changed.push(path.clone());
            }
        }
        for (path, stamp) in &self.folder_links {
            if before.folder_links.get(path) != Some(stamp) {
                result.changed.extend(self.behind(path));
            }
        }
        for path in before.files.keys() {
            if !self.files.contains_key(path) {
                result.gone.push(path.clone());
            }
        }
        result
    }

    fn behind(&self, link: &Path) -> Vec<PathBuf> {
        let Ok(goal) = link.canonicalize() else { return Vec::new() };
        self.beneath(&goal).map(|(path, _)| path.clone()).collect()
    }

    /// The files that cargo would take for older than its builds although they were put where
    /// they are afterwards: copied with their old date, renamed, or in a renamed folder.
    /// A folder that holds one of `targets` is moved together with the builds.
    pub(crate) fn wrongly_old(&self, times: &BuildTimes, targets: &[PathBuf]) -> Vec<PathBuf> {
        let mut moves: BTreeMap<&Path, i128> = BTreeMap::new();
        for (path, stamp) in &self.folders {
            let inherited = match path.parent().and_then(|parent| moves.get(parent)) {
                Some(&inherited) => inherited,
                None => self.moves_above(path, targets),
            };
            moves.insert(path, inherited.max(self.moved(path, *stamp, targets)));
        }
        let mut result = Vec::new();
        for (path, stamp) in &self.files {
            let moved = path.parent().and_then(|parent| moves.get(parent)).copied();
            let changed = stamp.changed.max(moved.unwrap_or(i128::MIN));
            if times.any_between(stamp.modified, changed) {
                result.push(path.clone());
            }
        }
        for (link, link_stamp) in &self.folder_links {
            for path in self.behind(link) {
                let modified = self.files.get(&path).map_or(i128::MIN, |stamp| stamp.modified);
                if times.any_between(modified, link_stamp.changed) {
                    result.push(path);
                }
            }
        }
        result
    }

    /// The last time at which the folder can have been renamed: that changes both it and the
    /// folder around it, while saving a file within changes only itself.
    fn moved(&self, path: &Path, stamp: Stamp, targets: &[PathBuf]) -> i128 {
        if targets.iter().any(|target| target.starts_with(path)) {
            return i128::MIN;
        }
        let parent = path.parent().and_then(|parent| match self.folders.get(parent) {
            Some(&known) => Some(known),
            None => Stamp::at(parent),
        });
        parent.map_or(i128::MIN, |parent| stamp.changed.min(parent.changed))
    }

    fn moves_above(&self, path: &Path, targets: &[PathBuf]) -> i128 {
        let above = path.ancestors().skip(1);
        above
            .filter_map(|folder| Some(self.moved(folder, Stamp::at(folder)?, targets)))
            .max()
            .unwrap_or(i128::MIN)
    }
}

/// What happened to a tree.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    /// New, or not what they were.
    pub(crate) changed: Vec<PathBuf>,
    /// No longer there.
    pub(crate) gone: Vec<PathBuf>,
}

impl Differences {
    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty()
    }
}
