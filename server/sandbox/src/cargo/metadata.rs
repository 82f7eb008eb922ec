//! What cargo says about a workspace, and which of its packages a change concerns.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The part of `cargo metadata --no-deps` that is used here.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    pub(super) workspace_root: PathBuf,
    pub(super) target_directory: PathBuf,
    /// Where intermediate files go, if that is another folder; unknown to older versions.
    pub(super) build_directory: Option<PathBuf>,
}

/// A member of the workspace.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, Deserialize)]
struct Dependency {
    /// The folder of a path dependency.
    path: Option<PathBuf>,
}

impl Package {
    pub(super) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }
}

impl Metadata {
    /// What is most likely true for the package in `folder` as long as cargo has not said.
    pub(super) fn guess(folder: &Path) -> Metadata {
        Metadata {
            packages: Vec::new(),
            workspace_root: folder.to_owned(),
            target_directory: folder.join("target"),
            build_directory: None,
        }
    }

    /// The same with all paths changed by `map`.
    pub(super) fn mapped(mut self, map: impl Fn(&Path) -> PathBuf) -> Metadata {
        for package in &mut self.packages {
            package.manifest_path = map(&package.manifest_path);
            for path in package.dependencies.iter_mut().filter_map(|one| one.path.as_mut()) {
                *path = map(path);
            }
        }
        self.workspace_root = map(&self.workspace_root);
        self.target_directory = map(&self.target_directory);
        self.build_directory = self.build_directory.map(|path| map(&path));
        self
    }

    /// The names of the packages that hold `files` and of those that depend on them. `None` if
    /// everything must be looked at: a file that is not the source of some package may be read by
    /// any, and with a manifest anything may change.
    pub(super) fn around(&self, files: &[PathBuf]) -> Option<Vec<String>> {
        let mut concerned: BTreeSet<&Path> = BTreeSet::new();
        for file in files {
            if file.extension() != Some(OsStr::new("rs")) {
                return None;
            }
            let holder = self
                .packages
                .iter()
                .map(Package::folder)
                .filter(|folder| file.starts_with(folder))
                .max_by_key(|folder| folder.as_os_str().len())?;
            concerned.insert(holder);
        }
        loop {
            let before = concerned.len();
            for package in &self.packages {
                let depends = package
                    .dependencies
                    .iter()
                    .filter_map(|dependency| dependency.path.as_deref())
                    .any(|path| concerned.contains(path));
                if depends {
                    concerned.insert(package.folder());
                }
            }
            if concerned.len() == before {
                break;
            }
        }
        if concerned.is_empty() || concerned.len() == self.packages.len() {
            return None;
        }
        let names = self.packages.iter().filter(|package| concerned.contains(package.folder()));
        Some(names.map(|package| package.name.clone()).collect())
    }

    /// The folders that cargo builds into.
    pub(super) fn targets(&self) -> Vec<PathBuf> {
        let mut targets = vec![self.target_directory.clone()];
        targets.extend(self.build_directory.clone());
        targets.sort();
        targets.dedup();
        targets
    }

    /// The name of the package with this manifest.
    pub(super) fn name_of(&self, manifest: &Path) -> Option<&str> {
        let found = self.packages.iter().find(|package| package.manifest_path == manifest);
        found.map(|package| package.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&str], expected: Option<&[&str]>) {
        let text = r#"{
            "workspace_root": "/w", "target_directory": "/w/target",
            "packages": [
                {"name": "top", "manifest_path": "/w/Cargo.toml", "dependencies": [{"path": "/w/b"}]},
                {"name": "a", "manifest_path": "/w/a/Cargo.toml", "dependencies": []},
                {"name": "b", "manifest_path": "/w/b/Cargo.toml", "dependencies": [{"path": "/w/a"}, {"path": null}]},
                {"name": "c", "manifest_path": "/w/c/Cargo.toml", "dependencies": []}
            ]}"#;
        let metadata: Metadata = serde_json::from_str(text).unwrap();
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        let expected = expected.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(metadata.around(&files), expected);
    }

    #[test]
    fn a_change_concerns_the_package_and_those_that_depend_on_it() {
        check(&["/w/c/src/lib.rs"], Some(&["c"]));
        check(&["/w/b/src/lib.rs"], Some(&["top", "b"]));
        check(&["/w/a/src/lib.rs"], Some(&["top", "a", "b"]));
        check(&["/w/src/lib.rs"], Some(&["top"]));
    }

    #[test]
    fn what_may_concern_all_is_checked_everywhere() {
        check(&[], None);
        check(&["/w/a/data.txt"], None);
        check(&["/w/c/src/lib.rs", "/w/a/Cargo.toml"], None);
        check(&["/elsewhere/x.rs"], None);
        check(&["/w/a/x.rs", "/w/c/x.rs"], None);
    }
}
