//! Which files changed together, and with what words, by the project's history.

mod signs;
mod words;

use rustc_hash::FxHashMap;

use crate::graph::PathId;
use crate::imports::Layout;

use signs::AllTouched;
pub(crate) use signs::Signs;
use words::Words;

/// Commits that touch more files than these say nothing about any two of them.
const MAX_FILES: usize = 25;
/// How much less each older commit counts.
const FADING: f32 = 0.998;
/// The same where the question is what is being worked on now.
const FADING_OF_WORK: f32 = 0.985;
/// Bytes of a commit's message that are read.
const MAX_MESSAGE: usize = 2000;

/// Commits, the latest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// The files that each touched.
    commits: Vec<Box<[PathId]>>,
    /// The words of their subjects.
    subjects: Words,
    /// The words of their messages, subjects included.
    messages: Words,
    touched: AllTouched,
}

impl History {
    /// Reads a log: for each commit two NULs and its message, the subject in the first line,
    /// followed by a NUL and the paths that it touches, one a line. Files that are not in
    /// `layout` are left out.
    pub(crate) fn parse(log: &str, layout: &Layout) -> History {
        let mut history = History::default();
        for commit in log.split("\0\0").skip(1) {
            // A commit has one more NUL, unless a part of the log is missing at this point.
            let Some((message, names)) = commit.split_once('\0') else { continue };
            if names.contains('\0') {
                continue;
            }
            let names = names.lines().filter(|line| !line.is_empty());
            if names.clone().count() > MAX_FILES {
                continue;
            }
            let files: Box<[PathId]> =
                names.filter_map(|name| layout.files.get(name).copied()).collect();
            if files.is_empty() {
                continue;
            }
            let message = &message[..message.floor_char_boundary(MAX_MESSAGE)];
            history.subjects.push(message.lines().next().unwrap_or_default());
            history.messages.push(message);
            history.commits.push(files);
        }
        history.touched = AllTouched::of(&history.commits);
        history
    }

    /// The files that changed along with `path`, each with its share of those changes.
    pub(crate) fn beside(&self, path: PathId) -> Vec<(PathId, f32)> {
        let mut sums = Sums::default();
        let (mut weight, mut total) = (1.0_f32, 1.0);
        for commit in &self.commits {
            weight *= FADING;
            if !commit.contains(&path) {
                continue;
            }
            total += weight;
            // In a small commit two files have more to do with one another.
            let near = weight * 2.0 / (1.0 + (commit.len() as f32).ln());
            for other in commit.iter().filter(|other| **other != path) {
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
            for file in commit {
                sums.add(*file, weight / (1.0 + (commit.len() as f32).ln()));
            }
        }
        sums.list(f32::ln_1p)
    }

    /// The files of commits whose subjects have words of `terms`, which are stems with weights:
    /// how much those commits have to do with the words, at most 1 for the best file.
    pub(crate) fn about(&self, terms: &[(String, f32)]) -> Vec<(PathId, f32)> {
        let mut sums = Sums::default();
        for (score, at) in self.subjects.like(terms) {
            let files = &self.commits[at];
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

    fn of(&self, file: PathId) -> f32 {
        self.sums.get(&file).copied().unwrap_or_default()
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
    use crate::prose;

    fn history_of(log: &str) -> History {
        let mut layout = Layout::default();
        for (at, name) in (0..).zip(["a.rs", "b.rs", "c.rs"]) {
            layout.files.insert(name.to_owned(), at);
        }
        History::parse(log, &layout)
    }

    fn history() -> History {
        history_of(
            "\0\0Mend the scroll bar\n\0\n\na.rs\nb.rs\n\0\0all\nof it\n\0\n\na.rs\nb.rs\nc.rs\n\
             gone.rs\n\0\0fix\n\0\n\nc.rs\n",
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
        let lately = history_of("\0\0one\n\0\na.rs\n\0\0two\n\0\nc.rs\n").lately();
        let of = |file| lately.iter().find(|one| one.0 == file).map_or(0.0, |one| one.1);
        assert!(of(0) > of(2) && of(2) > 0.0);
    }

    #[test]
    fn a_commit_of_which_a_part_is_missing_is_left_out() {
        let log =
            "\0\0one\n\0\na.rs\n… 9 bytes left out …\nof another\n\0\nb.rs\n\0\0two\n\0\nc.rs\n";
        let lately: Vec<PathId> = history_of(log).lately().iter().map(|one| one.0).collect();
        assert_eq!(lately, [2]);
    }

    proptest::proptest! {
        #[test]
        fn any_log_can_be_read(log in "(\0|\n|é|a\\.rs|b\\.rs|[a-z ]{0,9}|.){0,60}", long in 0..3000_usize) {
            let terms = [("scroll".to_owned(), 1.0), ("a".to_owned(), 0.5)];
            for log in [log.clone(), format!("\0\0{}{log}", "é".repeat(long))] {
                let history = history_of(&log);
                let numbers = |(_, one): (PathId, Signs)| {
                    [one.rise, one.both, one.message, one.second, one.recent, one.often]
                };
                let signs = history.signs(0, &terms);
                proptest::prop_assert!(signs.into_iter().flat_map(numbers).all(f32::is_finite));
                proptest::prop_assert!(history.about(&terms).iter().all(|one| one.1 <= 1.0));
                proptest::prop_assert!(history.beside(0).iter().all(|one| one.1 <= 1.0));
            }
        }
    }
}
