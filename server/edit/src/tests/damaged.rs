//! Edits that are not quite what stands in the file.

use expect_test::expect;

use super::diffs::check_diff;
use super::{check, replacement, run};
use crate::Reason;

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
fn a_line_typed_beside_one_that_was_to_lose_its_last_blanks_stays() {
    let diff = "@@\n /**\n- * It cannot be read.\n- * \n+ * It is malformed.\n+ *\n  * @author one\n  */\n";
    check_diff(
        "/**\n * It cannot be read.\n typed();\n * \n * @author one\n */\n",
        diff,
        expect![[r#"
            NotFound: These lines do not stand in the file. Copy them as they are in the file.
            Nearest text (lines 2-6):
                 2|  * It cannot be read.
                 3|  typed();
                 4|  * 
                 5|  * @author one
                 6|  */
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
fn old_and_new_text_are_unwrapped_alike() {
    let file = "fn a() {\n    if x < 1 {\n        b();\n    }\n}\n";
    for (old, new) in [
        (
            "```rust\n    if x < 1 {\n        b();\n```",
            "```rust\n    if x < 1 {\n        c();\n```",
        ),
        ("2|    if x < 1 {\n3|        b();", "2|    if x < 1 {\n3|        c();"),
        ("     2\t    if x < 1 {\n     3\t        b();", "    if x < 1 {\n        c();"),
        ("    if x &lt; 1 {\n        b();", "    if x &lt; 1 {\n        c();"),
        ("    if x < 1 {\\n        b();", "    if x < 1 {\\n        c();"),
    ] {
        let applied = run(file, &[replacement(old, new)]).unwrap();
        assert_eq!(applied.text.to_string(), file.replace("b()", "c()"), "{old}");
    }
    // What stands in the file with its wrapping is meant with it.
    let file = "```rust\na &lt; b\n```\n1| x\n";
    let edits = [
        replacement("```rust\na &lt; b\n```", "```rust\na &lt; c\n```"),
        replacement("1| x", "1| y"),
    ];
    let applied = run(file, &edits).unwrap();
    assert_eq!(applied.text.to_string(), "```rust\na &lt; c\n```\n1| y\n");
}

#[test]
fn a_placeholder_is_never_written() {
    let file = "a();\nb();\n";
    let refusal =
        run(file, &[replacement("b();", "c();\n// ... rest of the code ...")]).unwrap_err();
    assert_eq!(refusal.reason, Reason::Placeholder);
    assert!(run(file, &[replacement("b();", "c(); // ...")]).is_ok());
}

#[test]
fn a_lone_line_without_its_indentation() {
    check(
        "fn a() {\n    one();\n}\n",
        "one();",
        "one();\ntwo();",
        expect![[r#"
        Exact: "fn a() {\n    one();\n    two();\n}\n"
    "#]],
    );
    check(
        "fn a() {\n    one();\n}\n",
        "one();",
        "one();\n    two();",
        expect![[r#"
        Exact: "fn a() {\n    one();\n    two();\n}\n"
    "#]],
    );
    check(
        "fn a() {\n    one();\n}\n",
        "one();",
        "one();\n}\nfn b() {",
        expect![[r#"
        Exact: "fn a() {\n    one();\n}\nfn b() {\n}\n"
    "#]],
    );
}
