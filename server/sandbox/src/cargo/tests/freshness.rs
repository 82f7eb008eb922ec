//! Dates lie; verdicts do not.

use std::time::{Duration, SystemTime};

use super::*;

const GOOD: &str = "pub fn f() -> u32 { 1 }\n";
const BAD: &str = "pub fn f() -> u32 { \"\" }\n";

fn set_old(path: &Path) {
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000);
    fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
}

fn files_beneath(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let mut waiting = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        // What was thrown away may go meanwhile.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let folder = entry.file_type().unwrap().is_dir();
            if folder { &mut waiting } else { &mut found }.push(entry.path());
        }
    }
    found.into_iter()
}

#[tokio::test]
async fn a_text_that_went_back_is_not_graded_by_the_old_build() {
    let project = Project::new(&[("src/lib.rs", "pub mod m;\n"), ("src/m.rs", GOOD)]);
    let verifier = project.verifier();
    let warned = project.with(&[("src/m.rs", "pub fn f() -> u32 { 1 }\nfn unused() {}\n")]);
    for _ in 0..2 {
        assert_eq!(check(&verifier, &project.draft()).await.diagnostics, []);
        assert_eq!(check(&verifier, &warned).await.diagnostics.len(), 1);
    }
    let bad = project.with(&[("src/m.rs", BAD)]);
    assert_eq!(messages(&check(&verifier, &bad).await), ["mismatched types"]);
}

#[tokio::test]
async fn a_file_put_on_disk_with_an_old_date_before_the_first_check() {
    for replace in [false, true] {
        let project = Project::new(&[("src/lib.rs", GOOD)]);
        assert!(project.users_check().await);
        if replace {
            project.write("other", BAD);
            set_old(&project.path("other"));
            fs::rename(project.path("other"), project.path("src/lib.rs")).unwrap();
        } else {
            project.write("src/lib.rs", BAD);
            set_old(&project.path("src/lib.rs"));
        }
        assert!(project.users_check().await, "cargo is no longer fooled: this test is of no use");
        let report = check(&project.verifier(), &project.draft()).await;
        assert_eq!(messages(&report), ["mismatched types"]);
    }
}

#[tokio::test]
async fn a_folder_renamed_before_the_first_check() {
    let project = Project::new(&[
        ("src/lib.rs", "pub mod m;\n"),
        ("src/m/mod.rs", GOOD),
        ("src/spare/mod.rs", BAD),
    ]);
    assert!(project.users_check().await);
    fs::rename(project.path("src/m"), project.path("src/old")).unwrap();
    fs::rename(project.path("src/spare"), project.path("src/m")).unwrap();
    assert!(project.users_check().await, "cargo is no longer fooled: this test is of no use");
    let report = check(&project.verifier(), &project.draft()).await;
    assert_eq!(messages(&report), ["mismatched types"]);
}

#[tokio::test]
async fn a_warm_target_folder_is_used() {
    let project = Project::new(&[("src/lib.rs", "pub mod m;\n"), ("src/m.rs", GOOD)]);
    assert!(project.users_check().await);
    let verifier = project.verifier();
    assert_eq!(check(&verifier, &project.draft()).await.errors().count(), 0);
    let built = |name: &str| {
        files_beneath(&project.scratch()).any(|path| path.to_string_lossy().contains(name))
    };
    assert!(!built("dep-lib-a"), "a fresh package was built again");
    check(&verifier, &project.with(&[("src/m.rs", BAD)])).await;
    assert!(built("invoked.timestamp"), "nothing was built: this test sees nothing");
}

#[tokio::test]
async fn a_file_put_on_disk_with_an_old_date_between_two_checks() {
    let project = Project::new(&[("src/lib.rs", GOOD)]);
    let verifier = project.verifier();
    assert_eq!(messages(&check(&verifier, &project.draft()).await), [""; 0]);
    for (text, errors) in [(BAD, 1), (GOOD, 0), (BAD, 1)] {
        project.write("src/lib.rs", text);
        set_old(&project.path("src/lib.rs"));
        assert_eq!(check(&verifier, &project.draft()).await.errors().count(), errors);
    }
}

