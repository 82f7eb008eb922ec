//! How many tokens a request is likely to have, from its bytes and from what providers reported.

use std::sync::{Mutex, PoisonError};

/// How much a report moves the ratio. A conversation's text is much alike, so the last few count.
const WEIGHT: f64 = 0.25;
/// Below this many tokens the wrapping of a request outweighs its text.
const MEANINGFUL: u64 = 200;
/// What lies beyond these bounds is a server that counts something else.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = 0.5..=16.0;
/// What is added where an estimate must not be too small.
const MARGIN: f64 = 1.1;

/// Bytes of a request for each token, calibrated by what is reported. One for each model.
#[derive(Debug)]
pub struct Estimator {
    bytes_per_token: Mutex<f64>,
}

impl Estimator {
    /// Begins with `bytes_per_token`, which is known of the model's family.
    #[must_use]
    pub fn new(bytes_per_token: f64) -> Estimator {
        let plausible = bytes_per_token.clamp(*PLAUSIBLE.start(), *PLAUSIBLE.end());
        Estimator { bytes_per_token: Mutex::new(plausible) }
    }

    /// Learns that a request of `bytes` had `tokens`, cached ones included.
    pub fn learn(&self, bytes: usize, tokens: u64) {
        let ratio = bytes as f64 / tokens as f64;
        if tokens < MEANINGFUL || !PLAUSIBLE.contains(&ratio) {
            return;
        }
        let mut known = self.bytes_per_token.lock().unwrap_or_else(PoisonError::into_inner);
        *known += WEIGHT * (ratio - *known);
    }

    /// The ratio in force.
    #[must_use]
    pub fn bytes_per_token(&self) -> f64 {
        *self.bytes_per_token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The likely number of tokens of `bytes`.
    #[must_use]
    pub fn tokens(&self, bytes: usize) -> u64 {
        (bytes as f64 / self.bytes_per_token()).ceil() as u64
    }

    /// A number of tokens that `bytes` will hardly exceed.
    #[must_use]
    pub fn tokens_at_most(&self, bytes: usize) -> u64 {
        (bytes as f64 / self.bytes_per_token() * MARGIN).ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_calibrate_the_ratio() {
        let estimator = Estimator::new(4.0);
        assert_eq!((estimator.tokens(4000), estimator.tokens_at_most(4000)), (1000, 1100));
        estimator.learn(2400, 1000);
        assert_eq!(estimator.bytes_per_token(), 4.0 - 0.25 * 1.6);
        for _ in 0..40 {
            estimator.learn(24_000, 10_000);
        }
        assert!((estimator.bytes_per_token() - 2.4).abs() < 1e-4);
        assert_eq!(estimator.tokens(24_000), 10_000);
    }

    #[test]
    fn nonsense_does_not_count() {
        let estimator = Estimator::new(3.0);
        for (bytes, tokens) in [(1000, 0), (1000, 199), (1, 1_000_000), (1_000_000, 200)] {
            estimator.learn(bytes, tokens);
        }
        assert_eq!(estimator.bytes_per_token(), 3.0);
        for odd in [0.0, -1.0, f64::INFINITY] {
            assert!(PLAUSIBLE.contains(&Estimator::new(odd).bytes_per_token()), "{odd}");
        }
    }
}
