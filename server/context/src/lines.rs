//! Where the lines of a text begin.

use std::ops::Range;

/// Line starts of a text. Lines are counted from 1.
pub(crate) struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    pub(crate) fn of(source: &str) -> Lines {
        let mut starts = vec![0];
        let ends = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        starts.extend(ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)));
        Lines { starts }
    }

    /// The line of a byte.
    pub(crate) fn of_offset(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The bytes of the lines `first..=last`, line ends included.
    pub(crate) fn range(&self, source: &str, first: u32, last: u32) -> Range<usize> {
        let start = |line: u32| {
            let at = self.starts.get((line as usize).saturating_sub(1));
            at.map_or(source.len(), |start| *start as usize)
        };
        start(first)..start(last.saturating_add(1)).max(start(first))
    }

    /// The lines `first..=last`, line ends included.
    pub(crate) fn slice<'a>(&self, source: &'a str, first: u32, last: u32) -> &'a str {
        source.get(self.range(source, first, last)).unwrap_or_default()
    }
}
