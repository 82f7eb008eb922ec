//! Our own folders, in which a program may have left anything.

#![expect(clippy::disallowed_methods, reason = "scratch folders of this room")]

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::tree::Stamp;

/// Removes `path` and everything beneath it, also what a program has made unreadable. Missing is
/// fine, also when somebody else removes at the same time. Links are removed, not followed.
pub(crate) fn remove_tree(path: &Path) -> io::Result<()> {
    match remove_existing(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn remove_existing(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    if !found.is_dir() {
        return fs::remove_file(path);
    }
    if found.permissions().mode() & 0o700 != 0o700 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    for entry in fs::read_dir(path)? {
        remove_tree(&entry?.path())?;
    }
    fs::remove_dir(path)
}

/// Moves a file of ours; nothing happens if it is not there or no file.
pub(crate) fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    let is_file = fs::symlink_metadata(from).is_ok_and(|found| found.is_file());
    if is_file { fs::rename(from, to) } else { Ok(()) }
}

static THROWN_AWAY: AtomicU64 = AtomicU64::new(0);

/// Takes `path` away at once, and removes it when there is time: that can take a while. Meanwhile
/// it lies in the folder `trash`.
pub(crate) fn throw_away(path: &Path, trash: &Path) -> io::Result<()> {
    fs::create_dir_all(trash)?;
    let name = THROWN_AWAY.fetch_add(1, Ordering::Relaxed).to_string();
    let away = trash.join(name);
    match fs::rename(path, &away) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        // A folder that its owner may not write cannot be moved either.
        Err(_) => return remove_tree(path),
        Ok(()) => {}
    }
    // If the runtime ends before, the whole scratch folder goes.
    drop(tokio::task::spawn_blocking(move || remove_tree(&away)));
    Ok(())
}

/// Makes the folder `path` anew, empty.
pub(crate) fn empty_folder(path: &Path) -> io::Result<()> {
    remove_tree(path)?;
    fs::create_dir_all(path)
}

/// Bytes of all files beneath `path`.
pub(crate) fn size_of_tree(path: &Path) -> u64 {
    let Ok(found) = fs::symlink_metadata(path) else { return 0 };
    if !found.is_dir() {
        return found.len();
    }
    let Ok(entries) = fs::read_dir(path) else { return 0 };
    entries.flatten().map(|entry| size_of_tree(&entry.path())).sum()
}

/// A folder of ours that mirrors one of the user's: an upper layer or a copy. A program may have
/// put links anywhere in it, so nothing here follows one.
#[derive(Debug, Clone)]
pub(crate) struct Mirror {
    pub(crate) root: PathBuf,
}

