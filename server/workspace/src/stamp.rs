//! What the file system says of a file, without reading it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// Size, times and number of a file: the same as long as nobody writes, replaces or restores it.
/// The time of the last change of the file's own entry is among them, which no program can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    inode: u64,
    size: u64,
    /// Nanoseconds since 1970.
    written: i64,
    changed: i64,
}

/// Bytes of a [`Stamp`] in a file.
pub const STAMP_BYTES: usize = 32;

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Stamp {
        let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000) + rest;
        Stamp {
            inode: metadata.ino(),
            size: metadata.len(),
            written: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether a file with this stamp, read at `unix_millis`, cannot have been written since
    /// without its stamp telling: clocks of file systems are coarse, so what was written in the
    /// moment before may be written again within the same tick.
    #[must_use]
    pub fn tells(&self, unix_millis: u64) -> bool {
        /// Some file systems count in twos of seconds.
        const COARSEST_MILLIS: i64 = 2_000;
        let latest = self.written.max(self.changed) / 1_000_000;
        i64::try_from(unix_millis).is_ok_and(|now| latest.saturating_add(COARSEST_MILLIS) < now)
    }

    /// As bytes, to be kept.
    #[must_use]
    pub fn to_bytes(self) -> [u8; STAMP_BYTES] {
        let mut bytes = [0; STAMP_BYTES];
        bytes[..8].copy_from_slice(&self.inode.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.size.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.written.to_le_bytes());
        bytes[24..].copy_from_slice(&self.changed.to_le_bytes());
        bytes
    }

    /// What [`Stamp::to_bytes`] gave.
    #[must_use]
    pub fn from_bytes(bytes: [u8; STAMP_BYTES]) -> Stamp {
        let part = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            eight
        };
        Stamp {
            inode: u64::from_le_bytes(part(0)),
            size: u64::from_le_bytes(part(8)),
            written: i64::from_le_bytes(part(16)),
            changed: i64::from_le_bytes(part(24)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays out files and looks at them")]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::Snapshot;
    use crate::test_dir::TestDir;

    #[test]
    fn a_restored_file_of_the_same_size_and_time_has_another_stamp() {
        let test = TestDir::new("stamp");
        let path = test.write("a.rs", "one");
        let snapshot = Snapshot::of_disk(test.path(""));
        let time = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let set = || {
            let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_modified(time).unwrap();
        };
        set();
        let (text, stamp) = snapshot.read_stamped(&path).unwrap();
        assert_eq!((text.as_str(), snapshot.stamp(&path)), ("one", Some(stamp)));
        assert_eq!(Stamp::from_bytes(stamp.to_bytes()), stamp);
        // Replaced as editors do, with the old time put back.
        test.write("b.rs", "two");
        std::fs::rename(test.path("b.rs"), &path).unwrap();
        set();
        assert_ne!(snapshot.stamp(&path), Some(stamp));
        assert_eq!(snapshot.stamp(&test.path("none.rs")), None);
    }

    #[test]
    fn a_file_that_was_just_written_does_not_tell() {
        let second = 1_000_000_000;
        let stamp = Stamp { inode: 1, size: 1, written: 5 * second, changed: 7 * second };
        assert_eq!((stamp.tells(9_000), stamp.tells(9_001), stamp.tells(0)), (false, true, false));
    }
}
