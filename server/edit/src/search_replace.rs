//! The format "search and replace": pairs of a text that stands in the file and the text that is
//! to stand there.

use serde::{Deserialize, Serialize};
use text::{Text, TextEdit, apply, diff};

use crate::Applied;
use crate::alike::Leniency;
use crate::compile::{Placed, compile};
use crate::effort::Effort;
use crate::exact::exact_edits;
use crate::file::File;
use crate::locate::{ambiguous, search};
use crate::nearest::nearest;
use crate::refusal::{Reason, Refusal};
use crate::script::{Script, lines};
use crate::unwrap::{escapes, fences, inserted_placeholder};

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
    let effort = Effort::new();
    let mut now = text.cloned();
    let mut steps = Vec::new();
    let mut leniency = Leniency::Exact;
    for (index, edit) in edits.iter().enumerate() {
        let step = replace(now.as_ref(), edit, &effort);
        let step = step.map_err(|refusal| of_several(refusal, text, index, edits.len()))?;
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
    if text == before && !text.is_empty() {
        return Err(Refusal::new(Reason::Empty, "The edits leave the file as it is."));
    }
    Ok(Applied { edits, text, leniency })
}

/// The refusal of one edit of several. Its lines are those of the file as it is, since none of the
/// edits in front of it was applied either.
fn of_several(refusal: Refusal, text: Option<&Text>, index: usize, count: usize) -> Refusal {
    if count == 1 {
        return refusal;
    }
    let words = format!("Edit {} of {count} does not apply, so none was applied. ", index + 1);
    let Some(text) = text.filter(|_| index > 0) else { return refusal.after(&words) };
    let plain = text.to_string();
    let file = File::new(&plain);
    let head = refusal.message.lines().next().unwrap_or_default();
    let lines = refusal.candidates.iter().flat_map(|candidate| candidate.text.lines());
    let places = nearest(&file, lines);
    let counted =
        "Line numbers here count the edits in front of it as applied, those below do not.";
    let told = match refusal.reason {
        Reason::NotFound => format!("{words}{head}"),
        _ => format!("{words}{head} {counted}"),
    };
    Refusal::new(refusal.reason, told).showing(&file, "The file", &places)
}

fn replace(text: Option<&Text>, edit: &Replacement, effort: &Effort) -> Result<Applied, Refusal> {
    let Some(text) = text else { return create(edit) };
    let plain = text.to_string();
    let file = File::new(&plain);
    let edit = match edit.old_string.strip_prefix('\u{feff}') {
        // The byte order mark belongs to the file, whoever else mentions it.
        Some(old) => &Replacement {
            old_string: old.to_owned(),
            new_string: edit.new_string.trim_start_matches('\u{feff}').to_owned(),
            replace_all: edit.replace_all,
        },
        None => edit,
    };
    if edit.old_string.trim().is_empty() && !(file.real_lines() == 0 && edit.old_string.is_empty())
    {
        let message = format!(
            "old_string is blank, but the file exists and has {} lines. Give the lines that are \
             to be replaced, or lines beside which the new ones belong.",
            file.line_count()
        );
        let start = 0..file.line_count().min(5);
        return Err(Refusal::new(Reason::Exists, message).showing(&file, "Its start", &[start]));
    }
    if edit.old_string == edit.new_string {
        let message = "old_string and new_string are the same: there is nothing to change.";
        return Err(same_place(&file, edit, Refusal::new(Reason::Empty, message)));
    }
    let (leniency, edits) = edits(&file, edit, effort)?;
    if edits.is_empty() {
        let message = "old_string and new_string differ in white space alone, which the file does \
                       not have: there is nothing to change.";
        return Err(same_place(&file, edit, Refusal::new(Reason::Empty, message)));
    }
    // Scripts at different places never overlap, so this cannot fail.
    let text = apply(text, &edits)
        .map_err(|overlap| Refusal::new(Reason::Overlap, overlap.to_string()))?;
    Ok(Applied { edits, text, leniency })
}

/// The refusal with the place that an edit which changes nothing is about.
fn same_place(file: &File<'_>, edit: &Replacement, refusal: Refusal) -> Refusal {
    let lines = lines(&edit.old_string);
    let places = nearest(file, lines.iter().map(String::as_str));
    refusal.showing(file, "The file", &places[..places.len().min(1)])
}

fn create(edit: &Replacement) -> Result<Applied, Refusal> {
    if !edit.old_string.is_empty() {
        return Err(Refusal::new(
            Reason::NoFile,
            "The file does not exist. To create it, leave old_string empty.",
        ));
    }
    Ok(Applied::created(&edit.new_string))
}

fn edits(
    file: &File<'_>,
    edit: &Replacement,
    effort: &Effort,
) -> Result<(Leniency, Vec<TextEdit>), Refusal> {
    let Replacement { old_string: old, new_string: new, replace_all } = edit;
    let script = Script::of_texts(old, new);
    if let Some(line) = inserted_placeholder(&script.settled(true), true) {
        return Err(placeholder(file, &line.text));
    }
    if file.real_lines() == 0 && old.is_empty() {
        return Ok((Leniency::Exact, vec![TextEdit::insert(file.line_start(0), new.as_str())]));
    }
    if let Some(edits) = exact_edits(file, edit, &script, effort)? {
        return Ok((Leniency::Exact, edits));
    }
    let wrapped = [fences(old, new), escapes(old, new)];
    let wrapped: Vec<Script> =
        wrapped.into_iter().flatten().map(|(old, new)| Script::of_texts(&old, &new)).collect();
    let found = search(file, &script, &wrapped, effort)?;
    let leniency = found.leniency.max(Leniency::LineEnds);
    if found.places.len() > 1 && !replace_all {
        return Err(ambiguous(file, &found));
    }
    let mut placed: Vec<Placed> = Vec::new();
    let mut free = 0;
    for place in &found.places {
        // With replace_all two places may overlap; then the first counts.
        if place.range.start >= free {
            free = place.range.end;
            placed.push(found.at(place.clone()));
        }
    }
    Ok((leniency, compile(file, &placed)?))
}

/// A refusal for a new line that stands for something that it leaves out.
pub(crate) fn placeholder(file: &File<'_>, line: &str) -> Refusal {
    let message = format!(
        "This new line stands for text that it leaves out, and would be written as it is: {}\n\
         Write the lines in full, or leave out the ones that do not change.",
        line.trim()
    );
    let places = nearest(file, std::iter::once(line));
    Refusal::new(Reason::Placeholder, message).showing(file, "The file", &places)
}
