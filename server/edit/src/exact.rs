//! Replacements whose old text stands in the file character by character.

use std::ops::Range;

use text::TextEdit;

use crate::alike::Leniency;
use crate::compile::{Placed, compile};
use crate::effort::Effort;
use crate::file::File;
use crate::locate::{already, stands_there};
use crate::place::Place;
use crate::refusal::{Reason, Refusal, line_numbers};
use crate::script::{Script, lines};
use crate::search_replace::Replacement;

/// The edits where the old text stands in the file character by character.
/// `None` if it does not.
///
/// # Errors
/// If it stands there several times, has been applied already, or would join two lines.
pub(crate) fn exact_edits(
    file: &File<'_>,
    edit: &Replacement,
    script: &Script,
    effort: &Effort,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let mut places = find_exact(file.text(), &edit.old_string);
    if edit.old_string.trim().contains('\n') && !places.is_empty() {
        // Several lines mean whole lines where there are such.
        let length = edit.old_string.len();
        let whole: Vec<usize> =
            places.iter().copied().filter(|at| is_whole(file, *at, length)).collect();
        match whole.as_slice() {
            [] => already(file, &script.settled(false), Leniency::Exact, effort)?,
            [_] if !edit.replace_all => places = whole,
            _ => {}
        }
    }
    match places.as_slice() {
        [] => Ok(None),
        [at] => one_place(file, edit, *at).map(Some),
        several if edit.replace_all => {
            Ok(Some(replace_everywhere(file, several, &edit.old_string, &edit.new_string)))
        }
        several => {
            let count = several.len();
            let length = edit.old_string.len();
            let mut places: Vec<_> = several.iter().map(|at| lines_of(file, *at, length)).collect();
            places.dedup();
            let lines = line_numbers(places.iter().map(|place| place.start));
            let message = format!(
                "old_string stands in the file {count} times (lines {lines}). Add lines around it \
                 so that it stands there once, or set replace_all.",
            );
            Err(Refusal::new(Reason::Ambiguous, message).showing(file, "Place", &places))
        }
    }
}

fn one_place(file: &File<'_>, edit: &Replacement, at: usize) -> Result<Vec<TextEdit>, Refusal> {
    let Replacement { old_string: old, new_string: new, .. } = edit;
    // A text that contains the old one would fit a second time into its own result.
    if let Some(start) = new.find(old.as_str()).and_then(|inset| at.checked_sub(inset))
        && file.text().get(start..start + new.len()) == Some(new)
    {
        return Err(stands_there(file, lines_of(file, start, new.len())));
    }
    if joins_lines(file, at, old, new) {
        let message = "old_string has a line end at its start or end where new_string has none, so \
                       that two lines would become one. Write whole lines in both, or the whole of \
                       both lines that are to be joined.";
        let place = lines_of(file, at, old.len());
        return Err(Refusal::new(Reason::Unclear, message).showing(file, "The file", &[place]));
    }
    if is_shifted(file, at, old, new) {
        let script = Script::of_texts(old, new).settled(false);
        let place = Place::at(file.line_of(at), &script);
        return compile(file, &[Placed { script, place, leniency: Leniency::Indentation }]);
    }
    exact_edit(file, at, old, new)
}

/// Whether a line end at the edge of the old text would be lost, and with it the border between
/// two lines of which only one was written out. Nobody can see whether that is meant.
fn joins_lines(file: &File<'_>, at: usize, old: &str, new: &str) -> bool {
    let (before, after) = (&file.text()[..at], &file.text()[at + old.len()..]);
    let starts = |text: &str| text.starts_with('\n') || text.starts_with("\r\n");
    let lost_before = starts(old) && !starts(new) && !before.is_empty() && !before.ends_with('\n');
    let lost_after =
        old.ends_with('\n') && !new.ends_with('\n') && !after.is_empty() && !starts(after);
    !new.is_empty() && (lost_before || lost_after)
}

/// Whether a model wrote one line and what is to come of it without the file's indentation: then
/// the line is found behind the blanks in front of it, but the lines that are to follow have less
/// of them than it has. A bracket that closes may well have less.
fn is_shifted(file: &File<'_>, at: usize, old: &str, new: &str) -> bool {
    let line = file.line_of(at);
    let before = &file.text()[file.line_start(line).min(at)..at];
    let filled = |text: &'_ str| text.lines().filter(|line| !line.trim().is_empty()).count();
    let others: Vec<&str> = new.lines().skip(1).filter(|line| !line.trim().is_empty()).collect();
    !before.is_empty()
        && before.trim().is_empty()
        && filled(old) == 1
        && old.trim_end() == file.line(line).trim()
        && new.starts_with(|c: char| !c.is_whitespace())
        && others.iter().all(|line| !line.starts_with(before))
        && others.first().is_some_and(|line| !line.trim_start().starts_with([')', ']', '}']))
}

/// Replaces one place. The lines that it lies in are compared as a whole, so that their line
/// ends stay what they are.
fn exact_edit(file: &File<'_>, at: usize, old: &str, new: &str) -> Result<Vec<TextEdit>, Refusal> {
    let end = at + old.len();
    let range = file.line_of(at)..file.line_of(end) + 1;
    let before = &file.text()[file.line_start(range.start).min(at)..at];
    let after = &file.text()[end..file.body_end(range.end - 1)];
    let whole_lines = before.is_empty() && after.is_empty();
    let new_lines = if new.is_empty() && whole_lines && !old.ends_with('\n') {
        // Lines that are deleted take their line end with them.
        Vec::new()
    } else {
        lines(&format!("{before}{new}{after}"))
    };
    let old_lines = lines(&format!("{before}{old}{after}"));
    let script = Script::of_lines(old_lines, new_lines).settled(false);
    let place = Place::at(range.start, &script);
    compile(file, &[Placed { script, place, leniency: Leniency::Exact }])
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

/// All places where `wanted` stands character by character, those that overlap included. A place
/// that would cut a `\r\n` in two is none; neither is one where several lines begin or end within
/// a word, which has become another word since it was copied.
fn find_exact(text: &str, wanted: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(length) = text[from..].find(wanted) {
        let at = from + length;
        let ends = [at, at + wanted.len()];
        let lines = wanted.contains('\n');
        if !ends.iter().any(|end| cuts_line_end(text, *end) || lines && cuts_word(text, *end)) {
            places.push(at);
        }
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
    }
    places
}

/// Whether there are only blanks on the lines in front of and behind a stretch of text.
fn is_whole(file: &File<'_>, at: usize, length: usize) -> bool {
    let (first, end) = (file.line_of(at), at + length);
    let last = file.line_of(end);
    let before = &file.text()[file.line_start(first).min(at)..at];
    let after = &file.text()[end.min(file.body_end(last))..file.body_end(last)];
    before.trim().is_empty() && (after.trim().is_empty() || file.text()[..end].ends_with('\n'))
}

fn cuts_word(text: &str, at: usize) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    word(text[..at].chars().next_back()) && word(text[at..].chars().next())
}

fn cuts_line_end(text: &str, at: usize) -> bool {
    text[..at].ends_with('\r') && text[at..].starts_with('\n')
}

/// The lines that hold `length` bytes from `at` on.
fn lines_of(file: &File<'_>, at: usize, length: usize) -> Range<usize> {
    file.line_of(at)..file.line_of(at + length.saturating_sub(1)) + 1
}
