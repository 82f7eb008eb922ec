//! One bucket for all requests that show the same key: side work and the task itself must not
//! run against a provider's limit one after the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::endpoint::Endpoint;
use crate::secret::Secret;

/// The longest time for which one answer holds all other requests back. What a provider closes
/// for longer is no matter of waiting: each request finds out and tells its user.
const LONGEST_HOLD: Duration = Duration::from_secs(120);
/// Requests at a time from which on there is no bound any more.
const WIDE: usize = 64;

/// What the requests of one key share: how many may be under way, and from when on.
#[derive(Debug)]
pub struct Limiter {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    under_way: usize,
    /// How many the server takes at a time, as far as is known beforehand.
    most: Option<usize>,
    /// How many are let through after the provider complained; doubled by each that succeeds.
    narrow: Option<usize>,
    /// Nothing begins before this.
    opens: Option<Instant>,
}

impl State {
    fn has_room(&self) -> bool {
        let bound = self.most.unwrap_or(usize::MAX).min(self.narrow.unwrap_or(usize::MAX));
        self.under_way < bound.max(1)
    }
}

/// The right to have one request under way, for as long as it lives.
#[derive(Debug)]
pub(crate) struct Permit(Arc<Limiter>);

impl Limiter {
    /// A bucket of which `most` requests may be under way at a time.
    #[must_use]
    pub fn new(most: Option<usize>) -> Arc<Limiter> {
        let state = State { under_way: 0, most, narrow: None, opens: None };
        Arc::new(Limiter { state: Mutex::new(state), changed: Notify::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for its turn. Dropping the future gives it up.
    pub(crate) async fn acquire(self: Arc<Limiter>) -> Permit {
        let limiter = Arc::clone(&self);
        loop {
            let changed = limiter.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            let opens = {
                let mut state = self.state();
                let opens = state.opens.filter(|&opens| opens > Instant::now());
                if opens.is_none() && state.has_room() {
                    state.under_way += 1;
                    drop(state);
                    return Permit(self);
                }
                opens
            };
            match opens {
                // Whether time has passed or something has changed is seen in the next round.
                Some(opens) => drop(timeout_at(opens, changed).await),
                None => changed.await,
            }
        }
    }

    /// A request was taken.
    pub(crate) fn succeeded(&self) {
        let mut state = self.state();
        state.narrow = state.narrow.map(|narrow| narrow * 2).filter(|&narrow| narrow < WIDE);
        drop(state);
        self.changed.notify_waiters();
    }

    /// The provider complained of too many requests, and may have said for how long.
    pub(crate) fn complained(&self, after: Option<Duration>) {
        self.state().narrow = Some(1);
        if let Some(after) = after {
            self.hold(after);
        }
    }

    /// Nothing is left until `after` has passed.
    pub(crate) fn hold(&self, after: Duration) {
        if after <= LONGEST_HOLD {
            let mut state = self.state();
            state.opens = state.opens.max(Some(Instant::now() + after));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
        self.0.changed.notify_waiters();
    }
}

/// The buckets of a process, one for each server and key.
#[derive(Debug, Default)]
pub struct Limiters(Mutex<BTreeMap<(String, u64), Arc<Limiter>>>);

impl Limiters {
    /// The bucket of `endpoint`'s server and `key`.
    #[must_use]
    pub fn of(&self, endpoint: &Endpoint, key: Option<&Secret>) -> Arc<Limiter> {
        let server = endpoint.root().to_owned();
        let key = key.map_or(0, Secret::fingerprint);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = all.entry((server, key)).or_insert_with(|| Limiter::new(endpoint.concurrent));
        Arc::clone(limiter)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::Dialect;

    /// The permit that can be had at once.
    fn now(limiter: &Arc<Limiter>) -> Option<Permit> {
        Arc::clone(limiter).acquire().now_or_never()
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_as_the_server_takes_are_under_way() {
        let limiter = Limiter::new(Some(2));
        let (first, second) = (now(&limiter), now(&limiter));
        assert!(first.is_some() && second.is_some() && now(&limiter).is_none());
        let third = tokio::spawn(Arc::clone(&limiter).acquire());
        drop(first);
        let third = third.await;
        assert!(now(&limiter).is_none());
        drop((second, third));
        assert!(now(&limiter).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_complaint_holds_all_others_back() {
        let limiter = Limiter::new(None);
        let begun = Instant::now();
        let complaining = now(&limiter).unwrap();
        limiter.complained(Some(Duration::from_secs(7)));
        drop(complaining);
        let permits = (0..8).map(|_| tokio::spawn(Arc::clone(&limiter).acquire()));
        let mut permits: Vec<_> = permits.collect();
        // After the pause one goes first, and each that is taken opens the way for twice as many.
        let first = permits.remove(0).await.unwrap();
        assert_eq!(begun.elapsed(), Duration::from_secs(7));
        assert_eq!(limiter.state().under_way, 1);
        limiter.succeeded();
        drop(first);
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(limiter.state().under_way, 2);
        (0..6).for_each(|_| limiter.succeeded());
        let rest = futures::future::join_all(permits).await;
        assert_eq!(limiter.state().under_way, 7);
        assert_eq!(begun.elapsed(), Duration::from_secs(7));
        drop(rest);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_of_an_hour_is_nobody_elses() {
        let limiter = Limiter::new(None);
        limiter.complained(Some(Duration::from_secs(3600)));
        assert!(now(&limiter).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_takes_no_place() {
        let limiter = Limiter::new(Some(1));
        let held = now(&limiter);
        let given_up = tokio::spawn(Arc::clone(&limiter).acquire());
        tokio::task::yield_now().await;
        given_up.abort();
        drop(held);
        assert!(given_up.await.is_err());
        assert!(now(&limiter).is_some());
    }

    #[test]
    fn one_bucket_for_each_server_and_key() {
        let limiters = Limiters::default();
        let endpoint = |url| Endpoint::new(Dialect::Chat, url, "m");
        let key = |text| Secret::new(text, "http://a.test").unwrap();
        let own = limiters.of(&endpoint("http://a.test/v1"), Some(&key("k1")));
        let same = |url, key: Option<&Secret>| Arc::ptr_eq(&own, &limiters.of(&endpoint(url), key));
        assert!(same("http://a.test", Some(&key("k1"))));
        assert!(!same("http://a.test", Some(&key("k2"))));
        assert!(!same("http://a.test", None));
        assert!(!same("http://b.test", Some(&key("k1"))));
    }
}
