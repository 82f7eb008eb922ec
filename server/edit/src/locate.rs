//! The one place in a file where a script goes, or why there is none.

use crate::alike::{Leniency, same};
use crate::compile::Placed;
use crate::context::{find_elided, find_near};
use crate::effort::Effort;
use crate::file::File;
use crate::hints::decide;
use crate::nearest::nearest;
use crate::place::{Place, find};
use crate::refusal::{Reason, Refusal, line_numbers};
use crate::script::Script;
use crate::unwrap::readings;

/// How a script was found: in which of its readings, where, and what had to be overlooked.
pub(crate) struct Found {
    pub(crate) script: Script,
    pub(crate) leniency: Leniency,
    pub(crate) places: Vec<Place>,
}

impl Found {
    pub(crate) fn at(&self, place: Place) -> Placed {
        Placed { script: self.script.clone(), place, leniency: self.leniency }
    }
}

/// Finds each script, and for each the one place that is meant.
///
/// # Errors
/// The first script that stands nowhere, or at several places with nothing to decide.
pub(crate) fn locate(
    file: &File<'_>,
    scripts: &[Script],
    effort: &Effort,
) -> Result<Vec<Placed>, Refusal> {
    let found: Vec<Found> = numbered(scripts, |script| search(file, script, &[], effort))?;
    let chosen = decide(file, &found);
    let each = found.iter().zip(&chosen).enumerate();
    each.map(|(index, (found, chosen))| match chosen {
        Some(place) => Ok(found.at((*place).clone())),
        None => Err(of_several(ambiguous(file, found), index, scripts.len())),
    })
    .collect()
}

/// Does the same for each script; a refusal says which one of several it is about.
fn numbered<T>(
    scripts: &[Script],
    each: impl Fn(&Script) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let results = scripts.iter().enumerate();
    results
        .map(|(index, script)| {
            each(script).map_err(|refusal| of_several(refusal, index, scripts.len()))
        })
        .collect()
}

fn of_several(refusal: Refusal, index: usize, count: usize) -> Refusal {
    match count {
        1 => refusal,
        _ => refusal.after(&format!("Hunk {} of {count} does not apply, so none was. ", index + 1)),
    }
}

