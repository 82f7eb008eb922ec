//! What a program is shown in place of the disk, kept in line with the draft from run to run.
//!
//! Cargo, like make, trusts dates. So a file whose text is not what the last run saw always gets
//! a new date: a drafted file, a drafted file that went back to the disk's text, and a file that
//! somebody put on disk with a date from the past.

mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use text::Text;

use crate::files::{self, Mirror};
use crate::fingerprints::{self, BuildTimes};
use crate::tree::{Differences, Stamp, Tree};
pub use written::Written;

/// A folder that the program may write, and where its writes go.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Where it is on disk, without links in it.
    pub(crate) at: PathBuf,
    /// The upper layer, or the copy.
    pub(crate) mirror: Mirror,
    /// Whether it holds sources; if not, it is a folder for builds.
    pub(crate) sources: bool,
}

/// What stands in a mirror because we put it there.
#[derive(Debug, Clone, PartialEq)]
enum Put {
    /// A text of the draft.
    Text(Text),
    /// What the disk held when it had these marks, with a date of ours.
    Disk(Stamp),
    /// The sign for "gone".
    Gone,
    /// Something that a program put there.
    Foreign,
}

/// The shown state of some places.
#[derive(Debug)]
pub(crate) struct Shown {
    places: Vec<Place>,
    /// Cargo's target folders, on disk.
    targets: Vec<PathBuf>,
    /// A target folder of our own, used instead of those.
    own_target: Option<PathBuf>,
    /// Whether the mirrors are whole copies; if not, the disk shines through.
    whole: bool,
    put: BTreeMap<PathBuf, Put>,
    /// The disk as of the start of the last run.
    seen: Option<Tree>,
    /// The user's own builds as of then.
    builds: BuildTimes,
    /// The copies as of then, where the mirrors are copies.
    copied: Tree,
}

impl Shown {
    /// The innermost place wins where one lies in another.
    pub(crate) fn new(
        places: Vec<Place>,
        targets: Vec<PathBuf>,
        own_target: Option<PathBuf>,
        whole: bool,
    ) -> Shown {
        let (put, seen, builds, copied) = Default::default();
        Shown { places, targets, own_target, whole, put, seen, builds, copied }
    }

    pub(crate) fn own_target(&self) -> Option<&Path> {
        self.own_target.as_deref()
    }

    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Whether it was made for these.
    pub(crate) fn fits(
        &self,
        places: &[(PathBuf, bool)],
        targets: &[PathBuf],
        own_target: Option<&Path>,
    ) -> bool {
        let ours = self.places.iter().map(|place| (&place.at, place.sources));
        ours.eq(places.iter().map(|(at, sources)| (at, *sources)))
            && self.targets == targets
            && self.own_target() == own_target
    }

    /// Shows the disk with `want` on top of it (`None`: a file that is not to be there).
    pub(crate) fn sync(&mut self, want: &BTreeMap<PathBuf, Option<Text>>) -> io::Result<()> {
        let tree = self.read_disk();
        let lower = match &self.own_target {
            Some(_) => BuildTimes::default(),
            None => BuildTimes::read(&self.targets),
        };
        if let Some(seen) = &self.seen
            && !self.whole
            // A build of the user's that is newer than one of ours would be mixed with it.
            && (lower.signature != self.builds.signature || self.clobbered(&tree, seen))
        {
            self.reset()?;
        }
        let upper = BuildTimes::read(&self.mirrored_targets());
        let newest = lower.newest().max(upper.newest());

        let differences = match &self.seen {
            Some(seen) => tree.differences(seen),
            None if self.whole => tree.differences(&Tree::default()),
            None => {
                Differences { changed: tree.wrongly_old(&lower, &self.targets), gone: Vec::new() }
            }
        };
        let first = self.seen.is_none();
        let mut touched: BTreeSet<PathBuf> = BTreeSet::new();

        let stale: Vec<PathBuf> =
            self.put.keys().filter(|path| !want.contains_key(*path)).cloned().collect();
        for path in stale {
            match tree.files.get(&path) {
                Some(stamp) if self.put.get(&path) == Some(&Put::Disk(*stamp)) => continue,
                Some(stamp) => self.show_disk(&path, *stamp, newest)?,
                None => self.show_nothing(&path, &tree)?,
            }
            touched.insert(path);
        }
        for (path, text) in want {
            let wanted = text.clone().map_or(Put::Gone, Put::Text);
            if self.put.get(path) != Some(&wanted) {
                self.show_draft(path, wanted, &tree, newest)?;
                touched.insert(path.clone());
            }
        }
        for path in differences.changed {
            if want.contains_key(&path) || touched.contains(&path) {
                continue;
            }
            let Some(&stamp) = tree.files.get(&path) else { continue };
            // With a date after all builds cargo sees the change by itself.
            if self.whole || first || Some(stamp.modified) <= newest {
                self.show_disk(&path, stamp, newest)?;
            }
            touched.insert(path);
        }
        touched.extend(differences.gone.into_iter().filter(|path| !want.contains_key(path)));
        let copied_anew = self.whole && first;
        if !copied_anew {
            self.wake_packages(&touched, want, &tree, newest, first)?;
        }
        if self.whole {
            self.copy_folder_links(&tree)?;
            self.copied = self.read_copies();
        }
        self.seen = Some(tree);
        self.builds = lower;
        Ok(())
    }

