//! Rust: `use` declarations, modules as files, crates by their manifests.

use super::{Brought, Layout, beneath, folder};

/// The names that `use` declarations bring in.
pub(super) fn imports(source: &str) -> Vec<Brought> {
    let mut list = Vec::new();
    let mut at = 0;
    while let Some(found) = source[at..].find("use ") {
        let start = at + found;
        at = start + 4;
        let line_start = source[..start].rfind('\n').map_or(0, |line| line + 1);
        let before = source[line_start..start].trim();
        let declares = before.is_empty() || before == "pub" || before.starts_with("pub(");
        let Some(len) = source[at..].find(';').filter(|_| declares) else { continue };
        let plain: String = source[at..at + len]
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join(" ");
        tree(plain.trim(), &[], &mut list);
        at += len;
    }
    list
}

/// One path of a declaration, or a group of them.
fn tree(path: &str, outer: &[String], list: &mut Vec<Brought>) {
    let path = path.trim();
    let segments = |text: &str| -> Vec<String> {
        let parts = text.split("::").map(str::trim).filter(|part| !part.is_empty());
        outer.iter().cloned().chain(parts.map(str::to_owned)).collect()
    };
    if let Some(open) = path.find('{') {
        let head = segments(&path[..open]);
        let inner = path[open + 1..].trim_end().strip_suffix('}').unwrap_or_default();
        let mut depth = 0;
        let mut start = 0;
        for (at, mark) in inner.char_indices() {
            match mark {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    tree(&inner[start..at], &head, list);
                    start = at + 1;
                }
                _ => {}
            }
        }
        tree(&inner[start..], &head, list);
        return;
    }
    let (written, alias) = path.split_once(" as ").unwrap_or((path, ""));
    let mut parts = segments(written);
    if parts.last().is_some_and(|last| last == "self") {
        parts.pop();
    }
    if written.trim().is_empty() {
        return;
    }
    if let Some(last) = parts.last() {
        let alias = if alias.is_empty() { last.clone() } else { alias.trim().to_owned() };
        list.push(Brought { path: parts, alias });
    }
}

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
    let module = |folder: &str| {
        file(&format!("{folder}.rs")).or_else(|| file(&beneath(folder, "mod.rs")))
    };
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
    fn a_declaration_falls_into_its_names() {
        let check = |source: &str, expected: &[&str]| {
            let list: Vec<String> = imports(source)
                .iter()
                .map(|one| format!("{}={}", one.alias, one.path.join("/")))
                .collect();
            assert_eq!(list, expected, "{source}");
        };
        check("use a::b;", &["b=a/b"]);
        check("    pub(crate) use a::{self, b::{c as d, e}, // f\n g::*};\n", &[
            "a=a", "d=a/b/c", "e=a/b/e", "*=a/g/*",
        ]);
        check("// I use this; and that\nlet reuse = 1;", &[]);
    }

    #[test]
    fn a_path_leads_to_the_deepest_module() {
        let mut layout = Layout::default();
        let files = ["a/src/lib.rs", "a/src/m/mod.rs", "a/src/m/n.rs", "b/src/main.rs", "b/src/x.rs"];
        for (at, file) in files.iter().enumerate() {
            layout.files.insert((*file).to_owned(), u32::try_from(at).unwrap());
        }
        layout.add_manifest("a/Cargo.toml", "[package]\nname = \"the-a\"\n[dependencies]\nname = \"x\"");
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
