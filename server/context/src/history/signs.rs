//! What the history says of each file, where another one is changed for a reason.

use rustc_hash::FxHashMap;

use super::{FADING, History, Sums};
use crate::graph::PathId;

/// Files of commits with like messages whose own history is asked.
const MAX_HOT: usize = 12;
/// As many commits ago a change counts half of one just made.
const RECENT: f32 = 20.0;

/// How much less each older commit counts where the question is what is being worked on now.
const FADING_OF_WORK: f32 = 0.985;

/// Signs that a file changes along with another for a reason given in words.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Signs {
    /// Its share of the other one's changes, at most 1. None for that one itself.
    pub(crate) beside: f32,
    /// Commits with like subjects, as a part of the best file's.
    pub(crate) about: f32,
    /// How much it has been worked on lately, as a logarithm.
    pub(crate) lately: f32,
    /// How much oftener it changes where the other one does than anywhere, as a logarithm.
    pub(crate) rise: f32,
    /// Commits with like subjects that touch both, as a part of the best file of such commits.
    pub(crate) both: f32,
    /// `about` as a logarithm instead of a part.
    pub(crate) subjects: f32,
    /// Commits with like messages, as a part of the best file's.
    pub(crate) message: f32,
    /// The same as a logarithm.
    pub(crate) messages: f32,
    /// How often it changes along with files of commits with like messages.
    pub(crate) second: f32,
    /// 1 if the latest commit touches it, less the longer ago that was.
    pub(crate) recent: f32,
    /// How often it changes at all, as a logarithm.
    pub(crate) often: f32,
}

/// How often and how lately files changed.
#[derive(Debug, Clone, Default)]
pub(super) struct AllTouched {
    files: FxHashMap<PathId, Touched>,
    /// How much all commits count.
    all: f32,
}

#[derive(Debug, Clone, Copy)]
struct Touched {
    often: f32,
    /// The same, where the latest commits count for much more.
    lately: f32,
    /// Commits after the latest one that touches it.
    ago: u32,
}

impl AllTouched {
    /// Of these commits, the latest first.
    pub(super) fn of(commits: &[Box<[PathId]>]) -> AllTouched {
        let mut touched = AllTouched { files: FxHashMap::default(), all: 1.0 };
        let (mut weight, mut of_work) = (1.0_f32, 1.0_f32);
        for (ago, files) in (0..).zip(commits) {
            weight *= FADING;
            of_work *= FADING_OF_WORK;
            touched.all += weight;
            for file in files {
                let none = Touched { often: 0.0, lately: 0.0, ago };
                let one = touched.files.entry(*file).or_insert(none);
                one.often += weight;
                one.lately += of_work * near(files);
            }
        }
        touched
    }
}

impl History {
    /// The signs of each file that has any, where the file `path` is changed for what `terms`
    /// say, which are stems with weights.
    pub(crate) fn signs(&self, path: PathId, terms: &[(String, f32)]) -> Vec<(PathId, Signs)> {
        let (mut subjects, mut both, mut messages) =
            (Sums::default(), Sums::default(), Sums::default());
        for (score, at) in self.subjects.like(terms) {
            let files = &self.commits[at];
            let here = files.contains(&path);
            for file in files {
                subjects.add(*file, score * near(files));
                if here {
                    both.add(*file, score * near(files));
                }
            }
        }
        for (score, at) in self.messages.like(terms) {
            let files = &self.commits[at];
            for file in files {
                messages.add(*file, score * near(files));
            }
        }
        let mut beside = Sums::default();
        let (mut weight, mut here) = (1.0_f32, 1.0);
        for files in &self.commits {
            weight *= FADING;
            if files.contains(&path) {
                here += weight;
                for file in files {
                    beside.add(*file, weight * 2.0 * near(files));
                }
            }
        }
        let second = self.second(path, &messages);
        let (best_subject, best_message) = (subjects.best(), messages.best());
        let all = self.touched.all;
        let sign = |(file, touched): (&PathId, &Touched)| {
            let (file, often) = (*file, touched.often);
            let shared = if file == path { 0.0 } else { beside.of(file) };
            let signs = Signs {
                beside: (shared / here).min(1.0),
                about: subjects.of(file) / best_subject,
                lately: touched.lately.ln_1p(),
                rise: ((beside.of(file) / here) / ((often + 0.5) / all)).ln_1p(),
                both: both.of(file) / best_subject,
                subjects: subjects.of(file).ln_1p(),
                message: messages.of(file) / best_message,
                messages: messages.of(file).ln_1p(),
                second: second.of(file),
                recent: 1.0 / (1.0 + touched.ago as f32 / RECENT),
                often: often.ln_1p(),
            };
            (file, signs)
        };
        self.touched.files.iter().map(sign).collect()
    }

