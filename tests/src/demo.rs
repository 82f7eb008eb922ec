//! The demo's crates are broken, and the program as it is shipped mends them rightly.
//!
//! A mend that only silences the compiler would pass its check, so what must come out is written
//! down, letter by letter, in `tests/fixtures/demo`: the files that change, and no others.
#![expect(clippy::disallowed_methods, reason = "a test lays out files and runs the program")]
#![expect(clippy::unwrap_used, reason = "what cannot be laid out fails the test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Texts by their paths.
type Files = BTreeMap<PathBuf, String>;

fn files(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                files.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

/// A copy of a crate, and beside it what programs leave behind; all of it goes in the end.
struct Copy {
    home: PathBuf,
    root: PathBuf,
}

impl Copy {
    fn of(name: &str, files: &Files) -> Copy {
        let home = std::env::temp_dir().join(format!("ostler-mends-{name}-{}", std::process::id()));
        let copy = Copy { root: home.join(name), home };
        for (path, text) in files {
            let path = copy.root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        copy
    }

    fn cargo(&self, command: &str) -> Output {
        Command::new(env!("CARGO"))
            .args([command, "--quiet", "--offline"])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.home.join("target"))
            .output()
            .unwrap()
    }

    fn ostler(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_server-under-test"))
            .args(arguments)
            .current_dir(&self.root)
            .env("OSTLER_DATA_DIR", self.home.join("data"))
            .output()
            .unwrap()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A test that failed has more to say than this.
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

fn all(output: &Output) -> String {
    String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap()
}

fn is_mended(name: &str) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let broken = files(&tests.join("../server/cli/demo").join(name));
    let changed = files(&tests.join("fixtures/demo").join(name));
    assert!(changed.keys().all(|path| broken.get(path) != changed.get(path)));

    let copy = Copy::of(name, &broken);
    assert!(!copy.cargo("check").status.success(), "{name} is not broken");
    // It leaves a lock file, which is nobody's change.
    std::fs::remove_file(copy.root.join("Cargo.lock")).unwrap();

    let run = copy.ostler(&["run", "--model", "offline", "--apply", "fix the build"]);
    assert!(run.status.success(), "{}", all(&run));
    let mut expected = broken;
    expected.extend(changed);
    assert_eq!(files(&copy.root), expected);
    let tests = copy.cargo("test");
    assert!(tests.status.success(), "{}", all(&tests));
}

#[test]
fn a_missing_mut() {
    is_mended("missing-mut");
}

#[test]
fn an_ambiguous_import() {
    is_mended("ambiguous-import");
}

#[test]
fn a_renamed_function() {
    is_mended("renamed-function");
}

#[test]
fn every_crate_of_the_demo_is_tried_here() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: PathBuf| {
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let tried = ["ambiguous-import", "missing-mut", "renamed-function"];
    assert_eq!(names(tests.join("fixtures/demo")), tried);
    assert_eq!(names(tests.join("../server/cli/demo")), tried);
}
