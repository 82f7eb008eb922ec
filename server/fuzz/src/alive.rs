//! The targets over a few inputs that look like anything.

use crate::TARGETS;

/// Bytes that repeat only after a long time (Marsaglia's xorshift).
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn every_target_is_alive() {
    for (name, target) in TARGETS {
        for seed in 0..150 {
            let input = bytes(seed, seed as usize * 3);
            let result = std::panic::catch_unwind(|| target(&input));
            assert!(result.is_ok(), "{name} with seed {seed}");
        }
    }
}
