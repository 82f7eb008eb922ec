//! Where the lines of a text begin.

use std::ops::{Range, RangeInclusive};

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

/// Finds lines one after the other, without a look at what follows them.
pub(crate) struct Walk<'a> {
    source: &'a str,
    /// A line, counted from 1, and where it begins.
    line: u32,
    at: usize,
}

impl<'a> Walk<'a> {
    pub(crate) fn over(source: &'a str) -> Walk<'a> {
        Walk { source, line: 1, at: 0 }
    }

    /// The numbers and the text of the lines `first..=last`, the last line end included, or of
    /// those of them that there are; at least the last line of all. What is asked for next
    /// follows them.
    pub(crate) fn next(&mut self, first: u32, last: u32) -> (RangeInclusive<u32>, &'a str) {
        self.go_to(first);
        let (first, start) = (self.line, self.at);
        let (last, end) = if self.go_to(last.saturating_add(1)) {
            (last, self.at)
        } else {
            (self.line, self.source.len())
        };
        (first..=last, self.source.get(start..end).unwrap_or_default())
    }

    /// Goes to where `line` begins and says whether there is one: if not, to the last line.
    fn go_to(&mut self, line: u32) -> bool {
        /// So few bytes that their line ends can be counted in one.
        const BLOCK: usize = 128;
        let mut missing = line.saturating_sub(self.line);
        let mut rest = &self.source.as_bytes()[self.at..];
        for block in rest.chunks(BLOCK) {
            let ends: u8 = block.iter().map(|byte| u8::from(*byte == b'\n')).sum();
            if u32::from(ends) >= missing {
                break;
            }
            missing -= u32::from(ends);
            rest = &rest[block.len()..];
        }
        while missing > 0
            && let Some(len) = rest.iter().position(|byte| *byte == b'\n')
        {
            missing -= 1;
            rest = &rest[len + 1..];
        }
        self.line = line.max(self.line) - missing;
        self.at = match missing {
            0 => self.source.len() - rest.len(),
            _ => self.source.rfind('\n').map_or(0, |end| end + 1),
        };
        missing == 0
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
            // A walk comes to the same lines, wherever it stops.
            let count = u32::try_from(expected.len()).unwrap();
            for (first, last) in (2..=count + 2).flat_map(|a| [(a, a), (a, a + 1), (a, a + 90)]) {
                let mut walk = Walk::over(text);
                for (first, last) in [(1, 1), (first, last), (last + 1, last + 1)] {
                    let there = first.min(count)..=last.min(count);
                    let expected = lines.slice(text, *there.start(), *there.end());
                    let found = walk.next(first, last);
                    assert_eq!(found, (there, expected), "{text:?} {first} {last}");
                }
            }
        };
        // Bytes that differ from a line end in one bit, or are one more or less, at every place.
        for other in ["", "\n", "\u{b}", "\t", "\u{2}", "\u{8a}", "\r", "J", "é", "\0"] {
            for at in 0..20 {
                check(&format!("{}\n{other}\n\n{}", "x".repeat(at), "y".repeat(20 - at)));
            }
        }
        check(&"line\n\n".repeat(80));
        check(&"x".repeat(300));
    }
}
