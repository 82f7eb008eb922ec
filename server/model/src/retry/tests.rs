//! Pauses, held still by a paused clock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::*;
use crate::{Block, StopReason};

type Played = Vec<Result<StreamEvent, ModelError>>;

/// A model that plays these answers one after the other.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<VecDeque<Played>>>);

impl Model for Script {
    fn name(&self) -> &str {
        "script"
    }

    fn stream(&self, _: &Request, _: CancellationToken) -> EventStream {
        let answer = self.0.lock().unwrap().pop_front().unwrap();
        stream::iter(answer).boxed()
    }
}

fn limited(seconds: u64) -> ModelError {
    ModelError::RateLimited {
        message: "later".to_owned(),
        after: Some(Duration::from_secs(seconds)),
    }
}

fn broken() -> ModelError {
    ModelError::Interrupted("broken".to_owned())
}

/// Plays the answers and the good one; returns what came, how long it took and how many
/// answers were not asked for.
async fn play(answers: Vec<Played>) -> (Played, Duration, usize) {
    let script = Script::default();
    script.0.lock().unwrap().extend(answers);
    let good = [StreamEvent::Started, StreamEvent::Stopped(StopReason::EndTurn)];
    script.0.lock().unwrap().push_back(good.map(Ok).into());
    let request = crate::dialect::testing::request(Vec::new());
    let begun = Instant::now();
    let retry = Retry::new(script.clone());
    let events = retry.stream(&request, CancellationToken::new()).collect().await;
    let left = script.0.lock().unwrap().len();
    (events, begun.elapsed(), left)
}

#[tokio::test(start_paused = true)]
async fn it_waits_as_long_as_it_is_asked_to() {
    let (events, took, left) = play(vec![vec![Err(limited(7))], vec![Err(limited(2))]]).await;
    assert_eq!(events.len(), 2);
    assert_eq!(took, Duration::from_secs(9));
    assert_eq!(left, 0);
}

#[tokio::test(start_paused = true)]
async fn it_stops_at_the_end_of_its_budget() {
    let (events, took, left) = play(vec![vec![Err(limited(100))]; 2]).await;
    assert_eq!(events, [Err(limited(100))]);
    assert_eq!(took, Duration::from_secs(100));
    assert_eq!(left, 1);
    let (events, took, _) = play(vec![vec![Err(limited(121))]]).await;
    assert_eq!((events, took), (vec![Err(limited(121))], Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_reader_sees_one_answer() {
    let begun = vec![Ok(StreamEvent::Started), Err(broken())];
    let (events, ..) = play(vec![begun.clone(), begun]).await;
    let good = [StreamEvent::Started, StreamEvent::Stopped(StopReason::EndTurn)];
    assert_eq!(events, good.map(Ok));
}

#[tokio::test(start_paused = true)]
async fn nothing_that_was_seen_is_asked_for_again() {
    for event in [
        StreamEvent::TextDelta("a".to_owned()),
        StreamEvent::ThinkingDelta("a".to_owned()),
        StreamEvent::ToolUseStarted("a".to_owned()),
        StreamEvent::Block(Block::Text("a".to_owned())),
    ] {
        let (events, _, left) = play(vec![vec![Ok(event.clone()), Err(broken())]]).await;
        assert_eq!(events, [Ok(event), Err(broken())]);
        assert_eq!(left, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_the_pause() {
    let script = Script::default();
    script.0.lock().unwrap().push_back(vec![Err(limited(100))]);
    let cancel = CancellationToken::new();
    let request = crate::dialect::testing::request(Vec::new());
    let mut stream = Retry::new(script).stream(&request, cancel.clone());
    let begun = Instant::now();
    let (item, ()) = futures::join!(stream.next(), async { cancel.cancel() });
    assert_eq!(item, Some(Err(ModelError::Cancelled)));
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(stream.next().await, None);
}

#[test]
fn pauses_grow_to_a_bound_and_are_spread() {
    let policy = RetryPolicy { max_retries: 7, ..RetryPolicy::default() };
    let seconds = |number, chance| {
        policy.pause_by(number, &broken(), chance).map(|pause| pause.as_secs_f64())
    };
    let longest: Vec<_> = (0..7).filter_map(|number| seconds(number, 1.0)).collect();
    assert_eq!(longest, [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]);
    assert_eq!(seconds(2, 0.25), Some(0.5));
    assert_eq!(seconds(7, 1.0), None);
    for _ in 0..100 {
        assert!((0.0..1.0).contains(&chance()));
    }
    assert_ne!(chance(), chance());
}

#[tokio::test(start_paused = true)]
async fn one_key_is_quiet_for_all_and_its_requests_come_one_by_one() {
    let bucket = Bucket::new();
    let begun = Instant::now();
    let ask = |answers: Vec<Played>| {
        let script = Script::default();
        script.0.lock().unwrap().extend(answers);
        let good = [StreamEvent::Started, StreamEvent::Stopped(StopReason::EndTurn)];
        script.0.lock().unwrap().push_back(good.map(Ok).into());
        let request = crate::dialect::testing::request(Vec::new());
        let stream = Retry::new(script).sharing(&bucket).stream(&request, CancellationToken::new());
        async move {
            // Whoever hears of the trouble first is done with it first.
            let first = stream.into_future().await;
            (begun.elapsed(), first)
        }
    };
    let limited = ask(vec![vec![Err(limited(7))]]);
    let (first, second, third) = (limited, ask(Vec::new()), ask(Vec::new()));
    let (at, item) = first.await;
    let (started, rest) = item;
    assert_eq!((at, started), (Duration::from_secs(7), Some(Ok(StreamEvent::Started))));
    drop(rest);
    // The provider answers again, so the others go at once.
    assert_eq!(second.await.0, Duration::from_secs(7));

    bucket.troubled(Duration::from_secs(1));
    let places = [(); 3].map(|()| bucket.turn(RetryPolicy::default().distance));
    let after = places.map(|place| place - begun);
    assert_eq!(after, [8000, 8250, 8500].map(Duration::from_millis));
    assert_eq!(third.await.0, Duration::from_millis(8750), "it waits behind them");
}
