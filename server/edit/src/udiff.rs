//! The format "unified diff", of one file.

use text::Text;

use crate::Applied;
use crate::file::File;
use crate::hunks::hunks;
use crate::patch::apply_hunks;
use crate::refusal::{Reason, Refusal};
use crate::script::{Kind, lines};
use crate::unwrap::unfenced;

/// Applies a unified diff to one file, whatever its head calls it; `text` is `None` if there is
/// no such file. Line numbers decide only between equal places.
///
/// # Errors
/// The first hunk that does not fit, with its number if there are several; then none is applied.
pub fn udiff(text: Option<&Text>, diff: &str) -> Result<Applied, Refusal> {
    let unwrapped = unfenced(diff);
    let lines = lines(unwrapped.as_deref().unwrap_or(diff));
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let heads: Vec<usize> = (0..lines.len()).filter(|at| is_head(&lines[*at..])).collect();
    if heads.len() > 1 {
        let message = "The diff is about several files. Send one for each.";
        return Err(Refusal::new(Reason::Malformed, message));
    }
    let head = heads.first().copied();
    let body = match head {
        Some(at) => &lines[at + 2..],
        None => lines.as_slice(),
    };
    let gone = head.is_some_and(|at| lines[at + 1].starts_with("+++ /dev/null"));
    let new = head.is_some_and(|at| lines[at].starts_with("--- /dev/null"));
    let hunks = hunks(body);
    let Some(text) = text else {
        let only_new = !hunks.is_empty()
            && hunks.iter().all(|hunk| hunk.lines.iter().all(|line| line.kind == Kind::Insert));
        if only_new {
            let lines = hunks.iter().flat_map(|hunk| hunk.inserted());
            let open = hunks.iter().any(|hunk| hunk.hints.final_line_end == Some(false));
            let mut created: String = lines.flat_map(|line| [line.text.as_str(), "\n"]).collect();
            if open {
                created.pop();
            }
            return Ok(Applied::created(&created));
        }
        let message = "The file does not exist. A diff that creates it has `+` lines only.";
        return Err(Refusal::new(Reason::NoFile, message));
    };
    let plain = text.to_string();
    let file = File::new(&plain);
    if new && file.real_lines() > 0 {
        let message = "The diff creates the file, but it exists.";
        let start = 0..file.real_lines().min(5);
        return Err(Refusal::new(Reason::Exists, message).showing(&file, "Its start", &[start]));
    }
    if gone {
        let message = "A diff of one file cannot delete it.";
        let start = 0..file.real_lines().min(5);
        return Err(Refusal::new(Reason::Malformed, message).showing(&file, "Its start", &[start]));
    }
    apply_hunks(text, &file, &hunks)
}

/// Whether the lines begin with the two that name the files. Three dashes alone may as well be a
/// deleted line.
fn is_head(lines: &[&str]) -> bool {
    let [first, second, rest @ ..] = lines else { return false };
    first.starts_with("--- ")
        && second.starts_with("+++ ")
        && rest.first().is_none_or(|line| line.starts_with("@@") || line.trim().is_empty())
}
