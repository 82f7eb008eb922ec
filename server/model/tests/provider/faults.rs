//! Everything that can go wrong between a question and its answer.

use std::time::Duration;

use model::{Dialect, ModelError, RetryPolicy, StopReason};
use test_utils::fake_provider::{Answer, Failure, FakeProvider, Fault, Place};

use crate::support::{Got, ask, conversation, go_on, model, retrying};

/// Asks once, without trying again.
async fn once(dialect: Dialect, answer: Answer) -> Got {
    let provider = FakeProvider::start().await;
    provider.push(answer);
    ask(&model(&provider, dialect), &conversation()).await
}

#[tokio::test]
async fn each_failure_has_its_class() {
    for dialect in Dialect::ALL {
        let class =
            async |failure: Failure| once(dialect, Answer::failure(failure)).await.error.unwrap();
        assert!(matches!(class(Failure::RateLimited).await, ModelError::RateLimited { .. }));
        assert!(matches!(class(Failure::Overloaded).await, ModelError::Overloaded { .. }));
        assert!(matches!(class(Failure::Internal).await, ModelError::Unavailable { .. }));
        assert!(matches!(class(Failure::Overflow).await, ModelError::ContextOverflow(_)));
        assert!(matches!(class(Failure::Auth).await, ModelError::Auth(_)));
        assert!(matches!(class(Failure::Quota).await, ModelError::Quota(_)));
        let page = Failure::Raw(502, "<html>Bad Gateway</html>".to_owned());
        assert!(matches!(class(page).await, ModelError::Unavailable { .. }));
        let nothing = Failure::Raw(413, String::new());
        assert!(matches!(class(nothing).await, ModelError::ContextOverflow(_)));
    }
}

#[tokio::test]
async fn headers_say_how_long_to_wait_and_whether() {
    for dialect in Dialect::ALL {
        let limited = || Answer::failure(Failure::RateLimited);
        let after = |got: Got| match got.error {
            Some(ModelError::RateLimited { after, .. }) => after,
            other => panic!("{other:?}"),
        };
        let got = once(dialect, limited().header("retry-after", "2")).await;
        assert_eq!(after(got), Some(Duration::from_secs(2)));
        let got = once(dialect, limited().header("retry-after-ms", "40")).await;
        assert_eq!(after(got), Some(Duration::from_millis(40)));
        let got = once(dialect, limited().header("x-should-retry", "false")).await;
        assert!(matches!(got.error, Some(ModelError::Quota(_))));
    }
}

#[tokio::test]
async fn a_stream_that_breaks_is_never_a_whole_answer() {
    for dialect in Dialect::ALL {
        for place in [Place::Start, Place::Opened, Place::Middle, Place::Last] {
            for fault in [Fault::Reset, Fault::End] {
                let answer = Answer::text("Some words of the answer.").broken(place, fault.clone());
                let got = once(dialect, answer).await;
                assert!(
                    matches!(got.error, Some(ModelError::Interrupted(_))),
                    "{place:?} {fault:?}: {got:?}"
                );
            }
            let answer = Answer::text("Some words.").broken(place, Fault::ErrorEvent);
            let got = once(dialect, answer).await;
            assert!(matches!(got.error, Some(ModelError::Overloaded { .. })), "{got:?}");
        }
    }
}

#[tokio::test]
async fn what_fails_before_anything_is_seen_is_tried_again() {
    for dialect in Dialect::ALL {
        let text = || Answer::text("Some words of the answer.");
        for bad in [
            Answer::failure(Failure::RateLimited).header("retry-after-ms", "1"),
            Answer::failure(Failure::RateLimited),
            Answer::failure(Failure::Overloaded),
            Answer::failure(Failure::Internal),
            text().broken(Place::Start, Fault::Reset),
            text().broken(Place::Opened, Fault::Reset),
            text().broken(Place::Opened, Fault::End),
            text().broken(Place::Opened, Fault::ErrorEvent),
        ] {
            let provider = FakeProvider::start().await;
            let model = retrying(&provider, dialect);
            for answer in [bad.clone(), bad.clone(), bad.clone(), text()] {
                provider.push(answer);
            }
            let got = ask(&model, &conversation()).await;
            assert_eq!(got.stop(), &StopReason::EndTurn, "{bad:?}");
            assert_eq!(got.shown(), "Some words of the answer.");
            let started =
                got.events.iter().filter(|event| **event == model::StreamEvent::Started).count();
            assert_eq!(started, 1, "it is one answer");
            let requests = provider.requests();
            assert_eq!(requests.len(), 4);
            assert!(requests.iter().all(|request| request.body == requests[0].body));
        }
    }
}

#[tokio::test]
async fn what_was_seen_is_never_asked_for_again() {
    for dialect in Dialect::ALL {
        for fault in [Fault::Reset, Fault::End, Fault::ErrorEvent] {
            let provider = FakeProvider::start().await;
            let answer = Answer::text("Some words of the answer.").broken(Place::Middle, fault);
            provider.push(answer);
            let mut request = conversation();
            let got = ask(&retrying(&provider, dialect), &request).await;
            assert!(got.error.is_some());
            let shown = got.shown();
            assert!(!shown.is_empty() && "Some words of the answer.".starts_with(&shown));
            assert_eq!(provider.requests().len(), 1);

            // What was shown may be kept, and the conversation goes on.
            let mut kept = Got::default();
            kept.events.push(model::StreamEvent::Block(model::Block::Text(shown)));
            go_on(&mut request, &kept);
            provider.push(Answer::text("of the answer."));
            let got = ask(&retrying(&provider, dialect), &request).await;
            assert_eq!(got.stop(), &StopReason::EndTurn);
        }
    }
}

#[tokio::test]
async fn what_would_fail_again_is_not_tried_again() {
    for dialect in Dialect::ALL {
        let limited = || Answer::failure(Failure::RateLimited);
        for bad in [
            Answer::failure(Failure::Auth),
            Answer::failure(Failure::Quota),
            Answer::failure(Failure::Overflow),
            limited().header("x-should-retry", "false"),
            limited().header("retry-after", "121"),
        ] {
            let provider = FakeProvider::start().await;
            provider.push(bad);
            let got = ask(&retrying(&provider, dialect), &conversation()).await;
            assert!(got.error.is_some());
            assert_eq!(provider.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn it_gives_up_after_its_retries() {
    let provider = FakeProvider::start().await;
    let attempts = RetryPolicy::default().max_retries as usize + 1;
    (0..attempts).for_each(|_| {
        provider.push(Answer::failure(Failure::Overloaded).header("retry-after-ms", "1"));
    });
    let got = ask(&retrying(&provider, Dialect::Anthropic), &conversation()).await;
    assert!(matches!(got.error, Some(ModelError::Overloaded { .. })));
    assert_eq!(provider.requests().len(), attempts);
}
