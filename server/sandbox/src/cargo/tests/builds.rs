//! Projects of all shapes build as they do for the user.

use super::*;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn a_clean_and_a_broken_draft() {
    let project = Project::new(&[("src/lib.rs", "pub fn f() -> u32 { 1 }\n")]);
    assert_eq!(both(&project, &project.draft()).await, NONE);
    let draft = project.with(&[("src/lib.rs", "pub fn f() -> u32 { \"\" }\n")]);
    assert_eq!(both(&project, &draft).await, ["mismatched types"]);
}

#[tokio::test]
async fn unsaved_buffers_are_seen() {
    let project = Project::new(&[("src/lib.rs", "mod m;\n"), ("src/m.rs", "")]);
    let draft = unsaved(&project, &[("src/m.rs", "fn f() { nothing() }\n")]);
    let found = both(&project, &draft).await;
    assert_eq!(found, ["cannot find function `nothing` in this scope"]);
}

#[tokio::test]
async fn a_new_and_a_deleted_file() {
    let project = Project::new(&[("src/lib.rs", "mod m;\n"), ("src/m.rs", "")]);
    let mut draft = project.with(&[
        ("src/lib.rs", "mod n;\npub use n::deep::f;\n"),
        ("src/n/mod.rs", "pub mod deep;\n"),
        ("src/n/deep.rs", "pub fn f() {}\n"),
    ]);
    draft.delete(project.root().join("src/m.rs"));
    assert_eq!(both(&project, &draft).await, NONE);
    let mut draft = project.draft();
    draft.delete(project.root().join("src/m.rs"));
    assert_eq!(both(&project, &draft).await, ["file not found for module `m`"]);
}

#[tokio::test]
async fn a_path_dependency_outside_of_the_root() {
    let project = Project::new(&[
        ("Cargo.toml", &manifest("a", "dep = { path = \"../dep\" }")),
        ("src/lib.rs", "pub fn f() -> u32 { dep::g() }\n"),
        ("../dep/Cargo.toml", &manifest("dep", "[dependencies.deeper]\npath = \"../far/deeper\"")),
        ("../dep/src/lib.rs", "pub fn g() -> u32 { deeper::h() }\n"),
        ("../far/deeper/Cargo.toml", &manifest("deeper", "")),
        ("../far/deeper/src/lib.rs", "pub fn h() -> u32 { 7 }\n"),
    ]);
    assert_eq!(both(&project, &project.draft()).await, NONE);
    let draft = project.with(&[("../far/deeper/src/lib.rs", "pub fn h() -> u64 { 7 }\n")]);
    assert_eq!(both(&project, &draft).await, ["mismatched types"]);
    let report = check(&project.verifier(), &draft).await;
    let file = &report.diagnostics[0].spans[0].file;
    assert_eq!(*file, project.path("../dep/src/lib.rs").display().to_string());
}

#[tokio::test]
async fn text_included_from_above_the_package() {
    let project = Project::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"x/y\"]\nresolver = \"3\"\n"),
        ("x/y/Cargo.toml", &manifest("y", "")),
        ("x/y/src/lib.rs", "const T: [u8; 3] = *include_bytes!(\"../../../data\");\n"),
        ("data", "abc"),
    ]);
    assert_eq!(both(&project, &project.draft()).await, NONE);
    assert_eq!(both(&project, &project.with(&[("data", "abcd")])).await, ["mismatched types"]);
}

const SCRIPT: &str = r#"
fn main() {
    let text = std::fs::read_to_string("generated.txt").unwrap();
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR").unwrap());
    std::fs::write(out.join("made.rs"), text).unwrap();
}
"#;

#[tokio::test]
async fn a_build_script_reads_an_ignored_file_and_writes_its_own() {
    let project = Project::new(&[
        (
            "src/lib.rs",
            "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\npub use self::made as m;\n",
        ),
        ("build.rs", SCRIPT),
        (".gitignore", "generated.txt\ntarget\n"),
        ("generated.txt", "pub fn made() {}\n"),
    ]);
    assert_eq!(both(&project, &project.draft()).await, NONE);
    let draft = project.with(&[("generated.txt", "pub fn other() {}\n")]);
    assert_eq!(both(&project, &draft).await, ["unresolved import `self::made`"]);
}

#[tokio::test]
async fn a_target_folder_elsewhere() {
    for exists in [false, true] {
        let project = Project::new(&[
            ("src/lib.rs", "pub fn f() {}\n"),
            (".cargo/config.toml", "[build]\ntarget-dir = \"../elsewhere\"\n"),
        ]);
        if exists {
            assert!(project.users_check().await);
        }
        let before = project.everything();
        assert_eq!(both(&project, &project.draft()).await, NONE);
        let draft = project.with(&[("src/lib.rs", "pub fn f() -> u8 {}\n")]);
        assert_eq!(both(&project, &draft).await, ["mismatched types"]);
        assert_eq!(project.everything(), before);
    }
}

#[tokio::test]
async fn several_workspaces_side_by_side() {
    let project = Project::new(&[
        ("one/Cargo.toml", &manifest("one", "")),
        ("one/src/lib.rs", "fn f() -> u8 {}\n"),
        ("two/deep/Cargo.toml", &manifest("two", "")),
        ("two/deep/src/main.rs", "fn main() { g() }\n"),
    ]);
    let found = both(&project, &project.draft()).await;
    assert_eq!(found, ["mismatched types", "cannot find function `g` in this scope"]);
    let scope = CheckScope { around: vec!["two/deep/src/main.rs".to_owned()], tests: false };
    let report = check_in(&project.verifier(), &project.draft(), &scope).await;
    assert_eq!(messages(&report), ["cannot find function `g` in this scope"]);
}

#[tokio::test]
async fn a_folder_without_a_package() {
    let project = Project::new(&[("notes/Cargo.toml.txt", "x")]);
    fs::remove_file(project.path("Cargo.toml")).unwrap();
    let scope = CheckScope::default();
    let found = project.verifier().check(&project.draft(), &scope, &CancellationToken::new()).await;
    assert!(matches!(found, Err(CheckError::NoChecker(_))), "{found:?}");
}
