//! Scripts laid over the places where their old lines stand.

use std::ops::Range;

use text::{Text, TextEdit, diff};

use crate::alike::Leniency;
use crate::context::is_ellipsis;
use crate::file::File;
use crate::place::Place;
use crate::refusal::{Reason, Refusal};
use crate::script::{Kind, Line, Script};
use crate::written::Written;

/// A script, where it goes, and how much had to be overlooked to find that.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) script: Script,
    pub(crate) place: Place,
    pub(crate) leniency: Leniency,
}

/// Lines of the file that go, and what comes instead.
struct Change<'a> {
    at: Range<usize>,
    new: Vec<(String, &'a str)>,
}

/// The edits that carry out all scripts at once. Kept lines stay as they are in the file, byte by
/// byte; new lines get the line ends of those that they replace or of their neighbours and, where
/// the indentation was overlooked, the file's indentation.
///
/// # Errors
/// If it cannot be told where or how a new line belongs, or if two scripts are about the same
/// lines.
pub(crate) fn compile(file: &File<'_>, placed: &[Placed]) -> Result<Vec<TextEdit>, Refusal> {
    no_overlap(file, placed)?;
    let mut changes: Vec<Change<'_>> = Vec::new();
    for placed in placed {
        changes.extend(changes_of(file, placed)?);
    }
    changes.sort_by_key(|change| (change.at.start, change.at.end));
    let mut joined: Vec<Change<'_>> = Vec::new();
    for change in changes {
        match joined.last_mut() {
            // Neighbours are one change, so that they agree on line ends.
            Some(last) if last.at.end == change.at.start => {
                last.at.end = change.at.end;
                last.new.extend(change.new);
            }
            Some(last) if last.at.end > change.at.start => {
                return Err(overlap(file, change.at.start..last.at.end));
            }
            _ => joined.push(change),
        }
    }
    let real = file.real_lines();
    let final_line_end = placed
        .iter()
        .filter(|it| it.place.range.end == real)
        .find_map(|it| it.script.hints.final_line_end)
        .filter(|wanted| real > 0 && *wanted != file.ends_with_line_end());
    if final_line_end.is_some() && joined.last().is_none_or(|last| last.at.end < real) {
        joined.push(Change { at: real..real, new: Vec::new() });
    }
    let changes = joined.into_iter();
    Ok(changes.flat_map(|change| edits_of(file, change, final_line_end)).collect())
}

fn overlap(file: &File<'_>, lines: Range<usize>) -> Refusal {
    let message = format!("Two parts of the edit are about line {}.", lines.start + 1);
    Refusal::new(Reason::Overlap, message).showing(file, "The file", &[lines])
}

/// A line that one script deletes must not be one that another is about.
fn no_overlap(file: &File<'_>, placed: &[Placed]) -> Result<(), Refusal> {
    for (index, one) in placed.iter().enumerate() {
        for other in placed[..index].iter() {
            let shared = one.place.range.start.max(other.place.range.start)
                ..one.place.range.end.min(other.place.range.end);
            let taken = shared.clone().find(|line| {
                let by =
                    |placed: &Placed| placed.place.lines.iter().position(|it| *it == Some(*line));
                let (Some(a), Some(b)) = (by(one), by(other)) else { return false };
                one.script.lines[a].kind == Kind::Delete
                    || other.script.lines[b].kind == Kind::Delete
            });
            if let Some(line) = taken {
                return Err(overlap(file, line..shared.end));
            }
        }
    }
    Ok(())
}

fn changes_of<'a>(file: &File<'a>, placed: &Placed) -> Result<Vec<Change<'a>>, Refusal> {
    let Placed { script, place, leniency } = placed;
    let written = Written::new(file, placed);
    let mut changes = Vec::new();
    let mut index = 0;
    while index < script.lines.len() {
        if script.lines[index].kind == Kind::Keep {
            changes.extend(shortened(file, &script.lines[index], place.lines[index]));
            index += 1;
            continue;
        }
        let rest = &script.lines[index..];
        let end = index + rest.iter().take_while(|line| line.kind != Kind::Keep).count();
        let at = position(file, placed, index..end).ok_or_else(|| {
            let message = format!(
                "The lines around the change were found {}, but not where exactly between them \
                 the new lines belong. Write the lines as they stand in the file.",
                leniency.words()
            );
            let refusal = Refusal::new(Reason::Unclear, message);
            refusal.showing(file, "The file", std::slice::from_ref(&place.range))
        })?;
        let mut new: Vec<(String, &'a str)> = Vec::new();
        for (offset, line) in script.lines[index..end].iter().enumerate() {
            if line.kind == Kind::Insert {
                let text = written.line(line, index + offset).ok_or_else(|| {
                    let message = format!(
                        "The lines were found, but with a different indentation, and it is not \
                         clear how to indent this new line: {}\nWrite the lines as they stand in \
                         the file.",
                        line.text
                    );
                    let refusal = Refusal::new(Reason::Unclear, message);
                    refusal.showing(file, "The file", std::slice::from_ref(&place.range))
                })?;
                let line_end = line_end(file, &at, new.len());
                new.push((text, line_end));
            }
        }
        changes.push(Change { at, new });
        index = end;
    }
    Ok(changes)
}

