//! A script laid over the place where its old lines stand.

use std::ops::Range;

use text::{Text, TextEdit, diff};

use crate::file::File;
use crate::indent::IndentMap;
use crate::place::Leniency;
use crate::script::Script;

/// The edits that carry out `script` at the lines `place` of the file, which fit its old lines.
/// Kept lines stay as they are in the file, byte by byte; new lines get the line end of their
/// neighbours and, where the indentation was overlooked, the file's indentation.
///
/// # Errors
/// The new line whose indentation cannot be told.
pub(crate) fn compile<'a>(
    file: &File<'a>,
    script: &Script,
    place: Range<usize>,
    leniency: Leniency,
) -> Result<Vec<TextEdit>, String> {
    let indents = if leniency == Leniency::Indentation {
        let found = place.clone().map(|line| file.line(line));
        IndentMap::new(script.old.iter().map(String::as_str).zip(found))
    } else {
        IndentMap::new(std::iter::empty())
    };
    // Each line with its line end; empty where the file has none.
    let mut result: Vec<(String, &'a str)> = Vec::new();
    let mut done = 0;
    let keep = |result: &mut Vec<(String, &'a str)>, lines: Range<usize>| {
        result.extend(lines.map(|line| {
            let line = place.start + line;
            (file.line(line).to_owned(), file.line_end(line))
        }));
    };
    for change in script.changes(leniency) {
        keep(&mut result, done..change.old.start);
        let line_end = file.line_end_near(place.start + change.old.start);
        for line in &script.new[change.new] {
            let indented = indents.apply(line).ok_or_else(|| line.clone())?;
            result.push((indented, line_end));
        }
        done = change.old.end;
    }
    keep(&mut result, done..script.old.len());
    Ok(edits(file, place, result))
}

/// The edits that put `lines` in place of the lines `place`.
fn edits<'a>(
    file: &File<'a>,
    place: Range<usize>,
    mut lines: Vec<(String, &'a str)>,
) -> Vec<TextEdit> {
    let mut start = file.line_start(place.start);
    let end = file.full_end(place.end - 1);
    let at_file_end = place.end == file.line_count();
    // The last line of a file has no line end; every other one does.
    if let Some(((_, last), others)) = lines.split_last_mut() {
        if at_file_end {
            *last = "";
        }
        for (index, (_, line_end)) in others.iter_mut().enumerate() {
            if line_end.is_empty() {
                *line_end = file.line_end_near(place.start + index);
            }
        }
        if !at_file_end && last.is_empty() {
            *last = file.line_end_near(place.end);
        }
    } else if at_file_end && place.start > 0 {
        // The lines at the end go, and the line before them becomes the last one.
        start = file.body_end(place.start - 1);
    }
    let new: String = lines.iter().flat_map(|(line, end)| [line.as_str(), end]).collect();
    let old = Text::new(&file.text()[start..end]);
    let shifted = diff(&old, &Text::new(&new))
        .into_iter()
        .map(|edit| TextEdit::new(edit.range.start + start..edit.range.end + start, edit.new_text));
    shifted.collect()
}
