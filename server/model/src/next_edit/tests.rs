//! Each version, letter by letter: what is sent, and what is made of the answer.

use expect_test::{Expect, expect};

use super::*;
use crate::{Block, Dialect, StreamEvent};

fn request() -> NextEditRequest {
    NextEditRequest {
        path: "src/a.rs".to_owned(),
        before: "use b::f;\n".to_owned(),
        region: "fn g() {\n    f()\n}\n".to_owned(),
        cursor: "fn g() {\n    f(".len(),
        after: "// end".to_owned(),
        edits: vec![
            Edit {
                path: "src/b.rs".to_owned(),
                diff: "@@ -1 +1 @@\n-fn f() {}\n+fn f(é: u8) {}\n".to_owned(),
                accepted: false,
            },
            Edit {
                path: "src/c.rs".to_owned(),
                diff: "@@ -0,0 +1 @@\n+x".to_owned(),
                accepted: true,
            },
        ],
        others: vec![FimFile { path: "src/b.rs".to_owned(), text: "fn f(é: u8) {}".to_owned() }],
        max_tokens: 256,
    }
}

fn endpoint() -> Endpoint {
    Endpoint::new(Dialect::Chat, "http://localhost:8080/v1", "m")
}

fn prompt(version: &str, request: &NextEditRequest, expect: Expect) {
    expect.assert_eq(&table()[version].prompt(request).unwrap());
}

/// The new text of the region, by an answer of this text.
fn answered(version: &str, answer: &str) -> Option<String> {
    let mut reader = call(&request(), &endpoint(), Some(version)).unwrap().reader;
    let member = match table()[version].body {
        Body::Prompt => json!({"text": answer, "finish_reason": "stop"}),
        Body::Edit | Body::Words => {
            json!({"message": {"content": answer}, "finish_reason": "stop"})
        }
    };
    let body = json!({"choices": [member]}).to_string();
    let mut events = Vec::new();
    reader.push(body.as_bytes(), &mut events).unwrap();
    reader.end(&mut events).unwrap();
    events.into_iter().find_map(|event| match event {
        StreamEvent::Block(Block::Text(text)) => Some(text),
        _ => None,
    })
}

const NEW: &str = "fn g() {\n    f(1)\n}\n";

