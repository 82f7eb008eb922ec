//! Trying again, where nobody can tell the difference.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Card, EventStream, Model, ModelError, Request, StreamEvent};

/// How often and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many times a request is sent again.
    pub max_retries: u32,
    /// No retry begins later than this after the first attempt began.
    pub budget: Duration,
    /// Upper bound of the first pause; each further one is twice as long.
    pub first_pause: Duration,
    /// Upper bound of all pauses that the provider does not set itself.
    pub longest_pause: Duration,
    /// [`RetryPolicy::first_pause`] where the provider says that it is overloaded.
    pub first_overload: Duration,
    /// [`RetryPolicy::longest_pause`] where the provider says that it is overloaded.
    pub longest_overload: Duration,
    /// The longest pause that a provider may set; if it asks for more, the user should know.
    pub longest_asked: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            max_retries: 8,
            budget: Duration::from_secs(180),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(8),
            first_overload: Duration::from_secs(2),
            longest_overload: Duration::from_secs(60),
            longest_asked: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// As often as by default, without pauses of its own: for what has no server behind it.
    #[must_use]
    pub fn without_pauses() -> RetryPolicy {
        let none = Duration::ZERO;
        RetryPolicy { first_pause: none, first_overload: none, ..RetryPolicy::default() }
    }

    /// How long to wait before retry `number` (from 0) after `error`; `None` if it is of no use.
    /// Where the provider asks for no pause of its own, a part of it is left to chance.
    #[must_use]
    pub fn pause(&self, number: u32, error: &ModelError) -> Option<Duration> {
        self.pause_by(number, error, chance())
    }

    fn pause_by(&self, number: u32, error: &ModelError, chance: f64) -> Option<Duration> {
        let asked = match error {
            ModelError::RateLimited { after, .. }
            | ModelError::Overloaded { after, .. }
            | ModelError::Unavailable { after, .. } => *after,
            ModelError::Interrupted(_) => None,
            ModelError::Auth(_)
            | ModelError::Quota(_)
            | ModelError::ContextOverflow(_)
            | ModelError::BadRequest(_)
            | ModelError::Protocol(_)
            | ModelError::Cancelled => return None,
        };
        if number >= self.max_retries || asked.is_some_and(|asked| asked > self.longest_asked) {
            return None;
        }
        let (first, longest) = match error {
            ModelError::Overloaded { .. } => (self.first_overload, self.longest_overload),
            _ => (self.first_pause, self.longest_pause),
        };
        // Full jitter: clients that failed together do not come back together.
        let bound = first.saturating_mul(2u32.saturating_pow(number));
        Some(asked.unwrap_or_else(|| bound.min(longest).mul_f64(chance)))
    }
}

/// A model that sends a request again if it failed before anything of the answer was to be seen:
/// rate limits, overload, broken connections. After the first text, thinking or call it never
/// does, because what was shown or begun cannot be taken back.
pub struct Retry<M> {
    inner: std::sync::Arc<M>,
    policy: RetryPolicy,
}

impl<M: Model + 'static> Retry<M> {
    /// `inner`, tried again by the default policy.
    pub fn new(inner: M) -> Retry<M> {
        Retry::with_policy(inner, RetryPolicy::default())
    }

    /// `inner`, tried again by this policy.
    pub fn with_policy(inner: M, policy: RetryPolicy) -> Retry<M> {
        Retry { inner: std::sync::Arc::new(inner), policy }
    }
}

impl<M: Model + 'static> Model for Retry<M> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn card(&self) -> Card {
        self.inner.card()
    }

    fn tokens(&self, request: &Request) -> u64 {
        self.inner.tokens(request)
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        let attempts = Attempts {
            current: self.inner.stream(request, cancel.clone()),
            inner: self.inner.clone(),
            policy: self.policy,
            request: request.clone(),
            cancel,
            begun: None,
            retries: 0,
            started: false,
            visible: false,
        };
        stream::unfold(attempts, |mut attempts| async move {
            let item = attempts.next().await?;
            Some((item, attempts))
        })
        .boxed()
    }
}

struct Attempts<M> {
    current: EventStream,
    inner: std::sync::Arc<M>,
    policy: RetryPolicy,
    request: Request,
    cancel: CancellationToken,
    begun: Option<Instant>,
    retries: u32,
    started: bool,
    visible: bool,
}

impl<M: Model> Attempts<M> {
    async fn next(&mut self) -> Option<Result<StreamEvent, ModelError>> {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        loop {
            let item = self.current.next().await?;
            let error = match item {
                // The second attempt begins too, but for the reader it is one answer.
                Ok(StreamEvent::Started) if std::mem::replace(&mut self.started, true) => continue,
                Ok(event) => {
                    self.visible |= !matches!(event, StreamEvent::Started | StreamEvent::Usage(_));
                    return Some(Ok(event));
                }
                Err(error) => error,
            };
            let pause = if self.visible { None } else { self.policy.pause(self.retries, &error) };
            let Some(pause) = pause.filter(|&pause| begun.elapsed() + pause <= self.policy.budget)
            else {
                return Some(Err(error));
            };
            tracing::warn!(%error, ?pause, retry = self.retries + 1, "provider call fails");
            if tokio::time::timeout(pause, self.cancel.cancelled()).await.is_ok() {
                return Some(Err(ModelError::Cancelled));
            }
            self.retries += 1;
            self.current = self.inner.stream(&self.request, self.cancel.clone());
        }
    }
}

/// A number from 0 to 1 by chance. Where pauses are spread, a hash seed is chance enough.
fn chance() -> f64 {
    let bits = RandomState::new().hash_one(0u8) >> 11;
    bits as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
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
        let overloaded = ModelError::Overloaded { message: String::new(), after: None };
        let longest = (0..7).filter_map(|number| policy.pause_by(number, &overloaded, 1.0));
        let longest: Vec<_> = longest.map(|pause| pause.as_secs()).collect();
        assert_eq!(longest, [2, 4, 8, 16, 32, 60, 60]);
        for _ in 0..100 {
            assert!((0.0..1.0).contains(&chance()));
        }
        assert_ne!(chance(), chance());
    }
}
