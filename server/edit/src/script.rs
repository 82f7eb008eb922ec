//! The common form of all edits: lines that are kept, deleted and inserted.

use text::diff_lines;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It is only there to find the place: it is never written.
    Keep,
    Delete,
    Insert,
}

/// A line of a script, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// The same line with the marker column of a diff still in front: models leave the column out
    /// before lines that they keep, and then the first blank is the line's own.
    pub(crate) raw: Option<String>,
    /// For a kept line the one that it was to become, which differs in blanks at its end alone.
    /// It counts only where the file has the blanks that the model wrote.
    pub(crate) shorter: Option<String>,
}

impl Line {
    pub(crate) fn new(kind: Kind, text: impl Into<String>) -> Line {
        Line { kind, text: text.into(), raw: None, shorter: None }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Whether the line is looked for in the file.
    pub(crate) fn is_old(&self) -> bool {
        self.kind != Kind::Insert
    }

    pub(crate) fn is_new(&self) -> bool {
        self.kind != Kind::Delete
    }
}

/// What an edit says about its place besides the lines themselves. It counts only where the
/// lines stand several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// The line at which the script begins, from 0.
    pub(crate) line: Option<usize>,
    /// Lines above the place, the outermost first, such as the heads of a class and its method.
    pub(crate) anchors: Vec<String>,
    /// Whether the place is at the end of the file.
    pub(crate) at_end: bool,
    /// Whether the file is to end with a line end, where the edit says so.
    pub(crate) final_line_end: Option<bool>,
}

/// Lines to be found in the file, and what becomes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) lines: Vec<Line>,
    pub(crate) hints: Hints,
}

impl Script {
    /// The script for a stretch of text as a model wrote it, all of it still to be deleted and
    /// inserted ([`Script::settled`]). The line end behind the last line is taken for the end of
    /// that line and not for the start of another one.
    pub(crate) fn of_texts(old: &str, new: &str) -> Script {
        let (mut old, mut new) = (lines(old), lines(new));
        if old.len() > 1 && old.last().is_some_and(String::is_empty) {
            old.pop();
            if new.last().is_some_and(String::is_empty) {
                new.pop();
            }
        }
        if new == [""] {
            new.clear();
        }
        Script::of_lines(old, new)
    }

    /// The script that replaces some lines by others.
    pub(crate) fn of_lines(old: Vec<String>, new: Vec<String>) -> Script {
        let old = old.into_iter().map(|line| Line::new(Kind::Delete, line));
        let new = new.into_iter().map(|line| Line::new(Kind::Insert, line));
        Script { lines: old.chain(new).collect(), hints: Hints::default() }
    }

    /// The script with every line that it both deletes and inserts kept instead, so that the file
    /// keeps its own bytes there. With `blanks` overlooked, a line that differs in blanks at its
    /// end alone is kept as well: the model does not see them well enough to mean anything.
    pub(crate) fn settled(&self, blanks: bool) -> Script {
        let mut settled = Vec::with_capacity(self.lines.len());
        let mut rest = self.lines.as_slice();
        while let Some(first) = rest.first() {
            if first.kind == Kind::Keep {
                settled.push(first.clone());
                rest = &rest[1..];
                continue;
            }
            let length = rest.iter().take_while(|line| line.kind != Kind::Keep).count();
            settle(&rest[..length], blanks, &mut settled);
            rest = &rest[length..];
        }
        Script { lines: settled, hints: self.hints.clone() }
    }

    /// The script without blank lines at its edges that stay there. `None` if it has none.
    pub(crate) fn without_blank_edges(&self) -> Option<Script> {
        let mut lines = self.lines.clone();
        let mut start = 0;
        while take_edge(&mut lines, false) {
            start += 1;
        }
        while take_edge(&mut lines, true) {}
        let shortened = lines.len() < self.lines.len() && !lines.is_empty();
        shortened.then(|| {
            let mut hints = self.hints.clone();
            hints.line = hints.line.map(|line| line + start);
            Script { lines, hints }
        })
    }

