//! What every file owes to a stranger who opens it.

use super::none;
use super::tree::Tree;

/// More than fits into a head at once.
const LONGEST: usize = 500;

fn without_heading(tree: &Tree) -> Vec<String> {
    let silent = tree.rust().filter(|(_, text)| {
        let first = text.lines().next().unwrap_or_default();
        let said = first.strip_prefix("//!").unwrap_or_default().trim();
        said.is_empty() || said.starts_with("TODO")
    });
    silent.map(|(path, _)| path.to_owned()).collect()
}

fn without_limits(tree: &Tree) -> Vec<String> {
    let silent = tree.rust().filter(|(path, text)| {
        let room = path.strip_prefix("server/").and_then(|path| path.strip_suffix("/src/lib.rs"));
        let heading: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        room.is_some_and(|room| !room.contains('/')) && !heading.join(" ").contains("know")
    });
    silent.map(|(path, _)| path.to_owned()).collect()
}

fn too_long(tree: &Tree) -> Vec<String> {
    tree.rust()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect()
}

fn of_one_machine(tree: &Tree) -> Vec<String> {
    // Written so that this file does not find itself.
    let folders = ["work", "root", "home", "Users"].map(|name| format!("/{name}/"));
    let mut places = Vec::new();
    for (path, text) in tree.iter() {
        for (at, line) in text.lines().enumerate() {
            // `server/home/` and `example.org/home/` are somebody's name for something else.
            let absolute = |folder: &String| {
                line.match_indices(folder.as_str()).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    !before.is_some_and(|c| c.is_alphanumeric() || "_-.}*".contains(c))
                })
            };
            if folders.iter().any(absolute) {
                places.push(format!("{path}:{}", at + 1));
            }
        }
    }
    places
}

#[test]
fn a_file_says_first_what_it_is_for() {
    none(
        "These files need a first line `//! …` that says what they are for.",
        &without_heading(&Tree::of_repository()),
    );
}

#[test]
fn a_room_says_what_it_does_not_know() {
    none(
        "The `//!` lines at the head of a room's lib.rs say what the room is for, and then what it \
         does not know (\"knows nothing of …\"). These do not.",
        &without_limits(&Tree::of_repository()),
    );
}

#[test]
fn a_file_can_be_read_in_one_sitting() {
    none(
        "These files have more than 500 lines. Find the seam, and make two of each.",
        &too_long(&Tree::of_repository()),
    );
}

#[test]
fn no_path_is_of_one_machine() {
    none(
        "These lines name a folder that only one machine has. Take it from the environment, or make \
         it relative; in a test, invent one such as /project.",
        &of_one_machine(&Tree::of_repository()),
    );
}

#[test]
fn files_that_owe_something_are_seen() {
    let home = format!("see /{}/ada/notes", "home");
    let long = format!("//! Long.\n{}", "\n".repeat(LONGEST));
    let tree = Tree::of(&[
        ("server/a/src/lib.rs", "//! Sums.\n//!\n//! Does not know what for.\n"),
        ("server/b/src/lib.rs", "//! Sums.\n\n// it does not know\n"),
        ("server/b/src/late.rs", "\n//! Late.\n"),
        ("server/b/src/todo.rs", "//! TODO\n"),
        ("server/b/src/long.rs", &long),
        ("tests/fixtures/other.rs", "fn main() {}\n"),
        ("README.md", &home),
        ("notes.md", "https://example.org/home/page, server/home/x.rs"),
    ]);
    assert_eq!(without_heading(&tree), ["server/b/src/late.rs", "server/b/src/todo.rs"]);
    assert_eq!(without_limits(&tree), ["server/b/src/lib.rs"]);
    assert_eq!(too_long(&tree), ["server/b/src/long.rs: 501 lines"]);
    assert_eq!(of_one_machine(&tree), ["README.md:1"]);
}
