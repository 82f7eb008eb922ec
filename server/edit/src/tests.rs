//! Whole edits against whole files, shown as the file afterwards or as the refusal.

mod damaged;
mod diffs;
mod files;

use expect_test::{Expect, expect};
use text::{Text, apply};

use crate::{Applied, Reason, Refusal, Replacement, search_replace};

fn replacement(old: &str, new: &str) -> Replacement {
    Replacement { old_string: old.into(), new_string: new.into(), replace_all: false }
}

fn run(file: &str, edits: &[Replacement]) -> Result<Applied, Refusal> {
    let before = Text::new(file);
    let result = search_replace(Some(&before), edits);
    match &result {
        Ok(applied) => {
            assert_eq!(
                apply(&before, &applied.edits).unwrap(),
                applied.text,
                "edits make the text"
            );
            assert!(!applied.edits.is_empty(), "what changes nothing is not a success");
        }
        Err(refusal) => {
            for candidate in &refusal.candidates {
                let lines: Vec<&str> = file.split('\n').collect();
                let first = candidate.text.split('\n').next().unwrap();
                assert!(lines[candidate.start_line - 1].contains(first), "{refusal:?}");
                assert!(refusal.message.contains(&candidate.start_line.to_string()));
            }
            assert!(refusal.candidates.len() <= 3);
        }
    }
    result
}

fn check_all(file: &str, edits: &[Replacement], expected: Expect) {
    let shown = match run(file, edits) {
        Ok(applied) => format!("{:?}: {:?}\n", applied.leniency, applied.text.to_string()),
        Err(refusal) => format!("{:?}: {}\n", refusal.reason, refusal.message),
    };
    expected.assert_eq(&shown);
}

fn check(file: &str, old: &str, new: &str, expected: Expect) {
    check_all(file, &[replacement(old, new)], expected);
}

