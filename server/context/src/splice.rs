//! Reading a text again after a change: what stands before and after the change is known, and
//! only what lies between is read.
//!
//! A long text is kept as stretches of whole items. Those that begin and end it as before keep
//! what was read off them, moved by some lines; an item that follows its language is parsed the
//! same wherever it stands.

use std::ops::Range;

use stdx::content_hash;

use crate::facts::{Def, FileFacts, Func, Import, Span, Stretch, UseOf};

#[cfg(test)]
mod tests;

/// The fingerprint of a stretch; never zero.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let hash = content_hash(bytes);
    let half = hash.first_chunk().map_or(0, |half| u64::from_le_bytes(*half));
    half.max(1)
}

/// What lies between what is as it was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// How many stretches before it are as they were.
    before: usize,
    /// The first stretch after it, of the old ones.
    after: usize,
    /// Its bytes in the new text.
    pub(crate) range: Range<usize>,
}

/// What of `text` differs from the text of which `old` was read. `None` if nothing is as it was.
pub(crate) fn gap(old: &FileFacts, text: &str) -> Option<Gap> {
    let all = &old.stretches;
    let bytes = text.as_bytes();
    let is_same = |one: &Stretch, bytes: Option<&[u8]>| {
        one.hash != 0 && bytes.is_some_and(|bytes| hash(bytes) == one.hash)
    };
    let (mut before, mut start) = (0, 0);
    while let Some(one) = all.get(before) {
        let end = start + one.bytes as usize;
        if !is_same(one, bytes.get(start..end)) {
            break;
        }
        (before, start) = (before + 1, end);
    }
    let (mut after, mut end) = (all.len(), bytes.len());
    let mut ends = Vec::new();
    while let Some(one) = all.get(before..after).and_then(<[Stretch]>::last) {
        let Some(start) = end.checked_sub(one.bytes as usize).filter(|it| *it >= start) else {
            break;
        };
        if !is_same(one, bytes.get(start..end)) {
            break;
        }
        ends.push(end);
        (after, end) = (after - 1, start);
    }
    // What follows must begin a line, as it did; and what was put before it may belong to it.
    let begins_line = |at: usize| at == 0 || bytes.get(at - 1) == Some(&b'\n');
    let is_put_before = before == after && start < end && after < all.len();
    while !begins_line(end) || (is_put_before && before == after) {
        end = ends.pop()?;
        after += 1;
    }
    // Where blanks say what belongs together, what is indented goes on with what stands before.
    while !begins_line(start) || is_indented(&bytes[start..end]) {
        let Some(last) = before.checked_sub(1) else { break };
        before = last;
        start -= all.get(before)?.bytes as usize;
    }
    (before > 0 || after < all.len()).then_some(Gap { before, after, range: start..end })
}

/// Whether the first line that is not empty begins with a blank.
fn is_indented(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n');
    let first = lines.find(|line| !line.trim_ascii().is_empty());
    first.is_some_and(|line| line.starts_with(b" ") || line.starts_with(b"\t"))
}

impl Gap {
    /// How many words stand before and after it.
    pub(crate) fn words_around(&self, old: &FileFacts) -> (usize, usize) {
        let words = |stretches| sum(stretches).words as usize;
        (words(&old.stretches[..self.before]), words(&old.stretches[self.after..]))
    }
}

/// `old` with `new`, which was read off the gap, in the place of what stood there.
pub(crate) fn splice(old: &FileFacts, gap: &Gap, new: &FileFacts) -> FileFacts {
    let head = sum(&old.stretches[..gap.before]);
    let gone = sum(&old.stretches[gap.before..gap.after]);
    let come = sum(&new.stretches);
    let (from, to) = (End::of(&head), End::of(&head).and(&gone));
    let mut all = Lists::default();
    all.add(old, &End::default(), &from, &Shift::default());
    let moved = Shift { defs: head.defs, uses: head.uses, pool: head.pool, lines: 0 };
    all.add(new, &End::default(), &End::of(&come), &moved);
    let moved = Shift {
        lines: come.lines.wrapping_sub(gone.lines),
        defs: come.defs.wrapping_sub(gone.defs),
        uses: come.uses.wrapping_sub(gone.uses),
        pool: come.pool.wrapping_sub(gone.pool),
    };
    let end = to.and(&sum(&old.stretches[gap.after..]));
    all.add(old, &to, &end, &moved);
    let stretches = [&old.stretches[..gap.before], &new.stretches, &old.stretches[gap.after..]];
    FileFacts {
        defs: all.defs.into(),
        funcs: all.funcs.into(),
        uses: all.uses.into(),
        words: new.words.clone(),
        imports: all.imports.into(),
        pool: all.pool.into(),
        stretches: stretches.concat().into(),
    }
}

