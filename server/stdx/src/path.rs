//! Absolute paths as a type, because "relative to what?" is a question that should be answered
//! where a path enters the server and nowhere else.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

/// An absolute path without `.` and `..` components. Cheap to clone. Whether anything exists
/// there is not said; symbolic links are not resolved.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsPath(Arc<Path>);

/// The path is relative.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is not an absolute path", .0.display())]
pub struct NotAbsolute(pub PathBuf);

impl AbsPath {
    /// The path, with `.` and `..` removed by their letters.
    ///
    /// # Errors
    /// [`NotAbsolute`] if `path` is relative.
    pub fn new(path: impl AsRef<Path>) -> Result<AbsPath, NotAbsolute> {
        let path = path.as_ref();
        if !path.is_absolute() {
            return Err(NotAbsolute(path.to_owned()));
        }
        Ok(AbsPath(normalize(path).into()))
    }

    /// The root of the file system.
    #[must_use]
    pub fn root() -> AbsPath {
        AbsPath(Path::new("/").into())
    }

    /// The path `relative` beneath this one; an absolute `relative` replaces it, `..` goes up.
    #[must_use]
    pub fn join(&self, relative: impl AsRef<Path>) -> AbsPath {
        AbsPath(normalize(&self.0.join(relative)).into())
    }

    /// As the standard library's type.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// The folder that holds it; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<AbsPath> {
        self.0.parent().map(|parent| AbsPath(parent.into()))
    }

    /// Whether it is `other` or lies beneath it.
    #[must_use]
    pub fn starts_with(&self, other: &AbsPath) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The part beneath `root` with `/` as separator: how paths are shown and how they enter
    /// prompts. `None` if it does not lie beneath `root`; the empty string for `root` itself.
    #[must_use]
    pub fn relative_to(&self, root: &AbsPath) -> Option<String> {
        let relative = self.0.strip_prefix(&root.0).ok()?;
        let parts: Vec<_> =
            relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        Some(parts.join("/"))
    }
}

fn normalize(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

impl fmt::Debug for AbsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for AbsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

impl AsRef<Path> for AbsPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalizes_and_relates() {
        let root = AbsPath::new("/a/./b/../c").unwrap();
        assert_eq!(root.as_path(), Path::new("/a/c"));
        assert_eq!(root.join("d/../e.rs").relative_to(&root).as_deref(), Some("e.rs"));
        assert_eq!(root.join("../x").relative_to(&root), None);
        assert_eq!(AbsPath::new("/../..").unwrap().as_path(), Path::new("/"));
        assert!(AbsPath::new("a").is_err());
    }
}
