//! Every Rust file is part of the program or of its tests: a file that no `mod` line names is
//! compiled by nobody, and its tests never run.

use std::collections::BTreeSet;

use super::none;
use super::tree::{Tree, packages};

/// The files beneath folders called `src` that cannot be reached from `roots`.
fn forgotten(tree: &Tree, roots: &[String]) -> Vec<String> {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<String> = roots.to_vec();
    while let Some(path) = next.pop() {
        if let Some(text) = tree.text(&path)
            && reached.insert(path.clone())
        {
            let root = roots.contains(&path);
            next.extend(named(text).flat_map(|module| places(&path, root, &module)));
        }
    }
    let ours = |path: &&str| {
        let mut parts = path.split('/');
        matches!(
            (parts.next(), parts.next(), parts.next()),
            (Some("server"), _, Some("src" | "benches" | "tests"))
                | (Some("tests"), Some("src"), _)
        )
    };
    tree.rust()
        .map(|(path, _)| path)
        .filter(ours)
        .filter(|path| !reached.contains(*path))
        .map(str::to_owned)
        .collect()
}

/// A module that a file declares.
#[derive(Debug, PartialEq, Eq)]
enum Module {
    Named(String),
    At(String),
}

/// The modules that `text` declares on lines of their own, as rustfmt writes them.
fn named(text: &str) -> impl Iterator<Item = Module> {
    let mut path = None;
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("#[path = \"") {
            path = rest.split('"').next().map(str::to_owned);
            return None;
        }
        // Other attributes and comments may stand between.
        if line.starts_with("#[") || line.starts_with("//") {
            return None;
        }
        let given = path.take();
        let declared = line.strip_suffix(';')?;
        let name = declared.rsplit_once("mod ").filter(|(visible, _)| {
            visible.is_empty() || (visible.starts_with("pub") && visible.ends_with(' '))
        })?;
        Some(given.map_or_else(|| Module::Named(name.1.to_owned()), Module::At))
    })
}

/// Where the compiler looks for a module that the file at `path` declares.
fn places(path: &str, root: bool, module: &Module) -> Vec<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    match module {
        Module::At(place) => vec![format!("{folder}/{place}")],
        Module::Named(name) if root || stem == "mod" => {
            vec![format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")]
        }
        Module::Named(name) => {
            vec![format!("{folder}/{stem}/{name}.rs"), format!("{folder}/{stem}/{name}/mod.rs")]
        }
    }
}

#[test]
fn no_file_is_forgotten() {
    let roots: Vec<String> = packages().into_iter().flat_map(|package| package.roots).collect();
    none(
        "No `mod` line leads to these files, so nobody compiles them and their tests never run. Add \
         the line on a line of its own, or delete the file.",
        &forgotten(&Tree::of_repository(), &roots),
    );
}

#[test]
fn a_forgotten_file_is_seen() {
    let tree = Tree::of(&[
        ("server/a/src/lib.rs", "mod one;\n#[cfg(test)]\npub(crate) mod two;\n// mod five;\n"),
        ("server/a/src/one.rs", "#[path = \"seven.rs\"]\n#[cfg(unix)]\nmod other;\nmod three;\n"),
        ("server/a/src/one/three.rs", ""),
        ("server/a/src/two/mod.rs", "mod four;\n"),
        ("server/a/src/two/four.rs", "mod inline {\n}\n"),
        ("server/a/src/two/four/six.rs", ""),
        ("server/a/src/five.rs", ""),
        ("server/a/src/seven.rs", ""),
        ("server/a/demo/src/lib.rs", ""),
        ("tests/src/it.rs", ""),
        ("tests/src/lost.rs", ""),
    ]);
    let roots = ["server/a/src/lib.rs", "tests/src/it.rs"].map(str::to_owned);
    assert_eq!(
        forgotten(&tree, &roots),
        ["server/a/src/five.rs", "server/a/src/two/four/six.rs", "tests/src/lost.rs",]
    );
}