    /// Every line changed by `change`.
    pub(crate) fn map(&self, change: impl Fn(&Line) -> Line) -> Script {
        Script { lines: self.lines.iter().map(change).collect(), hints: self.hints.clone() }
    }

    pub(crate) fn old(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_old())
    }

    pub(crate) fn new_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_new())
    }

    pub(crate) fn inserted(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.kind == Kind::Insert)
    }

    /// Whether it changes anything.
    pub(crate) fn changes(&self) -> bool {
        self.lines.iter().any(|line| line.kind != Kind::Keep) || self.hints.final_line_end.is_some()
    }

    /// The script that finds what this one would leave behind.
    pub(crate) fn result(&self) -> Script {
        let keep = |line: &Line| Line { kind: Kind::Keep, ..line.clone() };
        Script { lines: self.new_lines().map(keep).collect(), hints: Hints::default() }
    }
}

/// Compares the deleted with the inserted lines of one stretch.
fn settle(stretch: &[Line], blanks: bool, settled: &mut Vec<Line>) {
    let of_kind = |kind| stretch.iter().filter(move |line| line.kind == kind).collect::<Vec<_>>();
    let (old, new) = (of_kind(Kind::Delete), of_kind(Kind::Insert));
    let keys = |lines: &[&'_ Line]| -> Vec<String> {
        let key = |line: &&Line| match blanks {
            true => line.text.trim_end().to_owned(),
            false => line.text.clone(),
        };
        lines.iter().map(key).collect()
    };
    let (old_keys, new_keys) = (keys(&old), keys(&new));
    let old_keys: Vec<&str> = old_keys.iter().map(String::as_str).collect();
    let new_keys: Vec<&str> = new_keys.iter().map(String::as_str).collect();
    let (mut done, mut done_new) = (0, 0);
    let keep = |(old, new): (&&Line, &&Line)| Line {
        kind: Kind::Keep,
        shorter: (old.text != new.text).then(|| new.text.clone()),
        ..(*old).clone()
    };
    for change in diff_lines(&old_keys, &new_keys) {
        settled.extend(old[done..change.old.start].iter().zip(&new[done_new..]).map(keep));
        settled.extend(old[change.old.clone()].iter().copied().cloned());
        settled.extend(new[change.new.clone()].iter().copied().cloned());
        (done, done_new) = (change.old.end, change.new.end);
    }
    settled.extend(old[done..].iter().zip(&new[done_new..]).map(keep));
}

/// Takes a blank line off the start or the end, if it stays where it is: if it is kept, or if one
/// is put in its place.
fn take_edge(lines: &mut Vec<Line>, end: bool) -> bool {
    let Some(edge) = (if end { lines.last() } else { lines.first() }) else { return false };
    if edge.kind == Kind::Keep {
        let blank = edge.is_blank();
        if blank {
            lines.remove(if end { lines.len() - 1 } else { 0 });
        }
        return blank;
    }
    let changed = |line: &Line| line.kind != Kind::Keep;
    let stretch = match end {
        true => lines.iter().rposition(|line| !changed(line)).map_or(0, |at| at + 1)..lines.len(),
        false => 0..lines.iter().position(|line| !changed(line)).unwrap_or(lines.len()),
    };
    let outermost = |kind| {
        let mut of_kind = stretch.clone().filter(|index| lines[*index].kind == kind);
        let found = if end { of_kind.next_back() } else { of_kind.next() };
        found.filter(|index| lines[*index].is_blank())
    };
    let (deleted, inserted) = (outermost(Kind::Delete), outermost(Kind::Insert));
    let (Some(deleted), Some(inserted)) = (deleted, inserted) else { return false };
    lines.remove(deleted.max(inserted));
    lines.remove(deleted.min(inserted));
    true
}

/// The lines of `text` without their line ends; one more than there are line ends.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()).collect()
}
