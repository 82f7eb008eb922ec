//! Hunks and where they go, shown as the text afterwards or as the refusal.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use text::{Text, apply};

use crate::{Applied, Refusal, apply_patch, udiff};

pub(super) fn shown(before: Option<&str>, result: Result<Applied, Refusal>) -> String {
    match result {
        Ok(applied) => {
            let before = Text::new(before.unwrap_or_default());
            assert_eq!(apply(&before, &applied.edits).unwrap(), applied.text);
            format!("{:?}: {:?}\n", applied.leniency, applied.text.to_string())
        }
        Err(refusal) => format!("{:?}: {}\n", refusal.reason, refusal.message),
    }
}

pub(super) fn check_diff(file: &str, diff: &str, expected: Expect) {
    let result = udiff(Some(&Text::new(file)), diff);
    // A patch of the same hunks goes the same way.
    let plain = !diff.starts_with("```") && !diff.contains("/dev/null");
    let hunks = diff.split_once("@@").filter(|_| plain).map(|(_, hunks)| format!("@@{hunks}"));
    if let Some(hunks) = hunks {
        let files = BTreeMap::from([("f".to_owned(), Text::new(file))]);
        let hunks = hunks.trim_end_matches('\n');
        let patch = format!("*** Begin Patch\n*** Update File: f\n{hunks}\n*** End Patch\n");
        match (&result, apply_patch(&files, &patch)) {
            (Ok(applied), Ok(changed)) => assert_eq!(changed["f"].as_ref(), Some(&applied.text)),
            (Err(refusal), Err(same)) => assert_eq!(refusal.reason, same.reason),
            (one, other) => panic!("{one:?}\n{other:?}"),
        }
    }
    expected.assert_eq(&shown(Some(file), result));
}

const PYTHON: &str = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        x = 1\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n";

