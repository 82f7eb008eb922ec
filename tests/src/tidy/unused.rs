//! Dependencies that nobody uses: each costs everybody's build, and hides what a room needs.

use super::none;
use super::tree::{Dependency, Package, Tree, packages};

fn unused(tree: &Tree, packages: &[Package]) -> Vec<String> {
    let mut places = Vec::new();
    for package in packages {
        let sources: Vec<String> = tree
            .rust()
            .filter(|(path, _)| path.strip_prefix(&package.folder).is_some_and(is_source))
            .map(|(_, text)| code(text))
            .collect();
        for dependency in &package.dependencies {
            let name = dependency.name.replace('-', "_");
            if !sources.iter().any(|text| names(text, &name)) {
                places.push(format!("{}/Cargo.toml: {}", package.folder, dependency.name));
            }
        }
    }
    places
}

/// Whether a path beneath a package's folder is one of the package's own sources.
fn is_source(path: &str) -> bool {
    ["/src/", "/benches/", "/tests/", "/examples/", "/build.rs"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// `text` without its comments: a link in a comment needs no dependency.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Whether code names the crate: `name::…` that is no module of something else, or a `use name`.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].trim_end_matches(' ');
        let after = &text[at + name.len()..];
        let inside =
            text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
                || after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let of_another = before.ends_with("::") && !before.ends_with(" ::");
        let used = before.ends_with("use") && after.starts_with([';', ' ']);
        !inside && !of_another && (used || after.starts_with("::"))
    })
}

#[test]
fn every_dependency_is_used() {
    none(
        "No source of the package names these dependencies. Delete the lines.",
        &unused(&Tree::of_repository(), &packages()),
    );
}

#[test]
fn an_unused_dependency_is_seen() {
    let tree = Tree::of(&[
        ("server/a/src/lib.rs", "use oak_leaf::Node;\nuse elm as e;\nfn f(x: crate::fir::X)"),
        ("server/a/src/b.rs", "//! [`ash::Tree`]\n#[derive(yew::Tree)]\nlet fig = fig;"),
        ("server/ab/src/lib.rs", "fir::Tree ash::Tree fig::Tree"),
    ]);
    let dependencies = ["oak-leaf", "elm", "fir", "ash", "yew", "fig", "leaf"]
        .map(|name| Dependency { name: name.to_owned(), ours: false, dev: false })
        .into();
    let package = Package {
        name: "a".to_owned(),
        license: None,
        folder: "server/a".to_owned(),
        roots: Vec::new(),
        dependencies,
    };
    let places = ["fir", "ash", "fig", "leaf"].map(|it| format!("server/a/Cargo.toml: {it}"));
    assert_eq!(unused(&tree, &[package]), places);
}
