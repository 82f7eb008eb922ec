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

    /// What `sign` is of each file, where the file `path` is changed for what `words` say.
    fn all(history: &History, path: PathId, words: &str, sign: fn(&Signs) -> f32) -> [f32; 3] {
        let terms: Vec<_> = prose::stems(words).map(|stem| (stem, 1.0)).collect();
        let list = history.signs(path, &terms);
        let of = |file| list.iter().find(|one| one.0 == file).map_or(0.0, |one| sign(&one.1));
        [of(0), of(1), of(2)]
    }

    #[test]
    fn what_changed_together_is_found_again() {
        let [itself, often, once] = all(&history(), 0, "", |one| one.beside);
        assert!(itself == 0.0 && often > once && once > 0.0 && often <= 1.0);
        assert_eq!(all(&history(), 9, "", |one| one.beside), [0.0; 3]);
    }

    #[test]
    fn words_find_the_files_of_commits_that_said_them() {
        let about = |words| all(&history(), 2, words, |one| one.about);
        assert_eq!(about("scrolled too far"), [1.0, 1.0, 0.0]);
        assert_eq!(about("nobody said this"), [0.0; 3]);
    }

    #[test]
    fn what_is_worked_on_lately_counts_more() {
        let history = history_of("\0\0one\n\0\na.rs\n\0\0two\n\0\nc.rs\n");
        let [latest, none, before] = all(&history, 1, "", |one| one.lately);
        assert!(latest > before && before > none && none == 0.0);
    }

    #[test]
    fn a_commit_of_which_a_part_is_missing_is_left_out() {
        let log =
            "\0\0one\n\0\na.rs\n… 9 bytes left out …\nof another\n\0\nb.rs\n\0\0two\n\0\nc.rs\n";
        assert_eq!(all(&history_of(log), 0, "", |one| one.often.ceil()), [0.0, 0.0, 1.0]);
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
                let parts = |one: &(PathId, Signs)| one.1.beside.max(one.1.about) <= 1.0;
                proptest::prop_assert!(signs.iter().all(parts));
                proptest::prop_assert!(signs.into_iter().flat_map(numbers).all(f32::is_finite));
            }
        }
    }
}
