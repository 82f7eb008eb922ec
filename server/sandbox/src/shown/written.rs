//! What programs left behind in the mirrors.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use text::Text;

use super::{Put, Shown};
use crate::files;
use crate::tree::Tree;

/// What a program left in place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// This text.
    Text(Text),
    /// Something else than text, or something too large.
    Bytes,
    /// Nothing.
    Gone,
}

impl Written {
    fn read(path: &Path) -> Written {
        let small =
            std::fs::metadata(path).is_ok_and(|found| found.len() <= workspace::MAX_FILE_BYTES);
        match files::read_text(path) {
            Ok(text) if small => Written::Text(Text::new(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Written::Gone,
            _ => Written::Bytes,
        }
    }
}

impl Shown {
    /// What the last program did to the sources. At the next [`Shown::sync`] it is gone.
    pub(crate) fn take_written(&mut self) -> io::Result<BTreeMap<PathBuf, Written>> {
        let mut written = BTreeMap::new();
        let Some(seen) = &self.seen else { return Ok(written) };
        if self.whole {
            let differences = self.read_copies().differences(&self.copied);
            for copy in differences.changed {
                let path = self.on_disk(&copy);
                let found = Written::read(&copy);
                if found != self.shown_at(&path) || found == Written::Bytes {
                    written.insert(path, found);
                }
            }
            for copy in differences.gone {
                written.insert(self.on_disk(&copy), Written::Gone);
            }
        } else {
            self.written_above(seen, &mut written);
        }
        for path in written.keys() {
            // Nothing that is to be shown equals it, so it will be replaced.
            self.put.insert(path.clone(), Put::Foreign);
        }
        Ok(written)
    }

    /// What programs were shown at `path`.
    fn shown_at(&self, path: &Path) -> Written {
        match self.put.get(path) {
            Some(Put::Text(text)) => Written::Text(text.clone()),
            _ => Written::read(path),
        }
    }

    /// What a program wrote into the upper layers.
    fn written_above(&self, seen: &Tree, written: &mut BTreeMap<PathBuf, Written>) {
        for place in self.places.iter().filter(|place| place.sources) {
            for entry in files::entries(&place.mirror.root, &self.skipped_in(place)) {
                let path = place.at.join(&entry.relative);
                let upper = place.mirror.root.join(&entry.relative);
                if !entry.regular && self.put.get(&path) != Some(&Put::Gone) {
                    // Deleted or replaced, with all that it may have held.
                    for (lower, _) in seen.beneath(&path) {
                        let still = lower.strip_prefix(&place.at).is_ok_and(|relative| {
                            place.mirror.find(relative).is_some_and(|at| at.is_file())
                        });
                        if !still {
                            written.insert(lower.clone(), Written::Gone);
                        }
                    }
                }
                if entry.regular {
                    let found = Written::read(&upper);
                    // Bytes could be the same or not: they were written.
                    if found != self.shown_at(&path) || found == Written::Bytes {
                        written.insert(path, found);
                    }
                }
            }
        }
        for (path, put) in &self.put {
            if let (Put::Text(_), Some((place, relative))) = (put, self.locate(path))
                && place.mirror.find(relative).is_none_or(|upper| !upper.is_file())
            {
                written.insert(path.clone(), Written::Gone);
            }
        }
    }

    /// Whether programs wrote something over sources that cannot be kept: over a file that has
    /// changed on disk since, or signs of deletion. Lock files are taken away, so that each run
    /// begins with those of the disk.
    pub(super) fn clobbered(&self, tree: &Tree, seen: &Tree) -> bool {
        let mut spoilt = false;
        for place in self.places.iter().filter(|place| place.sources) {
            for entry in files::entries(&place.mirror.root, &self.skipped_in(place)) {
                let path = place.at.join(&entry.relative);
                let hides_nothing = entry.folder && !tree.has_folder(&path);
                if self.put.contains_key(&path) || hides_nothing {
                    continue;
                }
                if path.file_name() == Some(OsStr::new("Cargo.lock")) && entry.regular {
                    spoilt |= place.mirror.remove(&entry.relative, |_| true).is_err();
                } else if !entry.regular || tree.files.get(&path) != seen.files.get(&path) {
                    spoilt = true;
                }
            }
        }
        spoilt
    }
}
