//! The words of a task, weighed by how rare they are in the project.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::NameId;
use crate::names::Names;
use crate::view::View;
use crate::{lex, prose};

/// Words that are looked at; the first ones say the most.
const MAX_WORDS: usize = 120;
/// How much the words after the first line count.
const REST: f32 = 0.5;

/// What the words say.
#[derive(Default)]
pub(crate) struct Told {
    /// Stems of the words' parts in their order, each with its weight (place in the text and
    /// rarity).
    pub(crate) stems: Vec<(String, f32)>,
    weights: FxHashMap<String, f32>,
    /// The sum of all weights.
    total: f32,
    /// The names that are words of the task, as they are or in parts, with their weights.
    pub(crate) names: Vec<(NameId, f32)>,
    /// Names that the words mention as a whole.
    pub(crate) whole: FxHashSet<NameId>,
}

impl Told {
    pub(crate) fn of(view: &View, names: &Names, words: &str) -> Told {
        let mut told = Told::default();
        let functions = view.functions() as f32;
        let (first, rest) = words.trim().split_once('\n').unwrap_or((words, ""));
        let weighted = |text, weight| lex::plain_words(text).map(move |word| (word, weight));
        let mut known: FxHashSet<NameId> = FxHashSet::default();
        for (word, weight) in weighted(first, 1.0).chain(weighted(rest, REST)).take(MAX_WORDS) {
            if let Some(id) = names.get(word)
                && word.len() > 2
            {
                told.whole.insert(id);
            }
            let parts: Vec<String> = lex::parts(word).collect();
            for part in &parts {
                let stem = prose::stem(part.clone());
                let forms = [part.as_str(), stem.as_str()];
                let count = forms.iter().filter_map(|form| names.get(form));
                let count = count.map(|id| view.term_count(id)).max().unwrap_or_default() as f32;
                // What half of all functions are about tells nothing.
                let rarity = (1.0 + functions / (4.0 * count + 1.0)).log2() / 10.0;
                let value = weight * rarity.min(1.0);
                if part.len() > 2 && !told.weights.contains_key(&stem) {
                    told.weights.insert(stem.clone(), value);
                    told.total += value;
                    told.stems.push((stem.clone(), value));
                }
                for id in forms.iter().filter_map(|form| names.get(form)) {
                    if known.insert(id) {
                        told.names.push((id, weight));
                    }
                }
            }
            if parts.len() > 1
                && let Some(id) = names.get(word)
                && known.insert(id)
            {
                told.names.push((id, weight * 1.5));
            }
        }
        told
    }

    /// How much of the words is in `name`, and how much of `name` is in the words.
    pub(crate) fn in_name(&self, name: &str) -> (f32, f32) {
        let (mut sum, mut told, mut all) = (0.0, 0.0, 0.0_f32);
        for part in lex::parts(name) {
            all += 1.0;
            if let Some(weight) = self.weights.get(&prose::stem(part)) {
                sum += weight;
                told += 1.0;
            }
        }
        (sum / self.total.max(0.5), told / all.max(1.0))
    }
}
