//! What a prompt costs where a provider keeps prefixes: a model of the published rules, not of
//! any tokenizer.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::conversation::Conversation;

/// The provider's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheRules {
    /// How many blocks before a mark are searched for a prefix that was kept earlier, the marked
    /// block included.
    pub lookback: usize,
    /// Shorter prefixes are not kept.
    pub min_tokens: usize,
    /// What counts as one token.
    pub bytes_per_token: usize,
}

impl Default for CacheRules {
    fn default() -> Self {
        CacheRules { lookback: 20, min_tokens: 1024, bytes_per_token: 4 }
    }
}

/// Tokens of one prompt; the three are disjoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bill {
    /// Neither read nor written.
    pub input: usize,
    /// Read from a kept prefix.
    pub read: usize,
    /// Kept for later.
    pub write: usize,
}

/// The prefixes that are kept, by their hash. Nothing is forgotten: a test takes less than five
/// minutes.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: HashSet<u64>,
}

impl Cache {
    /// The bill for `request`, whose marked prefixes are kept from now on.
    pub(super) fn charge(&mut self, request: &Conversation, rules: &CacheRules) -> Bill {
        let mut hasher = DefaultHasher::new();
        let mut bytes = 0;
        // The hash and the size in tokens of the prefix up to each block.
        let prefixes: Vec<(u64, usize)> = request
            .blocks
            .iter()
            .map(|block| {
                block.letters.hash(&mut hasher);
                bytes += block.letters.len();
                (hasher.finish(), bytes / rules.bytes_per_token)
            })
            .collect();
        let marks: Vec<usize> = (0..prefixes.len()).filter(|&i| request.blocks[i].marked).collect();
        let read = marks
            .iter()
            .flat_map(|&mark| (0..=mark).rev().take(rules.lookback))
            .filter(|&i| self.kept.contains(&prefixes[i].0))
            .map(|i| prefixes[i].1)
            .max()
            .unwrap_or(0);
        let long_enough = |&i: &usize| prefixes[i].1 >= rules.min_tokens;
        let marks: Vec<usize> = marks.into_iter().filter(long_enough).collect();
        self.kept.extend(marks.iter().map(|&i| prefixes[i].0));
        let written = marks.last().map_or(0, |&i| prefixes[i].1).max(read);
        let all = prefixes.last().map_or(0, |prefix| prefix.1);
        Bill { input: all - written, read, write: written - read }
    }
}

#[cfg(test)]
mod tests {
    use super::super::conversation::Block;
    use super::*;

    const RULES: CacheRules = CacheRules { lookback: 3, min_tokens: 20, bytes_per_token: 1 };

    /// Blocks of ten tokens each; those in upper case are marked.
    fn charge(cache: &mut Cache, blocks: &str) -> [usize; 3] {
        let blocks = blocks.chars().map(|c| Block {
            letters: c.to_ascii_lowercase().to_string().repeat(10),
            marked: c.is_ascii_uppercase(),
            open: false,
        });
        let conversation = Conversation {
            blocks: blocks.collect(),
            messages: Vec::new(),
            stream: true,
            model: String::new(),
            violations: Vec::new(),
        };
        let bill = cache.charge(&conversation, &RULES);
        [bill.input, bill.read, bill.write]
    }

    #[test]
    fn prefixes_are_kept_at_marks_and_found_a_few_blocks_before_one() {
        let mut cache = Cache::default();
        assert_eq!(charge(&mut cache, "aBc"), [10, 0, 20]);
        assert_eq!(charge(&mut cache, "aBcD"), [0, 20, 20], "the mark itself");
        assert_eq!(charge(&mut cache, "abcdeF"), [0, 40, 20], "two blocks before the mark");
        assert_eq!(charge(&mut cache, "abcdefghiJ"), [0, 0, 100], "too far before the mark");
        assert_eq!(charge(&mut cache, "axCd"), [10, 0, 30], "another prefix");
        assert_eq!(charge(&mut cache, "abcd"), [40, 0, 0], "nobody asks");
    }

    #[test]
    fn short_prefixes_are_not_kept() {
        let mut cache = Cache::default();
        assert_eq!(charge(&mut cache, "Ab"), [20, 0, 0]);
        assert_eq!(charge(&mut cache, "Ab"), [20, 0, 0]);
    }
}
