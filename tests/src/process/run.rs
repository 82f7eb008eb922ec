//! `run` on projects of all kinds, and what it says where it cannot do its work.

use std::process::Stdio;

use super::home::{Home, Said};

fn package(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}")
}

fn fix(home: &Home, root: &str, more: &[&str]) -> Said {
    let root = home.path(root);
    let mut arguments = vec!["run", "--model", "offline", "--root", root.to_str().unwrap()];
    arguments.extend(more);
    arguments.push("fix the build");
    home.run(&arguments)
}

/// A virtual workspace whose member `a` uses `b` and a package beside the workspace.
fn workspace(home: &Home) {
    home.write("w/Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\"]\n");
    let uses = "[dependencies]\nb = { path = \"../b\" }\nbeside = { path = \"../../beside\" }\n";
    home.write("w/a/Cargo.toml", &package("a", uses));
    home.write("w/b/Cargo.toml", &package("b", ""));
    home.write("w/b/src/lib.rs", "pub fn größe() -> u32 {\n    3\n}\n");
    home.write("beside/Cargo.toml", &package("beside", "[workspace]\n"));
    home.write("beside/src/lib.rs", "pub fn twice(n: u32) -> u32 {\n    n * 2\n}\n");
    home.write("w/a/src/lib.rs", BROKEN);
}

const BROKEN: &str =
    "pub fn f() -> u32 {\n    let n = 1;\n    n = beside::twice(n);\n    n + b::größe()\n}\n";

#[test]
fn a_virtual_workspace_is_mended_from_its_root_and_printed_only() {
    let home = Home::new();
    workspace(&home);
    let said = fix(&home, "w", &[]);
    assert!(said.well().contains("+++ b/a/src/lib.rs"), "{said:?}");
    assert!(said.out.contains("+    let mut n = 1;"), "{said:?}");
    assert!(said.out.contains("done: checks"), "{said:?}");
    assert_eq!(std::fs::read_to_string(home.path("w/a/src/lib.rs")).unwrap(), BROKEN);
}

#[test]
fn a_member_is_mended_from_its_own_folder_and_written() {
    let home = Home::new();
    workspace(&home);
    let said = fix(&home, "w/a", &["--apply"]);
    assert!(said.well().contains("1 file written"), "{said:?}");
    let text = std::fs::read_to_string(home.path("w/a/src/lib.rs")).unwrap();
    assert_eq!(text, BROKEN.replace("let n", "let mut n"));
    let again = fix(&home, "w/a", &["--apply"]);
    assert!(again.well().contains("done, nothing was changed"), "{again:?}");
}

