//! Bytes read as numbers and texts.

/// Characters that encodings count differently, everything that some program takes for a line
/// end, and what diffs and code are made of.
const PIECES: [&str; 32] = [
    "\n",
    "a",
    "let x = 1;\n",
    "    ",
    "\t",
    "}\n",
    "\r\n",
    "\r",
    "é",
    "𝕏",
    "e\u{301}",
    "\u{2028}",
    "\u{feff}",
    "fn first() {\n",
    "    call(first, 2);\n",
    "    done();\n",
    "// ...\n",
    "-",
    "+",
    " ",
    "@@\n",
    "@@ fn first() {\n",
    "@@ -1,3 +1,4 @@\n",
    "\\ No newline at end of file\n",
    "```\n",
    "1|",
    "&lt;",
    "\\n",
    "“",
    "\"",
    "\u{a0}",
    "return first;\n",
];

/// What is left of the bytes. When nothing is left, every number is 0.
pub(crate) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(u16::from_le_bytes([self.byte(), self.byte()])) % end
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text of at most `pieces` pieces.
    pub(crate) fn text(&mut self, pieces: usize) -> String {
        let count = self.below(pieces + 1);
        let mut text = String::new();
        for _ in 0..count {
            match self.byte() {
                // Now and then bytes as they are, as far as they are characters.
                255 => {
                    let length = usize::from(self.byte()).min(self.0.len());
                    let (taken, rest) = self.0.split_at(length);
                    self.0 = rest;
                    text += &String::from_utf8_lossy(taken);
                }
                byte => text += PIECES[usize::from(byte) % PIECES.len()],
            }
        }
        text
    }

    /// Everything that is left, as characters.
    pub(crate) fn rest(&mut self) -> String {
        String::from_utf8_lossy(std::mem::take(&mut self.0)).into_owned()
    }
}
