//! A model that calls no tools: it writes its edits in words, in one answer.

use model::{Card, Dialect, Endpoint, ToolSkill};
use test_utils::fake_provider::{Answer, FakeProvider, Fault, Place, Recorded};

use super::{Ended, call_it_two};

fn block(file: &str) -> String {
    format!(
        "{file}\n```rust\n<<<<<<< SEARCH\nfn one() {{}}\n=======\nfn two() {{}}\n>>>>>>> REPLACE\n```\n"
    )
}

fn both() -> String {
    format!("Both files are edited.\n\n{}\n{}", block("a.rs"), block("b.rs"))
}

/// Does the task with a provider that gives these answers; returns what it was asked besides.
async fn run(dialect: Dialect, answers: Vec<Answer>) -> (Ended, Vec<Recorded>) {
    let provider = FakeProvider::start().await;
    answers.into_iter().for_each(|answer| provider.push(answer));
    let card = Card { tools: ToolSkill::None, ..Card::default() };
    let ended = call_it_two(Endpoint { card, ..Endpoint::new(dialect, provider.url(), "m") }).await;
    assert_eq!(provider.left(), 0);
    (ended, provider.requests())
}

fn assert_done(ended: &Ended, about: &str) {
    assert_eq!(ended.outcome.status, harness::Status::Done, "{about}");
    let files = ended.outcome.change.files.iter();
    let texts: Vec<String> =
        files.filter_map(|file| file.target.as_ref().map(ToString::to_string)).collect();
    assert_eq!(texts, ["fn two() {}\n"; 2], "{about}");
    let edits = ended.runs.iter().filter(|(run, _)| run.starts_with("edit "));
    assert!(edits.map(|(_, times)| *times).all(|times| times == 1), "{about}: {:?}", ended.runs);
}

#[tokio::test]
async fn one_answer_is_enough() {
    for dialect in Dialect::ALL {
        let (ended, asked) = run(dialect, vec![Answer::text(both())]).await;
        assert_done(&ended, dialect.name());
        assert_eq!(ended.outcome.summary, "Both files are edited.");
        let body = asked[0].json.to_string();
        assert!(!body.contains("\"tools\"") && body.contains("SEARCH"), "{body}");
    }
}

#[tokio::test]
async fn it_looks_hears_what_does_not_fit_and_writes_that_again() {
    for dialect in Dialect::ALL {
        let wrong = block("a.rs").replace("fn one", "fn three") + &block("b.rs");
        let answers = vec![
            Answer::text("READ a.rs"),
            Answer::text(wrong),
            Answer::text(format!("All is edited.\n{}", block("a.rs"))),
        ];
        let (ended, asked) = run(dialect, answers).await;
        assert_done(&ended, dialect.name());
        assert_eq!(ended.outcome.summary, "All is edited.");
        let second = asked[1].json.to_string();
        assert!(second.contains("[read a.rs]\\nfn one() {}"), "{second}");
        let third = asked[2].json.to_string();
        assert!(third.contains("[edit a.rs failed]") && third.contains("[edit b.rs]"), "{third}");
    }
}

#[tokio::test]
async fn what_is_cut_off_is_not_applied_and_asked_for_again() {
    for dialect in Dialect::ALL {
        let cut =
            format!("{}{}", block("a.rs"), block("b.rs").replace("\n>>>>>>> REPLACE\n```", ""));
        // The limit cuts the last half of the text off, and with it the second block.
        let text = format!("{cut}{}", " ".repeat(cut.len()));
        let answers = vec![
            Answer::text(text).cut_by_limit(),
            Answer::text(format!("Now all is edited.\n{}", block("b.rs"))),
        ];
        let (ended, asked) = run(dialect, answers).await;
        assert_done(&ended, dialect.name());
        assert!(asked[1].json.to_string().contains("length limit"));
    }
}

/// Nothing is done before the answer is whole, so nothing can be done twice.
#[tokio::test]
async fn an_answer_that_breaks_anywhere_is_asked_for_again() {
    for dialect in Dialect::ALL {
        for fault in [Fault::Reset, Fault::End, Fault::ErrorEvent] {
            for place in [Place::Start, Place::Opened, Place::Middle, Place::Last] {
                let about = format!("{dialect:?} {fault:?} {place:?}");
                let broken = || Answer::text(both()).broken(place, fault.clone());
                let answers = vec![broken(), broken(), Answer::text(both())];
                let (ended, _) = run(dialect, answers).await;
                assert_done(&ended, &about);
            }
        }
    }
}

#[tokio::test]
async fn no_block_is_an_answer_and_no_change() {
    let (ended, _) = run(Dialect::Chat, vec![Answer::text("It cannot be done.")]).await;
    assert!(ended.outcome.change.is_empty());
    assert_eq!(ended.outcome.summary, "It cannot be done.");
}