/// Whether the stretches are of all that stands in the lists.
pub(crate) fn is_whole(facts: &FileFacts) -> bool {
    let all = &facts.stretches;
    let is = |length: fn(&Stretch) -> u32, list: usize| {
        all.iter().map(|one| length(one) as usize).sum::<usize>() == list
    };
    is(|one| one.defs, facts.defs.len())
        && is(|one| one.funcs, facts.funcs.len())
        && is(|one| one.uses, facts.uses.len())
        && is(|one| one.imports, facts.imports.len())
        && is(|one| one.pool, facts.pool.len())
}

/// All of some stretches.
fn sum(stretches: &[Stretch]) -> Stretch {
    let add = |sum: Stretch, one: &Stretch| Stretch {
        hash: 0,
        bytes: sum.bytes.wrapping_add(one.bytes),
        lines: sum.lines.wrapping_add(one.lines),
        words: sum.words.wrapping_add(one.words),
        defs: sum.defs.wrapping_add(one.defs),
        funcs: sum.funcs.wrapping_add(one.funcs),
        uses: sum.uses.wrapping_add(one.uses),
        imports: sum.imports.wrapping_add(one.imports),
        pool: sum.pool.wrapping_add(one.pool),
    };
    stretches.iter().fold(Stretch::default(), add)
}

/// A place in each of the lists.
#[derive(Default)]
struct End {
    defs: usize,
    funcs: usize,
    uses: usize,
    imports: usize,
    pool: usize,
}

impl End {
    fn of(sum: &Stretch) -> End {
        End::default().and(sum)
    }

    fn and(&self, sum: &Stretch) -> End {
        End {
            defs: self.defs + sum.defs as usize,
            funcs: self.funcs + sum.funcs as usize,
            uses: self.uses + sum.uses as usize,
            imports: self.imports + sum.imports as usize,
            pool: self.pool + sum.pool as usize,
        }
    }
}

/// By how much places move; all of it wraps around, so that they also move back.
#[derive(Default)]
struct Shift {
    lines: u32,
    defs: u32,
    uses: u32,
    pool: u32,
}

impl Shift {
    fn pool(&self, span: Span) -> Span {
        // What is nowhere stays there.
        let by = if span.len == 0 { 0 } else { self.pool };
        Span { start: span.start.wrapping_add(by), ..span }
    }
}

#[derive(Default)]
struct Lists {
    defs: Vec<Def>,
    funcs: Vec<Func>,
    uses: Vec<UseOf>,
    imports: Vec<Import>,
    pool: Vec<u32>,
}

impl Lists {
    fn add(&mut self, of: &FileFacts, from: &End, to: &End, by: &Shift) {
        self.defs.extend(of.defs[from.defs..to.defs].iter().map(|def| Def {
            line: def.line.wrapping_add(by.lines),
            last: def.last.wrapping_add(by.lines),
            end: def.end.wrapping_add(by.lines),
            takes: by.pool(def.takes),
            gives: by.pool(def.gives),
            ..*def
        }));
        self.funcs.extend(of.funcs[from.funcs..to.funcs].iter().map(|func| Func {
            def: func.def.wrapping_add(by.defs),
            uses: Span { start: func.uses.start.wrapping_add(by.uses), ..func.uses },
            terms: by.pool(func.terms),
            bindings: by.pool(func.bindings),
        }));
        self.uses.extend_from_slice(&of.uses[from.uses..to.uses]);
        let import = |import: &Import| Import { path: by.pool(import.path), ..*import };
        self.imports.extend(of.imports[from.imports..to.imports].iter().map(import));
        self.pool.extend_from_slice(&of.pool[from.pool..to.pool]);
    }
}
