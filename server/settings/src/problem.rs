//! What is wrong with a setting.

use std::fmt;

use crate::Origin;

/// A mistake in one source, in one line, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The source.
    pub origin: Origin,
    /// The line in it, from 1, where the source has lines.
    pub line: Option<usize>,
    /// What is wrong, and what would be right where that can be guessed.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.origin)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The name among `names` that `wrong` was most likely meant to be: at most a third of its
/// letters differ.
pub(crate) fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = wrong.chars().count().div_ceil(3);
    names
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// Letters to be put in, taken out or replaced, at least.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let names = || ["model", "delivery", "limits.turns"].into_iter();
        assert_eq!(nearest("modle", names()), Some("model"));
        assert_eq!(nearest("limit.turns", names()), Some("limits.turns"));
        assert_eq!(nearest("colour", names()), None);
    }
}
