//! Trying again, where nobody can tell the difference.

mod bucket;
#[cfg(test)]
mod tests;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{EventStream, Model, ModelError, Request, StreamEvent};

pub use bucket::Bucket;

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
    /// The longest pause that a provider may set; if it asks for more, the user should know.
    pub longest_asked: Duration,
    /// While the provider is in trouble, requests that show one key follow each other at this
    /// distance at least, so that tasks that failed together do not come back together.
    pub distance: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            max_retries: 8,
            budget: Duration::from_secs(180),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(8),
            longest_asked: Duration::from_secs(120),
            distance: Duration::from_millis(250),
        }
    }
}

impl RetryPolicy {
    /// How long to wait before retry `number` (from 0) after `error`; `None` if it is of no use.
    /// Where the provider asks for no pause of its own, a part of it is left to chance, so that
    /// clients that failed together do not come back together.
    #[must_use]
    pub fn pause(&self, number: u32, error: &ModelError) -> Option<Duration> {
        self.pause_by(number, error, chance())
    }

    fn pause_by(&self, number: u32, error: &ModelError, chance: f64) -> Option<Duration> {
        let asked = match error {
            ModelError::Interrupted(_) => None,
            _ => asked(error)?,
        };
        if number >= self.max_retries || asked.is_some_and(|asked| asked > self.longest_asked) {
            return None;
        }
        let bound = self.first_pause.saturating_mul(2u32.saturating_pow(number));
        Some(asked.unwrap_or_else(|| bound.min(self.longest_pause).mul_f64(chance)))
    }
}

/// The pause that a provider in trouble asks for, if it asks for one; `None` for errors of
/// another kind.
fn asked(error: &ModelError) -> Option<Option<Duration>> {
    match error {
        ModelError::RateLimited { after, .. } | ModelError::Unavailable { after, .. } => {
            Some(*after)
        }
        _ => None,
    }
}

/// A model that sends a request again if it failed before anything of the answer was to be seen:
/// rate limits, overload, broken connections. After the first text, thinking or call it never
/// does, because what was shown or begun cannot be taken back.
pub struct Retry<M> {
    inner: Arc<M>,
    policy: RetryPolicy,
    bucket: Bucket,
}

impl<M: Model + 'static> Retry<M> {
    /// `inner`, tried again by the default policy, with a bucket of its own.
    pub fn new(inner: M) -> Retry<M> {
        Retry::with_policy(inner, RetryPolicy::default())
    }

    /// `inner`, tried again by this policy, with a bucket of its own.
    pub fn with_policy(inner: M, policy: RetryPolicy) -> Retry<M> {
        Retry { inner: Arc::new(inner), policy, bucket: Bucket::default() }
    }

    /// The same, but it shares `bucket` with all others that show the same key.
    #[must_use]
    pub fn sharing(self, bucket: &Bucket) -> Retry<M> {
        Retry { bucket: bucket.clone(), ..self }
    }
}

impl<M: Model + 'static> Model for Retry<M> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn stream(&self, request: &Request, cancel: CancellationToken) -> EventStream {
        let attempts = Attempts {
            current: None,
            inner: Arc::clone(&self.inner),
            policy: self.policy,
            bucket: self.bucket.clone(),
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
    /// The attempt under way; `None` before the first.
    current: Option<EventStream>,
    inner: Arc<M>,
    policy: RetryPolicy,
    bucket: Bucket,
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
            let item = match &mut self.current {
                Some(current) => current.next().await?,
                None => {
                    if wait(&self.cancel, self.bucket.turn(self.policy.distance)).await.is_err() {
                        return Some(Err(ModelError::Cancelled));
                    }
                    self.current = Some(self.inner.stream(&self.request, self.cancel.clone()));
                    continue;
                }
            };
            let error = match item {
                Ok(event) => {
                    self.bucket.answered();
                    // The second attempt begins too, but for the reader it is one answer.
                    if event == StreamEvent::Started && std::mem::replace(&mut self.started, true) {
                        continue;
                    }
                    self.visible |= !matches!(event, StreamEvent::Started | StreamEvent::Usage(_));
                    return Some(Ok(event));
                }
                Err(error) => error,
            };
            if let Some(asked) = asked(&error) {
                self.bucket.troubled(asked.unwrap_or_default().min(self.policy.longest_asked));
            }
            let pause = match self.visible {
                true => None,
                false => self.policy.pause(self.retries, &error),
            };
            let Some(pause) = pause.filter(|&pause| begun.elapsed() + pause <= self.policy.budget)
            else {
                return Some(Err(error));
            };
            tracing::warn!(%error, ?pause, retry = self.retries + 1, "provider call fails");
            if wait(&self.cancel, Instant::now() + pause).await.is_err() {
                return Some(Err(ModelError::Cancelled));
            }
            self.retries += 1;
            self.current = None;
        }
    }
}

/// Waits until then.
///
/// # Errors
/// If somebody asks to stop meanwhile.
async fn wait(cancel: &CancellationToken, until: Instant) -> Result<(), ()> {
    match tokio::time::timeout_at(until, cancel.cancelled()).await {
        Ok(()) => Err(()),
        Err(_) => Ok(()),
    }
}

/// A number from 0 to 1 by chance. Where pauses are spread, a hash seed is chance enough.
fn chance() -> f64 {
    let bits = RandomState::new().hash_one(0u8) >> 11;
    bits as f64 / (1u64 << 53) as f64
}