    /// Whether the disk is not what it was at the last [`Shown::sync`].
    pub(crate) fn disk_moved_on(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| !self.read_disk().differences(seen).is_empty())
    }

    /// Forgets everything and begins again with what the disk has.
    pub(crate) fn reset(&mut self) -> io::Result<()> {
        for place in &self.places {
            files::empty_folder(&place.mirror.root)?;
        }
        if let Some(own) = &self.own_target {
            files::remove_tree(own)?;
        }
        self.put.clear();
        self.seen = None;
        Ok(())
    }

    /// The parts of a mirror in which builds go.
    fn skipped_in(&self, place: &Place) -> Vec<PathBuf> {
        let inside = |target: &PathBuf| Some(target.strip_prefix(&place.at).ok()?.to_owned());
        self.targets.iter().filter_map(inside).collect()
    }

    fn read_copies(&self) -> Tree {
        let roots: Vec<PathBuf> =
            self.places.iter().map(|place| place.mirror.root.clone()).collect();
        let targets: Vec<PathBuf> =
            self.targets.iter().map(|target| self.for_program(target)).collect();
        Tree::read(&roots, &targets)
    }

    fn read_disk(&self) -> Tree {
        let sources = self.places.iter().filter(|place| place.sources);
        let roots: Vec<PathBuf> = sources.map(|place| place.at.clone()).collect();
        let mut excluded = self.targets.clone();
        excluded.extend(self.places.iter().map(|place| place.at.clone()));
        Tree::read(&roots, &excluded)
    }

    /// Where the program finds what is at `path` on disk; differs in a copy only.
    pub(crate) fn for_program(&self, path: &Path) -> PathBuf {
        match self.locate(path) {
            Some((place, relative)) if self.whole => place.mirror.root.join(relative),
            _ => path.to_owned(),
        }
    }

    /// Where on disk is what the program calls `path`.
    pub(crate) fn on_disk(&self, path: &Path) -> PathBuf {
        let copied =
            |place: &Place| Some(place.at.join(path.strip_prefix(&place.mirror.root).ok()?));
        match self.places.iter().filter_map(copied).next_back() {
            Some(found) if self.whole => found,
            _ => path.to_owned(),
        }
    }

    /// The place that `path` belongs to and its path there.
    fn locate<'a>(&self, path: &'a Path) -> Option<(&Place, &'a Path)> {
        let place = self
            .places
            .iter()
            .filter(|place| path.starts_with(&place.at))
            .max_by_key(|place| place.at.as_os_str().len())?;
        Some((place, path.strip_prefix(&place.at).ok()?))
    }

    fn mirrored_targets(&self) -> Vec<PathBuf> {
        if let Some(own) = &self.own_target {
            return vec![own.clone()];
        }
        let mirrored = |target: &PathBuf| {
            let (place, relative) = self.locate(target)?;
            Some(place.mirror.root.join(relative))
        };
        self.targets.iter().filter_map(mirrored).collect()
    }

    fn show_draft(
        &mut self,
        path: &Path,
        wanted: Put,
        tree: &Tree,
        newest: Option<i128>,
    ) -> io::Result<()> {
        let Some((place, relative)) = self.locate(path) else { return Ok(()) };
        match &wanted {
            Put::Text(text) => {
                let mode = tree.files.get(path).map_or(0o644, Stamp::permissions);
                place.mirror.write(relative, text.to_string().as_bytes(), mode, newest)?;
            }
            _ if !self.whole && tree.files.contains_key(path) => place.mirror.whiteout(relative)?,
            _ => place.mirror.remove(relative, |_| true)?,
        }
        self.put.insert(path.to_owned(), wanted);
        Ok(())
    }

    fn show_disk(&mut self, path: &Path, stamp: Stamp, newest: Option<i128>) -> io::Result<()> {
        let Some((place, relative)) = self.locate(path) else { return Ok(()) };
        match place.mirror.copy(relative, path, newest) {
            // It went, or cannot be read: then a program will not read it either.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
                ) =>
            {
                place.mirror.remove(relative, |_| true)?;
            }
            other => other?,
        }
        self.put.insert(path.to_owned(), Put::Disk(stamp));
        Ok(())
    }

    /// Links to folders are links in a copy as well.
    fn copy_folder_links(&self, tree: &Tree) -> io::Result<()> {
        for link in tree.folder_links() {
            let Some((place, relative)) = self.locate(link) else { continue };
            let Ok(to) = std::fs::read_link(link) else { continue };
            let known = place.mirror.find(relative).and_then(|copy| std::fs::read_link(copy).ok());
            if known.as_ref() != Some(&to) {
                place.mirror.link(relative, &to)?;
            }
        }
        Ok(())
    }

    fn show_nothing(&mut self, path: &Path, tree: &Tree) -> io::Result<()> {
        if let Some((place, relative)) = self.locate(path) {
            let on_disk = |folder: &Path| tree.has_folder(&place.at.join(folder));
            place.mirror.remove(relative, on_disk)?;
        }
        self.put.remove(path);
        Ok(())
    }

    /// Gives new dates to the files by which cargo notices that a package must be looked at:
    /// a macro may read any file without telling, and some build scripts are taken for fresh by
    /// the newest date in the package, which does not change when a file goes.
    fn wake_packages(
        &mut self,
        touched: &BTreeSet<PathBuf>,
        want: &BTreeMap<PathBuf, Option<Text>>,
        tree: &Tree,
        newest: Option<i128>,
        first: bool,
    ) -> io::Result<()> {
        let mut roots: BTreeSet<PathBuf> = BTreeSet::new();
        let mut scripts: BTreeSet<PathBuf> = BTreeSet::new();
        let mut changed: BTreeSet<PathBuf> = touched.clone();
        if first {
            // What went before we came has left its mark in its folder only.
            changed.extend(tree.folders().cloned());
        }
        let mut known_scripts: BTreeMap<PathBuf, Option<i128>> = BTreeMap::new();
        for path in &changed {
            let Some(package) = self.package_of(path, tree) else { continue };
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
            let known = Path::new(name).extension() == Some(OsStr::new("rs"))
                || ["Cargo.toml", "Cargo.lock"].contains(&name);
            if !known && touched.contains(path) {
                roots.extend(["src/lib.rs", "src/main.rs"].map(|root| package.join(root)));
            }
            let script = package.join("build.rs");
            if tree.files.contains_key(&script) {
                let watched_since = *known_scripts
                    .entry(package.clone())
                    .or_insert_with(|| self.watched_since(&package));
                let since = watched_since.is_some_and(|since| {
                    touched.contains(path) || tree.folder_modified(path) >= Some(since)
                });
                if since {
                    scripts.insert(script);
                }
            }
        }
        for path in roots.into_iter().chain(scripts) {
            if touched.contains(&path) {
                continue;
            }
            match (want.get(&path), tree.files.get(&path)) {
                (Some(Some(text)), _) => {
                    self.show_draft(&path, Put::Text(text.clone()), tree, newest)?;
                }
                (None, Some(&stamp)) => self.show_disk(&path, stamp, newest)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The folder with the nearest manifest.
    fn package_of(&self, path: &Path, tree: &Tree) -> Option<PathBuf> {
        let is_manifest = |manifest: &Path| match self.put.get(manifest) {
            Some(put) => *put != Put::Gone,
            None => tree.files.contains_key(manifest),
        };
        let folder = path.ancestors().find(|folder| is_manifest(&folder.join("Cargo.toml")))?;
        Some(folder.to_owned())
    }

    /// Since when cargo goes by the newest date in this package, if it does.
    fn watched_since(&self, package: &Path) -> Option<i128> {
        let manifest = package.join("Cargo.toml");
        let text = match self.put.get(&manifest) {
            Some(Put::Text(text)) => text.to_string(),
            _ => files::read_text(&manifest).ok()?,
        };
        let name = crate::manifest::package_name(&text)?;
        let mut targets = self.targets.clone();
        targets.extend(self.mirrored_targets());
        fingerprints::package_watched_since(&targets, &name)
    }
}
