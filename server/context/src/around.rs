//! The lines around the user's place.

use workspace::Snapshot;

use crate::query::{ContextQuery, Fragment};
use crate::tokens;

/// Lines shown above and below the place.
const AROUND: usize = 30;

/// The lines around the place of `query` that fit into `budget` tokens.
pub(crate) fn place(snapshot: &Snapshot, query: &ContextQuery, budget: u32) -> Option<Fragment> {
    let (path, bytes) = query.place.as_ref()?;
    let text = snapshot.read(path).ok()?.text;
    let name = path.relative_to(snapshot.root())?;
    let (mut first, mut last) = (text.line_of(bytes.start), text.line_of(bytes.end));
    first = first.saturating_sub(AROUND);
    last = (last + AROUND).min(text.line_count() - 1);
    let middle = text.line_of(bytes.start);
    let slice = |first: usize, last: usize| {
        text.slice(text.line_start(first)..text.line_range(last).end).into_owned()
    };
    // Too much: the lines furthest from the place go first.
    let mut lines = slice(first, last);
    while first < last && tokens::lines(&lines) > budget {
        if last - middle >= middle - first {
            last -= 1
        } else {
            first += 1
        }
        lines = slice(first, last);
    }
    let cost = tokens::lines(&lines);
    (cost <= budget).then(|| Fragment {
        file: name,
        start_line: first + 1,
        end_line: last + 1,
        reason: "around the place".to_owned(),
        tokens: cost,
        text: lines,
    })
}