#[test]
fn a_hunk_is_found_by_its_lines_and_not_by_its_numbers() {
    check_diff(
        "a\nb\nc\nd\n",
        "--- a/f\n+++ b/f\n@@ -100,3 +100,3 @@ heading\n b\n-c\n+C\n d\n",
        expect![[r#"
            Exact: "a\nb\nC\nd\n"
        "#]],
    );
}

#[test]
fn the_stated_line_decides_between_equal_places() {
    check_diff(
        "x\na\nx\na\n",
        "--- a/f\n+++ b/f\n@@ -3,2 +3,2 @@\n x\n-a\n+b\n",
        expect![[r#"
            Exact: "x\na\nx\nb\n"
        "#]],
    );
    check_diff(
        "x\na\nx\na\n",
        "--- a/f\n+++ b/f\n@@ -7,2 +7,2 @@\n x\n-a\n+b\n",
        expect![[r#"
        Ambiguous: These lines match 2 places exactly (lines 1, 3). Add lines around them so that they match one of them only.
        Place (lines 1-2):
             1| x
             2| a
        Place (lines 3-4):
             3| x
             4| a
    "#]],
    );
}

#[test]
fn anchors_decide_between_equal_places() {
    check_diff(
        PYTHON,
        "@@ class B:\n@@ def f(self):\n-        return 1\n+        return 2\n",
        expect![[r#"
            Exact: "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        x = 1\n        return 1\n\nclass B:\n    def f(self):\n        return 2\n"
        "#]],
    );
    check_diff(
        PYTHON,
        "@@ class B:\n-        return 1\n+        return 2\n",
        expect![[r#"
        Exact: "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        x = 1\n        return 1\n\nclass B:\n    def f(self):\n        return 2\n"
    "#]],
    );
    check_diff(
        PYTHON,
        "@@ class A:\n-        return 1\n+        return 2\n",
        expect![[r#"
        Ambiguous: These lines match 3 places exactly (lines 3, 7, 11). Add lines around them so that they match one of them only.
        Place (line 3):
             3|         return 1
        Place (line 7):
             7|         return 1
        Place (line 11):
            11|         return 1
    "#]],
    );
    check_diff(
        PYTHON,
        "@@ def g\n-        return 1\n+        return 2\n",
        expect![[r#"
        Exact: "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        x = 1\n        return 2\n\nclass B:\n    def f(self):\n        return 1\n"
    "#]],
    );
    check_diff(
        PYTHON,
        "@@ def f(self):\n-        return 1\n+        return 2\n",
        expect![[r#"
        Ambiguous: These lines match 3 places exactly (lines 3, 7, 11). Add lines around them so that they match one of them only.
        Place (line 3):
             3|         return 1
        Place (line 7):
             7|         return 1
        Place (line 11):
            11|         return 1
    "#]],
    );
}

#[test]
fn the_order_of_hunks_decides_between_equal_places() {
    check_diff(
        "one\nx\ntwo\nx\nthree\nx\n",
        "@@\n-one\n+1\n@@\n-x\n+y\n@@\n-two\n+2\n",
        expect![[r#"
            Exact: "1\ny\n2\nx\nthree\nx\n"
        "#]],
    );
    check_diff(
        "one\nx\ntwo\nx\nthree\nx\n",
        "@@\n-two\n+2\n@@\n-x\n+y\n",
        expect![[r#"
        Ambiguous: Hunk 2 of 2 does not apply, so none was. These lines match 3 places exactly (lines 2, 4, 6). Add lines around them so that they match one of them only.
        Place (line 2):
             2| x
        Place (line 4):
             4| x
        Place (line 6):
             6| x
    "#]],
    );
}

#[test]
fn new_lines_alone_need_an_anchor_or_the_end() {
    check_diff(
        "a\nb\n",
        "@@ a\n+x\n",
        expect![[r#"
        Exact: "a\nx\nb\n"
    "#]],
    );
    check_diff(
        "a\nb",
        "@@\n+x\n*** End of File\n",
        expect![[r#"
        Exact: "a\nb\nx"
    "#]],
    );
    check_diff(
        "a\nb\n",
        "@@\n+x\n",
        expect![[r#"
        NotFound: A hunk has new lines only, and nothing says where they belong. Keep a line or two of the file around them.
        The file (lines 1-2):
             1| a
             2| b
    "#]],
    );
    check_diff(
        "",
        "@@\n+x\n",
        expect![[r#"
        Exact: "x\n"
    "#]],
    );
}

#[test]
fn the_last_line_end_comes_and_goes_as_the_diff_says() {
    check_diff(
        "a\nb",
        "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n",
        expect![[r#"
        Exact: "a\nb\n"
    "#]],
    );
    check_diff(
        "a\nb\n",
        "@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n",
        expect![[r#"
            Exact: "a\nc"
        "#]],
    );
    check_diff(
        "a\nb",
        "@@ -1,2 +1,2 @@\n a\n-b\n+c\n",
        expect![[r#"
        Exact: "a\nc"
    "#]],
    );
    check_diff(
        "a\nb\nc",
        "@@\n a\n b\n-c\n",
        expect![[r#"
        Exact: "a\nb"
    "#]],
    );
    check_diff(
        "a\nb\nc\n",
        "@@\n a\n b\n-c\n",
        expect![[r#"
        Exact: "a\nb\n"
    "#]],
    );
}

#[test]
fn a_diff_creates_a_file_where_there_is_none() {
    let created = |diff: &str| shown(None, udiff(None, diff));
    let mut all = created("--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    all += &created("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n");
    all += &created("@@ -1 +1 @@\n-a\n+b\n");
    expect![[r#"
        Exact: "a\nb\n"
        Exact: "a"
        NoFile: The file does not exist. A diff that creates it has `+` lines only.
    "#]]
    .assert_eq(&all);
    check_diff(
        "a\n",
        "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+b\n",
        expect![[r#"
        Exists: The diff creates the file, but it exists.
        Its start (line 1):
             1| a
    "#]],
    );
}

#[test]
fn one_hunk_that_fails_leaves_all_undone() {
    // What the hunks do together is nothing.
    let undone =
        udiff(Some(&Text::new("a\na\na\nb\n")), "@@ -1 +0,0 @@\n-a\n@@ -3,2 +2,3 @@\n a\n+a\n b\n");
    assert_eq!(undone.map_err(|refusal| refusal.reason), Err(crate::Reason::Empty));
    check_diff(
        "a\nb\n",
        "@@\n-a\n+c\n@@\n-x yz\n+y\n",
        expect![[r#"
        NotFound: Hunk 2 of 2 does not apply, so none was. These lines do not stand in the file. Copy them as they are in the file.
        Nearest text (lines 1-2):
             1| a
             2| b
    "#]],
    );
    check_diff(
        "a\nb\nc\n",
        "@@\n a\n-b\n+x\n@@\n-b\n c\n",
        expect![[r#"
        Overlap: Two parts of the edit are about line 2.
        The file (line 2):
             2| b
    "#]],
    );
    check_diff(
        "a\nb\n",
        "@@\n a\n b\n",
        expect![[r#"
        Empty: There is nothing to change.
        The file (lines 1-2):
             1| a
             2| b
    "#]],
    );
}
