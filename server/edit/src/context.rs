//! Places for scripts of which a line beside the change is not quite right, or left out.

use crate::alike::{Leniency, Sought};
use crate::effort::Effort;
use crate::file::File;
use crate::place::{Place, filled, find, with_blanks};
use crate::refusal::Refusal;
use crate::script::{Kind, Line, Script};

/// Letters that the lines which do fit must have together, so that a brace and an `else` do not
/// decide.
const TELLING: usize = 12;

/// The longest line, in characters, whose likeness is looked at.
const MAX_CHARACTERS: usize = 400;

/// The places where all old lines stand but for one: a kept line that differs a little, a line of
/// the file that the script leaves out between kept lines, or a kept line that the file does not
/// have. Lines that are to be deleted stand there as they are, and at least two lines do (three,
/// if none is deleted).
///
/// A line that is not quite right at one place and quite right at another speaks for neither. And
/// there are no places if there is also one at which a line that is to be deleted is the one that
/// differs: the edit may have been meant for that, and what stands there has changed since.
///
/// # Errors
/// If looking takes more effort than is left.
pub(crate) fn find_near(
    file: &File<'_>,
    script: &Script,
    effort: &Effort,
) -> Result<Vec<Place>, Refusal> {
    let (old, lines) = (filled(script), file.filled());
    let deletes = script.lines.iter().any(|line| line.kind == Kind::Delete && !line.is_blank());
    let enough = |pairs: &[(usize, usize)], near: Likeness| {
        let letters = pairs.iter().map(|(old, _)| {
            script.lines[*old].text.chars().filter(|c| c.is_alphanumeric()).count()
        });
        let needed = if deletes || near == Likeness::Close { 2 } else { 3 };
        let count = pairs.len() + usize::from(near == Likeness::Close);
        count >= needed && letters.sum::<usize>() >= TELLING
    };
    let sought: Vec<Sought<'_>> = script.lines.iter().map(Sought::new).collect();
    let fits = |old: usize, line: usize| sought[old].is_at(file, line, Leniency::BlankLines);
    let mut places: Vec<Place> = Vec::new();
    let mut meant_elsewhere = false;
    effort.spend(lines.len() * 2)?;
    for start in 0..lines.len() {
        let rest = &lines[start..];
        let ahead = old.iter().zip(rest).take_while(|(old, line)| fits(**old, **line)).count();
        effort.spend(ahead)?;
        // The line that is wrong, and how the rest goes on behind it.
        for (of_script, of_file) in [(1, 1), (0, 1), (1, 0)] {
            if ahead + of_script > old.len() || ahead + of_file > rest.len() {
                continue;
            }
            let behind = old.len() - ahead - of_script;
            let Some(tail) = rest.get(ahead + of_file..ahead + of_file + behind) else { continue };
            // A line in front of all others is not left out, and one behind them neither.
            if (of_script == 0 || of_file == 0) && (ahead == 0 || behind == 0) {
                continue;
            }
            if (of_script == 0 || of_file == 0)
                && !is_sure_beside(file, script, old[ahead - 1], old[ahead + of_script])
            {
                continue;
            }
            let wrong = (of_script == 1).then(|| old[ahead]);
            let deleted = wrong.is_some_and(|wrong| script.lines[wrong].kind == Kind::Delete);
            if deleted && of_file == 0 {
                continue;
            }
            if !old[ahead + of_script..].iter().zip(tail).all(|(old, line)| fits(*old, *line)) {
                continue;
            }
            effort.spend(behind + 100)?;
            let mut pairs: Vec<(usize, usize)> =
                old[..ahead].iter().copied().zip(rest.iter().copied()).collect();
            pairs.extend(old[ahead + of_script..].iter().copied().zip(tail.iter().copied()));
            let near = match (wrong, of_file) {
                (Some(wrong), 1) => likeness(&script.lines[wrong], file.line(rest[ahead])),
                _ => Likeness::Some,
            };
            if near == Likeness::None || !enough(&pairs, near) {
                continue;
            }
            if let (Some(wrong), 1) = (wrong, of_file) {
                effort.spend(lines.len())?;
                if deleted {
                    meant_elsewhere = true;
                } else if lines.iter().any(|line| fits(wrong, *line)) {
                    continue;
                }
                pairs.insert(ahead, (wrong, rest[ahead]));
            }
            let place = with_blanks(file, script, &pairs);
            places.extend(place.filter(|place| places.iter().all(|it| it.range != place.range)));
        }
    }
    Ok(if meant_elsewhere { Vec::new() } else { places })
}

