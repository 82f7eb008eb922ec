//! The format "whole file": the text that the file is to have.

use text::{Text, apply};

use crate::Applied;
use crate::alike::Leniency;
use crate::compile::{Placed, compile};
use crate::file::File;
use crate::place::Place;
use crate::refusal::{Reason, Refusal};
use crate::script::{Script, lines};
use crate::unwrap::{is_placeholder, unfenced};

/// Makes `content` the text of the file at `path`; `text` is `None` if there is no such file.
/// Lines that do not change keep their bytes, and the file keeps its byte order mark, its line
/// ends and whether there is one at its end.
///
/// # Errors
/// If the content leaves something out, is blank, or is what the file holds already.
pub fn whole(path: &str, text: Option<&Text>, content: &str) -> Result<Applied, Refusal> {
    let before = text.map(Text::to_string).unwrap_or_default();
    let unwrapped = unwrapped(path, &before, content);
    let content = unwrapped.as_deref().unwrap_or(content);
    let file = File::new(&before);
    let start = || 0..file.real_lines().min(5);
    let new = {
        let mut new = lines(content.strip_prefix('\u{feff}').unwrap_or(content));
        if new.last().is_some_and(String::is_empty) {
            new.pop();
        }
        new
    };
    let known = |line: &str| (0..file.real_lines()).any(|at| file.line(at).trim() == line.trim());
    if let Some(at) = new.iter().position(|line| is_placeholder(line, false) && !known(line)) {
        let message = format!(
            "Line {} of the content stands for text that it leaves out: {}\nSend the whole file, \
             or an edit of what changes.",
            at + 1,
            new[at].trim()
        );
        let refusal = Refusal::new(Reason::Placeholder, message);
        return Err(refusal.showing(&file, "The file", &[start()]));
    }
    let Some(text) = text else { return Ok(Applied::created(content)) };
    if content.trim().is_empty() && !before.trim().is_empty() {
        let message = "The content is blank, but the file is not.";
        return Err(Refusal::new(Reason::Empty, message).showing(&file, "The file", &[start()]));
    }
    let old: Vec<String> = (0..file.real_lines()).map(|at| file.line(at).to_owned()).collect();
    let script = Script::of_lines(old, new).settled(false);
    let place = Place::at(0, &script);
    let edits = compile(&file, &[Placed { script, place, leniency: Leniency::Exact }])?;
    if edits.is_empty() {
        let message = "The file holds this text already.";
        let refusal = Refusal::new(Reason::AlreadyApplied, message);
        return Err(refusal.showing(&file, "The file", &[start()]));
    }
    let text = apply(text, &edits)
        .map_err(|overlap| Refusal::new(Reason::Overlap, overlap.to_string()))?;
    Ok(Applied { edits, text, leniency: Leniency::Exact })
}

/// The content without a fence around all of it, unless the file may well have one.
fn unwrapped(path: &str, before: &str, content: &str) -> Option<String> {
    let fence = |text: &str| text.trim_start().starts_with("```");
    let markdown = [".md", ".mdx", ".markdown"].iter().any(|end| path.ends_with(end));
    let says_so = ["```md", "```markdown"].iter().any(|fence| content.trim().starts_with(fence));
    if fence(before) || (markdown && !says_so) {
        return None;
    }
    unfenced(content)
}