/// The change of a kept line of which the blanks at its end go or come, if the file has the ones
/// that the model saw.
fn shortened<'a>(file: &File<'a>, line: &Line, at: Option<usize>) -> Option<Change<'a>> {
    let (at, shorter) = (at?, line.shorter.as_deref()?);
    let found = file.line(at);
    let same = found.trim_start() == line.text.trim_start();
    let text = format!("{}{}", found.trim_end(), &shorter[shorter.trim_end().len()..]);
    (same && text != found).then(|| Change { at: at..at + 1, new: vec![(text, file.line_end(at))] })
}

/// The line end of the new line that is the `index`th where the lines `at` stood.
fn line_end<'a>(file: &File<'a>, at: &Range<usize>, index: usize) -> &'a str {
    let replaced = at.clone().nth(index).or(at.clone().next_back());
    match replaced.map(|line| file.line_end(line)).filter(|end| !end.is_empty()) {
        Some(end) => end,
        None => file.line_end_near(at.start),
    }
}

/// Where the changed lines `stretch` of the script stand in the file, or belong.
fn position(file: &File<'_>, placed: &Placed, stretch: Range<usize>) -> Option<Range<usize>> {
    let Placed { script, place, .. } = placed;
    let deleted: Vec<usize> = stretch.clone().filter_map(|index| place.lines[index]).collect();
    if let (Some(first), Some(last)) = (deleted.first(), deleted.last()) {
        // A line between them that the script knows nothing of may not go with them.
        return (deleted.len() == last - first + 1).then_some(*first..last + 1);
    }
    let behind = || stretch.end..script.lines.len();
    let old = |index: &usize| script.lines[*index].is_old();
    let before_line = (0..stretch.start).rev().find(old);
    let behind_line = behind().find(old);
    let line = |index: Option<usize>| index.and_then(|index| place.lines[index]);
    let left_out = |index: Option<usize>| {
        index.is_some_and(|index| {
            place.lines[index].is_none() && is_ellipsis(&script.lines[index].text)
        })
    };
    let above = (0..stretch.start).rev().find_map(|index| place.lines[index]);
    let below = behind().find_map(|index| place.lines[index]);
    let at_above = above.filter(|_| line(before_line) == above).map(|above| above + 1);
    let at_below = below.filter(|_| line(behind_line) == below);
    let at = match (above, below) {
        (None, None) => Some(place.range.start),
        (Some(_), None) => at_above,
        (None, Some(_)) => at_below,
        (Some(above), Some(below)) if above + 1 == below => Some(below),
        _ if left_out(before_line) => at_below,
        _ if left_out(behind_line) => at_above,
        (Some(above), Some(below)) if (above + 1..below).all(|line| file.is_blank(line)) => {
            among_blanks(&script.lines[stretch], above, below)
        }
        _ => None,
    }?;
    Some(at..at)
}

/// Where new lines go between two lines of the file that have only blank lines between them, and
/// not as many as the script thinks: new lines bring a blank line along on the side where the
/// next neighbour is not one.
fn among_blanks(new: &[Line], above: usize, below: usize) -> Option<usize> {
    let blank = |line: Option<&Line>| line.is_some_and(Line::is_blank);
    match (blank(new.first()), blank(new.last())) {
        (true, false) => Some(above + 1),
        (false, true) => Some(below),
        _ => None,
    }
}

/// The edits that bring about one change.
fn edits_of(file: &File<'_>, change: Change<'_>, final_line_end: Option<bool>) -> Vec<TextEdit> {
    let Change { at, new: mut lines } = change;
    let real = file.real_lines();
    let at_end = at.end == real;
    let line_end_at_end = final_line_end.unwrap_or(file.ends_with_line_end() || real == 0);
    let mut start =
        if at.start < file.line_count() { file.line_start(at.start) } else { file.text().len() };
    let mut end = if at.is_empty() { start } else { file.full_end(at.end - 1) };
    let mut new = String::new();
    if at_end {
        // From the end of the line before, so that its line end can come and go.
        if let Some(before) = at.start.checked_sub(1) {
            start = file.body_end(before);
            if lines.is_empty() {
                if line_end_at_end {
                    new.push_str(file.line_end_near(before + 1));
                }
            } else {
                new.push_str(match file.line_end(before) {
                    "" => file.line_end_near(before),
                    end => end,
                });
            }
        }
        end = file.text().len();
        if let Some((_, last)) = lines.last_mut().filter(|_| !line_end_at_end) {
            *last = "";
        }
    }
    for (line, line_end) in &lines {
        new.push_str(line);
        new.push_str(line_end);
    }
    let old = Text::new(&file.text()[start..end]);
    let shifted = diff(&old, &Text::new(&new))
        .into_iter()
        .map(|edit| TextEdit::new(edit.range.start + start..edit.range.end + start, edit.new_text));
    shifted.collect()
}
