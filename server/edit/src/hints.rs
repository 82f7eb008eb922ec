//! Which of several equal places is meant.

use std::ops::Range;

use crate::alike::{Leniency, same};
use crate::file::File;
use crate::indent::indent;
use crate::locate::Found;
use crate::place::Place;
use crate::script::Hints;

/// For each script its place, if there is one only or something decides between them: the line
/// that the edit states, its anchors, the end of the file, or the order of the scripts.
pub(crate) fn decide<'a>(file: &File<'_>, found: &'a [Found]) -> Vec<Option<&'a Place>> {
    let chosen: Vec<Option<&Place>> = found.iter().map(|found| by_itself(file, found)).collect();
    let each = found.iter().enumerate();
    each.map(|(index, found)| chosen[index].or_else(|| by_order(found, &chosen, index))).collect()
}

fn by_itself<'a>(file: &File<'_>, found: &'a Found) -> Option<&'a Place> {
    let places = found.places.as_slice();
    let hints = &found.script.hints;
    if let [only] = places {
        return Some(only);
    }
    let stated = |place: &&Place| Some(place.range.start) == hints.line;
    if let Some(place) = places.iter().find(stated) {
        return Some(place);
    }
    if let Some(place) = anchored(file, hints, places) {
        return Some(place);
    }
    let last = |place: &&Place| hints.at_end && place.range.end == file.real_lines();
    places.iter().find(last)
}

/// The place beneath the anchors: the only one in what the last of them is the head of, or, if
/// that has none, the next one behind it.
fn anchored<'a>(file: &File<'_>, hints: &Hints, places: &'a [Place]) -> Option<&'a Place> {
    let mut scope = 0..file.real_lines();
    hints.anchors.first()?;
    for anchor in &hints.anchors {
        let line = anchor_line(file, anchor, scope)?;
        scope = line + 1..block_end(file, line);
    }
    let mut inside = places.iter().filter(|place| scope.contains(&place.range.start));
    match (inside.next(), inside.next()) {
        (Some(only), None) => Some(only),
        (Some(_), Some(_)) => None,
        (None, _) => places.iter().find(|place| place.range.start >= scope.start),
    }
}

/// The only line of `scope` that is the anchor, or begins with it, or has it in it.
fn anchor_line(file: &File<'_>, anchor: &str, scope: Range<usize>) -> Option<usize> {
    let anchor = anchor.trim();
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let bounded = |line: &str, at: usize| {
        let end = at + anchor.len();
        let before = word(line[..at].chars().next_back()) && word(anchor.chars().next());
        let after = word(line[end..].chars().next()) && word(anchor.chars().next_back());
        !before && !after
    };
    let equal = |line: &str| same(anchor, line, Leniency::Spacing);
    let begins = |line: &str| {
        line.trim_start().starts_with(anchor) && {
            let at = line.len() - line.trim_start().len();
            bounded(line, at)
        }
    };
    let within = |line: &str| line.find(anchor).is_some_and(|at| bounded(line, at));
    let steps: [&dyn Fn(&str) -> bool; 3] = [&equal, &begins, &within];
    for step in steps {
        let mut lines = scope.clone().filter(|line| step(file.line(*line)));
        if let Some(line) = lines.next() {
            return lines.next().is_none().then_some(line);
        }
    }
    None
}

/// Where the block ends of which a line is the head: before the next line that is not deeper,
/// closing brackets aside.
fn block_end(file: &File<'_>, head: usize) -> usize {
    let depth = indent(file.line(head)).len();
    let outside = |line: &usize| {
        let text = file.line(*line);
        !text.trim().is_empty() && indent(text).len() <= depth
    };
    (head + 1..file.real_lines()).find(outside).unwrap_or(file.real_lines())
}

/// The only place between those of the scripts before and behind it, if all others have theirs
/// and follow one another.
fn by_order<'a>(found: &'a Found, chosen: &[Option<&Place>], index: usize) -> Option<&'a Place> {
    let others: Vec<&Place> = chosen.iter().copied().flatten().collect();
    let in_order = others.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start);
    if others.len() + 1 != chosen.len() || others.len() < 2 || !in_order {
        return None;
    }
    let start = chosen[..index].iter().flatten().next_back()?.range.end;
    let end = chosen[index + 1..].iter().flatten().next()?.range.start;
    let mut between =
        found.places.iter().filter(|place| start <= place.range.start && place.range.end <= end);
    between.next().filter(|_| between.next().is_none())
}
