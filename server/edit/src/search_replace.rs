//! The format "search and replace": pairs of a text that stands in the file and the text that is
//! to stand there.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use text::{Text, TextEdit, apply, diff};

use crate::Applied;
use crate::compile::compile;
use crate::file::File;
use crate::place::{Leniency, find, find_exact};
use crate::refusal::{Reason, Refusal, line_numbers, nearest};
use crate::script::{Script, lines};

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// What stands in the file, together with enough around it to be found once. Empty: the file
    /// does not exist yet.
    pub old_string: String,
    /// What is to stand there. Taken as it is: no character in it has a meaning of its own.
    pub new_string: String,
    /// Whether every place counts, and not one only.
    #[serde(default)]
    pub replace_all: bool,
}

/// Applies all of `edits` in order, each to what the one before it left; or none of them. `text`
/// is `None` if there is no such file.
///
/// # Errors
/// The first edit that does not fit, with its number if there are several.
pub fn search_replace(text: Option<&Text>, edits: &[Replacement]) -> Result<Applied, Refusal> {
    if edits.is_empty() {
        return Err(Refusal::new(Reason::Empty, "There is no edit to apply."));
    }
    let mut now = text.cloned();
    let mut steps = Vec::new();
    let mut leniency = Leniency::Exact;
    for (index, edit) in edits.iter().enumerate() {
        let step = replace(now.as_ref(), edit).map_err(|mut refusal| {
            if edits.len() > 1 {
                let number = index + 1;
                refusal.message = format!(
                    "Edit {number} of {} does not apply, so none was applied. {}",
                    edits.len(),
                    refusal.message
                );
            }
            refusal
        })?;
        now = Some(step.text);
        leniency = leniency.max(step.leniency);
        steps.push(step.edits);
    }
    let before = text.cloned().unwrap_or_default();
    let text = now.unwrap_or_default();
    let edits = match <[Vec<TextEdit>; 1]>::try_from(steps) {
        Ok([only]) => only,
        Err(_) => diff(&before, &text),
    };
    if edits.is_empty() && text == before && !text.is_empty() {
        return Err(Refusal::new(Reason::Empty, "The edits leave the file as it is."));
    }
    Ok(Applied { edits, text, leniency })
}

fn replace(text: Option<&Text>, edit: &Replacement) -> Result<Applied, Refusal> {
    let Some(text) = text else { return create(edit) };
    let plain = text.to_string();
    let file = File::new(&plain);
    if edit.old_string.trim().is_empty() {
        let message = format!(
            "old_string is blank, but the file exists and has {} lines. Give the lines that are \
             to be replaced, or lines beside which the new ones belong.",
            file.line_count()
        );
        let start = 0..file.line_count().min(5);
        return Err(Refusal::new(Reason::Exists, message).showing(&file, "Its start", &[start]));
    }
    if edit.old_string == edit.new_string {
        return Err(Refusal::new(
            Reason::Empty,
            "old_string and new_string are the same: there is nothing to change.",
        ));
    }
    let edit = match edit.old_string.strip_prefix('\u{feff}') {
        // The byte order mark belongs to the file, whoever else mentions it.
        Some(old) => &Replacement {
            old_string: old.to_owned(),
            new_string: edit.new_string.trim_start_matches('\u{feff}').to_owned(),
            replace_all: edit.replace_all,
        },
        None => edit,
    };
    let (leniency, edits) = edits(&file, edit)?;
    if edits.is_empty() {
        return Err(Refusal::new(
            Reason::Empty,
            "old_string and new_string differ in white space alone, which the file does not \
             have: there is nothing to change.",
        ));
    }
    // Scripts at different places never overlap, so this cannot fail.
    let text = apply(text, &edits)
        .map_err(|overlap| Refusal::new(Reason::Ambiguous, overlap.to_string()))?;
    Ok(Applied { edits, text, leniency })
}

fn create(edit: &Replacement) -> Result<Applied, Refusal> {
    if !edit.old_string.is_empty() {
        return Err(Refusal::new(
            Reason::NoFile,
            "The file does not exist. To create it, leave old_string empty.",
        ));
    }
    let edits = vec![TextEdit::insert(0, edit.new_string.as_str())];
    Ok(Applied { edits, text: Text::new(&edit.new_string), leniency: Leniency::Exact })
}

fn edits(file: &File<'_>, edit: &Replacement) -> Result<(Leniency, Vec<TextEdit>), Refusal> {
    let exact = find_exact(file.text(), &edit.old_string);
    if !exact.is_empty() {
        return exact_edits(file, edit, &exact).map(|edits| (Leniency::Exact, edits));
    }
    let script = Script::of_texts(&edit.old_string, &edit.new_string);
    let trimmed = script.without_blank_edges();
    for leniency in [Leniency::LineEnds, Leniency::TrailingBlanks, Leniency::Indentation] {
        // How a file ends its lines is not for a model to know; all else is leniency proper.
        if leniency == Leniency::TrailingBlanks
            && let Some(refusal) = already_applied(file, &script)
        {
            return Err(refusal);
        }
        for script in [&script, &trimmed] {
            let places = find(file, &script.old, leniency);
            if !places.is_empty() {
                return lenient_edits(file, script, places, leniency, edit.replace_all)
                    .map(|edits| (leniency, edits));
            }
        }
    }
    let message = "old_string does not stand in the file. Copy the lines as they are in the file.";
    let refusal = Refusal::new(Reason::NotFound, message);
    Err(refusal.showing(file, "Nearest text", &nearest(file, &script.old)))
}

