//! Sources and the words that are read off them.

use super::*;

fn check(source: &str, expected: &[&str]) {
    let mut list = Vec::new();
    words(Language::Rust, source, |word| {
        let qualifier = word.qualifier_text(source).map(|q| format!("{q}>")).unwrap_or_default();
        list.push(format!("{qualifier}{} {:?}", word.text(source), word.how));
    });
    assert_eq!(list, expected);
}

#[test]
fn usage_is_told_by_the_marks_beside_a_word() {
    check(
        "let a = Some::Path::new(b.field, c.call()).collect::<Vec<u8>>(); vec![d]; e(f?.g);",
        &[
            "a Bare",
            "Some Bare",
            "Some>Path Path",
            "Path>new Path",
            "b Bare",
            "b>field Field",
            "c Bare",
            "c>call Method",
            "new>collect Method",
            "Vec Bare",
            "u8 Bare",
            "vec Macro",
            "d Bare",
            "e Call",
            "f Bare",
            "f>g Field",
        ],
    );
    check("S { x: 1, y }", &["S Bare", "x Label", "y Bare"]);
    check(
        "a.b(c.d()).e; f[0].g; h.unwrap().i?.j",
        &[
            "a Bare",
            "a>b Method",
            "c Bare",
            "c>d Method",
            "b>e Field",
            "f Bare",
            "f>g Field",
            "h Bare",
            "h>unwrap Method",
            "h>i Field",
            "i>j Field",
        ],
    );
    check("self.x != y", &["self>x Field", "y Bare"]);
}

#[test]
fn comments_and_strings_have_no_words() {
    check(
        "a // b\n/* c */ d \"e \\\" f\" r#\"g \" h\"# 'i' '\\'' <'j> 0x1f 1..k",
        &["a Bare", "d Bare", "j Bare", "k Bare"],
    );
    check("\"never closed", &[]);
    check("r#\"never closed", &["r Bare"]);
    check(")]}.a", &["a Field"]);
}

#[test]
fn names_fall_into_parts() {
    let check = |name: &str, expected: &[&str]| {
        assert_eq!(parts(name).collect::<Vec<_>>(), expected, "{name}");
    };
    check("parse_http_url", &["parse", "http", "url"]);
    check("parseHTTPUrl2", &["parse", "http", "url", "2"]);
    check("ABC", &["abc"]);
    check("_x", &["x"]);
    check("é", &[]);
}
