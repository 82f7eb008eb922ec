//! Where the lines of a text begin.

use std::ops::Range;

/// Line starts of a text. Lines are counted from 1.
pub(crate) struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    pub(crate) fn of(source: &str) -> Lines {
        /// One bit of each of eight bytes, and the others.
        const HIGH: u64 = 0x8080_8080_8080_8080;
        const LINE_ENDS: u64 = 0x0a0a_0a0a_0a0a_0a0a;
        let mut starts = Vec::with_capacity(source.len() / 32 + 1);
        starts.push(0);
        let mut at = 0_u32;
        let mut eights = source.as_bytes().chunks_exact(8);
        for eight in &mut eights {
            let eight = eight.try_into().map_or(0, u64::from_le_bytes) ^ LINE_ENDS;
            // The high bit of each byte that is zero now.
            let mut ends = !(((eight & !HIGH) + !HIGH) | eight) & HIGH;
            while ends != 0 {
                starts.push(at + ends.trailing_zeros() / 8 + 1);
                ends &= ends - 1;
            }
            at = at.saturating_add(8);
        }
        for (past, byte) in (1..).zip(eights.remainder()) {
            if *byte == b'\n' {
                starts.push(at.saturating_add(past));
            }
        }
        Lines { starts }
    }

    /// How many lines there are; what follows the last line end is one, even if it is empty.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_begin_after_line_ends() {
        let check = |text: &str| {
            let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            let expected: Vec<usize> =
                std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
            let lines = Lines::of(text);
            let starts: Vec<usize> = lines.starts.iter().map(|start| *start as usize).collect();
            assert_eq!(starts, expected, "{text:?}");
        };
        // Bytes that differ from a line end in one bit, or are one more or less, at every place.
        for other in ["", "\n", "\u{b}", "\t", "\u{2}", "\u{8a}", "\r", "J", "é", "\0"] {
            for at in 0..20 {
                check(&format!("{}\n{other}\n\n{}", "x".repeat(at), "y".repeat(20 - at)));
            }
        }
    }
}
