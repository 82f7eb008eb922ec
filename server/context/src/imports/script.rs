//! JavaScript and TypeScript: modules by the path in quotes.

use super::{Layout, beneath, folder};

const ENDINGS: [&str; 12] = [
    "",
    ".ts",
    ".tsx",
    ".d.ts",
    ".mts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    "/index.ts",
    "/index.tsx",
    "/index.js",
];

/// The file that the specifier `path[0]` leads to.
pub(super) fn resolve(layout: &Layout, from: &str, path: &[&str]) -> Vec<u32> {
    let Some(specifier) = path.first() else { return Vec::new() };
    let found = if specifier.starts_with('.') {
        file(layout, &joined(folder(from), specifier))
    } else if let Some(rest) = specifier.strip_prefix("@/").or(specifier.strip_prefix("~/")) {
        let unit = layout.unit(from);
        file(layout, &beneath(&beneath(unit, "src"), rest))
            .or_else(|| file(layout, &beneath("src", rest)))
            .or_else(|| file(layout, rest))
    } else {
        package(layout, specifier)
    };
    found.into_iter().collect()
}

/// A module of another package of the same project.
fn package(layout: &Layout, specifier: &str) -> Option<u32> {
    let mut name = *specifier.split('/').collect::<Vec<_>>().first()?;
    if name.starts_with('@') {
        let second = specifier.match_indices('/').nth(1).map_or(specifier.len(), |found| found.0);
        name = &specifier[..second];
    }
    let root = layout.crates.get(name)?;
    let rest = specifier[name.len()..].trim_start_matches('/');
    let places = if rest.is_empty() {
        vec![beneath(root, "src/index"), beneath(root, "index"), beneath(root, "src/main")]
    } else {
        vec![beneath(&beneath(root, "src"), rest), beneath(root, rest)]
    };
    places.iter().find_map(|place| file(layout, place))
}

fn file(layout: &Layout, path: &str) -> Option<u32> {
    // What will be `.js` once it is built is `.ts` here.
    let plain = [".js", ".mjs", ".jsx"].iter().find_map(|ending| path.strip_suffix(ending));
    let with = |base: &str| {
        ENDINGS.iter().find_map(|ending| layout.files.get(&format!("{base}{ending}")).copied())
    };
    with(path).or_else(|| with(plain?))
}

/// A relative path, with `.` and `..` taken away.
fn joined(base: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Reads the name of a package.
pub(super) fn add_manifest(layout: &mut Layout, path: &str, manifest: &str) {
    // The name is asked for, nothing else: the first `"name"` is that of the package.
    let Some(after) = manifest.split("\"name\"").nth(1) else { return };
    let Some(name) = after.split('"').nth(1) else { return };
    layout.crates.insert(name.to_owned(), folder(path).to_owned());
}