/// The edits where the old lines stand in the file but for what is overlooked.
fn lenient_edits(
    file: &File<'_>,
    script: &Script,
    places: Vec<Range<usize>>,
    leniency: Leniency,
    replace_all: bool,
) -> Result<Vec<TextEdit>, Refusal> {
    if places.len() > 1 && !replace_all {
        let lines = line_numbers(places.iter().map(|place| place.start));
        let message = format!(
            "old_string matches {} places {} (lines {lines}). Add lines around it so that it \
             matches one of them only, or set replace_all.",
            places.len(),
            leniency.words(),
        );
        return Err(Refusal::new(Reason::Ambiguous, message).showing(file, "Place", &places));
    }
    let mut edits = Vec::new();
    let mut free = 0;
    for place in places {
        // With replace_all two places may overlap; then the first counts.
        if place.start < free {
            continue;
        }
        free = place.end;
        edits.extend(compile(file, script, place.clone(), leniency).map_err(|line| {
            let message = format!(
                "old_string was found, but with a different indentation, and it is not clear how \
                 to indent this new line: {line}\nWrite the lines as they stand in the file."
            );
            Refusal::new(Reason::Indentation, message).showing(file, "The file", &[place])
        })?);
    }
    Ok(edits)
}

/// The edits where the old text stands in the file character by character.
fn exact_edits(
    file: &File<'_>,
    edit: &Replacement,
    places: &[usize],
) -> Result<Vec<TextEdit>, Refusal> {
    let Replacement { old_string: old, new_string: new, replace_all } = edit;
    let [at] = places else {
        if *replace_all {
            return Ok(replace_everywhere(file, places, old, new));
        }
        let count = places.len();
        let mut places: Vec<_> = places.iter().map(|at| lines_of(file, *at, old.len())).collect();
        places.dedup();
        let lines = line_numbers(places.iter().map(|place| place.start));
        let message = format!(
            "old_string stands in the file {count} times (lines {lines}). Add lines around it so that \
             it stands there once, or set replace_all.",
        );
        return Err(Refusal::new(Reason::Ambiguous, message).showing(file, "Place", &places));
    };
    // A text that contains the old one would fit a second time into its own result.
    if let Some(start) = new.find(old.as_str()).and_then(|inset| at.checked_sub(inset))
        && file.text().get(start..start + new.len()) == Some(new)
    {
        return Err(stands_there(file, lines_of(file, start, new.len())));
    }
    exact_edit(file, *at, old, new)
}

/// Replaces one place. The lines that it lies in are compared as a whole, so that their line
/// ends stay what they are.
fn exact_edit(file: &File<'_>, at: usize, old: &str, new: &str) -> Result<Vec<TextEdit>, Refusal> {
    let end = at + old.len();
    let place = file.line_of(at)..file.line_of(end) + 1;
    let before = &file.text()[file.line_start(place.start)..at];
    let after = &file.text()[end..file.body_end(place.end - 1)];
    let whole_lines = before.is_empty() && after.is_empty();
    let new_lines = if new.is_empty() && whole_lines && !old.ends_with('\n') {
        // Lines that are deleted take their line end with them.
        Vec::new()
    } else {
        lines(&format!("{before}{new}{after}"))
    };
    let script = Script { old: lines(&format!("{before}{old}{after}")), new: new_lines };
    compile(file, &script, place, Leniency::Exact)
        .map_err(|line| Refusal::new(Reason::Indentation, line))
}

/// Replaces every place; of two that overlap, the first.
fn replace_everywhere(file: &File<'_>, places: &[usize], old: &str, new: &str) -> Vec<TextEdit> {
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut free = 0;
    for at in places.iter().copied() {
        if at >= free {
            free = at + old.len();
            let line_end = file.line_end_near(file.line_of(at));
            let new = new.replace("\r\n", "\n").replace('\n', line_end);
            if file.text()[at..free] != new {
                edits.push(TextEdit::new(at..free, new));
            }
        }
    }
    edits
}

/// Whether the new lines stand in the file where the old ones do not. A script that deletes only
/// says nothing new, and its lines may stand anywhere.
fn already_applied(file: &File<'_>, script: &Script) -> Option<Refusal> {
    /// Shorter texts stand anywhere by chance.
    const TELLING: usize = 8;
    let telling = script.changes(Leniency::TrailingBlanks).iter().any(|change| {
        let new = script.new[change.new.clone()].iter();
        new.map(|line| line.trim().len()).sum::<usize>() >= TELLING
    });
    if !telling {
        return None;
    }
    let new = Script { old: script.new.clone(), new: script.new.clone() }.without_blank_edges().new;
    let places = find(file, &new, Leniency::LineEnds);
    if let Some(place) = places.into_iter().next() {
        return Some(stands_there(file, place));
    }
    let [line] = new.as_slice() else { return None };
    let at = *find_exact(file.text(), line).first()?;
    Some(stands_there(file, lines_of(file, at, line.len())))
}

fn stands_there(file: &File<'_>, place: Range<usize>) -> Refusal {
    let message = format!(
        "new_string already stands in the file at line {}: this edit seems to have been applied \
         already.",
        place.start + 1
    );
    Refusal::new(Reason::AlreadyApplied, message).showing(file, "The file", &[place])
}

/// The lines that hold `length` bytes from `at` on.
fn lines_of(file: &File<'_>, at: usize, length: usize) -> Range<usize> {
    file.line_of(at)..file.line_of(at + length.saturating_sub(1)) + 1
}
