//! References among bare tokens, as in the arguments of a Rust macro: by what stands beside them.

use super::collect::Reading;
use crate::{ReferenceKind, Span};

/// How the identifier at `name` is used, as far as its neighbours tell.
pub(super) fn read(source: &str, name: Span) -> Reading {
    let before = source.get(..name.start as usize).unwrap_or_default();
    let after = source.get(name.end as usize..).unwrap_or_default();
    let next = after.trim_start();
    let is_called = next.starts_with('(') || next.starts_with("::<");
    let before = before.trim_end();
    if let Some(path) = before.strip_suffix("::") {
        let qualifier = path_before(path);
        let kind = match () {
            () if is_called => ReferenceKind::Call,
            () if next.starts_with("::") => ReferenceKind::Path,
            () if next.starts_with('!') && !next.starts_with("!=") => ReferenceKind::Macro,
            () => ReferenceKind::Value,
        };
        return (kind, qualifier);
    }
    if let Some(receiver) = before.strip_suffix('.')
        && !receiver.ends_with('.')
    {
        let kind = if is_called { ReferenceKind::Method } else { ReferenceKind::Field };
        return (kind, path_before(receiver));
    }
    let kind = match () {
        () if next.starts_with("::") && !next.starts_with("::<") => ReferenceKind::Path,
        () if is_called => ReferenceKind::Call,
        () if next.starts_with('!') && !next.starts_with("!=") => ReferenceKind::Macro,
        () => {
            let written = name.text(source);
            let is_type =
                written.starts_with(char::is_uppercase) && written.contains(char::is_lowercase);
            if is_type { ReferenceKind::Type } else { ReferenceKind::Value }
        }
    };
    (kind, None)
}

/// The names joined by `.` and `::` that `text` ends with.
fn path_before(text: &str) -> Option<Span> {
    let text = text.trim_end();
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':');
    let start = text.trim_end_matches(part).len();
    (start < text.len()).then(|| Span::new(start..text.len()))
}
