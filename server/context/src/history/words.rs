//! Commits that said the same.

use rustc_hash::FxHashMap;

use super::FADING;
use crate::names::hash;
use crate::prose;

/// Commits with like words that are asked, the likest first.
const MAX_LIKE: usize = 40;

/// What each commit said, the latest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// For each commit the fingerprints of the stems of its words, each once.
    commits: Vec<Box<[u32]>>,
    /// In how many of them each word is, by the word's fingerprint.
    said: FxHashMap<u32, u32>,
}

impl Words {
    /// Takes the words of the next older commit.
    pub(super) fn push(&mut self, text: &str) {
        let mut words: Vec<u32> = prose::stems(text).map(|stem| hash(&stem)).collect();
        words.sort_unstable();
        words.dedup();
        for word in &words {
            *self.said.entry(*word).or_default() += 1;
        }
        self.commits.push(words.into());
    }

    /// The commits that said words of `terms`, which are stems with weights: how like they are,
    /// and the number of each. The likest first.
    pub(super) fn like(&self, terms: &[(String, f32)]) -> Vec<(f32, usize)> {
        let count = self.commits.len() as f32;
        let mut weights: FxHashMap<u32, f32> = FxHashMap::default();
        for (stem, weight) in terms {
            let word = hash(stem);
            let known = self.said.get(&word).copied().unwrap_or_default() as f32;
            if known > 0.0 && known * 5.0 < count + 10.0 {
                weights.insert(word, weight * (1.0 + count / known).ln());
            }
        }
        if weights.is_empty() {
            return Vec::new();
        }
        // Of the words of all messages next to none are asked for, which this tells at less cost.
        let mut asked = [false; 4096];
        let slot = |word: u32| word as usize % 4096;
        weights.keys().for_each(|word| asked[slot(*word)] = true);
        let mut like: Vec<(f32, usize)> = Vec::new();
        let mut fading = 1.0_f32;
        for (at, words) in self.commits.iter().enumerate() {
            fading *= FADING;
            let may_be = words.iter().filter(|word| asked[slot(**word)]);
            let shared: f32 = may_be.filter_map(|word| weights.get(word)).sum();
            if shared > 0.0 {
                let length = 1.0 + words.len() as f32;
                like.push((shared * shared / length.sqrt() * (0.5 + 0.5 * fading), at));
            }
        }
        like.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        like.truncate(MAX_LIKE);
        like
    }
}
