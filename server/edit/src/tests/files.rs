//! Patches of several files, and whole files.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use text::Text;

use super::diffs::shown;
use crate::{apply_patch, whole};

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
