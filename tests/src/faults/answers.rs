//! Answers that are whole and of no use.

use model::Dialect;
use serde_json::json;
use test_utils::fake_provider::{Answer, Oddity};

use super::{Case, FOR_EVER, Step};

type Mishap = fn(Answer) -> Answer;

fn useless() -> Vec<(&'static str, usize, Mishap)> {
    vec![
        ("empty", 2, |_| Answer::empty()),
        ("blank", 1, |_| Answer::text(" \n")),
        ("nothing but thinking", 1, |_| Answer::empty().and_thinking("Hm.")),
        ("refused", 2, |_| Answer::text("I can't help with that.").refused("policy")),
        ("refused without a word", 1, |_| Answer::empty().refused("policy")),
        ("cut in a text", 3, |_| Answer::text("This answer is cut").cut_by_limit()),
        ("cut in thinking", 1, |_| Answer::empty().and_thinking("Where was I").cut_by_limit()),
        ("cut in a call", 2, |_| Answer::call("edit", &json!({"path": "a.rs"})).cut_by_limit()),
        ("broken JSON", 2, |_| Answer::empty().and_call_of("edit", r#"{"path": "a.rs", "old"#)),
        ("no object", 1, |_| Answer::empty().and_call_of("edit", "[1, 2]")),
        ("wrong arguments", 2, |_| Answer::call("edit", &json!({"wrong": 1}))),
        ("an unknown tool", 2, |_| Answer::call("frobnicate_file", &json!({"path": "a.rs"}))),
        ("in one piece", FOR_EVER, Answer::in_one_piece),
    ]
}

#[tokio::test]
async fn what_is_of_no_use_is_not_the_end() {
    for dialect in Dialect::ALL {
        for step in [Step::Read, Step::Edit, Step::Done] {
            for (name, times, mishap) in useless() {
                let about = format!("{dialect:?} {name} {step:?}");
                Case::new(dialect, step, times, mishap).run().await.assert_done(&about);
            }
        }
    }
}

#[tokio::test]
async fn what_is_of_no_use_for_ever_is_never_done() {
    for dialect in Dialect::ALL {
        for (name, _, mishap) in useless().into_iter().filter(|(_, times, _)| *times < FOR_EVER) {
            let about = format!("{dialect:?} {name}");
            let ended = Case::new(dialect, Step::Edit, FOR_EVER, mishap).run().await;
            assert!(matches!(ended.outcome.status, harness::Status::Failed(_)), "{about}");
            assert!(ended.outcome.change.is_empty(), "{about}");
        }
    }
}

#[tokio::test]
async fn odd_forms_change_nothing() {
    for dialect in Dialect::ALL {
        for oddity in Oddity::ALL {
            for step in [Step::Read, Step::Edit, Step::Done] {
                let about = format!("{dialect:?} {oddity:?} {step:?}");
                let case = Case::new(dialect, step, FOR_EVER, move |good| good.oddly(oddity));
                let ended = case.run().await;
                ended.assert_done(&about);
                assert_eq!(ended.requests, 3, "{about}");
            }
        }
    }
}
