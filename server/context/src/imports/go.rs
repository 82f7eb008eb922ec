//! Go: packages are folders, named by the path of their module.

use super::{Layout, beneath, folder};

/// The files of the package that `path[0]` names.
pub(super) fn resolve(layout: &Layout, path: &[&str]) -> Vec<u32> {
    let Some(import) = path.first() else { return Vec::new() };
    let within = |(module, _): &(&String, &String)| {
        import
            .strip_prefix(module.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let Some((module, root)) = layout.crates.iter().filter(within).max_by_key(|one| one.0.len())
    else {
        return Vec::new();
    };
    package(layout, beneath(root, import[module.len()..].trim_start_matches('/')).trim_matches('/'))
}

/// The files of the package in a folder, tests left out.
pub(super) fn package(layout: &Layout, at: &str) -> Vec<u32> {
    let from = if at.is_empty() { String::new() } else { format!("{at}/") };
    let names = layout.files.range(from.clone()..).take_while(|(name, _)| name.starts_with(&from));
    let own = names.filter(|(name, _)| {
        folder(name) == at && name.ends_with(".go") && !name.ends_with("_test.go")
    });
    own.map(|(_, file)| *file).collect()
}

/// Reads the path of a module.
pub(super) fn add_manifest(layout: &mut Layout, path: &str, manifest: &str) {
    let module = manifest.lines().find_map(|line| line.trim().strip_prefix("module "));
    if let Some(module) = module {
        layout.crates.insert(module.trim().trim_matches('"').to_owned(), folder(path).to_owned());
    }
}