/// The places of a script at the first step at which there are any; then also those of its other
/// readings, `wrapped` being some that the format knows of.
///
/// # Errors
/// If there are none, or what the script would leave behind stands in the file already.
pub(crate) fn search(
    file: &File<'_>,
    script: &Script,
    wrapped: &[Script],
    effort: &Effort,
) -> Result<Found, Refusal> {
    if script.lines.is_empty() || script.old().next().is_none() {
        return without_context(file, script);
    }
    let exact = Reading::new(script, false);
    let places = find(file, &exact.whole, Leniency::Exact, effort)?;
    if !places.is_empty() {
        return Ok(Found { script: exact.whole, leniency: Leniency::Exact, places });
    }
    already(file, &exact.whole, Leniency::Exact, effort)?;
    if let Some(found) = exact.at_step(file, Leniency::Exact, effort)? {
        return Ok(found);
    }
    let plain = Reading::new(script, true);
    for leniency in &Leniency::BY_LINE[1..] {
        if *leniency == Leniency::BlankLines {
            for leniency in &Leniency::BY_LINE[1..] {
                already(file, &plain.whole, *leniency, effort)?;
            }
        }
        if let Some(found) = plain.at_step(file, *leniency, effort)? {
            return Ok(found);
        }
    }
    let others = wrapped.iter().cloned().chain(readings(script));
    let others: Vec<Reading> = others.map(|other| Reading::new(&other, true)).collect();
    for leniency in Leniency::BY_LINE {
        for other in &others {
            if let Some(found) = other.at_step(file, leniency, effort)? {
                return Ok(found);
            }
            already(file, &other.whole, leniency, effort)?;
        }
    }
    let settled = plain.whole;
    type Search = fn(&File<'_>, &Script, &Effort) -> Result<Vec<Place>, Refusal>;
    let last: [(Leniency, Search); 2] =
        [(Leniency::Elision, find_elided), (Leniency::Context, find_near)];
    for (leniency, find) in last {
        let places = find(file, &settled, effort)?;
        if !places.is_empty() {
            return Ok(Found { script: settled, leniency, places });
        }
    }
    let message = "These lines do not stand in the file. Copy them as they are in the file.";
    let old = script.old().map(|line| line.text.as_str());
    let places = nearest(file, old);
    Err(Refusal::new(Reason::NotFound, message).showing(file, "Nearest text", &places))
}

/// One way to read a script.
struct Reading {
    whole: Script,
    /// Without the blank lines at its edges, if there are any.
    core: Option<Script>,
}

impl Reading {
    fn new(script: &Script, blanks: bool) -> Reading {
        let core = script.without_blank_edges().map(|core| core.settled(blanks));
        Reading { whole: script.settled(blanks), core }
    }

    /// The places at one step, of the whole script or else of its core.
    fn at_step(
        &self,
        file: &File<'_>,
        leniency: Leniency,
        effort: &Effort,
    ) -> Result<Option<Found>, Refusal> {
        for script in [Some(&self.whole), self.core.as_ref()].into_iter().flatten() {
            let places = find(file, script, leniency, effort)?;
            if !places.is_empty() {
                return Ok(Some(Found { script: script.clone(), leniency, places }));
            }
        }
        Ok(None)
    }
}

/// New lines without anything that is kept or deleted: they have a place in an empty file, at its
/// end if they say so, or behind an anchor.
fn without_context(file: &File<'_>, script: &Script) -> Result<Found, Refusal> {
    let at = if file.real_lines() == 0 {
        Some(0)
    } else if let Some(anchor) = script.hints.anchors.last() {
        let mut lines = (0..file.real_lines())
            .filter(|line| same(anchor, file.line(*line), Leniency::LookAlikes));
        lines.next().filter(|_| lines.next().is_none()).map(|line| line + 1)
    } else {
        script.hints.at_end.then_some(file.real_lines())
    };
    let Some(at) = at else {
        let message = "A hunk has new lines only, and nothing says where they belong. Keep a line \
                       or two of the file around them.";
        let anchors = script.hints.anchors.iter().map(String::as_str);
        let places = nearest(file, anchors);
        return Err(Refusal::new(Reason::NotFound, message).showing(file, "The file", &places));
    };
    let place = Place { range: at..at, lines: vec![None; script.lines.len()] };
    Ok(Found { script: script.clone(), leniency: Leniency::Exact, places: vec![place] })
}

/// # Errors
/// If what the script would leave behind stands in the file, while its old lines do not.
pub(crate) fn already(
    file: &File<'_>,
    script: &Script,
    leniency: Leniency,
    effort: &Effort,
) -> Result<(), Refusal> {
    /// Shorter texts stand anywhere by chance.
    const TELLING: usize = 8;
    let letters = |lines: &mut dyn Iterator<Item = &crate::script::Line>| {
        lines.map(|line| line.text.trim().len()).sum::<usize>()
    };
    let result = script.result();
    let filled = result.lines.iter().filter(|line| !line.is_blank()).count();
    let telling = match script.inserted().next() {
        // Deleted lines leave nothing behind but their neighbours.
        None => {
            leniency > Leniency::Exact
                && filled >= 2
                && script.lines.first().is_some_and(|line| line.is_new())
                && script.lines.last().is_some_and(|line| line.is_new())
        }
        Some(_) => letters(&mut script.inserted()) >= TELLING || filled >= 2,
    };
    if !telling || letters(&mut result.lines.iter()) < TELLING {
        return Ok(());
    }
    let whole = result.without_blank_edges().unwrap_or(result);
    match find(file, &whole, leniency, effort)?.into_iter().next() {
        Some(place) => Err(stands_there(file, place.range)),
        None => Ok(()),
    }
}

pub(crate) fn stands_there(file: &File<'_>, place: std::ops::Range<usize>) -> Refusal {
    let message = format!(
        "The new text already stands in the file at line {}: this edit seems to have been applied \
         already.",
        place.start + 1
    );
    Refusal::new(Reason::AlreadyApplied, message).showing(file, "The file", &[place])
}

pub(crate) fn ambiguous(file: &File<'_>, found: &Found) -> Refusal {
    let places: Vec<_> = found.places.iter().map(|place| place.range.clone()).collect();
    let lines = line_numbers(places.iter().map(|place| place.start));
    let message = format!(
        "These lines match {} places {} (lines {lines}). Add lines around them so that they match \
         one of them only.",
        places.len(),
        found.leniency.words(),
    );
    Refusal::new(Reason::Ambiguous, message).showing(file, "Place", &places)
}
