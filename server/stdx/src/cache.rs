//! What can be made again: a folder of files that are kept to save time, and of which each may go
//! at any moment.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use crate::clock::{Clock, SystemClock};

/// Unfinished files of writers that died are removed when they are older.
const LEFT_BEHIND_MILLIS: u64 = 3_600_000;

/// A folder that belongs to this user and that nobody else can write.
#[derive(Debug, Clone)]
pub struct CacheDir(PathBuf);

impl CacheDir {
    /// The folder at `path`, made if it is missing. What others may have put there would be taken
    /// for our own, so it must be this user's, and writable by this user alone.
    ///
    /// # Errors
    /// If it cannot be made, or others can write it.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<CacheDir> {
        let path = path.into();
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        let found = std::fs::metadata(&path)?;
        if found.uid() != rustix::process::geteuid().as_raw() || found.mode() & 0o022 != 0 {
            return Err(io::Error::other(format!("others can write {}", path.display())));
        }
        Ok(CacheDir(path))
    }

    /// A folder beneath it, under the same conditions.
    ///
    /// # Errors
    /// As for [`CacheDir::open`].
    pub fn sub(&self, name: &str) -> io::Result<CacheDir> {
        CacheDir::open(self.0.join(name))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The bytes of the file `name`, if it is there, is a plain file of this user and has at most
    /// `limit` bytes.
    #[must_use]
    pub fn read(&self, name: &str, limit: u64) -> Option<Vec<u8>> {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).ok()?;
        let open = OpenOptions::new().read(true).custom_flags(flags).open(self.0.join(name));
        let file = open.ok()?;
        let found = file.metadata().ok()?;
        let is_ours = found.uid() == rustix::process::geteuid().as_raw();
        if !is_ours || !found.is_file() || found.len() > limit {
            return None;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(found.len()).ok()?);
        file.take(limit + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= limit).then_some(bytes)
    }

    /// Puts `bytes` in the place of the file `name` at once: readers, of other processes too, see
    /// the old file or the new one. After a loss of power it may be neither, so the contents must
    /// tell whether they are whole.
    ///
    /// # Errors
    /// If it cannot be written or renamed; then the old file is untouched.
    #[expect(clippy::disallowed_methods, reason = "this is the door to files that we write")]
    pub fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = self.0.join(format!(".{name}.{}.{count}.tmp", std::process::id()));
        let written = (|| {
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(bytes)?;
            std::fs::rename(&temporary, self.0.join(name))
        })();
        if written.is_err() {
            // The error that is reported is the first one; a leftover file goes later.
            let _ = std::fs::remove_file(&temporary);
        }
        written
    }

    /// Removes the files that were written longest ago, other than `name`, until all together
    /// have at most `limit` bytes; and what writers that died have left behind.
    #[expect(clippy::disallowed_methods, reason = "this is the door to files that we write")]
    pub fn keep_within(&self, limit: u64, name: &str) {
        let now = SystemClock::new().unix_millis();
        let mut files: Vec<(u64, u64, PathBuf)> = Vec::new();
        // What cannot be listed or removed now is tried again next time.
        for entry in std::fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let Ok(found) = entry.metadata() else { continue };
            if !found.is_file() {
                continue;
            }
            let age = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let written = age.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
            let is_unfinished = entry.file_name().to_string_lossy().ends_with(".tmp");
            if is_unfinished && written.saturating_add(LEFT_BEHIND_MILLIS) < now {
                let _ = std::fs::remove_file(entry.path());
            } else if !is_unfinished {
                files.push((written, found.len(), entry.path()));
            }
        }
        files.sort();
        let mut sum: u64 = files.iter().map(|file| file.1).sum();
        for (_, bytes, path) in files {
            if sum <= limit {
                return;
            }
            if path.file_name().is_some_and(|other| other != name) {
                sum -= bytes;
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays out files and looks at them")]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::time::Duration;

    use super::*;

    fn cache(name: &str) -> CacheDir {
        let path = std::env::temp_dir().join(format!("ostler-cache-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        CacheDir::open(path).unwrap()
    }

    #[test]
    fn what_others_could_have_written_is_not_read() {
        let cache = cache("others");
        cache.replace("a", b"ours").unwrap();
        assert_eq!(cache.read("a", 4).as_deref(), Some(&b"ours"[..]));
        let mode = std::fs::metadata(cache.path().join("a")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(cache.read("a", 3), None, "too large");
        symlink(cache.path().join("a"), cache.path().join("link")).unwrap();
        assert_eq!(cache.read("link", 4), None);
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(cache.path(), open).unwrap();
        assert!(CacheDir::open(cache.path()).is_err());
        std::fs::remove_dir_all(cache.path()).unwrap();
    }

    #[test]
    fn the_oldest_go_first_and_what_is_unfinished_when_it_is_old() {
        let cache = cache("bounded");
        let age = |name: &str, seconds: u64| {
            let file = OpenOptions::new().write(true).open(cache.path().join(name)).unwrap();
            let now = Duration::from_millis(SystemClock::new().unix_millis());
            file.set_modified(UNIX_EPOCH + now - Duration::from_secs(seconds)).unwrap();
        };
        for (name, seconds) in [("a", 4), ("b", 3), ("c", 2), (".x.tmp", 7200), (".y.tmp", 60)] {
            std::fs::write(cache.path().join(name), [0; 10]).unwrap();
            age(name, seconds);
        }
        cache.keep_within(20, "a");
        let names = std::fs::read_dir(cache.path()).unwrap().map(|it| it.unwrap().file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        assert_eq!(names, [".y.tmp", "a", "c"]);
        std::fs::remove_dir_all(cache.path()).unwrap();
    }
}
