//! Everything that the client says takes effect in the order in which it was said.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use test_utils::{Answer, Editor};

use super::bench::Bench;

/// Numbers that look random and are the same at every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (limit.max(1) as u64)).unwrap()
    }
}

/// A boundary of characters at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

async fn many_edits(editor: Editor) {
    const PIECES: [&str; 8] = ["a", "é", "𝕏", "\n", "", "foo(bar)", "\r\n", "ß\u{301}"];
    let bench = Bench::new(editor, &[("a.rs", &"fn main() {} // größe 𝕏\n".repeat(50))]).await;
    let path = bench.open("a.rs");
    let mut numbers = Numbers(0x8817_2645_4633_2525);
    let mut asked: Vec<(i32, Answer)> = Vec::new();
    for round in 0..10_000 {
        let text = bench.text(&path);
        let start = boundary(&text, numbers.below(text.len() + 1));
        let end = boundary(&text, (start + numbers.below(4)).min(text.len())).max(start);
        // No position of a client lies between the two halves of a line end.
        let inside = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
        if inside(start) || inside(end) {
            continue;
        }
        bench.client.edit(&path, start..end, PIECES[numbers.below(PIECES.len())]);
        if round % 5 == 0 {
            let version = bench.client.version(&path).unwrap();
            asked.push((version, bench.client.command("test.versions", Value::Null)));
        }
    }
    let documents = bench.client.command("test.documents", Value::Null).get().await.unwrap();
    assert_eq!(documents[0]["text"], bench.text(&path));
    assert_eq!(documents[0]["version"], bench.client.version(&path).unwrap());
    assert!(asked.len() > 1_800);
    for (version, answer) in asked {
        assert_eq!(answer.get().await.unwrap(), json!([version]), "another place on the wire");
    }
    bench.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_edits_in_utf_8_and_what_requests_between_them_see() {
    many_edits(Editor::Helix).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_edits_in_utf_16_and_what_requests_between_them_see() {
    many_edits(Editor::VsCode).await;
}

/// Edits in one notification refer each to the text that the one before it left.
#[tokio::test]
async fn edits_of_one_notification_follow_each_other() {
    let bench = Bench::new(Editor::Neovim, &[("a.rs", "one two three\n")]).await;
    let path = bench.open("a.rs");
    bench.client.edit_unsent(&path, 0..3, "eins");
    bench.client.edit_unsent(&path, 5..8, "zwei");
    bench.client.edit_unsent(&path, 10..15, "drei");
    bench.client.flush();
    let documents = bench.client.command("test.documents", Value::Null).get().await.unwrap();
    assert_eq!(documents[0]["text"], "eins zwei drei\n");
    bench.quit().await;
}

/// The user types a great deal while handlers that do not end are under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_changes_is_followed() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "x\n")]).await;
    let path = bench.open("a.rs");
    let sleeping: Vec<Answer> =
        (0..4).map(|_| bench.client.command("test.sleep", Value::Null)).collect();
    for _ in 0..20_000 {
        bench.client.edit(&path, 0..0, "y");
    }
    let versions = bench.client.command("test.versions", Value::Null).get().await.unwrap();
    assert_eq!(versions, json!([20_001]));
    for answer in sleeping {
        bench.client.notify("$/cancelRequest", json!({"id": answer.id}));
        assert_eq!(answer.get().await.unwrap_err()["code"], -32800);
    }
    bench.quit().await;
}

#[tokio::test]
async fn closed_and_opened_again() {
    let bench = Bench::new(Editor::Helix, &[("a.rs", "one\n"), ("b.rs", "two\n")]).await;
    let (a, b) = (bench.open("a.rs"), bench.open("b.rs"));
    bench.client.edit(&a, 0..3, "changed");
    bench.client.close(&a);
    bench.client.close(&b);
    bench.client.open(&b, "two, unsaved\n");
    let documents = bench.client.command("test.documents", Value::Null).get().await.unwrap();
    let expected = json!([{"path": b, "version": 1, "text": "two, unsaved\n"}]);
    assert_eq!(documents, expected);
    bench.quit().await;
}
