//! Rust: modules as files, crates by their manifests.

use super::{Layout, beneath, folder};

/// Reads a crate's name and where its library lies.
pub(super) fn add_manifest(layout: &mut Layout, path: &str, manifest: &str) {
    let mut section = "";
    let (mut package, mut library, mut root) = (None, None, None);
    for line in manifest.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = value.trim().trim_matches('"').to_owned();
        match (section, key.trim()) {
            ("[package]", "name") => package = Some(value),
            ("[lib]", "name") => library = Some(value),
            ("[lib]", "path") => root = Some(value),
            _ => {}
        }
    }
    let Some(name) = library.or(package) else { return };
    let source = root.as_deref().map_or("src", folder);
    let source = beneath(folder(path), source);
    layout.crates.insert(name.replace('-', "_"), source.trim_end_matches('/').to_owned());
}

/// The folder in which the child modules of a file lie.
fn children(file: &str) -> String {
    match file.rsplit('/').next() {
        Some("lib.rs" | "main.rs" | "mod.rs") => folder(file).to_owned(),
        _ => file.strip_suffix(".rs").unwrap_or(file).to_owned(),
    }
}

/// The deepest module file along `path`.
pub(super) fn resolve(layout: &Layout, from: &str, path: &[&str]) -> Option<u32> {
    let file = |path: &str| layout.files.get(path).copied();
    let module =
        |folder: &str| file(&format!("{folder}.rs")).or_else(|| file(&beneath(folder, "mod.rs")));
    let (&first, mut rest) = path.split_first()?;
    let mut at = match first {
        "crate" => layout.unit(from).to_owned(),
        "self" => children(from),
        "super" => {
            let mut base = folder(&children(from)).to_owned();
            while let Some((&"super", more)) = rest.split_first() {
                base = folder(&base).to_owned();
                rest = more;
            }
            base
        }
        name => match layout.crates.get(name) {
            Some(root) => root.clone(),
            None => {
                let base = children(from);
                module(&beneath(&base, name))?;
                rest = path;
                base
            }
        },
    };
    let mut best = ["lib.rs", "mod.rs", "main.rs"]
        .iter()
        .find_map(|name| file(&beneath(&at, name)))
        .or_else(|| file(&format!("{at}.rs")));
    for part in rest {
        at = beneath(&at, part);
        match module(&at) {
            Some(found) => best = Some(found),
            None => break,
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_deepest_module() {
        let mut layout = Layout::default();
        let files =
            ["a/src/lib.rs", "a/src/m/mod.rs", "a/src/m/n.rs", "b/src/main.rs", "b/src/x.rs"];
        for (at, file) in files.iter().enumerate() {
            layout.files.insert((*file).to_owned(), u32::try_from(at).unwrap());
        }
        layout.add_manifest(
            "a/Cargo.toml",
            "[package]\nname = \"the-a\"\n[dependencies]\nname = \"x\"",
        );
        layout.add_manifest("b/Cargo.toml", "[package]\nname = \"b\"\n");
        let check = |from: &str, path: &str, expected: Option<&str>| {
            let path: Vec<&str> = path.split("::").collect();
            let found = resolve(&layout, from, &path).map(|at| files[at as usize]);
            assert_eq!(found, expected, "{path:?} from {from}");
        };
        check("b/src/main.rs", "the_a::m::n::Name", Some("a/src/m/n.rs"));
        check("b/src/main.rs", "the_a::Name", Some("a/src/lib.rs"));
        check("b/src/main.rs", "crate::x", Some("b/src/x.rs"));
        check("b/src/main.rs", "x::Name", Some("b/src/x.rs"));
        check("a/src/m/n.rs", "super::Name", Some("a/src/m/mod.rs"));
        check("a/src/m/n.rs", "super::super::Name", Some("a/src/lib.rs"));
        check("a/src/m/mod.rs", "self::n::Name", Some("a/src/m/n.rs"));
        check("b/src/main.rs", "std::fmt", None);
    }
}