#[tokio::test]
async fn a_build_of_the_users_in_between_is_not_mixed_with_ours() {
    let uses_low = |name| manifest(name, "low = { path = \"../low\" }");
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"*\"]\nexclude = [\"target\"]\nresolver = \"3\"\n",
        ),
        ("low/Cargo.toml", &manifest("low", "")),
        ("low/src/lib.rs", GOOD),
        ("high/Cargo.toml", &uses_low("high")),
        ("high/src/lib.rs", "pub fn g() -> u32 { low::f() }\n"),
        ("other/Cargo.toml", &uses_low("other")),
        ("other/src/lib.rs", "pub fn g() { low::f(); }\n"),
    ]);
    // The folders are there: one that we make hides what the user makes later.
    assert!(plain_check(&project.root(), "--package=low").await);
    let verifier = project.verifier();
    let draft = project.with(&[("low/src/lib.rs", "pub fn f() -> u64 { 1 }\n")]);
    // We build `low` as drafted, but not `high`; the user builds `high` with `low` as it is.
    let scope = CheckScope { around: vec!["other/src/lib.rs".to_owned()], tests: false };
    assert_eq!(messages(&check_in(&verifier, &draft, &scope).await), [""; 0]);
    assert!(project.users_check().await);
    assert_eq!(messages(&check(&verifier, &draft).await), ["mismatched types"]);
}

#[tokio::test]
async fn a_file_that_changes_during_the_check_is_checked_again() {
    // The script's `/tmp` lies in the scratch folder.
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
        std::fs::write(\"/tmp/started\", \"\").unwrap();\n    \
        while !std::path::Path::new(\"/tmp/go\").exists() { std::thread::yield_now(); }\n}\n";
    let project = Project::new(&[("src/lib.rs", GOOD), ("build.rs", script), ("other.rs", BAD)]);
    set_old(&project.path("other.rs"));
    let (scratch, from, to) =
        (project.scratch(), project.path("other.rs"), project.path("src/lib.rs"));
    let meddler = tokio::task::spawn_blocking(move || {
        let started = loop {
            let found = fs::read_dir(&scratch).into_iter().flatten().flatten();
            let mut marks = found.map(|entry| entry.path().join("tmp/started"));
            if let Some(started) = marks.find(|mark| mark.exists()) {
                break started;
            }
            std::thread::yield_now();
        };
        // Nothing that cargo looks at while the script runs, and with an old date.
        fs::rename(from, to).unwrap();
        fs::write(started.with_file_name("go"), "").unwrap();
    });
    let verifier = project.verifier();
    let report = check(&verifier, &project.draft()).await;
    within(meddler).await.unwrap();
    assert_eq!(messages(&report), ["mismatched types"]);
}

#[tokio::test]
async fn a_folder_that_a_build_script_makes_does_not_undo_our_builds() {
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
        std::fs::create_dir_all(\"src/made\").unwrap();\n    \
        std::fs::write(\"src/made/mod.rs\", \"\").unwrap();\n}\n";
    let project = Project::new(&[("src/lib.rs", "mod made;\n"), ("build.rs", script)]);
    let verifier = project.verifier();
    let mut built = Vec::new();
    for _ in 0..2 {
        assert_eq!(messages(&check(&verifier, &project.draft()).await), [""; 0]);
        let times: Vec<_> = files_beneath(&project.scratch())
            .filter(|path| path.ends_with("invoked.timestamp"))
            .map(|path| (fs::metadata(&path).unwrap().ctime_nsec(), path))
            .collect();
        built.push(times);
    }
    assert!(!built[0].is_empty() && built[0] == built[1], "it was built again: {built:?}");
    // But one that the user makes is seen.
    project.write("src/made/mod.rs", "fn f() -> u8 {}\n");
    project.write("build.rs", "fn main() {}\n");
    assert_eq!(messages(&check(&verifier, &project.draft()).await), ["mismatched types"]);
}

#[tokio::test]
async fn a_build_script_that_lists_no_files_notices_one_that_goes() {
    let script = "fn main() { std::fs::read(\"data/value\").expect(\"no value\"); }\n";
    let files = [("src/lib.rs", ""), ("build.rs", script), ("data/value", "1")];
    let project = Project::new(&files);
    let verifier = project.verifier();
    assert_eq!(messages(&check(&verifier, &project.draft()).await), [""; 0]);
    let mut draft = project.draft();
    draft.delete(project.root().join("data/value"));
    assert_eq!(check(&verifier, &draft).await.errors().count(), 1);
    assert_eq!(messages(&check(&verifier, &project.draft()).await), [""; 0]);
    assert!(project.users_check().await);
    fs::remove_file(project.path("data/value")).unwrap();
    assert!(project.users_check().await, "cargo is no longer fooled: this test is of no use");
    for verifier in [verifier, project.verifier()] {
        assert_eq!(check(&verifier, &project.draft()).await.errors().count(), 1);
    }
}

#[tokio::test]
async fn a_macro_may_read_files_without_telling() {
    let makro = "use proc_macro::TokenStream;\n#[proc_macro]\npub fn read(_: TokenStream) -> \
        TokenStream {\n    let folder = std::env::var(\"CARGO_MANIFEST_DIR\").unwrap();\n    \
        std::fs::read_to_string(folder + \"/data.txt\").unwrap().parse().unwrap()\n}\n";
    let macros = manifest("macros", "[lib]\nproc-macro = true");
    let project = Project::new(&[
        ("Cargo.toml", &manifest("a", "macros = { path = \"macros\" }")),
        ("src/lib.rs", "pub const N: u32 = macros::read!();\n"),
        ("data.txt", "1"),
        ("macros/Cargo.toml", &macros),
        ("macros/src/lib.rs", makro),
    ]);
    let verifier = project.verifier();
    assert_eq!(messages(&check(&verifier, &project.draft()).await), [""; 0]);
    let draft = project.with(&[("data.txt", "\"text\"")]);
    assert_eq!(messages(&check(&verifier, &draft).await), ["mismatched types"]);
    assert_eq!(messages(&check(&verifier, &project.draft()).await), [""; 0]);
    project.write("data.txt", "true");
    assert_eq!(messages(&check(&verifier, &project.draft()).await), ["mismatched types"]);
}

/// A small generator; the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

const SCRIPT_WATCHING_ALL: &str = r#"fn main() {
    let text = std::fs::read_to_string("data/value").unwrap_or("0".to_owned());
    println!("cargo::rustc-env=VALUE={}", text.trim());
}
"#;
const SCRIPT_WATCHING_ONE: &str = r#"fn main() {
    println!("cargo::rerun-if-changed=data");
    let text = std::fs::read_to_string("data/value").unwrap_or("0".to_owned());
    println!("cargo::rustc-env=VALUE={}", text.trim());
}
"#;

