//! Which files the project has.

use std::collections::BTreeSet;

use ignore::WalkBuilder;
use stdx::AbsPath;

/// More files than this are not listed: whoever walks them all would never come to an end.
pub const MAX_FILES: usize = 200_000;

/// The files of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileList {
    /// Sorted, each once. Regular files alone; links are not among them, since what they lead to
    /// is listed where it lies.
    pub paths: Vec<AbsPath>,
    /// Whether these are all, and not just the first [`MAX_FILES`] or what could be read.
    pub is_complete: bool,
}

/// The files beneath `root` that git would not ignore, hidden ones included and `.git` left out,
/// and those of `open`. The rules of `.gitignore` files count whether or not there is a
/// repository; those of the user's own git configuration do not, so that everybody who works on
/// the project has the same list.
pub(crate) fn list<'a>(root: &AbsPath, open: impl Iterator<Item = &'a AbsPath>) -> FileList {
    list_at_most(MAX_FILES, root, open)
}

/// Whether [`list`] would have the file at `path` by the disk alone. Looks into the folders that
/// lead there, and into no other.
pub(crate) fn lists(root: &AbsPath, path: &AbsPath) -> bool {
    let way = path.clone();
    let mut walk = walk(root);
    walk.filter_entry(move |entry| {
        entry.file_name() != ".git" && way.as_path().starts_with(entry.path())
    });
    walk.build().flatten().any(|entry| {
        entry.path() == path.as_path() && entry.file_type().is_some_and(|kind| kind.is_file())
    })
}

fn walk(root: &AbsPath) -> WalkBuilder {
    let mut walk = WalkBuilder::new(root);
    walk.hidden(false).ignore(false).git_global(false).require_git(false);
    walk
}

fn list_at_most<'a>(
    limit: usize,
    root: &AbsPath,
    open: impl Iterator<Item = &'a AbsPath>,
) -> FileList {
    let mut paths: BTreeSet<AbsPath> = open.cloned().collect();
    let mut is_complete = true;
    let mut walk = walk(root);
    walk.sort_by_file_name(std::ffi::OsStr::cmp).filter_entry(|entry| entry.file_name() != ".git");
    for entry in walk.build() {
        // A folder that may not be read does not cost the user all others.
        let Ok(entry) = entry else {
            is_complete = false;
            continue;
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        if paths.len() >= limit {
            is_complete = false;
            break;
        }
        if let Ok(path) = AbsPath::new(entry.path()) {
            paths.insert(path);
        }
    }
    FileList { paths: paths.into_iter().collect(), is_complete }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_dir::TestDir;

    fn names(root: &AbsPath, list: &FileList) -> Vec<String> {
        list.paths.iter().map(|path| path.relative_to(root).unwrap()).collect()
    }

    fn project() -> TestDir {
        let test = TestDir::new("files");
        test.write("up/.gitignore", "from_above.txt\n");
        test.write("up/root/.gitignore", "/target\n*.log\n!keep.log\n");
        test.write("up/root/.git/HEAD", "ref: refs/heads/main\n");
        test.write("up/root/.git/info/exclude", "excluded.txt\n");
        test.write("up/root/src/.gitignore", "generated.rs\n");
        for name in [
            "b.rs",
            "a.rs",
            "src/lib.rs",
            "src/generated.rs",
            "target/debug/x",
            "x.log",
            "keep.log",
            ".cargo/config.toml",
            "from_above.txt",
            "excluded.txt",
            "sub/.git",
        ] {
            test.write(&format!("up/root/{name}"), "");
        }
        std::os::unix::fs::symlink("a.rs", test.path("up/root/link.rs")).unwrap();
        std::os::unix::fs::symlink("..", test.path("up/root/loop")).unwrap();
        test
    }

    #[test]
    fn what_git_would_not_ignore_and_what_is_open() {
        let test = project();
        let root = test.path("up/root");
        let open = [root.join("unsaved.rs"), root.join("a.rs"), root.join("target/open.rs")];
        let list = list(&root, open.iter());
        assert!(list.is_complete);
        assert_eq!(
            names(&root, &list),
            [
                ".cargo/config.toml",
                ".gitignore",
                "a.rs",
                "b.rs",
                "keep.log",
                "src/.gitignore",
                "src/lib.rs",
                "target/open.rs",
                "unsaved.rs",
            ]
        );
    }

    #[test]
    fn one_file_is_looked_up_as_the_list_has_it() {
        let test = project();
        let root = test.path("up/root");
        let all = list(&root, [].iter());
        for name in ["a.rs", "src/lib.rs", "target/debug/x", "x.log", "keep.log", "src"] {
            let path = root.join(name);
            assert_eq!(lists(&root, &path), all.paths.contains(&path), "{name}");
        }
        for name in ["src/generated.rs", "from_above.txt", "link.rs", "none.rs", ".git/HEAD"] {
            assert!(!lists(&root, &root.join(name)), "{name}");
        }
    }

    #[test]
    fn the_count_is_bounded() {
        let test = project();
        let root = test.path("up/root");
        let list = list_at_most(3, &root, [root.join("unsaved.rs")].iter());
        assert!(!list.is_complete);
        assert_eq!(names(&root, &list), [".cargo/config.toml", ".gitignore", "unsaved.rs"]);
        let nothing = list_at_most(3, &root.join("nowhere"), [].iter());
        assert_eq!((nothing.paths.len(), nothing.is_complete), (0, false));
    }
}
