//! Two simple policies in this process, to compare a candidate with: apply whatever rustc marks
//! as machine-applicable; and try every suggestion, keeping those after which errors are fewer.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use super::cargo::{Check, Slot};
use super::doors;

/// How a policy ended: how many checks it ran.
pub(crate) struct Ended {
    pub(crate) checks: u64,
    pub(crate) passes: bool,
}

/// One place of a suggestion.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    file: String,
    start: usize,
    end: usize,
    text: String,
}

/// The parts that belong together, and whether rustc would have a machine apply them.
#[derive(Clone, Debug)]
struct Suggestion {
    parts: Vec<Part>,
    applicable: bool,
}

/// The suggestions of one message and its notes. Alternatives come as several suggestions.
fn suggestions(message: &Value) -> Vec<Suggestion> {
    let notes = message["children"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found = Vec::new();
    for note in std::iter::once(message).chain(notes) {
        let spans = note["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut parts = Vec::new();
        let mut applicable = true;
        for span in spans {
            let Some(text) = span["suggested_replacement"].as_str() else { continue };
            let place = |key: &str| span[key].as_u64().and_then(|n| usize::try_from(n).ok());
            let (Some(start), Some(end)) = (place("byte_start"), place("byte_end")) else {
                continue;
            };
            let file = span["file_name"].as_str().unwrap_or_default().to_owned();
            applicable &= span["suggestion_applicability"] == "MachineApplicable";
            parts.push(Part { file, start, end, text: text.to_owned() });
        }
        // Several texts for one place are alternatives, not parts.
        let places: BTreeSet<(usize, usize)> = parts.iter().map(|p| (p.start, p.end)).collect();
        if parts.len() > places.len() {
            found
                .extend(parts.into_iter().map(|part| Suggestion { parts: vec![part], applicable }));
        } else if !parts.is_empty() {
            found.push(Suggestion { parts, applicable });
        }
    }
    found
}

/// Replaces the parts in one text, last first; none if one is out of range.
fn replaced(text: &str, parts: &[&Part]) -> Option<String> {
    let mut parts = parts.to_vec();
    parts.sort();
    let mut text = text.to_owned();
    for part in parts.iter().rev() {
        text.get(part.start..part.end)?;
        text.replace_range(part.start..part.end, &part.text);
    }
    Some(text)
}

/// Applies parts to the files of a slot; files outside of it (the standard library's) are left.
/// Gives back the old texts of what was changed.
fn apply(slot: &Slot, parts: &[Part]) -> Result<Vec<(String, String)>> {
    let files: BTreeSet<&str> = parts.iter().map(|part| part.file.as_str()).collect();
    let mut old = Vec::new();
    for file in files {
        let path = slot.root.join(file);
        let inside = path.starts_with(&slot.root) && !file.contains("..") && path.is_file();
        let of_file: Vec<&Part> = parts.iter().filter(|part| part.file == file).collect();
        let Some(text) = inside.then(|| doors::read(&path)).transpose()? else { continue };
        if let Some(new) = replaced(&text, &of_file)
            && new != text
        {
            doors::write(&path, &new)?;
            old.push((file.to_owned(), text));
        }
    }
    Ok(old)
}

/// Applies all machine-applicable suggestions of all errors, and again, up to six times.
pub(crate) fn apply_all(slot: &Slot) -> Result<Ended> {
    let mut check = slot.check()?;
    let mut checks = 1;
    for _ in 0..6 {
        let all = check.messages.iter().flat_map(suggestions).filter(|one| one.applicable);
        let mut parts: Vec<Part> = Vec::new();
        for suggestion in all {
            let clash = suggestion.parts.iter().any(|new| {
                parts
                    .iter()
                    .any(|old| old.file == new.file && old.start <= new.end && new.start <= old.end)
            });
            if !clash {
                parts.extend(suggestion.parts);
            }
        }
        if check.passes || apply(slot, &parts)?.is_empty() {
            break;
        }
        check = slot.check()?;
        checks += 1;
    }
    Ok(Ended { checks, passes: check.passes })
}

/// Tries each suggestion by itself and keeps it if errors are fewer after it, up to 60 checks.
pub(crate) fn try_each(slot: &Slot) -> Result<Ended> {
    let mut check = slot.check()?;
    let mut checks = 1;
    'kept: while !check.passes {
        let all: Vec<Suggestion> = check.messages.iter().flat_map(suggestions).collect();
        for suggestion in all {
            if checks >= 60 {
                break 'kept;
            }
            let old = apply(slot, &suggestion.parts)?;
            if old.is_empty() {
                continue;
            }
            let next = slot.check()?;
            checks += 1;
            if is_better(&next, &check) {
                check = next;
                continue 'kept;
            }
            for (file, text) in old {
                doors::write(&slot.root.join(file), &text)?;
            }
        }
        break;
    }
    Ok(Ended { checks, passes: check.passes })
}

fn is_better(next: &Check, now: &Check) -> bool {
    next.passes || next.counts < now.counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn span(start: usize, end: usize, text: &str, applicability: &str) -> Value {
        json!({"file_name": "src/lib.rs", "byte_start": start, "byte_end": end,
               "suggested_replacement": text, "suggestion_applicability": applicability})
    }

    #[test]
    fn parts_belong_together_and_alternatives_do_not() {
        let message = json!({"spans": [{"file_name": "src/lib.rs", "byte_start": 0, "byte_end": 1,
                                        "suggested_replacement": null}],
            "children": [
                {"spans": [span(0, 0, "(", "MachineApplicable"), span(3, 3, ")", "MachineApplicable")]},
                {"spans": [span(0, 0, "a", "MaybeIncorrect"), span(0, 0, "b", "MaybeIncorrect")]}]});
        let found = suggestions(&message);
        let sizes: Vec<(usize, bool)> =
            found.iter().map(|one| (one.parts.len(), one.applicable)).collect();
        assert_eq!(sizes, [(2, true), (1, false), (1, false)]);
        let parts: Vec<&Part> = found[0].parts.iter().collect();
        assert_eq!(replaced("a+b*c", &parts).as_deref(), Some("(a+b)*c"));
        assert_eq!(replaced("a", &parts), None);
    }
}
