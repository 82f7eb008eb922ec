//! Imports: what a file brings in, and which file of the project it comes from, by the rules of
//! each language. One file, one language.

mod rust;

use std::collections::BTreeMap;

use syntax::Language;

/// The files of a project by their paths, and what their manifests say about names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Paths relative to the root, to their numbers.
    pub(crate) files: BTreeMap<String, u32>,
    /// Crates of the project: the name of each library to the folder of its root module.
    pub(crate) crates: BTreeMap<String, String>,
}

impl Layout {
    /// Whether a file says how the project's parts are called.
    pub(crate) fn is_manifest(path: &str) -> bool {
        path == "Cargo.toml" || path.ends_with("/Cargo.toml")
    }

    /// Reads the names that `manifest`, at `path`, gives.
    pub(crate) fn add_manifest(&mut self, path: &str, manifest: &str) {
        if Layout::is_manifest(path) {
            rust::add_manifest(self, path, manifest);
        }
    }

    /// The file that `path`, imported by the file `from`, most likely leads to.
    pub(crate) fn resolve(&self, language: Language, from: &str, path: &[&str]) -> Option<u32> {
        match language.id() {
            "rust" => rust::resolve(self, from, path),
            _ => None,
        }
    }

    /// The part of the project that a file belongs to: what is compiled, or at least built
    /// together with it.
    pub(crate) fn unit<'a>(&'a self, file: &'a str) -> &'a str {
        let within = |folder: &&String| {
            folder.is_empty()
                || file.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        let innermost = self.crates.values().filter(within).max_by_key(|folder| folder.len());
        innermost.map_or_else(|| file.split('/').next().unwrap_or_default(), String::as_str)
    }
}

/// The folder of a path, without the separator.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path beneath a folder.
pub(crate) fn beneath(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The name by which other files call the file at `path`: its own without the ending, or that of
/// its folder where it stands for the folder.
pub(crate) fn module_name(path: &str) -> &str {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or_default();
    match stem {
        "mod" | "lib" | "main" | "index" | "__init__" => {
            let folders = folders.strip_suffix("/src").unwrap_or(folders);
            folders.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(stem)
        }
        _ => stem,
    }
}
