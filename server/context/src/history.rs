//! Which files changed together, by the project's history.

use rustc_hash::FxHashMap;

use crate::graph::PathId;
use crate::imports::Layout;

/// Commits that touch more files than these say nothing about any two of them.
const MAX_FILES: usize = 25;
/// How much less each older commit counts.
const FADING: f32 = 0.998;

/// Commits as lists of files, the latest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    commits: Vec<Box<[PathId]>>,
}

impl History {
    /// Reads the output of `git log --format=@ --name-only`: a line `@` for each commit, followed
    /// by the paths that it touches. Files that are not in `layout` are left out.
    pub(crate) fn parse(log: &str, layout: &Layout) -> History {
        let mut commits = Vec::new();
        for commit in log.split("@\n") {
            let names = commit.lines().filter(|line| !line.is_empty());
            if names.clone().count() > MAX_FILES {
                continue;
            }
            let files: Box<[PathId]> =
                names.filter_map(|name| layout.files.get(name).copied()).collect();
            if files.len() > 1 {
                commits.push(files);
            }
        }
        History { commits }
    }

    /// The files that changed along with `path`, each with its share of those changes.
    pub(crate) fn beside(&self, path: PathId) -> Vec<(PathId, f32)> {
        let mut sums: FxHashMap<PathId, f32> = FxHashMap::default();
        let mut order = Vec::new();
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
                *sums.entry(*other).or_insert_with(|| {
                    order.push(*other);
                    0.0
                }) += near;
            }
        }
        order.into_iter().map(|other| (other, (sums[&other] / total).min(1.0))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_together_is_found_again() {
        let mut layout = Layout::default();
        for (at, name) in (0..).zip(["a.rs", "b.rs", "c.rs"]) {
            layout.files.insert(name.to_owned(), at);
        }
        let log = "@\n\na.rs\nb.rs\n@\n\na.rs\nb.rs\nc.rs\ngone.rs\n@\n\nc.rs\n";
        let history = History::parse(log, &layout);
        let beside = history.beside(0);
        assert_eq!(beside.iter().map(|one| one.0).collect::<Vec<_>>(), [1, 2]);
        assert!(beside[0].1 > beside[1].1 && beside[0].1 <= 1.0);
        assert_eq!(history.beside(9), []);
    }
}
