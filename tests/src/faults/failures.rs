//! Requests that get no answer at all.

use model::Dialect;
use test_utils::fake_provider::{Answer, Failure};

use super::{Case, FOR_EVER, Step};

/// A failure, how many times in a row it must be survived, and a header.
type Trouble = (Failure, usize, Option<(&'static str, &'static str)>);

fn troubles() -> Vec<Trouble> {
    let raw = |status, body: &str| Failure::Raw(status, body.to_owned());
    vec![
        (Failure::RateLimited, 2, Some(("retry-after-ms", "2"))),
        (Failure::RateLimited, 4, None),
        (Failure::Overloaded, 3, None),
        (Failure::Overloaded, 8, Some(("retry-after-ms", "1"))),
        (Failure::Internal, 2, None),
        (raw(502, "<html>Bad Gateway</html>"), 2, None),
        (raw(503, ""), 2, None),
        (raw(408, "{}"), 1, None),
        (raw(400, "{}"), 1, Some(("x-should-retry", "true"))),
        (Failure::Overflow, 1, None),
        (Failure::Overflow, 2, None),
        (raw(413, "<html>Request Entity Too Large</html>"), 1, None),
    ]
}

#[tokio::test]
async fn what_passes_is_survived() {
    for dialect in Dialect::ALL {
        for step in [Step::Read, Step::Edit, Step::Done] {
            for (failure, times, header) in troubles() {
                let about = format!("{dialect:?} {failure:?} {step:?}");
                let mishap = move |_| {
                    let answer = Answer::failure(failure.clone());
                    match header {
                        Some((name, value)) => answer.header(name, value),
                        None => answer,
                    }
                };
                Case::new(dialect, step, times, mishap).run().await.assert_done(&about);
            }
        }
    }
}

#[tokio::test]
async fn what_does_not_pass_ends_the_task_and_is_not_tried_for_long() {
    for dialect in Dialect::ALL {
        for (failure, most) in [
            (Failure::Auth, 1),
            (Failure::Quota, 1),
            // Once more without what the provider itself had said.
            (Failure::Raw(400, r#"{"error": {"message": "no"}}"#.to_owned()), 2),
            (Failure::Raw(404, r#"{"error": {"message": "no such model"}}"#.to_owned()), 2),
            (Failure::Overflow, 4),
        ] {
            let about = format!("{dialect:?} {failure:?}");
            let mishap = move |_| Answer::failure(failure.clone());
            let ended = Case::new(dialect, Step::Edit, FOR_EVER, mishap).run().await;
            ended.assert_not_done(&about);
            assert!(ended.requests <= 1 + most, "{about}: {} requests", ended.requests);
        }
    }
}
