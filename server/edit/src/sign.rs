//! One number for a line, by which most lines are told apart at once.

/// What is common to all lines that are the same at any step, so that nearly all others can be
/// told apart by one number. Nothing is said of a line that is not all ASCII: there a character
/// may stand for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sign(Option<u64>);

impl Sign {
    pub(crate) fn of(line: &str) -> Sign {
        // FNV-1a of the characters that no step overlooks. Two lines may share it by chance.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in line.bytes() {
            match byte {
                b'\t'..=b'\r' | b' ' => {}
                0..=127 => hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3),
                128.. => return Sign(None),
            }
        }
        Sign(Some(hash))
    }

    /// Whether two lines with these signs can be the same at any step.
    pub(crate) fn may_be(self, other: Sign) -> bool {
        self.0.is_none() || other.0.is_none() || self == other
    }
}
