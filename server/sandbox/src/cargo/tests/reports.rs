//! What comes out of a check.

use expect_test::{Expect, expect};
use harness::TESTS_PASSED;

use super::*;

async fn report(files: &[(&str, &str)], expect: Expect) -> CheckReport {
    let project = Project::new(files);
    let report = check(&project.verifier(), &project.draft()).await;
    let mut shown = String::new();
    for found in &report.diagnostics {
        let code = found.code.as_deref().unwrap_or("-");
        shown += &format!("{:?} {code} {}\n", found.severity, found.message);
        for span in &found.spans {
            let text = fs::read_to_string(project.path(&span.file)).unwrap_or_default();
            let covered = text.get(span.bytes.clone());
            shown += &format!("  {}:{}:{} {covered:?}\n", span.file, span.line, span.column);
        }
        for suggestion in &found.suggestions {
            let edits: Vec<_> =
                suggestion.edits.iter().map(|(span, text)| (&span.bytes, text)).collect();
            shown += &format!("  try {edits:?}\n");
        }
    }
    let folder = project.folder.path().display().to_string();
    expect.assert_eq(&shown.replace(&folder, "…"));
    report
}

#[tokio::test]
async fn spans_suggestions_and_no_doubles() {
    let text = "// ä\r\npub fn f() -> u64 {\r\n    let n: u32 = 1;\r\n    n\r\n}\r\n";
    report(
        &[("src/lib.rs", text)],
        expect![[r#"
        Error E0308 mismatched types
          src/lib.rs:4:5 Some("n")
          src/lib.rs:2:15 Some("u64")
          try [(54..54, ".into()")]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn alternatives_for_an_import() {
    report(
        &[("src/lib.rs", "pub fn f(r: Ordering) {}\n")],
        expect![[r#"
        Error E0425 cannot find type `Ordering` in this scope
          src/lib.rs:1:13 Some("Ordering")
          try [(0..0, "use std::cmp::Ordering;\n\n")]
          try [(0..0, "use std::sync::atomic::Ordering;\n\n")]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_broken_manifest() {
    report(
        &[("Cargo.toml", "[package]\nname = \"a\"\nnam"), ("src/lib.rs", "")],
        expect![[r#"
        Error - key with no value, expected `=`
          Cargo.toml:3:4 Some("")
    "#]],
    )
    .await;
    let missing = manifest("a", "no-such-package-anywhere = \"1\"");
    report(
        &[("Cargo.toml", &missing), ("src/lib.rs", "")],
        expect![[r#"
        Error - no matching package named `no-such-package-anywhere` found
          Cargo.toml:1:1 Some("[package]")
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_failing_build_script() {
    let files = [("src/lib.rs", ""), ("build.rs", "fn main() {\n    panic!(\"no\");\n}\n")];
    report(
        &files,
        expect![[r#"
        Error - failed to run custom build command for `a v0.1.0 (…/project)`
          build.rs:2:5 Some("panic!(\"no\");")
    "#]],
    )
    .await;
}

#[tokio::test]
async fn all_targets_are_checked() {
    let files = [
        ("src/lib.rs", "#[cfg(test)] mod t { fn f() -> u8 {} }\n"),
        ("tests/it.rs", "fn g() -> u8 {}\n"),
        ("examples/e.rs", "fn main() -> u8 {}\n"),
        ("benches/b.rs", "fn main() { h() }\n"),
    ];
    let found = report(
        &files,
        expect![[r#"
        Error E0425 cannot find function `h` in this scope
          benches/b.rs:1:13 Some("h")
        Error E0277 `main` has invalid return type `u8`
          examples/e.rs:1:14 Some("u8")
        Error E0308 mismatched types
          examples/e.rs:1:14 Some("u8")
          examples/e.rs:1:4 Some("main")
        Error E0308 mismatched types
          src/lib.rs:1:32 Some("u8")
          src/lib.rs:1:25 Some("f")
        Error E0308 mismatched types
          tests/it.rs:1:11 Some("u8")
          tests/it.rs:1:4 Some("g")
    "#]],
    )
    .await;
    assert_eq!(
        found.program,
        "cargo check --workspace --all-targets --keep-going --offline --message-format=json"
    );
}

#[tokio::test]
async fn narrowed_to_packages_and_their_dependents() {
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"*\"]\nexclude = [\"target\"]\nresolver = \"3\"\n",
        ),
        ("low/Cargo.toml", &manifest("low", "")),
        ("low/src/lib.rs", "pub fn l() -> u8 { 1 }\n"),
        ("high/Cargo.toml", &manifest("high", "low = { path = \"../low\" }")),
        ("high/src/lib.rs", "pub fn h() -> u16 { low::l() }\n"),
        ("other/Cargo.toml", &manifest("other", "")),
        ("other/src/lib.rs", "fn o() -> u8 {}\n"),
    ]);
    let verifier = project.verifier();
    for (file, expected, packages) in [
        ("low/src/lib.rs", 1, "-p high -p low"),
        ("other/src/lib.rs", 1, "-p other"),
        ("low/Cargo.toml", 2, "--workspace"),
    ] {
        let scope = CheckScope { around: vec![file.to_owned()], tests: false };
        let report = check_in(&verifier, &project.draft(), &scope).await;
        assert_eq!(report.errors().count(), expected, "{file}");
        assert!(report.program.contains(packages), "{}", report.program);
    }
}

#[tokio::test]
async fn tests_that_fail_and_those_that_pass() {
    let library = "#[test] fn ok() {}\n#[test] fn bad() {\n    assert_eq!(1, 2, \"oh\");\n}\n";
    let project = Project::new(&[
        ("src/lib.rs", library),
        ("tests/it.rs", "#[test] fn gone() { std::process::abort() }\n"),
        (
            "tests/net.rs",
            "#[test] fn local() {\n    let l = std::net::TcpListener::bind(\"127.0.0.1:0\").unwrap();\n    std::net::TcpStream::connect(l.local_addr().unwrap()).unwrap();\n}\n",
        ),
    ]);
    let before = project.everything();
    for wall in [Wall::Best, Wall::Copy] {
        let verifier = CargoVerifier::new(project.config(wall));
        let scope = CheckScope { around: Vec::new(), tests: true };
        let report = check_in(&verifier, &project.draft(), &scope).await;
        assert_eq!(
            failed(&report),
            ["test `a lib bad` failed", "tests of `a test it` did not finish"]
        );
        assert_eq!(report.errors().count(), 0, "a failed test does not break the build");
        let bad = report.failed_tests().next().unwrap();
        let span = &bad.spans[0];
        assert_eq!(
            (span.file.as_str(), span.line, &library[span.bytes.clone()]),
            ("src/lib.rs", 3, "assert_eq!(1, 2, \"oh\");")
        );
        assert!(bad.rendered.contains("left: 1"), "{}", bad.rendered);
        let passed = report.diagnostics.last().unwrap();
        assert_eq!(passed.code.as_deref(), Some(TESTS_PASSED));
        assert_eq!(passed.rendered, "a lib ok\na test net local");
        let draft = project.with(&[("src/lib.rs", "#[test] fn ok() {}\n")]);
        let tests =
            within(verifier.run_tests(&draft, &scope, &CancellationToken::new())).await.unwrap();
        assert_eq!(tests.passed, ["a lib ok", "a test net local"]);
        assert_eq!(tests.failed, []);
    }
    assert_eq!(project.everything(), before);
}

fn failed(report: &CheckReport) -> Vec<&str> {
    report.failed_tests().map(|test| test.message.as_str()).collect()
}

#[tokio::test]
async fn tests_that_never_end() {
    let project =
        Project::new(&[("src/lib.rs", "#[test] fn long() { loop { std::thread::park() } }\n")]);
    let mut config = project.config(Wall::Best);
    config.test_timeout = Duration::from_secs(3);
    let verifier = CargoVerifier::new(config);
    let scope = CheckScope { around: Vec::new(), tests: true };
    let report = check_in(&verifier, &project.draft(), &scope).await;
    assert_eq!(failed(&report), ["tests of `a lib` did not finish"]);
}