/// Whether two lines of a script are where they are meant although a line is missing or too much
/// between them. A line between two that are to be deleted was typed there since; and one that is
/// to be deleted has to be one of a kind, or another one might be meant.
fn is_sure_beside(file: &File<'_>, script: &Script, above: usize, below: usize) -> bool {
    let deleted = [above, below].map(|index| &script.lines[index]);
    // A line that was to lose the blanks at its end was to be replaced, as the model saw it.
    let mut deleted =
        deleted.into_iter().filter(|line| line.kind == Kind::Delete || line.shorter.is_some());
    let Some(line) = deleted.next() else { return true };
    let letters = line.text.chars().filter(|c| c.is_alphanumeric()).count();
    let sought = Sought::new(line);
    let mut found =
        file.filled().iter().filter(|at| sought.is_at(file, **at, Leniency::BlankLines));
    deleted.next().is_none() && letters >= 4 && found.next().is_some() && found.next().is_none()
}

/// How much of two lines is the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// Too little for a model's memory of the line.
    None,
    /// Three quarters.
    Some,
    /// Nine tenths; such a line tells the place as well as one that fits.
    Close,
}

fn likeness(model: &Line, file: &str) -> Likeness {
    let chars = |line: &str| -> Vec<char> {
        line.trim().chars().take(MAX_CHARACTERS).flat_map(char::to_lowercase).collect()
    };
    let (a, b) = (chars(&model.text), chars(file));
    // The longest common subsequence, row by row.
    let mut row = vec![0_usize; b.len() + 1];
    for c in &a {
        let mut diagonal = 0;
        for (index, other) in b.iter().enumerate() {
            let above = row[index + 1];
            row[index + 1] = if c == other { diagonal + 1 } else { above.max(row[index]) };
            diagonal = above;
        }
    }
    let (common, both) = (row[b.len()], a.len() + b.len());
    match () {
        () if common * 20 >= both * 9 => Likeness::Close,
        () if common * 8 >= both * 3 => Likeness::Some,
        () => Likeness::None,
    }
}

/// The places of a script that stands for lines in the middle with an ellipsis: each stretch
/// stands in the file once, and they do in this order.
///
/// # Errors
/// If looking takes more effort than is left.
pub(crate) fn find_elided(
    file: &File<'_>,
    script: &Script,
    effort: &Effort,
) -> Result<Vec<Place>, Refusal> {
    /// Shorter stretches stand anywhere by chance.
    const TELLING: usize = 8;
    let ellipsis = |line: &Line| line.kind == Kind::Keep && is_ellipsis(&line.text);
    let mut lines: Vec<Option<usize>> = Vec::new();
    let mut parts = script.lines.split(ellipsis);
    let count = parts.clone().count();
    let telling = |part: &[Line]| {
        let old = part.iter().filter(|line| line.is_old());
        old.map(|line| line.text.trim().len()).sum::<usize>() >= TELLING
    };
    if count < 2 || !parts.clone().all(telling) {
        return Ok(Vec::new());
    }
    let mut range = None;
    for part in parts.by_ref() {
        let part = Script { lines: part.to_vec(), ..Script::default() };
        let mut found = Vec::new();
        for leniency in Leniency::BY_LINE {
            found = find(file, &part, leniency, effort)?;
            if !found.is_empty() {
                break;
            }
        }
        let [place] = found.as_slice() else { return Ok(Vec::new()) };
        let (start, end) = range.unwrap_or((place.range.start, place.range.start));
        if place.range.start < end {
            return Ok(Vec::new());
        }
        if range.is_some() {
            lines.push(None);
        }
        lines.extend(&place.lines);
        range = Some((start, place.range.end));
    }
    Ok(range.map(|(start, end)| Place { range: start..end, lines }).into_iter().collect())
}

/// Whether a line stands for lines that are left out: three dots, perhaps with words and as a
/// comment.
pub(crate) fn is_ellipsis(line: &str) -> bool {
    let line = line.trim();
    let line = ["//", "#", "/*", "--", "<!--", ";", "%"]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
        .unwrap_or(line);
    let line = line.trim_end_matches("*/").trim_end_matches("-->").trim();
    let Some(words) = line.strip_prefix("...").or(line.strip_prefix('…')) else { return false };
    let words = words.trim_end_matches("...").trim_end_matches('…');
    words.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '_' || c == ',' || c == '\'')
}