#[test]
fn errors_of_another_member_are_told_with_the_way_to_reach_them() {
    let home = Home::new();
    workspace(&home);
    let said = fix(&home, "w/b", &["--apply"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("lies outside of") && said.out.contains("--root"), "{said:?}");
    assert_eq!(std::fs::read_to_string(home.path("w/a/src/lib.rs")).unwrap(), BROKEN);
}

#[test]
fn no_project_and_no_cargo_are_told_in_one_line() {
    let home = Home::new();
    home.write("empty/notes.txt", "");
    assert!(fix(&home, "empty", &[]).refused().contains("no Cargo project"));
    home.write("p/Cargo.toml", &package("p", ""));
    home.write("p/src/lib.rs", "");
    let root = home.path("p");
    let mut command = home.command(&["run", "--root", root.to_str().unwrap(), "fix the build"]);
    let said = Said::of(&command.env("PATH", home.path("nothing")).output().unwrap());
    assert!(said.refused().contains("cargo is not on the PATH"), "{said:?}");
    assert!(fix(&home, "nowhere", &[]).refused().contains("no such folder"));
}

#[test]
fn a_dependency_that_is_not_there_is_told_from_an_error() {
    let home = Home::new();
    home.write("p/Cargo.toml", &package("p", "[dependencies]\nostler-no-such-crate = \"1\"\n"));
    home.write("p/src/lib.rs", "");
    let said = fix(&home, "p", &[]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.out.contains("not on this machine") && said.out.contains("`cargo fetch`"),
        "{said:?}"
    );
}

#[test]
fn what_cannot_be_mended_is_told_once_and_nothing_is_written() {
    let home = Home::new();
    home.write("p/Cargo.toml", &package("p", ""));
    let broken = "pub fn f() -> u32 {\n    frobnicate(3)\n}\n";
    home.write("p/src/lib.rs", broken);
    let said = fix(&home, "p", &["--apply"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let left = "src/lib.rs:2:5: error[E0425]: cannot find function `frobnicate` in this scope";
    assert_eq!(said.out.matches(left).count(), 1, "{said:?}");
    assert!(said.out.contains("\nnot solved\n"), "{said:?}");
    assert_eq!(std::fs::read_to_string(home.path("p/src/lib.rs")).unwrap(), broken);
}

/// Wherever the data folder lies: here in a place that programs can otherwise read, which nothing
/// beneath a home is.
#[test]
fn a_build_script_reads_neither_keys_nor_what_is_known_of_others() {
    let home = Home::new();
    let data = std::path::Path::new("/var/tmp").join(format!("ostler-data-{}", std::process::id()));
    std::fs::create_dir_all(&data).unwrap();
    let seen = data.join("seen.txt");
    std::fs::write(&seen, "").unwrap();
    let with_data = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        Said::of(&command.env("OSTLER_DATA_DIR", &data).output().unwrap())
    };
    if !with_data(&["doctor"]).out.contains("overlay and namespaces") {
        // Nothing confines here, which the grade of a change says.
        return std::fs::remove_dir_all(&data).unwrap();
    }
    let keys = data.join("keys.json");
    std::fs::write(&keys, r#"{"format": 1, "keys": {"https://a.test": "sk-secret"}}"#).unwrap();
    // What is known of other projects is theirs as well.
    let index = data.join("cache/index/other.index");
    std::fs::create_dir_all(index.parent().unwrap()).unwrap();
    std::fs::write(&index, "names").unwrap();
    home.write("p/Cargo.toml", &package("p", ""));
    home.write("p/src/lib.rs", "pub fn f() -> u32 {\n    let n = 1;\n    n = 2;\n    n\n}\n");
    let script = format!(
        "fn main() {{\n    assert!(std::fs::read({seen:?}).is_ok());\n    \
         for hidden in [{keys:?}, {index:?}] {{\n        \
         assert!(std::fs::read(hidden).unwrap_or_default().is_empty());\n    }}\n}}\n"
    );
    home.write("p/build.rs", &script);
    let root = home.path("p");
    let root = root.to_str().unwrap();
    let said = with_data(&["run", "--model", "offline", "--root", root, "fix the build"]);
    std::fs::remove_dir_all(&data).unwrap();
    assert!(said.well().contains("+    let mut n = 1;"), "{said:?}");
}

/// Ctrl-C while a build script runs for ever: all ends, nothing is written.
#[test]
fn an_interrupt_stops_it_and_all_that_it_started() {
    let home = Home::new();
    let name = format!("interrupted-{}", std::process::id());
    home.write("p/Cargo.toml", &package(&name, ""));
    home.write("p/src/lib.rs", "pub fn f() { let x: u32 = \"\"; }\n");
    // It says when it runs, by a process of a name that no other has.
    home.write("p/build.rs", "fn main() {\n    loop {\n        std::thread::park();\n    }\n}\n");
    let root = home.path("p");
    let mut command =
        home.command(&["run", "--apply", "--root", root.to_str().unwrap(), "fix the build"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let building = || {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let mut lines = processes.filter_map(|one| std::fs::read(one.path().join("cmdline")).ok());
        lines.any(|line| {
            let line = String::from_utf8_lossy(&line).into_owned();
            line.contains(&name) && line.contains("build-script-build")
        })
    };
    while !building() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    let pid = i32::try_from(child.id()).unwrap();
    let kill = std::process::Command::new("kill").args(["-INT", &pid.to_string()]).status();
    assert!(kill.unwrap().success());
    let said = Said::of(&child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(130), "{said:?}");
    assert!(said.out.contains("stopped"), "{said:?}");
    assert!(!building());
}
