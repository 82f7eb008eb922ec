//! Where the old lines of a script stand in a file.

use std::ops::Range;

use crate::alike::{Leniency, Sought};
use crate::effort::Effort;
use crate::file::File;
use crate::refusal::Refusal;
use crate::script::{Kind, Line, Script};

/// Where a script fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The lines of the file from the first that fits to behind the last.
    pub(crate) range: Range<usize>,
    /// For each line of the script the line of the file that it stands for: none for inserted
    /// lines, lines that the file does not have, and lines that stand for several.
    pub(crate) lines: Vec<Option<usize>>,
}

impl Place {
    /// The place where the old lines stand one behind the other from line `start` on.
    pub(crate) fn at(start: usize, script: &Script) -> Place {
        let mut next = start;
        let of_file = script.lines.iter().map(|line| {
            line.is_old().then(|| {
                next += 1;
                next - 1
            })
        });
        let lines = of_file.collect();
        Place { range: start..next, lines }
    }
}

/// All places where the old lines of `script` stand, in order. Lines that are all blank say
/// hardly anything about a place: they have to be several, and exactly so many.
///
/// # Errors
/// If looking takes more effort than is left.
pub(crate) fn find(
    file: &File<'_>,
    script: &Script,
    leniency: Leniency,
    effort: &Effort,
) -> Result<Vec<Place>, Refusal> {
    if script.old().all(Line::is_blank)
        && (leniency != Leniency::Exact || script.old().nth(1).is_none())
    {
        return Ok(Vec::new());
    }
    if leniency == Leniency::BlankLines {
        return without_blanks(file, script, effort);
    }
    // Long lines are rare, so looking for the longest one first sees most places off at once.
    let telling = script
        .old()
        .enumerate()
        .max_by_key(|(_, line)| line.text.trim().len())
        .map_or(0, |(at, _)| at);
    let old: Vec<Sought<'_>> = script.old().map(Sought::new).collect();
    let starts = (file.real_lines() + 1).saturating_sub(old.len());
    effort.spend(starts)?;
    let mut places = Vec::new();
    for start in 0..starts {
        if !old[telling].is_at(file, start + telling, leniency) {
            continue;
        }
        effort.spend(old.len())?;
        if old.iter().enumerate().all(|(at, line)| line.is_at(file, start + at, leniency)) {
            places.push(Place::at(start, script));
        }
    }
    Ok(places)
}

/// The old lines of a script that are not blank, by their index.
pub(crate) fn filled(script: &Script) -> Vec<usize> {
    let lines = script.lines.iter().enumerate();
    lines.filter(|(_, line)| line.is_old() && !line.is_blank()).map(|(index, _)| index).collect()
}

/// The places where the old lines stand one behind the other when blank lines do not count.
fn without_blanks(
    file: &File<'_>,
    script: &Script,
    effort: &Effort,
) -> Result<Vec<Place>, Refusal> {
    let (old, lines) = (filled(script), file.filled());
    let starts = (lines.len() + 1).saturating_sub(old.len());
    effort.spend(starts)?;
    let telling = |index: &usize| script.lines[old[*index]].text.trim().len();
    let telling = (0..old.len()).max_by_key(telling).unwrap_or(0);
    let sought: Vec<Sought<'_>> = script.lines.iter().map(Sought::new).collect();
    let fits = |old: usize, line: usize| sought[old].is_at(file, line, Leniency::BlankLines);
    let mut places = Vec::new();
    for start in 0..starts {
        if !fits(old[telling], lines[start + telling]) {
            continue;
        }
        effort.spend(old.len())?;
        let window = &lines[start..start + old.len()];
        if old.iter().zip(window).all(|(old, line)| fits(*old, *line)) {
            let pairs: Vec<(usize, usize)> =
                old.iter().copied().zip(window.iter().copied()).collect();
            places.extend(with_blanks(file, script, &pairs));
        }
    }
    Ok(places)
}

/// The place where the lines that are not blank stand in pairs of script and file, with the
/// blank lines between them. `None` if something is to happen between two of them and it cannot
/// be told where among the blank lines of the file.
pub(crate) fn with_blanks(
    file: &File<'_>,
    script: &Script,
    pairs: &[(usize, usize)],
) -> Option<Place> {
    let mut lines = vec![None; script.lines.len()];
    for (old, line) in pairs {
        lines[*old] = Some(*line);
    }
    let ((first, start), (last, end)) = (*pairs.first()?, *pairs.last()?);
    for pair in pairs.windows(2) {
        let ((old, above), (next, below)) = (pair[0], pair[1]);
        let blank: Vec<usize> =
            (old + 1..next).filter(|index| script.lines[*index].is_old()).collect();
        if blank.len() == below - above - 1 && (above + 1..below).all(|line| file.is_blank(line)) {
            for (index, line) in blank.into_iter().zip(above + 1..below) {
                lines[index] = Some(line);
            }
        } else if !blank.iter().all(|index| script.lines[*index].kind == Kind::Keep) {
            return None;
        }
    }
    // Blank lines at the edges count as long as they are there.
    let mut at = start;
    for index in (0..first).rev().filter(|index| script.lines[*index].is_old()) {
        match at.checked_sub(1) {
            Some(above) if file.is_blank(above) => (at, lines[index]) = (above, Some(above)),
            _ if script.lines[index].kind == Kind::Delete => return None,
            _ => break,
        }
    }
    let mut behind = end + 1;
    for index in (last + 1..script.lines.len()).filter(|index| script.lines[*index].is_old()) {
        if behind < file.real_lines() && file.is_blank(behind) {
            lines[index] = Some(behind);
            behind += 1;
        } else if script.lines[index].kind == Kind::Delete {
            return None;
        } else {
            break;
        }
    }
    Some(Place { range: at..behind, lines })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Reason;

    #[test]
    fn looking_ends_when_it_takes_too_long() {
        let plain = "long\n".repeat(1_000);
        let file = File::new(&plain);
        let script = Script::of_texts(&("long\n".repeat(100) + "y\n"), "z");
        let refusal = |effort| match find(&file, &script, Leniency::Exact, &effort) {
            Ok(places) => panic!("{places:?}"),
            Err(refusal) => refusal.reason,
        };
        assert_eq!(refusal(Effort::of(10)), Reason::TooCostly);
        // The longest line fits everywhere, so each start is looked at in full.
        assert_eq!(refusal(Effort::of(50_000)), Reason::TooCostly);
        assert_eq!(find(&file, &script, Leniency::Exact, &Effort::new()), Ok(Vec::new()));
    }
}
