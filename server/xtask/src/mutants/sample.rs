//! Seeded choice: the same seed gives the same sample on every machine and in every order of work.

/// FNV-1a over all `parts`, with a last stir so that low bits are as good as high ones.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A number for `words` under `seed`.
pub(crate) fn rank(seed: u64, words: &[&str]) -> u64 {
    let seed = seed.to_le_bytes();
    hash(std::iter::once(seed.as_slice()).chain(words.iter().map(|word| word.as_bytes())))
}

/// `items` in an order that depends on `seed` and each item's key only.
pub(crate) fn shuffled<T>(mut items: Vec<T>, seed: u64, key: impl Fn(&T) -> String) -> Vec<T> {
    items.sort_by_cached_key(|item| {
        let key = key(item);
        (rank(seed, &[&key]), key)
    });
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_depends_on_the_seed_and_not_on_the_input() {
        let key = |n: &u32| n.to_string();
        let forward = shuffled((0..20).collect(), 1, key);
        let backward = shuffled((0..20).rev().collect(), 1, key);
        assert_eq!(forward, backward);
        assert_ne!(forward, shuffled((0..20).collect(), 2, key));
    }

    #[test]
    fn parts_are_kept_apart() {
        assert_ne!(rank(0, &["ab", "c"]), rank(0, &["a", "bc"]));
    }
}
