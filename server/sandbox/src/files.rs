//! Our own folders, in which a program may have left anything.

#![expect(clippy::disallowed_methods, reason = "scratch folders of this room")]

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Removes `path` and everything beneath it, also what a program has made unreadable. Missing is
/// fine. Links are removed, not followed.
pub(crate) fn remove_tree(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
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