/// Files whose texts change, with the texts that they may have; some break the build.
const FILES: [(&str, &[&str]); 9] = [
    ("scripted/src/m.rs", &["", "pub fn f() -> u8 {}\n", "pub fn f() {}\n"]),
    ("low/src/m.rs", &[GOOD, BAD, "pub fn f() -> u64 { 1 }\n", "pub fn f() -> u32 { 22 }\n"]),
    ("low/src/n.rs", &[GOOD, BAD, "pub fn f() -> u32 { super::m::f() }\n"]),
    ("low/src/dir/mod.rs", &["pub const C: u8 = 1;\n", "pub const C: u16 = 1;\n", "c!\n"]),
    ("low/src/spare/mod.rs", &["pub const C: u8 = 2;\n", "pub const C: &str = \"\";\n"]),
    ("scripted/data/value", &["1", "2", "word"]),
    ("high/data/value", &["1", "22", "no"]),
    ("shared/text", &["abc", "abcd"]),
    ("high/tests/it.rs", &["#[test] fn t() { high::g(); }\n", "#[test] fn t() { high::h(); }\n"]),
];

fn start() -> Vec<(&'static str, String)> {
    let parse = "const fn number(text: &str) -> u32 {\n    let b = text.as_bytes();\n    assert!(b.len() == 1);\n    (b[0] - b'0') as u32\n}\npub const N: u32 = number(env!(\"VALUE\"));\n";
    let scripted = format!("pub mod m;\n{parse}");
    let high = format!(
        "pub fn g() -> u32 {{ low::m::f() + low::n::f() }}\n{parse}\
         pub const T: [u8; 3] = *include_bytes!(\"../../shared/text\");\n"
    );
    let members = "[\"low\", \"high\", \"scripted\"]";
    let mut files = vec![
        ("Cargo.toml", format!("[workspace]\nmembers = {members}\nresolver = \"3\"\n")),
        ("low/Cargo.toml", manifest("low", "")),
        (
            "low/src/lib.rs",
            "pub mod m;\npub mod n;\npub mod dir;\npub const D: u8 = dir::C;\n".to_owned(),
        ),
        ("scripted/Cargo.toml", manifest("scripted", "")),
        ("scripted/build.rs", SCRIPT_WATCHING_ALL.to_owned()),
        ("scripted/src/lib.rs", scripted),
        ("high/Cargo.toml", manifest("high", "low = { path = \"../low\" }")),
        ("high/build.rs", SCRIPT_WATCHING_ONE.to_owned()),
        ("high/src/lib.rs", high),
    ];
    files.extend(FILES.map(|(name, texts)| (name, texts[0].to_owned())));
    files
}

