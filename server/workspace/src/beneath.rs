//! Opening files beneath a root at the moment of use.
//!
//! A path that was checked is not a path that is safe: between the check and the use somebody can
//! put a symbolic link in its way. So the system itself is told to resolve the path beneath the
//! root's descriptor and to refuse whatever leads out of it. Links that stay beneath the root are
//! followed; absolute ones are refused wherever they point, as the system call does.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use rustix::io::Errno;
use stdx::AbsPath;

use crate::ReadError;

/// Opens the file for reading. Does not wait for pipes and devices.
pub(crate) fn open_file(root: &AbsPath, path: &AbsPath) -> Result<File, ReadError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let relative = path.as_path().strip_prefix(root).map_err(|_| ReadError::Outside)?;
    if relative.as_os_str().is_empty() {
        // The root itself is what the caller says it is.
        return Ok(openat(CWD, root.as_path(), flags | OFlags::CLOEXEC, Mode::empty())?.into());
    }
    Ok(open(root, relative, flags)?.into())
}

/// Opens the folder that `path` lies in, and gives the name of `path` in it. With `make`, missing
/// folders are made.
pub(crate) fn open_parent(
    root: &AbsPath,
    path: &AbsPath,
    make: bool,
) -> Result<(OwnedFd, OsString), ReadError> {
    let relative = path.as_path().strip_prefix(root).map_err(|_| ReadError::Outside)?;
    let name = relative.file_name().ok_or(ReadError::NotAFile)?.to_owned();
    let folder = relative.parent().unwrap_or(Path::new(""));
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    match open(root, folder, flags) {
        Err(ReadError::NotFound) if make => {}
        other => return other.map(|folder| (folder, name)),
    }
    let mut known = Path::new("").to_owned();
    for part in folder.components() {
        let parent = open(root, &known, flags)?;
        known.push(part);
        match mkdirat(&parent, Path::new(part.as_os_str()), Mode::from_raw_mode(0o777)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
    open(root, folder, flags).map(|folder| (folder, name))
}

/// Opens `relative` beneath `root`; the empty path is the root.
fn open(root: &AbsPath, relative: &Path, flags: OFlags) -> Result<OwnedFd, ReadError> {
    let root_flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root_folder = openat(CWD, root.as_path(), root_flags, Mode::empty())?;
    if relative.as_os_str().is_empty() {
        return Ok(root_folder);
    }
    match open_by_system(&root_folder, relative, flags) {
        // An old kernel, or a container whose filter does not know the call.
        Err(Errno::NOSYS | Errno::PERM) => open_by_steps(root, relative, flags),
        Err(Errno::XDEV) => Err(ReadError::Outside),
        other => Ok(other?),
    }
}

#[cfg(target_os = "linux")]
fn open_by_system(root: &OwnedFd, relative: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    use rustix::fs::{ResolveFlags, openat2};
    /// The call gives up when anything is renamed while it looks, which is no reason to fail.
    const ATTEMPTS: usize = 16;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    let mut result = Err(Errno::AGAIN);
    for _ in 0..ATTEMPTS {
        result = openat2(root, relative, flags | OFlags::CLOEXEC, Mode::empty(), resolve);
        if !matches!(result, Err(Errno::AGAIN | Errno::INTR)) {
            break;
        }
    }
    result
}

#[cfg(not(target_os = "linux"))]
fn open_by_system(_: &OwnedFd, _: &Path, _: OFlags) -> rustix::io::Result<OwnedFd> {
    Err(Errno::NOSYS)
}

/// The same where the system cannot do it in one call: links are resolved first, and then every
/// step of the resolved path is opened without following any, so that a link that was put there
/// in between is an error.
fn open_by_steps(root: &AbsPath, relative: &Path, flags: OFlags) -> Result<OwnedFd, ReadError> {
    let real_root = std::fs::canonicalize(root)?;
    let real_path = std::fs::canonicalize(real_root.join(relative))?;
    let inside = real_path.strip_prefix(&real_root).map_err(|_| ReadError::Outside)?;
    let no_link = OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut folder =
        openat(CWD, &real_root, OFlags::RDONLY | OFlags::DIRECTORY | no_link, Mode::empty())?;
    let mut parts: Vec<&OsStr> = Vec::new();
    for part in inside.components() {
        // A canonical path has no other components.
        let Component::Normal(part) = part else { return Err(ReadError::Outside) };
        parts.push(part);
    }
    let Some((name, folders)) = parts.split_last() else { return Ok(folder) };
    for part in folders {
        let step = OFlags::RDONLY | OFlags::DIRECTORY | no_link;
        folder = openat(&folder, Path::new(part), step, Mode::empty())?;
    }
    Ok(openat(&folder, Path::new(name), flags | no_link, Mode::empty())?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::test_dir::TestDir;

    fn read(file: Result<OwnedFd, ReadError>) -> Result<String, ReadError> {
        let mut text = String::new();
        File::from(file?).read_to_string(&mut text)?;
        Ok(text)
    }

    /// Both ways to open must agree.
    fn check(root: &AbsPath, relative: &str, expected: Result<&str, ReadError>) {
        let relative = Path::new(relative);
        let expected = expected.map(str::to_owned);
        assert_eq!(read(open(root, relative, OFlags::RDONLY)), expected, "{relative:?}");
        let by_steps = open_by_steps(root, relative, OFlags::RDONLY);
        assert_eq!(read(by_steps), expected, "{relative:?} by steps");
    }

    #[test]
    fn links_are_followed_beneath_the_root_and_not_out_of_it() {
        let test = TestDir::new("beneath");
        test.write("outside.txt", "secret");
        test.write("root/a/inside.txt", "inside");
        let root = test.path("root");
        let link = |name: &str, to: &str| symlink(to, root.join(name)).unwrap();
        link("near", "a/inside.txt");
        link("a/up", "../near");
        link("folder", "a");
        link("out", "../outside.txt");
        link("far", "/etc/passwd");
        link("a/far", "../..");
        link("gone", "nowhere");
        check(&root, "a/inside.txt", Ok("inside"));
        check(&root, "near", Ok("inside"));
        check(&root, "a/up", Ok("inside"));
        check(&root, "folder/inside.txt", Ok("inside"));
        check(&root, "out", Err(ReadError::Outside));
        check(&root, "far", Err(ReadError::Outside));
        check(&root, "a/far/outside.txt", Err(ReadError::Outside));
        check(&root, "gone", Err(ReadError::NotFound));
        check(&root, "a/inside.txt/x", Err(ReadError::NotFound));
    }

    #[test]
    fn a_root_may_itself_be_reached_by_a_link() {
        let test = TestDir::new("linked-root");
        test.write("real/a.txt", "a");
        symlink("real", test.path("root")).unwrap();
        check(&test.path("root"), "a.txt", Ok("a"));
    }

    #[test]
    fn folders_are_made_beneath_the_root_alone() {
        let test = TestDir::new("make");
        test.write("root/a.txt", "");
        test.write("other/b.txt", "");
        let root = test.path("root");
        symlink("../other", root.join("out")).unwrap();
        let parent = |path: &str, make| open_parent(&root, &root.join(path), make).map(|it| it.1);
        assert_eq!(parent("x/y/z.txt", false), Err(ReadError::NotFound));
        assert_eq!(parent("x/y/z.txt", true), Ok("z.txt".into()));
        assert!(root.join("x/y").as_path().is_dir());
        assert_eq!(parent("out/new/z.txt", true), Err(ReadError::Outside));
        assert_eq!(parent("../other/z.txt", true), Err(ReadError::Outside));
        assert!(!test.path("other/new").as_path().exists());
        assert_eq!(parent("a.txt/z.txt", true), Err(ReadError::NotFound));
    }
}