impl Mirror {
    /// Gives the file at `relative` these bytes, and a modification time of now, or after
    /// `not_before` (nanoseconds since 1970) if that is later.
    pub(crate) fn write(
        &self,
        relative: &Path,
        bytes: &[u8],
        mode: u32,
        not_before: Option<i128>,
    ) -> io::Result<()> {
        let path = self.clear(relative)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
        file.write_all(bytes)?;
        // What was asked for at creation is subject to the umask.
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        if let Some(not_before) = not_before
            && Stamp::of(&file.metadata()?).modified <= not_before
        {
            let later = u64::try_from(not_before + 1_000_000).unwrap_or(u64::MAX);
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_nanos(later))?;
        }
        Ok(())
    }

    /// Gives the file at `relative` the bytes that the disk has at `source`.
    pub(crate) fn copy(
        &self,
        relative: &Path,
        source: &Path,
        not_before: Option<i128>,
    ) -> io::Result<()> {
        let mode = fs::metadata(source)?.permissions().mode() & 0o777;
        self.write(relative, &fs::read(source)?, mode | 0o400, not_before)
    }

    /// Makes a link at `relative` that leads to `to`.
    pub(crate) fn link(&self, relative: &Path, to: &Path) -> io::Result<()> {
        std::os::unix::fs::symlink(to, self.clear(relative)?)
    }

    /// Puts the overlay's sign for "gone" at `relative`.
    #[cfg(target_os = "linux")]
    pub(crate) fn whiteout(&self, relative: &Path) -> io::Result<()> {
        let path = self.clear(relative)?;
        let kind = rustix::fs::FileType::CharacterDevice;
        Ok(rustix::fs::mknodat(rustix::fs::CWD, &path, kind, rustix::fs::Mode::empty(), 0)?)
    }

    /// Upper layers exist only where overlays do.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn whiteout(&self, relative: &Path) -> io::Result<()> {
        self.remove(relative, |_| true)
    }

    /// Takes away what is at `relative`, and then the folders around it that `needed` does not
    /// ask for, as far as they are empty.
    pub(crate) fn remove(&self, relative: &Path, needed: impl Fn(&Path) -> bool) -> io::Result<()> {
        let Some(path) = self.find(relative) else { return Ok(()) };
        remove_tree(&path)?;
        for folder in relative.ancestors().skip(1) {
            let root = folder.as_os_str().is_empty();
            if root || needed(folder) || fs::remove_dir(self.root.join(folder)).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Where `relative` is, if it is there and no link leads to it.
    pub(crate) fn find(&self, relative: &Path) -> Option<PathBuf> {
        let mut path = self.root.clone();
        let mut components = relative.components().peekable();
        while let Some(component) = components.next() {
            path.push(component);
            let found = fs::symlink_metadata(&path).ok()?;
            if components.peek().is_some() && !found.is_dir() {
                return None;
            }
        }
        Some(path)
    }

    /// Makes room for something new at `relative`: real folders around it, nothing at it.
    fn clear(&self, relative: &Path) -> io::Result<PathBuf> {
        let mut path = self.root.clone();
        let mut components = relative.components().peekable();
        while let Some(component) = components.next() {
            if !matches!(component, Component::Normal(_)) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            path.push(component);
            let last = components.peek().is_none();
            let is_folder = fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
            if last || !is_folder {
                remove_tree(&path)?;
            }
            if !last && !is_folder {
                fs::create_dir(&path)?;
            }
        }
        Ok(path)
    }
}

/// Something in a mirror that is not a plain folder.
pub(crate) struct Entry {
    pub(crate) relative: PathBuf,
    /// A regular file.
    pub(crate) regular: bool,
    /// A folder that hides the one of the same name beneath it, if there is one. Some kernels
    /// mark every folder so that a program made.
    pub(crate) folder: bool,
}

/// Everything in the mirror at `root` but plain folders, without what lies in `skipped`
/// (relative). A folder that hides the one of the same name beneath it counts as an entry.
pub(crate) fn entries(root: &Path, skipped: &[PathBuf]) -> Vec<Entry> {
    let mut result = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(folder) = waiting.pop() {
        let Ok(listed) = fs::read_dir(root.join(&folder)) else { continue };
        for entry in listed.flatten() {
            let relative = folder.join(entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            if skipped.contains(&relative) {
                continue;
            }
            let plain = kind.is_dir() && !hides_lower(&entry.path());
            if kind.is_dir() {
                let left_out = [".git", "node_modules"].iter().any(|name| relative.ends_with(name));
                if left_out || entry.path().join("CACHEDIR.TAG").exists() {
                    continue;
                }
                waiting.push(relative.clone());
            }
            if !plain {
                result.push(Entry { relative, regular: kind.is_file(), folder: kind.is_dir() });
            }
        }
    }
    result
}

#[cfg(target_os = "linux")]
fn hides_lower(folder: &Path) -> bool {
    let mut value = [0_u8; 1];
    rustix::fs::lgetxattr(folder, "user.overlay.opaque", &mut value[..]).is_ok() && value[0] == b'y'
}

#[cfg(not(target_os = "linux"))]
fn hides_lower(_folder: &Path) -> bool {
    false
}

/// The text of a file.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TempFolder;

    #[test]
    fn a_mirror_follows_no_link() {
        let folder = TempFolder::new();
        let outside = folder.path().join("outside");
        let mirror = Mirror { root: folder.path().join("mirror") };
        fs::create_dir_all(&outside).unwrap();
        fs::create_dir_all(&mirror.root).unwrap();
        fs::write(outside.join("file"), "theirs").unwrap();
        std::os::unix::fs::symlink(&outside, mirror.root.join("folder")).unwrap();
        std::os::unix::fs::symlink(outside.join("file"), mirror.root.join("link")).unwrap();
        assert_eq!(mirror.find(Path::new("folder/file")), None);
        mirror.remove(Path::new("folder/file"), |_| true).unwrap();
        for name in ["folder/file", "link"] {
            mirror.write(Path::new(name), b"ours", 0o644, None).unwrap();
            assert_eq!(fs::read_to_string(mirror.root.join(name)).unwrap(), "ours");
        }
        assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "theirs");
        assert!(mirror.write(Path::new("../outside/file"), b"ours", 0o644, None).is_err());
    }

    #[test]
    fn what_is_written_is_newer_than_the_newest_build() {
        let folder = TempFolder::new();
        let mirror = Mirror { root: folder.path().to_owned() };
        let far = 4_000_000_000 * 1_000_000_000_i128;
        mirror.write(Path::new("file"), b"", 0o644, Some(far)).unwrap();
        let stamp = Stamp::of(&fs::metadata(folder.path().join("file")).unwrap());
        assert!(stamp.modified > far);
    }
}