/// Does something to the disk of which the dates tell nothing, or too much.
async fn shake(project: &Project, random: &mut Random) -> String {
    let (name, texts) = random.of(&FILES);
    let text = random.of(texts);
    let path = project.path(name);
    match random.below(8) {
        0 | 1 => {
            project.write(name, text);
            format!("write {name} {text:?}")
        }
        2 => {
            project.write(name, text);
            set_old(&path);
            format!("write {name} {text:?} with an old date")
        }
        3 => {
            project.write("aside", text);
            set_old(&project.path("aside"));
            fs::rename(project.path("aside"), &path).unwrap();
            format!("replace {name} {text:?} by an older file")
        }
        4 => {
            let (one, other) = *random.of(&[
                ("low/src/m.rs", "low/src/n.rs"),
                ("scripted/data/value", "high/data/value"),
            ]);
            if project.path(one).exists() && project.path(other).exists() {
                fs::rename(project.path(one), project.path("aside")).unwrap();
                fs::rename(project.path(other), project.path(one)).unwrap();
                fs::rename(project.path("aside"), project.path(other)).unwrap();
            }
            format!("exchange {one} and {other}")
        }
        5 => {
            fs::rename(project.path("low/src/dir"), project.path("low/src/aside")).unwrap();
            fs::rename(project.path("low/src/spare"), project.path("low/src/dir")).unwrap();
            fs::rename(project.path("low/src/aside"), project.path("low/src/spare")).unwrap();
            "exchange folders".to_owned()
        }
        6 => {
            let _ = fs::remove_file(project.path("scripted/data/value"));
            "remove scripted/data/value".to_owned()
        }
        _ => format!("the user's check: {}", project.users_check().await),
    }
}

/// The errors of a check in a copy that has never seen a build.
async fn verdict_of_a_clean_copy(project: &Project, draft: &Draft) -> Vec<String> {
    let copy = Project::new(&[]);
    crate::files::remove_tree(&copy.path("")).unwrap();
    let mut texts: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut waiting = vec![project.path("")];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    waiting.push(path);
                }
            } else {
                texts.insert(path.clone(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    for (path, text) in draft.differs_from_disk() {
        match text {
            Some(text) => texts.insert(path.as_path().to_owned(), text.to_string()),
            None => texts.remove(path.as_path()),
        };
    }
    for (path, text) in texts {
        let name = path.strip_prefix(project.path("")).unwrap();
        copy.write(name.to_str().unwrap(), &text);
    }
    let command = stdx::process::Command::new("cargo", copy.root(), environment()).args([
        "check",
        "--offline",
        "--workspace",
        "--all-targets",
        "--keep-going",
        "--message-format=json",
    ]);
    let mut errors = BTreeSet::new();
    let mut on_line = |line: &[u8]| {
        let value: serde_json::Value = serde_json::from_slice(line).unwrap();
        let message = &value["message"];
        let text = message["message"].as_str().unwrap_or_default();
        if message["level"] == "error" && !text.starts_with("aborting") {
            errors.insert(text.to_owned());
        }
    };
    within(command.run_lines(&CancellationToken::new(), &mut on_line)).await.unwrap();
    errors.into_iter().collect()
}

async fn many_steps(seed: u64, steps: usize, wall: Wall) {
    let files = start();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let project = Project::new(&files);
    let mut random = Random(seed);
    let mut verifier = CargoVerifier::new(project.config(wall));
    let mut draft = project.draft();
    let mut story = Vec::new();
    for step in 0..steps {
        for _ in 0..random.below(3) {
            story.push(shake(&project, &mut random).await);
        }
        if random.below(3) > 0 {
            draft = project.draft();
            for _ in 0..random.below(3) {
                let (name, texts) = random.of(&FILES);
                let text = random.of(texts);
                story.push(format!("draft {name} {text:?}"));
                draft.write(project.root().join(name), Text::new(text));
            }
            if random.below(6) == 0 {
                story.push("draft without high/data/value".to_owned());
                draft.delete(project.root().join("high/data/value"));
            }
        }
        if random.below(6) == 0 {
            story.push("a new verifier".to_owned());
            verifier = CargoVerifier::new(project.config(wall));
        }
        // A draft is a change to the disk as it was read; here it shall mean the disk of now.
        draft = again(&project, &draft);
        let report = check(&verifier, &draft).await;
        let found: BTreeSet<String> = messages(&report).into_iter().map(str::to_owned).collect();
        let found: Vec<String> = found.into_iter().collect();
        let expected = verdict_of_a_clean_copy(&project, &draft).await;
        story.push(format!("check {step}: {}", expected.len()));
        assert_eq!(found, expected, "seed {seed}: {story:#?}");
    }
}

/// The same changes on the disk of now.
fn again(project: &Project, draft: &Draft) -> Draft {
    let mut fresh = project.draft();
    for (path, text) in draft.changes() {
        match text {
            Some(text) => fresh.write(path.clone(), text.clone()),
            None => fresh.delete(path.clone()),
        }
    }
    fresh
}

#[tokio::test]
async fn no_false_verdict_in_many_steps() {
    many_steps(1, 12, Wall::Best).await;
}

#[tokio::test]
async fn no_false_verdict_in_many_steps_on_a_copy() {
    many_steps(2, 6, Wall::Copy).await;
}

#[tokio::test]
#[ignore = "takes half an hour; run when freshness was changed"]
async fn no_false_verdict_in_five_hundred_steps() {
    for seed in 10..20 {
        many_steps(seed, 50, Wall::Best).await;
    }
}