#[test]
fn zeta() {
    prompt(
        "zeta-2.0",
        &request(),
        expect![[r#"
        <[fim-suffix]>// end
        <[fim-prefix]><filename>src/b.rs
        fn f(é: u8) {}

        <filename>edit_history
        --- a/src/b.rs
        +++ b/src/b.rs
        @@ -1 +1 @@
        -fn f() {}
        +fn f(é: u8) {}
        // User accepted prediction:
        --- a/src/c.rs
        +++ b/src/c.rs
        @@ -0,0 +1 @@
        +x

        <filename>src/a.rs
        use b::f;
        <<<<<<< CURRENT
        fn g() {
            f(<|user_cursor|>)
        }
        =======
        <[fim-middle]>"#]],
    );
    let bare = NextEditRequest { edits: Vec::new(), others: Vec::new(), ..request() };
    prompt(
        "zeta-2.0",
        &bare,
        expect![[r#"
        <[fim-suffix]>// end
        <[fim-prefix]><filename>src/a.rs
        use b::f;
        <<<<<<< CURRENT
        fn g() {
            f(<|user_cursor|>)
        }
        =======
        <[fim-middle]>"#]],
    );
    prompt(
        "zeta-v0113-ordered",
        &request(),
        expect![[r#"
        <|file_sep|>src/b.rs
        fn f(é: u8) {}
        <|file_sep|>edit history
        --- a/src/b.rs
        +++ b/src/b.rs
        @@ -1 +1 @@
        -fn f() {}
        +fn f(é: u8) {}
        // User accepted prediction:
        --- a/src/c.rs
        +++ b/src/c.rs
        @@ -0,0 +1 @@
        +x
        <|file_sep|>src/a.rs
        <|fim_prefix|>
        use b::f;
        <|fim_middle|>current
        fn g() {
            f(<|user_cursor|>)
        }
        <|fim_suffix|>
        // end
        <|fim_middle|>updated
    "#]],
    );
    prompt(
        "zeta-v0112-middle-at-end",
        &request(),
        expect![[r#"
        <|file_sep|>src/b.rs
        fn f(é: u8) {}
        <|file_sep|>edit history
        --- a/src/b.rs
        +++ b/src/b.rs
        @@ -1 +1 @@
        -fn f() {}
        +fn f(é: u8) {}
        // User accepted prediction:
        --- a/src/c.rs
        +++ b/src/c.rs
        @@ -0,0 +1 @@
        +x
        <|file_sep|>src/a.rs
        <|fim_prefix|>
        use b::f;
        <|fim_suffix|>
        // end
        <|fim_middle|>current
        fn g() {
            f(<|user_cursor|>)
        }
        <|fim_middle|>updated
    "#]],
    );
    for version in ["zeta-2.0", "zeta-v0113-ordered", "zeta-v0112-middle-at-end"] {
        assert_eq!(answered(version, NEW).as_deref(), Some(NEW));
        assert_eq!(answered(version, "fn g() {\n    f(1<|user_cursor|>)\n}").as_deref(), Some(NEW));
        assert_eq!(answered(version, &request().region), None);
    }
    assert_eq!(answered("zeta-2.0", &format!("{NEW}>>>>>>> UPDATED\nmore")).as_deref(), Some(NEW));
    assert_eq!(answered("zeta-2.0", "NO_EDITS\n>>>>>>> UPDATED\n"), None);
    assert_eq!(
        answered("zeta-v0113-ordered", &format!("{NEW}<|file_sep|>x")).as_deref(),
        Some(NEW)
    );
}

#[test]
fn zeta_with_numbers() {
    let bare = NextEditRequest { edits: Vec::new(), others: Vec::new(), ..request() };
    prompt(
        "zeta-2.1",
        &bare,
        expect![[r#"
        <[fim-suffix]>// end
        <[fim-prefix]><filename>src/a.rs
        use b::f;
        <|marker_1|>fn g() {
            f(<|user_cursor|>)
        }
        <|marker_2|>
        <[fim-middle]>"#]],
    );
    let last = NextEditRequest { after: String::new(), ..bare };
    assert!(
        table()["zeta-2.1"].prompt(&last).unwrap().starts_with("<[fim-suffix]>\n<[fim-prefix]>")
    );
    let answer = |text: &str| answered("zeta-2.1", text);
    assert_eq!(answer(&format!("<|marker_1|>{NEW}<|marker_2|>")).as_deref(), Some(NEW));
    let with_cursor = NEW.replace("(1", "(1<|user_cursor|>");
    assert_eq!(
        answer(&format!("<|marker_1|>{with_cursor}<|marker_2|><[end▁of▁sentence]>")).as_deref(),
        Some(NEW)
    );
    assert_eq!(answer("<|marker_1|><|marker_1|>"), None);
    assert_eq!(answer(NEW), None, "no number says where it belongs");
    assert_eq!(crate::Catalog::built_in().card("zeta-2.1").next_edit.as_deref(), Some("zeta-2.1"));
    assert_eq!(crate::Catalog::built_in().card("zeta-2").next_edit.as_deref(), Some("zeta-2.0"));
}

#[test]
fn mercury() {
    prompt(
        "mercury-edit-2",
        &request(),
        expect![[r#"
        <|recently_viewed_code_snippets|>
        <|recently_viewed_code_snippet|>
        code_snippet_file_path: src/b.rs
        fn f(é: u8) {}
        <|/recently_viewed_code_snippet|>
        <|/recently_viewed_code_snippets|>
        <|current_file_content|>
        current_file_path: src/a.rs
        use b::f;
        <|code_to_edit|>
        fn g() {
            f(<|cursor|>)
        }
        <|/code_to_edit|>
        // end
        <|/current_file_content|>
        <|edit_diff_history|>
        --- a/src/b.rs
        +++ b/src/b.rs
        @@ -1 +1 @@
        -fn f() {}
        +fn f(é: u8) {}
        --- a/src/c.rs
        +++ b/src/c.rs
        @@ -0,0 +1 @@
        +x
        <|/edit_diff_history|>"#]],
    );
    assert_eq!(answered("mercury-edit-2", &format!("```rust\n{NEW}```")).as_deref(), Some(NEW));
}

#[test]
fn in_words() {
    prompt(
        "chat-1",
        &request(),
        expect![[r#"
        <part path="src/b.rs">
        fn f(é: u8) {}
        </part>
        <edits>
        --- a/src/b.rs
        +++ b/src/b.rs
        @@ -1 +1 @@
        -fn f() {}
        +fn f(é: u8) {}
        --- a/src/c.rs
        +++ b/src/c.rs
        @@ -0,0 +1 @@
        +x
        </edits>
        <file path="src/a.rs">
        use b::f;
        <region>
        fn g() {
            f(<cursor>)
        }
        </region>
        // end
        </file>
    "#]],
    );
    for answer in [format!("```\n{NEW}```\n"), NEW.to_owned(), format!("{NEW}</region>")] {
        assert_eq!(answered("chat-1", &answer).as_deref(), Some(NEW), "{answer}");
    }
    assert_eq!(answered("chat-1", "NO_EDITS"), None);
}

#[test]
fn what_is_sent() {
    let sent = |version: Option<&str>| {
        let encoded = call(&request(), &endpoint(), version).unwrap().encoded;
        let body: Value = serde_json::from_slice(&encoded.body).unwrap();
        let names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        format!("{} {}", encoded.url, names.join(" "))
    };
    assert_eq!(
        sent(Some("zeta-2.0")),
        "http://localhost:8080/v1/completions max_tokens model prompt stop stream temperature"
    );
    assert_eq!(
        sent(Some("mercury-edit-2")),
        "http://localhost:8080/v1/edit/completions max_tokens messages model"
    );
    assert_eq!(
        sent(None),
        "http://localhost:8080/v1/chat/completions max_tokens messages model stream stream_options"
    );
    let outside = NextEditRequest { cursor: 100, ..request() };
    assert!(call(&outside, &endpoint(), None).is_err());
    assert!(call(&request(), &endpoint(), Some("nobody")).is_err());
}

#[test]
fn every_row_names_its_source() {
    let rows: BTreeMap<String, Template> = serde_json::from_str(TABLE).unwrap();
    assert!(rows.values().all(|row| !row.source.is_empty()));
}
