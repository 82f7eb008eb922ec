//! What stands where. A newcomer should be able to guess a file's place before looking for it.

use super::none;
use super::tree::{Tree, packages};

/// Everything at the top of the repository besides names that begin with a dot.
const TOP: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "editors",
    "server",
    "tests",
];

/// Of the names that begin with a dot, those that have a meaning here.
const DOTTED: &[&str] = &[
    ".cargo",
    ".ci",
    ".clippy.toml",
    ".config",
    ".deny.toml",
    ".github",
    ".gitignore",
    ".rustfmt.toml",
];

const EDITORS: &[&str] = &["helix", "neovim", "vscode"];

/// The names directly beneath `folder` (empty, or with a `/` at its end).
fn names<'a>(tree: &'a Tree, folder: &str) -> Vec<&'a str> {
    let mut names: Vec<&str> = tree
        .paths()
        .filter_map(|path| path.strip_prefix(folder))
        .map(|rest| rest.split_once('/').map_or(rest, |(name, _)| name))
        .collect();
    names.dedup();
    names
}

fn misplaced(tree: &Tree) -> Vec<String> {
    let top = names(tree, "");
    let missing = TOP.iter().filter(|name| !top.contains(name));
    let missing = missing.map(|name| format!("{name} is missing"));
    let extra = top.iter().filter(|name| !TOP.contains(name) && !DOTTED.contains(name));
    let extra = extra.map(|name| format!("{name} does not belong there"));
    let editors = names(tree, "editors/");
    let unknown = editors.iter().filter(|name| !EDITORS.contains(name));
    let unknown = unknown.map(|name| format!("editors/{name} does not belong there"));
    missing.chain(extra).chain(unknown).collect()
}

#[test]
fn the_top_is_small() {
    none(
        "The top of the repository holds server/, editors/ (one folder for each editor), tests/, \
         README.md, the licences, the manifest, its lock file and the dotfiles that \
         tests/src/tidy/layout.rs lists. Move what is new beneath one of them.",
        &misplaced(&Tree::of_repository()),
    );
}

#[test]
fn the_licences_are_whole() {
    let tree = Tree::of_repository();
    for (path, begin, end) in [
        ("LICENSE-APACHE", "Apache License\n", "END OF TERMS AND CONDITIONS\n"),
        ("LICENSE-MIT", "MIT License\n", "OTHER DEALINGS IN THE\nSOFTWARE.\n"),
    ] {
        let text = tree.text(path).unwrap_or_default();
        let whole = text.contains(begin) && text.contains(end);
        assert!(whole, "{path} must hold the licence's whole standard text");
    }
}

#[test]
fn a_room_is_a_folder_of_its_own_name() {
    let tree = Tree::of_repository();
    let packages = packages();
    let misnamed = packages
        .iter()
        .filter(|package| package.name != "tests")
        .filter(|package| package.folder != format!("server/{}", package.name))
        .map(|package| format!("{} is the package {}", package.folder, package.name));
    let empty = names(&tree, "server/")
        .into_iter()
        .filter(|name| tree.text(&format!("server/{name}/Cargo.toml")).is_none())
        .map(|name| format!("server/{name} has no Cargo.toml"));
    none(
        "server/ is flat: each folder in it is one package, and bears its name.",
        &misnamed.chain(empty).collect::<Vec<_>>(),
    );
}

#[test]
fn what_is_misplaced_is_seen() {
    let mut files: Vec<(&str, &str)> = TOP
        .iter()
        .filter(|name| name.contains(|c: char| c.is_uppercase()))
        .map(|name| (*name, ""))
        .collect();
    files.extend([("editors/helix/a.toml", ""), ("server/text/Cargo.toml", "")]);
    files.extend([("tests/Cargo.toml", ""), (".gitignore", "")]);
    assert_eq!(misplaced(&Tree::of(&files)), [""; 0]);
    files.extend([("docs/plan.md", ""), (".idea/x", ""), ("editors/emacs/a.el", "")]);
    files.retain(|(path, _)| *path != "README.md");
    let mut seen = misplaced(&Tree::of(&files));
    seen.sort();
    assert_eq!(
        seen,
        [
            ".idea does not belong there",
            "README.md is missing",
            "docs does not belong there",
            "editors/emacs does not belong there",
        ]
    );
}
