//! The tracked files and the manifests, as the rules see them.

#![expect(clippy::disallowed_methods, reason = "reads the repository itself, not a project")]
#![expect(clippy::expect_used, reason = "only tests call it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Texts by their path from the top of the repository, with `/`. What is not text is an empty one.
pub(super) struct Tree(BTreeMap<String, String>);

impl Tree {
    /// What git tracks, or would after `git add`; without a repository, whatever lies there.
    pub(super) fn of_repository() -> Tree {
        let root = root();
        let paths = listed_by_git(&root).unwrap_or_else(|| found_on_disk(&root));
        let read = |path: String| {
            // A tracked file that was just deleted is no longer there.
            let bytes = std::fs::read(root.join(&path)).ok()?;
            Some((path, String::from_utf8(bytes).unwrap_or_default()))
        };
        Tree(paths.into_iter().filter_map(read).collect())
    }

    /// A tree for the test of a rule.
    pub(super) fn of(files: &[(&str, &str)]) -> Tree {
        Tree(files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The Rust files that are ours: fixtures are other people's code, and may look like it.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter()
            .filter(|(path, _)| path.ends_with(".rs") && !path.starts_with("tests/fixtures/"))
    }
}

/// A package of the workspace as its manifest declares it.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) license: Option<String>,
    /// Its folder, from the top of the repository.
    pub(super) folder: String,
    /// The files that cargo hands to the compiler, from the top of the repository.
    pub(super) roots: Vec<String>,
    pub(super) dependencies: Vec<Dependency>,
}

/// A line of a manifest.
pub(super) struct Dependency {
    /// As the code calls it, with `-` where it has `_`.
    pub(super) name: String,
    /// Of this workspace.
    pub(super) ours: bool,
    /// Only for tests and benchmarks.
    pub(super) dev: bool,
}

/// The packages of the workspace. The registry is not asked, and what it holds need not be here.
pub(super) fn packages() -> Vec<Package> {
    let root = root();
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--offline", "--locked", "--no-deps", "--format-version", "1"])
        .current_dir(&root)
        .output()
        .expect("cargo does not start");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let inside = |path: &Value| {
        let path = Path::new(path.as_str().expect("a path"));
        path.strip_prefix(&root).expect("a package outside of the repository").to_owned()
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let dependency = |value: &Value| Dependency {
        name: text(&value["rename"]).or(text(&value["name"])).expect("a name"),
        ours: value["path"].is_string(),
        dev: value["kind"] == "dev",
    };
    let package = |value: &Value| Package {
        name: text(&value["name"]).expect("a name"),
        license: text(&value["license"]),
        folder: slashed(inside(&value["manifest_path"]).parent().expect("a folder")),
        roots: array(&value["targets"]).map(|it| slashed(&inside(&it["src_path"]))).collect(),
        dependencies: array(&value["dependencies"]).map(dependency).collect(),
    };
    array(&metadata["packages"]).map(package).collect()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ lies in the repository").to_owned()
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    // Whoever owns the checkout: it is only listed.
    let output = Command::new("git")
        .args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false"])
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let names = output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty());
    Some(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

fn found_on_disk(root: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder that can be read") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let made = [".git", ".cache", "target", "node_modules"].contains(&name.as_str());
            match path.is_dir() {
                true if made => {}
                true => folders.push(path),
                false => found.push(slashed(path.strip_prefix(root).expect("beneath the root"))),
            }
        }
    }
    found
}
