//! Patches, unified diffs and whole files, shown as the text afterwards or as the refusal.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use text::{Text, apply};

use crate::{Applied, Refusal, apply_patch, udiff, whole};

fn shown(before: Option<&str>, result: Result<Applied, Refusal>) -> String {
    match result {
        Ok(applied) => {
            let before = Text::new(before.unwrap_or_default());
            assert_eq!(apply(&before, &applied.edits).unwrap(), applied.text);
            format!("{:?}: {:?}\n", applied.leniency, applied.text.to_string())
        }
        Err(refusal) => format!("{:?}: {}\n", refusal.reason, refusal.message),
    }
}

fn check_diff(file: &str, diff: &str, expected: Expect) {
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

fn check_patch(files: &[(&str, &str)], patch: &str, expected: Expect) {
    let files = files.iter().map(|(path, text)| (path.to_string(), Text::new(text)));
    let files: BTreeMap<String, Text> = files.collect();
    let shown = match apply_patch(&files as &BTreeMap<String, Text>, patch) {
        Ok(changed) => changed
            .into_iter()
            .map(|(path, text)| format!("{path}: {:?}\n", text.map(|text| text.to_string())))
            .collect(),
        Err(refusal) => format!("{:?}: {}\n", refusal.reason, refusal.message),
    };
    expected.assert_eq(&shown);
}

fn check_whole(path: &str, before: Option<&str>, content: &str, expected: Expect) {
    let result = whole(path, before.map(Text::new).as_ref(), content);
    expected.assert_eq(&shown(before, result));
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
fn kept_lines_may_lack_their_marker() {
    check_diff(
        "    if a {\n        b();\n    }\n",
        "@@\n    if a {\n-        b();\n+        c();\n    }\n",
        expect![[r#"
            TrailingBlanks: "    if a {\n        c();\n    }\n"
        "#]],
    );
    check_diff(
        "a\n\nb\n",
        "@@\n a\n\n-b\n+c\n\n\n",
        expect![[r#"
        Exact: "a\n\nc\n"
    "#]],
    );
}

#[test]
fn a_diff_in_its_wrappings() {
    check_diff(
        "a\nb\n",
        "```diff\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n```\n",
        expect![[r#"
            Exact: "a\nc\n"
        "#]],
    );
    check_diff(
        "a\r\nb\r\n",
        "--- a/f\r\n+++ b/f\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+c\r\n",
        expect![[r#"
            Exact: "a\r\nc\r\n"
        "#]],
    );
    check_diff(
        "fn a() {}\nfn b() {}\n",
        "@@\n 1|fn a() {}\n-2|fn b() {}\n+fn c() {}\n",
        expect![[r#"
            Exact: "fn a() {}\nfn c() {}\n"
        "#]],
    );
    check_diff(
        "a && b\nc\n",
        "@@\n a &amp;&amp; b\n-c\n+c &lt; d\n",
        expect![[r#"
        Exact: "a && b\nc < d\n"
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

#[test]
fn a_line_that_was_typed_since_is_never_deleted() {
    let diff = "@@\n fn a() {\n-    one(1);\n-    two(2);\n+    three(3);\n }\n";
    check_diff(
        "fn a() {\n    one(1);\n    two(3);\n}\n",
        diff,
        expect![[r#"
        NotFound: These lines do not stand in the file. Copy them as they are in the file.
        Nearest text (lines 1-4):
             1| fn a() {
             2|     one(1);
             3|     two(3);
             4| }
    "#]],
    );
    check_diff(
        "fn a() {\n    one(1);\n    typed();\n    two(2);\n}\n",
        diff,
        expect![[r#"
        NotFound: These lines do not stand in the file. Copy them as they are in the file.
        Nearest text (lines 1-4):
             1| fn a() {
             2|     one(1);
             3|     typed();
             4|     two(2);
    "#]],
    );
}

#[test]
fn one_line_of_context_may_be_misremembered() {
    let file = "fn alpha() {\n    let first = 1;\n    call(first);\n    done();\n}\n";
    check_diff(
        file,
        "@@\n fn alpha() {\n     let firsts = 1;\n-    call(first);\n+    call(2);\n     done();\n",
        expect![[r#"
            Context: "fn alpha() {\n    let first = 1;\n    call(2);\n    done();\n}\n"
        "#]],
    );
    check_diff(
        file,
        "@@\n fn alpha() {\n     let first = 1;\n-    done();\n+    ready();\n }\n",
        expect![[r#"
            Context: "fn alpha() {\n    let first = 1;\n    call(first);\n    ready();\n}\n"
        "#]],
    );
    check_diff(
        file,
        "@@\n fn alpha() {\n     let first = 1;\n+    more();\n     done();\n }\n",
        expect![[r#"
            Unclear: The lines around the change were found apart from one line of context, but not where exactly between them the new lines belong. Write the lines as they stand in the file.
            The file (lines 1-5):
                 1| fn alpha() {
                 2|     let first = 1;
                 3|     call(first);
                 4|     done();
                 5| }
        "#]],
    );
    check_diff(
        file,
        "@@\n fn alpha() {\n     let other_thing = 7;\n-    call(first);\n+    call(2);\n     done();\n",
        expect![[r#"
            NotFound: These lines do not stand in the file. Copy them as they are in the file.
            Nearest text (lines 1-4):
                 1| fn alpha() {
                 2|     let first = 1;
                 3|     call(first);
                 4|     done();
        "#]],
    );
    // Elsewhere the same lines stand with the line as it was written: that place was meant.
    let two = format!("{file}fn beta() {{\n    let firsts = 1;\n    call(3);\n    done();\n}}\n");
    check_diff(
        &two,
        "@@\n     let firsts = 1;\n-    call(first);\n+    call(2);\n     done();\n",
        expect![[r#"
            NotFound: These lines do not stand in the file. Copy them as they are in the file.
            Nearest text (lines 2-4):
                 2|     let first = 1;
                 3|     call(first);
                 4|     done();
            Nearest text (lines 7-9):
                 7|     let firsts = 1;
                 8|     call(3);
                 9|     done();
        "#]],
    );
}

#[test]
fn blank_lines_do_not_matter_where_they_decide_nothing() {
    check_diff(
        "a();\n\nb();\nc();\n",
        "@@\n a();\n b();\n-c();\n+d();\n",
        expect![[r#"
        BlankLines: "a();\n\nb();\nd();\n"
    "#]],
    );
    check_diff(
        "a();\n\nb();\n",
        "@@\n a();\n+\n+x();\n b();\n",
        expect![[r#"
        BlankLines: "a();\n\nx();\n\nb();\n"
    "#]],
    );
    check_diff(
        "a();\n\nb();\n",
        "@@\n a();\n+x();\n b();\n",
        expect![[r#"
        Unclear: The lines around the change were found apart from white space and blank lines, but not where exactly between them the new lines belong. Write the lines as they stand in the file.
        The file (lines 1-3):
             1| a();
             2| 
             3| b();
    "#]],
    );
    check_diff(
        "a();\n\nb();\n",
        "@@\n-a();\n-b();\n+x();\n",
        expect![[r#"
        Unclear: The lines around the change were found apart from white space and blank lines, but not where exactly between them the new lines belong. Write the lines as they stand in the file.
        The file (lines 1-3):
             1| a();
             2| 
             3| b();
    "#]],
    );
}

#[test]
fn lines_left_out_in_the_middle() {
    let file = "begin(1);\nsecond();\nthird();\nfourth();\nfinish(2);\n";
    check_diff(
        file,
        "@@\n-begin(1);\n+begin(2);\n // ... existing code ...\n finish(2);\n",
        expect![[r#"
            Elision: "begin(2);\nsecond();\nthird();\nfourth();\nfinish(2);\n"
        "#]],
    );
    check_diff(
        file,
        "@@\n begin(1);\n+// ... rest of the code ...\n second();\n",
        expect![[r#"
        Placeholder: This new line stands for text that it leaves out, and would be written as it is: // ... rest of the code ...
        Write the lines in full, or leave out the ones that do not change.
        The file (lines 1-3):
             1| begin(1);
             2| second();
             3| third();
    "#]],
    );
}

#[test]
fn sections_of_a_patch() {
    check_patch(
        &[("a", "1\n"), ("b", "2\n"), ("c", "3\n")],
        "*** Begin Patch\n*** Add File: new/d\n+x\n+\n+y\n*** Delete File: a\n*** Update File: b\n*** Move to: e\n@@\n-2\n+4\n*** Update File: c\n*** Move to: f\n*** End Patch\n",
        expect![[r#"
            a: None
            b: None
            c: None
            e: Some("4\n")
            f: Some("3\n")
            new/d: Some("x\n\ny\n")
        "#]],
    );
    // A later section sees what an earlier one left.
    check_patch(
        &[("a", "1\n2\n")],
        "*** Begin Patch\n*** Update File: a\n-1\n+3\n*** Update File: a\n 3\n-2\n+4\n*** Delete File: a\n*** Add File: a\n+5\n*** End Patch\n",
        expect![[r#"
            a: Some("5\n")
        "#]],
    );
}

#[test]
fn sections_that_cannot_be_carried_out() {
    let files = [("a", "first line\n"), ("b", "second line\n")];
    for (section, expected) in [
        (
            "*** Add File: a\n+x",
            expect![[r#"
            Exists: a: The file exists already.
            Its start (lines 1-2):
                 1| first line
                 2| 
        "#]],
        ),
        (
            "*** Delete File: c",
            expect![[r#"
            NoFile: c: There is no such file. Known files: a, b.
            a (line 1):
                 1| first line
            b (line 1):
                 1| second line
        "#]],
        ),
        (
            "*** Update File: c\n-second line\n+x",
            expect![[r#"
            NoFile: c: There is no such file. Known files: a, b.
            a (line 1):
                 1| first line
            b (line 1):
                 1| second line
        "#]],
        ),
        (
            "*** Update File: a\n*** Move to: b\n-first line\n+x",
            expect![[r#"
            Exists: a: The file that it is to be moved to exists already.
            Its start (lines 1-2):
                 1| second line
                 2| 
        "#]],
        ),
        (
            "*** Update File: a\n@@",
            expect![[r#"
            Empty: a: There is no hunk that says what to change.
            The file (line 1):
                 1| first line
        "#]],
        ),
        (
            "*** Update File: a\n-first line\n+first line",
            expect![[r#"
            Empty: a: There is nothing to change.
            The file (line 1):
                 1| first line
        "#]],
        ),
        (
            "*** Add File: c\n+x\ny",
            expect![[r#"
            Malformed: c: Every line of a new file begins with `+`; some of these do not.
        "#]],
        ),
    ] {
        check_patch(&files, &format!("*** Begin Patch\n{section}\n*** End Patch"), expected);
    }
}

#[test]
fn a_whole_file() {
    check_whole(
        "f",
        Some("\u{feff}a\r\nb\r\nc"),
        "a\nB\nc\n",
        expect![[r#"
        Exact: "\u{feff}a\r\nB\r\nc"
    "#]],
    );
    check_whole(
        "f",
        Some("a\nb\n"),
        "```rust\na\nc\n```",
        expect![[r#"
        Exact: "a\nc\n"
    "#]],
    );
    check_whole(
        "f.md",
        Some("a\n"),
        "```\nx\n```\n",
        expect![[r#"
        Exact: "```\nx\n```\n"
    "#]],
    );
    check_whole(
        "f",
        None,
        "a\n",
        expect![[r#"
        Exact: "a\n"
    "#]],
    );
    check_whole(
        "f",
        Some("a\n"),
        "a",
        expect![[r#"
        AlreadyApplied: The file holds this text already.
        The file (line 1):
             1| a
    "#]],
    );
    check_whole(
        "f",
        Some("a\n"),
        " \n",
        expect![[r#"
        Empty: The content is blank, but the file is not.
        The file (line 1):
             1| a
    "#]],
    );
    check_whole(
        "f",
        Some("one();\ntwo();\n"),
        "one();\n// ... existing code ...\n",
        expect![[r#"
        Placeholder: Line 2 of the content stands for text that it leaves out: // ... existing code ...
        Send the whole file, or an edit of what changes.
        The file (lines 1-2):
             1| one();
             2| two();
    "#]],
    );
    check_whole(
        "f",
        Some("// ...\ntwo();\n"),
        "// ...\nthree();\n",
        expect![[r#"
        Exact: "// ...\nthree();\n"
    "#]],
    );
}