    /// How often files change along with `path` and the best of `messages`, each by its part.
    fn second(&self, path: PathId, messages: &Sums) -> Sums {
        let best = messages.best();
        let mut hot: Vec<(PathId, f32)> =
            messages.order.iter().map(|file| (*file, messages.of(*file) / best)).collect();
        hot.sort_by(|a, b| b.1.total_cmp(&a.1));
        hot.truncate(MAX_HOT);
        hot.push((path, 1.0));
        let often = |file| self.touched.files.get(&file).map_or(0.0, |one| one.often);
        let part = |(file, heat): (PathId, f32)| (file, heat / (1.0 + often(file)));
        let hot: FxHashMap<PathId, f32> = hot.into_iter().map(part).collect();
        let mut sums = Sums::default();
        for files in &self.commits {
            let heat: f32 = files.iter().filter_map(|file| hot.get(file)).sum();
            if heat > 0.0 {
                for file in files {
                    let own = hot.get(file).copied().unwrap_or_default();
                    sums.add(*file, near(files) * (heat - own));
                }
            }
        }
        sums
    }
}

/// In a small commit two files have more to do with one another.
fn near(files: &[PathId]) -> f32 {
    1.0 / (1.0 + (files.len() as f32).ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::Layout;
    use crate::prose;

    /// The signs of `file` where the first file is changed for what `words` say; files are named
    /// `0` and so on.
    fn signs(log: &str, words: &str, file: PathId) -> Signs {
        let mut layout = Layout::default();
        layout.files.extend((0..5).map(|at| (at.to_string(), at)));
        let terms: Vec<_> = prose::stems(words).map(|stem| (stem, 1.0)).collect();
        let list = History::parse(log, &layout).signs(0, &terms);
        list.into_iter().find(|one| one.0 == file).map(|one| one.1).unwrap_or_default()
    }

    const LOG: &str = "\0\0Mend it\nThe scroll bar is too long.\n\0\n0\n1\n\
                       \0\0Scroll\n\0\n\n2\n\0\0Name it\n\0\n\n3\n4\n\0\0Name it\n\0\n\n3\n0\n";

    #[test]
    fn the_whole_message_tells_of_files() {
        let of = |file| signs(LOG, "scrolling", file);
        assert_eq!((of(1).subjects, of(2).both), (0.0, 0.0));
        assert!(of(1).message > 0.0 && of(1).messages > 0.0);
        assert!(of(2).subjects > 0.0 && of(2).message == 1.0);
        assert_eq!(of(3).message, 0.0);
        let of = |file| signs(LOG, "names", file);
        assert!(of(3).both > 0.0 && of(4).both == 0.0 && of(4).subjects > 0.0);
    }

    #[test]
    fn what_changes_here_rather_than_elsewhere_rises() {
        let of = |file| signs(LOG, "", file);
        assert!(of(1).rise > of(3).rise && of(3).rise > 0.0 && of(4).rise == 0.0);
        assert!(of(3).often > of(1).often);
        assert!(of(1).recent == 1.0 && of(2).recent < 1.0 && of(3).recent < of(2).recent);
    }

    #[test]
    fn what_changes_along_with_likely_files_is_near() {
        let log = "\0\0Scroll\n\0\n1\n\0\0all\n\0\n1\n2\n";
        let of = |words, file| signs(log, words, file).second;
        assert_eq!(of("", 2), 0.0);
        assert!(of("scroll", 2) > 0.0);
        assert_eq!(of("scroll", 1), 0.0, "a file says nothing for itself");
    }
}
