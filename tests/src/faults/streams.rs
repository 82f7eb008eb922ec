//! Answers that began well: at every place of the stream.

use std::time::Duration;

use futures::StreamExt;
use model::{Dialect, Timeouts};
use serde_json::Value;
use test_utils::fake_provider::{Answer, Fault, Place, Recorded};

use super::{Case, FOR_EVER, Step};

/// Tasks that run at the same time.
const SIDE_BY_SIDE: usize = 16;
/// Silence that counts as the end of a connection, where it is tried out.
const SILENCE: Duration = Duration::from_millis(250);

fn path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Anthropic => "/v1/messages",
        Dialect::Chat => "/v1/chat/completions",
        Dialect::Responses => "/v1/responses",
    }
}

/// How many places the answer of this step has in this dialect.
fn places(dialect: Dialect, step: Step) -> usize {
    let request = Recorded {
        path: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        json: Value::Null,
        bill: None,
    };
    step.answer(&request).events_before_the_last(path(dialect)) + 1
}

async fn every_place(dialect: Dialect, fault: Fault, timeouts: Timeouts) {
    let mut cases = Vec::new();
    for step in [Step::Read, Step::Edit, Step::Done] {
        for place in 0..places(dialect, step) {
            // The second time in a row what came is kept; that is tried at a part of the places.
            let times = if place % 3 == 0 { 2 } else { 1 };
            let about = format!("{dialect:?} {fault:?} {step:?} at {place}, {times} times");
            let fault = fault.clone();
            let mishap = move |good: Answer| good.broken(Place::Event(place), fault.clone());
            let case = Case { timeouts, ..Case::new(dialect, step, times, mishap) };
            cases.push(async move { case.run().await.assert_done(&about) });
        }
    }
    assert!(cases.len() > 30, "{} cases", cases.len());
    futures::stream::iter(cases).buffer_unordered(SIDE_BY_SIDE).collect::<()>().await;
}

#[tokio::test]
async fn a_reset_anywhere() {
    for dialect in Dialect::ALL {
        every_place(dialect, Fault::Reset, Timeouts::default()).await;
    }
}

#[tokio::test]
async fn an_end_in_good_order_anywhere() {
    for dialect in Dialect::ALL {
        every_place(dialect, Fault::End, Timeouts::default()).await;
    }
}

#[tokio::test]
async fn an_error_event_anywhere() {
    for dialect in Dialect::ALL {
        every_place(dialect, Fault::ErrorEvent, Timeouts::default()).await;
    }
}

#[tokio::test]
async fn silence_anywhere() {
    let timeouts = Timeouts { first_byte: SILENCE, idle: SILENCE, ..Timeouts::default() };
    for dialect in Dialect::ALL {
        every_place(dialect, Fault::Stall, timeouts).await;
    }
}

/// The tests above make silence short; this is how long it is for users.
#[test]
fn a_dead_stream_is_noticed_within_a_minute() {
    assert_eq!(Timeouts::default().idle, Duration::from_secs(60));
}

#[tokio::test]
async fn what_never_mends_is_never_done() {
    for dialect in Dialect::ALL {
        for step in [Step::Read, Step::Edit, Step::Done] {
            for place in [Place::Start, Place::Opened, Place::Middle, Place::Last] {
                for fault in [Fault::Reset, Fault::End, Fault::ErrorEvent] {
                    let about = format!("{dialect:?} {fault:?} {step:?} {place:?}");
                    let mishap = move |good: Answer| good.broken(place, fault.clone());
                    let ended = Case::new(dialect, step, FOR_EVER, mishap).run().await;
                    // Where calls are executed before the break, even that gets the work done.
                    let goes_on = step != Step::Done && !ended.runs.is_empty();
                    match goes_on && ended.outcome.status == harness::Status::Done {
                        true => ended.assert_done(&about),
                        false => ended.assert_not_done(&about),
                    }
                    assert!(ended.requests <= 25, "{about}: {} requests", ended.requests);
                }
            }
        }
    }
}
