//! Who may import whom, and which outside crate enters by which door.
//!
//! A new edge or a new door is a decision: it changes a table here, in a commit of its own.

use super::none;
use super::tree::{Dependency, Package, packages};

/// A room and what it may declare as a dependency. What tests alone need is free.
struct Room {
    name: &'static str,
    /// Rooms whose names its code may use.
    imports: &'static [&'static str],
    /// Outside crates of which it is the door.
    doors: &'static [&'static str],
    /// Whether it runs on tokio. The others can be called from anywhere and never wait.
    waits: bool,
}

const ROOMS: &[Room] = &[
    // The ground.
    Room { name: "text", imports: &[], doors: &["ropey", "imara-diff"], waits: false },
    Room { name: "stdx", imports: &[], doors: &["rustix", "blake3", "libc"], waits: true },
    // The project.
    Room {
        name: "syntax",
        imports: &["text"],
        doors: &["tree-sitter", "tree-sitter-*"],
        waits: false,
    },
    Room { name: "edit", imports: &["text", "syntax"], doors: &["icu_normalizer"], waits: false },
    Room {
        name: "workspace",
        imports: &["syntax", "text", "stdx"],
        doors: &["dashmap", "ignore", "rustix"],
        waits: false,
    },
    Room {
        name: "context",
        imports: &["workspace", "syntax", "text", "stdx"],
        doors: &["rustc-hash"],
        waits: false,
    },
    // The loop.
    Room {
        name: "model",
        imports: &["stdx"],
        doors: &["reqwest", "rustls", "rustls-platform-verifier"],
        waits: true,
    },
    Room {
        name: "harness",
        imports: &["context", "model", "workspace", "text", "stdx"],
        doors: &[],
        waits: true,
    },
    Room {
        name: "sandbox",
        imports: &["harness", "workspace", "text", "stdx"],
        doors: &["rustix", "libc"],
        waits: true,
    },
    Room {
        name: "tools",
        imports: &["harness", "sandbox", "edit", "context", "workspace", "syntax", "text", "stdx"],
        doors: &["globset", "grep-*"],
        waits: true,
    },
    Room {
        name: "offline",
        imports: &["tools", "harness", "context", "model", "workspace", "syntax", "text"],
        doors: &[],
        waits: true,
    },
    // The editor.
    Room {
        name: "ide",
        imports: &["harness", "context", "model", "workspace", "syntax", "text", "stdx"],
        doors: &[],
        waits: false,
    },
    Room {
        name: "settings",
        imports: &["stdx", "model", "harness", "sandbox"],
        doors: &["toml"],
        waits: false,
    },
    Room {
        name: "lsp",
        imports: &["ide", "harness", "settings", "workspace", "text", "stdx"],
        doors: &["tower-lsp", "tower", "anyhow", "dashmap"],
        waits: true,
    },
    // The composition root sees everything that is part of the program.
    Room {
        name: "cli",
        imports: &[
            "lsp",
            "settings",
            "offline",
            "tools",
            "sandbox",
            "ide",
            "harness",
            "model",
            "context",
            "workspace",
            "edit",
            "syntax",
            "text",
            "stdx",
        ],
        doors: &["clap", "anyhow", "tracing-subscriber", "rpassword", "toml_edit"],
        waits: true,
    },
    // Never part of the program.
    Room {
        name: "test-utils",
        imports: &["harness", "model", "workspace", "text", "stdx"],
        doors: &[],
        waits: true,
    },
    Room {
        name: "fuzz",
        imports: &["edit", "workspace", "text", "stdx"],
        doors: &["libfuzzer-sys"],
        waits: false,
    },
    Room { name: "xtask", imports: &[], doors: &["anyhow"], waits: false },
    // Its one program is the server with a runner of tasks that does as it is told.
    Room {
        name: "tests",
        imports: &["cli", "lsp", "harness", "model", "workspace"],
        doors: &[],
        waits: true,
    },
];

/// Crates that may enter every room.
const EVERYWHERE: &[&str] = &["serde", "serde_json", "thiserror", "tracing"];

/// Crates that may enter the rooms that wait.
const WAITING: &[&str] = &["tokio", "tokio-util", "futures"];

/// Crates with more than one door, and why that is one decision nevertheless.
const SHARED: &[(&str, &str)] = &[
    ("rustix", "each door opens to another part of the kernel: locks, opening files, namespaces"),
    (
        "libc",
        "calls that rustix does not wrap: the allocator of the ground, processes of the sandbox",
    ),
    ("dashmap", "a map of which a reader never waits, for two rooms that share nothing"),
    ("anyhow", "only where an error's next reader is a person"),
];

