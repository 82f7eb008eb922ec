//! A text cut into tokens, as those see it who look for corrections in it.

use crate::tokens::Token;

/// One file, cut up.
pub(super) struct Page<'a> {
    /// Its name, as the checker writes it.
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

impl Page<'_> {
    /// The letters of a token; none where there is no such token.
    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.of(self.text))
    }
}