#[test]
fn what_stands_there_once_is_replaced() {
    check(
        "let a = 1;\nlet b = 2;\n",
        "b = 2",
        "b = 3",
        expect![[r#"
        Exact: "let a = 1;\nlet b = 3;\n"
    "#]],
    );
    check(
        "a\nb\nc\n",
        "b\n",
        "",
        expect![[r#"
        Exact: "a\nc\n"
    "#]],
    );
    check(
        "a\nb\nc\n",
        "b",
        "",
        expect![[r#"
        Exact: "a\nc\n"
    "#]],
    );
    check(
        "a\nb",
        "b",
        "",
        expect![[r#"
        Exact: "a"
    "#]],
    );
    check(
        "a $1\n",
        "a $1",
        r"\0 $& \n",
        expect![[r#"
        Exact: "\\0 $& \\n\n"
    "#]],
    );
}

#[test]
fn trailing_blanks_can_be_what_an_edit_is_about() {
    check(
        "a  \nb\n",
        "a  \nb",
        "a\nb",
        expect![[r#"
        Exact: "a\nb\n"
    "#]],
    );
}

#[test]
fn what_stands_there_twice_is_refused() {
    check(
        "x = 1\ny\nx = 1\n",
        "x = 1",
        "x = 2",
        expect![[r#"
            Ambiguous: old_string stands in the file 2 times (lines 1, 3). Add lines around it so that it stands there once, or set replace_all.
            Place (line 1):
                 1| x = 1
            Place (line 3):
                 3| x = 1
        "#]],
    );
    check(
        "aaa\n",
        "aa",
        "b",
        expect![[r#"
            Ambiguous: old_string stands in the file 2 times (lines 1). Add lines around it so that it stands there once, or set replace_all.
            Place (line 1):
                 1| aaa
        "#]],
    );
    check(
        "\tif a {\n\t\tb\n\t}\n if a {\n\tb\n }\n",
        "if a {\nb\n}",
        "c",
        expect![[r#"
            Ambiguous: These lines match 2 places apart from indentation (lines 1, 4). Add lines around them so that they match one of them only.
            Place (lines 1-3):
                 1| 	if a {
                 2| 		b
                 3| 	}
            Place (lines 4-6):
                 4|  if a {
                 5| 	b
                 6|  }
        "#]],
    );
}

#[test]
fn every_place_where_that_is_wanted() {
    let everywhere = |old, new| [Replacement { replace_all: true, ..replacement(old, new) }];
    check_all(
        "a.b(a)\r\na\r\n",
        &everywhere("a", "c\nd"),
        expect![[r#"
        Exact: "c\r\nd.b(c\r\nd)\r\nc\r\nd\r\n"
    "#]],
    );
    check_all(
        "aaa\n",
        &everywhere("aa", "b"),
        expect![[r#"
        Exact: "ba\n"
    "#]],
    );
    check_all(
        "  x \n y\n  x\n y\n",
        &everywhere(" x\ny", "z\ny"),
        expect![[r#"
        Indentation: " z\n y\n z\n y\n"
    "#]],
    );
}

#[test]
fn line_ends_are_the_files() {
    check(
        "a\r\nb\r\nc\r\n",
        "a\nb\n",
        "a\nnew\nb\n",
        expect![[r#"
        LineEnds: "a\r\nnew\r\nb\r\nc\r\n"
    "#]],
    );
    check(
        "a\nb\n",
        "a\r\nb",
        "a\r\nnew\r\nb",
        expect![[r#"
        LineEnds: "a\nnew\nb\n"
    "#]],
    );
    check(
        "a\r\nb\nc\r\n",
        "a\r\nb\nc",
        "a\r\nb\nnew\nc",
        expect![[r#"
        Exact: "a\r\nb\nnew\nc\r\n"
    "#]],
    );
    check(
        "\u{feff}a\r\nb",
        "\u{feff}a\nb\n",
        "\u{feff}x\nb\n",
        expect![[r#"
        LineEnds: "\u{feff}x\r\nb"
    "#]],
    );
    check(
        "a\nb",
        "b\n",
        "b\nc\n",
        expect![[r#"
        LineEnds: "a\nb\nc"
    "#]],
    );
}

#[test]
fn kept_lines_keep_the_files_bytes() {
    check(
        "one \t\ntwo\nthree\n",
        "one\ntwo\nthree",
        "one\nTWO\nthree",
        expect![[r#"
        TrailingBlanks: "one \t\nTWO\nthree\n"
    "#]],
    );
    check(
        "\tone\n\ttwo  \n",
        "  one\n  two",
        "  one\n  zero\n  two",
        expect![[r#"
        Indentation: "\tone\n\tzero\n\ttwo  \n"
    "#]],
    );
}

#[test]
fn new_lines_are_indented_as_the_file_is() {
    check(
        "impl A {\n\tfn b() {\n\t\tc();\n\t}\n}\n",
        "    fn b() {\n        c();\n    }",
        "    fn b() {\n        if d {\n            c();\n        }\n    }\n    fn e() {}",
        expect![[r#"
            Indentation: "impl A {\n\tfn b() {\n\t\tif d {\n\t\t\tc();\n\t\t}\n\t}\n\tfn e() {}\n}\n"
        "#]],
    );
    check(
        "        if a:\n            b()\n",
        "if a:\n    b()",
        "if a:\n    if c:\n        b()",
        expect![[r#"
            Indentation: "        if a:\n            if c:\n                b()\n"
        "#]],
    );
    check(
        "    a\n        b\n",
        "a\nb",
        "a\nb\nc",
        expect![[r#"
            Unclear: The lines were found, but with a different indentation, and it is not clear how to indent this new line: c
            Write the lines as they stand in the file.
            The file (lines 1-2):
                 1|     a
                 2|         b
        "#]],
    );
}

#[test]
fn blank_lines_around_the_edit_do_not_matter() {
    check(
        "a();\nb();\n",
        "\na();\nb();\n\n",
        "\na();\nx();\nb();\n\n",
        expect![[r#"
        LineEnds: "a();\nx();\nb();\n"
    "#]],
    );
}

#[test]
fn a_deleted_line_never_differs_in_a_token() {
    check(
        "fn a(x: u64) {\n    b\n}\n",
        "fn a(x: u32) {\n    b\n}",
        "c",
        expect![[r#"
            NotFound: These lines do not stand in the file. Copy them as they are in the file.
            Nearest text (lines 1-3):
                 1| fn a(x: u64) {
                 2|     b
                 3| }
        "#]],
    );
}

#[test]
fn an_edit_that_was_applied_is_not_applied_again() {
    check(
        "alpha();\nbeta();\n",
        "alpha();",
        "alpha();\nbeta();",
        expect![[r#"
            AlreadyApplied: The new text already stands in the file at line 1: this edit seems to have been applied already.
            The file (lines 1-2):
                 1| alpha();
                 2| beta();
        "#]],
    );
    check(
        "alpha();\nbeta(1);\n",
        "alpha();\nbeta();",
        "alpha();\nbeta(1);",
        expect![[r#"
            AlreadyApplied: The new text already stands in the file at line 1: this edit seems to have been applied already.
            The file (lines 1-2):
                 1| alpha();
                 2| beta(1);
        "#]],
    );
    // The new lines stand there, but so do the old ones.
    check(
        "a = 1\r\nb\r\nfoo_bar(1)\r\n",
        "a = 1\nb\n",
        "foo_bar(1)\n",
        expect![[r#"
        LineEnds: "foo_bar(1)\r\nfoo_bar(1)\r\n"
    "#]],
    );
}

#[test]
fn the_nearest_text_is_shown() {
    check(
        "use a;\n\nfn first() {\n    compute(1);\n}\n\nfn second() {\n    compute(2);\n}\n",
        "fn second() {\n    compute(3);\n}",
        "",
        expect![[r#"
            NotFound: These lines do not stand in the file. Copy them as they are in the file.
            Nearest text (lines 7-9):
                 7| fn second() {
                 8|     compute(2);
                 9| }
            Nearest text (lines 3-5):
                 3| fn first() {
                 4|     compute(1);
                 5| }
        "#]],
    );
}

#[test]
fn edits_that_say_nothing() {
    check(
        "a\n",
        "a",
        "a",
        expect![[r#"
            Empty: old_string and new_string are the same: there is nothing to change.
            The file (line 1):
                 1| a
        "#]],
    );
    check(
        "a\n",
        " \n",
        "b",
        expect![[r#"
        Exists: old_string is blank, but the file exists and has 2 lines. Give the lines that are to be replaced, or lines beside which the new ones belong.
        Its start (lines 1-2):
             1| a
             2| 
    "#]],
    );
    check(
        "a\n",
        "\u{feff}",
        "b",
        expect![[r#"
        Exists: old_string is blank, but the file exists and has 2 lines. Give the lines that are to be replaced, or lines beside which the new ones belong.
        Its start (lines 1-2):
             1| a
             2| 
    "#]],
    );
    check_all(
        "a\n",
        &[],
        expect![[r#"
        Empty: There is no edit to apply.
    "#]],
    );
    check_all(
        "a\n",
        &[replacement("a", "b"), replacement("b", "a")],
        expect![[r#"
        Empty: The edits leave the file as it is.
    "#]],
    );
}

#[test]
fn all_or_nothing_and_in_order() {
    let edits = [replacement("a", "b"), replacement("b\n", "c\nd\n")];
    check_all(
        "a\nx\n",
        &edits,
        expect![[r#"
        Exact: "c\nd\nx\n"
    "#]],
    );
    let edits = [replacement("a", "b"), replacement("nowhere", "c")];
    check_all(
        "a\nx\n",
        &edits,
        expect![[r#"
            NotFound: Edit 2 of 2 does not apply, so none was applied. These lines do not stand in the file. Copy them as they are in the file.
            The file (lines 1-2):
                 1| a
                 2| x
        "#]],
    );
}

#[test]
fn a_file_is_created_only_where_there_is_none() {
    let created = search_replace(None, &[replacement("", "a\nb\n"), replacement("b", "c")]);
    assert_eq!(created.unwrap().text.to_string(), "a\nc\n");
    let created = search_replace(None, &[replacement("", "")]).unwrap();
    assert!(created.text.is_empty() && created.edits.len() == 1);
    let refusal = search_replace(None, &[replacement("a", "b")]).unwrap_err();
    assert_eq!(refusal.reason, Reason::NoFile);
    check(
        "a\n",
        "",
        "b\n",
        expect![[r#"
        Exists: old_string is blank, but the file exists and has 2 lines. Give the lines that are to be replaced, or lines beside which the new ones belong.
        Its start (lines 1-2):
             1| a
             2| 
    "#]],
    );
}
