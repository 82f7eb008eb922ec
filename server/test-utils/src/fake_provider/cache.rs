//! What a prompt costs where a provider keeps prefixes: a model of the published rules, not of
//! any tokenizer.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::conversation::Conversation;

/// The provider's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheRules {
    /// What is kept.
    pub kept: Kept,
    /// Shorter prefixes are not kept.
    pub min_tokens: usize,
    /// What counts as one token.
    pub bytes_per_token: usize,
    /// Whether it is told, and charged, what is written.
    pub tells_writes: bool,
}

/// Which prefixes are kept, and how much of a later prompt is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Whole blocks up to the marks of the request.
    AtMarks {
        /// How many blocks before a mark are searched for a prefix that was kept earlier, the
        /// marked block included.
        lookback: usize,
    },
    /// Every prompt, without being asked; what a later one has in common with it is found in
    /// steps of this many tokens.
    Always {
        /// In tokens.
        step: usize,
    },
}

/// Anthropic's cache with this minimum: 20 blocks of lookback from each mark.
const fn marked(min_tokens: usize) -> CacheRules {
    let kept = Kept::AtMarks { lookback: 20 };
    CacheRules { kept, min_tokens, bytes_per_token: 4, tells_writes: true }
}

const fn always(min_tokens: usize, step: usize, tells_writes: bool) -> CacheRules {
    CacheRules { kept: Kept::Always { step }, min_tokens, bytes_per_token: 4, tells_writes }
}

/// The vendors' rules by the beginnings of their models' names; the longest that fits counts.
///
/// Minima and lookback by Anthropic's documentation of prompt caching; minimum, steps of 128
/// tokens and `cache_write_tokens` (from gpt-5.6 on) by OpenAI's; 64 tokens by DeepSeek's.
const TABLE: &[(&str, CacheRules)] = &[
    ("", marked(1024)),
    ("claude-", marked(1024)),
    ("claude-opus-4-5", marked(4096)),
    ("claude-opus-4-6", marked(4096)),
    ("claude-opus-4-7", marked(2048)),
    ("claude-opus-5", marked(512)),
    ("claude-fable-5", marked(512)),
    ("claude-haiku-4-5", marked(4096)),
    ("gpt-", always(1024, 128, false)),
    ("gpt-5.6", always(1024, 128, true)),
    ("deepseek-", always(64, 64, false)),
];

impl CacheRules {
    /// The rules for the model of this name.
    #[must_use]
    pub fn of(model: &str) -> CacheRules {
        let fits = TABLE.iter().filter(|(start, _)| model.starts_with(start));
        fits.max_by_key(|(start, _)| start.len()).map_or(marked(1024), |(_, rules)| *rules)
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

/// What is kept. Nothing is forgotten: a test takes less than five minutes.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// Prefixes up to marks, by their hash.
    prefixes: HashSet<u64>,
    /// Whole prompts.
    prompts: Vec<Vec<u8>>,
}

impl Cache {
    /// The bill for `request`, whose prefixes are kept from now on.
    pub(super) fn charge(&mut self, request: &Conversation, rules: &CacheRules) -> Bill {
        let (all, read, written) = match rules.kept {
            Kept::AtMarks { lookback } => self.at_marks(request, rules, lookback),
            Kept::Always { step } => self.always(request, rules, step),
        };
        let written = if rules.tells_writes { written.max(read) } else { read };
        Bill { input: all - written, read, write: written - read }
    }

    /// Tokens of the prompt, of the part that is found, and of the part that is kept afterwards.
    fn at_marks(
        &mut self,
        request: &Conversation,
        rules: &CacheRules,
        lookback: usize,
    ) -> (usize, usize, usize) {
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
            .flat_map(|&mark| (0..=mark).rev().take(lookback))
            .filter(|&i| self.prefixes.contains(&prefixes[i].0))
            .map(|i| prefixes[i].1)
            .max()
            .unwrap_or(0);
        let long_enough = |&i: &usize| prefixes[i].1 >= rules.min_tokens;
        let marks: Vec<usize> = marks.into_iter().filter(long_enough).collect();
        self.prefixes.extend(marks.iter().map(|&i| prefixes[i].0));
        let written = marks.last().map_or(0, |&i| prefixes[i].1);
        (prefixes.last().map_or(0, |prefix| prefix.1), read, written)
    }

    /// The same where everything is kept.
    fn always(
        &mut self,
        request: &Conversation,
        rules: &CacheRules,
        step: usize,
    ) -> (usize, usize, usize) {
        let prompt: Vec<u8> =
            request.blocks.iter().flat_map(|block| block.letters.bytes()).collect();
        let common = |kept: &Vec<u8>| kept.iter().zip(&prompt).take_while(|(a, b)| a == b).count();
        let common = self.prompts.iter().map(common).max().unwrap_or(0);
        let in_steps = |bytes: usize| {
            let tokens = bytes / rules.bytes_per_token / step * step;
            if tokens < rules.min_tokens { 0 } else { tokens }
        };
        let (all, read) = (prompt.len() / rules.bytes_per_token, in_steps(common));
        let written = in_steps(prompt.len());
        self.prompts.push(prompt);
        (all, read, written)
    }
}

#[cfg(test)]
mod tests {
    use super::super::conversation::Block;
    use super::*;

    const RULES: CacheRules = CacheRules {
        kept: Kept::AtMarks { lookback: 3 },
        min_tokens: 20,
        bytes_per_token: 1,
        tells_writes: true,
    };

    /// Blocks of ten tokens each; those in upper case are marked.
    fn charge(cache: &mut Cache, blocks: &str) -> [usize; 3] {
        charge_by(&RULES, cache, blocks)
    }

    fn charge_by(rules: &CacheRules, cache: &mut Cache, blocks: &str) -> [usize; 3] {
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
        let bill = cache.charge(&conversation, rules);
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

    #[test]
    fn what_prompts_have_in_common_is_found_in_steps() {
        let kept = Kept::Always { step: 8 };
        let silent = CacheRules { kept, min_tokens: 12, tells_writes: false, ..RULES };
        let mut cache = Cache::default();
        assert_eq!(charge_by(&silent, &mut cache, "abc"), [30, 0, 0]);
        assert_eq!(charge_by(&silent, &mut cache, "abcd"), [16, 24, 0], "30 in steps of 8");
        assert_eq!(charge_by(&silent, &mut cache, "abxy"), [24, 16, 0], "20 in steps of 8");
        assert_eq!(charge_by(&silent, &mut cache, "axyz"), [40, 0, 0], "10 are too few");
        let telling = CacheRules { tells_writes: true, ..silent };
        let mut cache = Cache::default();
        assert_eq!(charge_by(&telling, &mut cache, "abc"), [6, 0, 24]);
        assert_eq!(charge_by(&telling, &mut cache, "abcd"), [0, 24, 16]);
        assert_eq!(charge_by(&telling, &mut cache, "a"), [10, 0, 0]);
    }

    #[test]
    fn the_longest_beginning_counts() {
        for (model, min_tokens) in [
            ("m", 1024),
            ("claude-sonnet-5", 1024),
            ("claude-opus-4-7-20260301", 2048),
            ("claude-opus-5", 512),
            ("deepseek-chat", 64),
        ] {
            assert_eq!(CacheRules::of(model).min_tokens, min_tokens, "{model}");
        }
        let told = |model| CacheRules::of(model).tells_writes;
        assert!(!told("gpt-5.1") && told("gpt-5.6-codex"));
        assert_eq!(CacheRules::of("gpt-5.1").kept, Kept::Always { step: 128 });
    }
}
