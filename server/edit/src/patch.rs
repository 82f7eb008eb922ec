//! The format "apply patch": an envelope with sections that create, delete, move and update
//! files.

use std::collections::BTreeMap;

use text::{Text, apply};

use crate::Applied;
use crate::alike::Leniency;
use crate::compile::compile;
use crate::effort::Effort;
use crate::envelope::{Section, What, sections};
use crate::file::File;
use crate::hunks::hunks;
use crate::locate::locate;
use crate::nearest::nearest;
use crate::refusal::{Reason, Refusal};
use crate::script::Script;
use crate::search_replace::placeholder;
use crate::unwrap::inserted_placeholder;

/// The files that a patch may name.
pub trait Files {
    /// The text of a file, by its path as the patch writes it. `None` if there is none.
    ///
    /// # Errors
    /// In words for the model, if the file is there but cannot be edited.
    fn read(&self, path: &str) -> Result<Option<Text>, String>;

    /// Paths to name when a patch is about a file that does not exist.
    fn known(&self) -> Vec<String>;
}

impl Files for BTreeMap<String, Text> {
    fn read(&self, path: &str) -> Result<Option<Text>, String> {
        Ok(self.get(path).cloned())
    }

    fn known(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// The files that a patch changes, with their texts afterwards; `None` for those that are gone.
pub type Changed = BTreeMap<String, Option<Text>>;

/// Applies all sections of a patch in order, or none of them.
///
/// # Errors
/// The first section that does not fit, with its path.
pub fn apply_patch(files: &dyn Files, patch: &str) -> Result<Changed, Refusal> {
    let sections = sections(patch)?;
    let mut changed = Changed::new();
    let mut before = Changed::new();
    for section in &sections {
        let mut read = |path: &str| -> Result<Option<Text>, Refusal> {
            if let Some(text) = changed.get(path) {
                return Ok(text.clone());
            }
            let text = files.read(path).map_err(|error| Refusal::new(Reason::NoFile, error))?;
            before.entry(path.to_owned()).or_insert_with(|| text.clone());
            Ok(text)
        };
        let text = read(section.path)?;
        let target = section.target.map(&mut read).transpose()?;
        let result = carry_out(files, section, text, target.flatten());
        let text = result.map_err(|refusal| refusal.after(&format!("{}: ", section.path)))?;
        match section.target {
            Some(target) => {
                changed.insert(section.path.to_owned(), None);
                changed.insert(target.to_owned(), text);
            }
            None => {
                changed.insert(section.path.to_owned(), text);
            }
        }
    }
    changed.retain(|path, text| before.get(path) != Some(text));
    if changed.is_empty() {
        return Err(nothing(files, &sections));
    }
    Ok(changed)
}

fn nothing(files: &dyn Files, sections: &[Section<'_>]) -> Refusal {
    let refusal = Refusal::new(Reason::Empty, "The patch changes nothing.");
    let text = sections.first().and_then(|section| files.read(section.path).ok().flatten());
    let Some(text) = text else { return refusal };
    let plain = text.to_string();
    let file = File::new(&plain);
    let lines = sections.iter().flat_map(|section| section.body.iter().map(|line| line.get(1..)));
    let places = nearest(&file, lines.flatten());
    refusal.showing(&file, "The file", &places)
}

/// What one section leaves of its file.
fn carry_out(
    files: &dyn Files,
    section: &Section<'_>,
    text: Option<Text>,
    target: Option<Text>,
) -> Result<Option<Text>, Refusal> {
    let exists = |text: &Text, what: &str| {
        let plain = text.to_string();
        let file = File::new(&plain);
        let start = 0..file.line_count().min(5);
        Refusal::new(Reason::Exists, what).showing(&file, "Its start", &[start])
    };
    match (section.what, text) {
        (What::Add, Some(text)) => Err(exists(&text, "The file exists already.")),
        (What::Add, None) => Ok(Some(Text::new(&added(section)?))),
        (_, None) => Err(missing(files, section)),
        (What::Delete, Some(_)) => Ok(None),
        (What::Update, Some(text)) => {
            if let Some(target) = target {
                return Err(exists(&target, "The file that it is to be moved to exists already."));
            }
            let hunks = hunks(&section.body);
            if hunks.is_empty() && section.target.is_some() {
                return Ok(Some(text));
            }
            let plain = text.to_string();
            Ok(Some(apply_hunks(&text, &File::new(&plain), &hunks)?.text))
        }
    }
}

/// The text of a created file.
fn added(section: &Section<'_>) -> Result<String, Refusal> {
    let lines: Vec<&str> =
        section.body.iter().copied().filter(|line| !line.starts_with("@@")).collect();
    let marked = lines.iter().filter(|line| line.starts_with('+')).count();
    let filled = lines.iter().filter(|line| !line.trim().is_empty()).count();
    if marked < filled && marked > 0 {
        let message = "Every line of a new file begins with `+`; some of these do not.";
        return Err(Refusal::new(Reason::Malformed, message));
    }
    // Without any marker the lines are the file's own.
    let text = |line: &&str| line.strip_prefix('+').unwrap_or(line).to_owned() + "\n";
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |at| at + 1);
    Ok(lines[..end].iter().map(text).collect())
}

fn missing(files: &dyn Files, section: &Section<'_>) -> Refusal {
    let mut refusal = Refusal::new(Reason::NoFile, "There is no such file.");
    let known = files.known();
    if !known.is_empty() {
        refusal.message += &format!(" Known files: {}.", known.join(", "));
    }
    // The lines may stand in a file that goes by another name.
    let hunks = hunks(&section.body);
    let lines = || hunks.iter().flat_map(|hunk| hunk.old().map(|line| line.text.as_str()));
    for path in known.iter().take(3) {
        if let Ok(Some(text)) = files.read(path) {
            let plain = text.to_string();
            let file = File::new(&plain);
            let places = nearest(&file, lines());
            refusal = refusal.showing(&file, path, &places[..places.len().min(1)]);
        }
    }
    refusal
}

/// Applies hunks to one file, all at once or not at all.
pub(crate) fn apply_hunks(
    text: &Text,
    file: &File<'_>,
    hunks: &[Script],
) -> Result<Applied, Refusal> {
    let start = || 0..file.real_lines().min(5);
    if hunks.is_empty() {
        let message = "There is no hunk that says what to change.";
        return Err(Refusal::new(Reason::Empty, message).showing(file, "The file", &[start()]));
    }
    if let Some(line) = hunks.iter().find_map(|hunk| inserted_placeholder(hunk, true)) {
        return Err(placeholder(file, &line.text));
    }
    let nothing = || {
        let lines = hunks.iter().flat_map(|hunk| hunk.old().map(|line| line.text.as_str()));
        let places = nearest(file, lines);
        let refusal = Refusal::new(Reason::Empty, "There is nothing to change.");
        refusal.showing(file, "The file", &places[..places.len().min(1)])
    };
    let hunks: Vec<Script> =
        hunks.iter().filter(|hunk| hunk.settled(false).changes()).cloned().collect();
    if hunks.is_empty() {
        return Err(nothing());
    }
    let placed = locate(file, &hunks, &Effort::new())?;
    let edits = compile(file, &placed)?;
    let before = text;
    let text = apply(text, &edits)
        .map_err(|overlap| Refusal::new(Reason::Overlap, overlap.to_string()))?;
    // Hunks that each change something may undo each other.
    if text == *before {
        return Err(nothing());
    }
    let leniency = placed.iter().map(|placed| placed.leniency).max().unwrap_or(Leniency::Exact);
    Ok(Applied { edits, text, leniency })
}
