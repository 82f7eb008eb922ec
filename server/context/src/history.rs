//! Which files changed together, and with what words, by the project's history.

use rustc_hash::FxHashMap;

use crate::graph::PathId;
use crate::imports::Layout;
use crate::names::hash;
use crate::prose;

/// Commits that touch more files than these say nothing about any two of them.
const MAX_FILES: usize = 25;
/// How much less each older commit counts.
const FADING: f32 = 0.998;
/// The same where the question is what is being worked on now.
const FADING_OF_WORK: f32 = 0.985;
/// Commits with like words that are asked, the likest first.
const MAX_LIKE: usize = 40;

/// Commits, the latest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    commits: Vec<Commit>,
    /// In how many of them each word is, by the word's fingerprint.
    said: FxHashMap<u32, u32>,
}

#[derive(Debug, Clone)]
struct Commit {
    files: Box<[PathId]>,
    /// Fingerprints of the stems of the words of its subject.
    words: Box<[u32]>,
}

impl History {
    /// Reads a log: for each commit a line of a NUL and its subject, followed by the paths that
    /// it touches. Files that are not in `layout` are left out.
    pub(crate) fn parse(log: &str, layout: &Layout) -> History {
        let mut history = History::default();
        for commit in log.split('\0').skip(1) {
            let (subject, names) = commit.split_once('\n').unwrap_or((commit, ""));
            let names = names.lines().filter(|line| !line.is_empty());
            if names.clone().count() > MAX_FILES {
                continue;
            }
            let files: Box<[PathId]> =
                names.filter_map(|name| layout.files.get(name).copied()).collect();
            if files.is_empty() {
                continue;
            }
            let mut words: Vec<u32> = prose::stems(subject).map(|stem| hash(&stem)).collect();
            words.sort_unstable();
            words.dedup();
            for word in &words {
                *history.said.entry(*word).or_default() += 1;
            }
            history.commits.push(Commit { files, words: words.into() });
        }
        history
    }

    /// The files that changed along with `path`, each with its share of those changes.
    pub(crate) fn beside(&self, path: PathId) -> Vec<(PathId, f32)> {
        let mut sums = Sums::default();
        let (mut weight, mut total) = (1.0_f32, 1.0);
        for commit in &self.commits {
            weight *= FADING;
            if !commit.files.contains(&path) {
                continue;
            }
            total += weight;
            // In a small commit two files have more to do with one another.
            let near = weight * 2.0 / (1.0 + (commit.files.len() as f32).ln());
            for other in commit.files.iter().filter(|other| **other != path) {
                sums.add(*other, near);
            }
        }
        sums.list(|sum| (sum / total).min(1.0))
    }

    /// How much each file has been worked on lately.
    pub(crate) fn lately(&self) -> Vec<(PathId, f32)> {
        let mut sums = Sums::default();
        let mut weight = 1.0_f32;
        for commit in &self.commits {
            weight *= FADING_OF_WORK;
            for file in &commit.files {
                sums.add(*file, weight / (1.0 + (commit.files.len() as f32).ln()));
            }
        }
        sums.list(f32::ln_1p)
    }

    /// The files of commits whose subjects have words of `terms`, which are stems with weights:
    /// how much those commits have to do with the words, at most 1 for the best file.
    pub(crate) fn about(&self, terms: &[(String, f32)]) -> Vec<(PathId, f32)> {
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
        let mut like: Vec<(f32, usize)> = Vec::new();
        let mut fading = 1.0_f32;
        for (at, commit) in self.commits.iter().enumerate() {
            fading *= FADING;
            let shared: f32 = commit.words.iter().filter_map(|word| weights.get(word)).sum();
            if shared > 0.0 {
                let length = 1.0 + commit.words.len() as f32;
                like.push((shared * shared / length.sqrt() * (0.5 + 0.5 * fading), at));
            }
        }
        like.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        like.truncate(MAX_LIKE);
        let mut sums = Sums::default();
        for (score, at) in like {
            let files = &self.commits[at].files;
            for file in files {
                sums.add(*file, score / (1.0 + (files.len() as f32).ln()));
            }
        }
        let best = sums.best();
        sums.list(|sum| sum / best)
    }
}

/// Sums by file, in the order in which the files came.
#[derive(Default)]
struct Sums {
    sums: FxHashMap<PathId, f32>,
    order: Vec<PathId>,
}

impl Sums {
    fn add(&mut self, file: PathId, value: f32) {
        let sum = self.sums.entry(file).or_insert_with(|| {
            self.order.push(file);
            0.0
        });
        *sum += value;
    }

    fn best(&self) -> f32 {
        self.sums.values().copied().fold(f32::MIN_POSITIVE, f32::max)
    }

    fn list(self, part: impl Fn(f32) -> f32) -> Vec<(PathId, f32)> {
        self.order.into_iter().map(|file| (file, part(self.sums[&file]))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history_of(log: &str) -> History {
        let mut layout = Layout::default();
        for (at, name) in (0..).zip(["a.rs", "b.rs", "c.rs"]) {
            layout.files.insert(name.to_owned(), at);
        }
        History::parse(log, &layout)
    }

    fn history() -> History {
        history_of(
            "\0Mend the scroll bar\n\na.rs\nb.rs\n\0all\n\na.rs\nb.rs\nc.rs\ngone.rs\n\
             \0fix\n\nc.rs\n",
        )
    }

    #[test]
    fn what_changed_together_is_found_again() {
        let beside = history().beside(0);
        assert_eq!(beside.iter().map(|one| one.0).collect::<Vec<_>>(), [1, 2]);
        assert!(beside[0].1 > beside[1].1 && beside[0].1 <= 1.0);
        assert_eq!(history().beside(9), []);
    }

    #[test]
    fn words_find_the_files_of_commits_that_said_them() {
        let about = |words: &str| {
            let terms: Vec<_> = prose::stems(words).map(|stem| (stem, 1.0)).collect();
            history().about(&terms).iter().map(|one| one.0).collect::<Vec<_>>()
        };
        assert_eq!(about("scrolled too far"), [0, 1]);
        assert_eq!(about("nobody said this"), []);
    }

    #[test]
    fn what_is_worked_on_lately_counts_more() {
        let lately = history_of("\0one\n\na.rs\n\0two\n\nc.rs\n").lately();
        let of = |file| lately.iter().find(|one| one.0 == file).map_or(0.0, |one| one.1);
        assert!(of(0) > of(2) && of(2) > 0.0);
    }
}