fn may_enter(room: &Room, name: &str) -> bool {
    let door = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    };
    // The ground knows no format in which something is stored or sent.
    let formats = name == "serde" || name == "serde_json";
    (EVERYWHERE.contains(&name) && !(formats && room.name == "text"))
        || (room.waits && WAITING.contains(&name))
        || room.doors.iter().any(door)
}

/// Dependencies that stand in no table.
fn foreign(packages: &[Package]) -> Vec<String> {
    let mut places = Vec::new();
    for package in packages {
        let Some(room) = ROOMS.iter().find(|room| room.name == package.name) else { continue };
        for dependency in package.dependencies.iter().filter(|it| !it.dev) {
            let allowed = match dependency.ours {
                true => room.imports.contains(&dependency.name.as_str()),
                false => may_enter(room, &dependency.name),
            };
            if !allowed {
                places.push(format!("{}: {}", package.name, dependency.name));
            }
        }
    }
    places
}

#[test]
fn rooms_import_what_the_table_says() {
    none(
        "These dependencies are not in the tables of tests/src/tidy/rooms.rs. Do without them, or \
         put the code where its dependencies may be; if the architecture really changes, change \
         the table and README.md in a commit of its own.",
        &foreign(&packages()),
    );
}

#[test]
fn every_room_is_in_the_table() {
    let packages = packages();
    let missing = packages
        .iter()
        .filter(|package| ROOMS.iter().all(|room| room.name != package.name))
        .map(|package| format!("{} is not in the table", package.name));
    let gone = ROOMS
        .iter()
        .filter(|room| packages.iter().all(|package| room.name != package.name))
        .map(|room| format!("{} is in the table, but nowhere else", room.name));
    none(
        "The table ROOMS in tests/src/tidy/rooms.rs and the packages of the workspace differ.",
        &missing.chain(gone).collect::<Vec<_>>(),
    );
}

#[test]
fn an_outside_crate_has_one_door() {
    let mut places = Vec::new();
    for (at, room) in ROOMS.iter().enumerate() {
        for name in room.doors {
            let earlier = ROOMS[..at].iter().find(|other| other.doors.contains(name));
            if let Some(other) = earlier
                && SHARED.iter().all(|(shared, _)| shared != name)
            {
                places.push(format!("{name}: {} and {}", other.name, room.name));
            }
        }
    }
    none(
        "These crates have a second door. Ask the room that has the first one, or say in SHARED \
         (tests/src/tidy/rooms.rs) why there are two.",
        &places,
    );
}

#[test]
fn what_is_for_tests_stays_out_of_the_program() {
    let dev_only = ["test-utils", "fuzz", "xtask", "tests"];
    let places: Vec<String> = ROOMS
        .iter()
        .flat_map(|room| room.imports.iter().map(move |import| (room, *import)))
        .filter(|(_, import)| dev_only.contains(import))
        .map(|(room, import)| format!("{}: {import}", room.name))
        .collect();
    none("These rooms import what only tests may import. Use [dev-dependencies].", &places);
}

#[test]
fn the_license_is_declared_once_for_all() {
    let places: Vec<String> = packages()
        .iter()
        .filter(|package| package.license.as_deref() != Some("MIT OR Apache-2.0"))
        .map(|package| format!("{}/Cargo.toml", package.folder))
        .collect();
    none("These manifests need the line `license.workspace = true`.", &places);
}

#[test]
fn a_foreign_dependency_is_seen() {
    let dependency = |name: &str, ours, dev| Dependency { name: name.to_owned(), ours, dev };
    let package = |name: &str, dependencies| Package {
        name: name.to_owned(),
        license: None,
        folder: String::new(),
        roots: Vec::new(),
        dependencies,
    };
    let packages = [
        package("text", vec![dependency("serde", false, false), dependency("ropey", false, false)]),
        package(
            "syntax",
            vec![
                dependency("tree-sitter-go", false, false),
                dependency("tokio", false, false),
                dependency("tokio", false, true),
                dependency("text", true, false),
                dependency("harness", true, false),
            ],
        ),
        package("model", vec![dependency("tokio", false, false), dependency("text", true, true)]),
    ];
    assert_eq!(foreign(&packages), ["text: serde", "syntax: tokio", "syntax: harness"]);
}
