//! Text as the whole server sees it: ropes, byte ranges, edits, the three position
//! encodings of LSP, line differences and the three-way merge.
//!
//! This room knows nothing of files, versions, protocols, languages or async code; it is the
//! only one that knows which rope crate is used.
//!
//! All offsets are **bytes** of UTF-8 text. Lines end with `\n`, `\r\n` or `\r` and with
//! nothing else, as LSP 3.18 says (section "Text Documents").

mod diff;
mod edit;
mod merge;
#[cfg(test)]
mod oracle;
mod position;
mod rope;
mod unified;

pub use diff::{LineChange, diff, diff_lines};
pub use edit::{Overlap, TextEdit, apply};
pub use merge::{MergeConflict, merge};
pub use position::{Position, PositionEncoding, PositionRange};
pub use rope::Text;
pub use unified::unified_diff;
