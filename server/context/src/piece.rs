//! Lines that may be selected.

/// Some lines of a file with the chance that they help.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    /// The file, by its number in the view.
    pub(crate) file: usize,
    /// Lines, from 1.
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Tokens of the lines.
    pub(crate) cost: u32,
    pub(crate) chance: f32,
    pub(crate) reason: String,
}
