//! Bytes of a text in eight bytes: what a file defines and names is kept by the ten thousand.

use std::ops::Range;

/// A range of bytes, in 32 bits each, as the parser counts them: a text beyond 4 GiB has no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// A span of a range; what lies beyond 32 bits is cut off.
    #[must_use]
    pub fn new(range: Range<usize>) -> Span {
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { start: cut(range.start), end: cut(range.end) }
    }

    /// The bytes as a range.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What stands there in `source`; empty if `source` is another text, in which there is no such
    /// place.
    #[must_use]
    pub fn text(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or_default()
    }

    /// Whether `other` lies in it, as it does if both are equal.
    #[must_use]
    pub fn covers(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the byte at `offset` is one of it.
    #[must_use]
    pub fn contains(self, offset: usize) -> bool {
        self.range().contains(&offset)
    }
}
