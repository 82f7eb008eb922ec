//! `edit`: a piece of a file is replaced by another.

use edit::{Applied, Refusal, Replacement};
use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{Access, RawJson, Resource, Tool, ToolCx, ToolError, ToolOutput, ToolSpec};
use serde::Deserialize;
use serde_json::json;
use stdx::AbsPath;
use workspace::ReadError;

use crate::input;

/// See the module.
pub struct Edit;

#[derive(Deserialize)]
struct Input {
    path: String,
    old_string: String,
    new_string: String,
    #[serde(default)]
    replace_all: bool,
}

impl Tool for Edit {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "edit".to_owned(),
            description: "Replaces old_string by new_string in a file. old_string must occur \
                          exactly once (or set replace_all). An empty old_string makes a new file."
                .to_owned(),
            input_schema: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "old_string": {"type": "string"},
                    "new_string": {"type": "string"},
                    "replace_all": {"type": "boolean"},
                },
                "required": ["path", "old_string", "new_string"],
            }),
        }
    }

    fn access(&self, input: &RawJson, root: &AbsPath) -> Access {
        Access::write(Resource::File(input::touched(root, input)))
    }

    fn run<'a>(
        &'a self,
        input: &'a RawJson,
        cx: &'a ToolCx,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        async move { edit(input, cx) }.boxed()
    }
}

fn edit(input: &RawJson, cx: &ToolCx) -> Result<ToolOutput, ToolError> {
    let Input { path, old_string, new_string, replace_all } =
        input::parse(input, "{path, old_string, new_string, replace_all?}")?;
    let file = input::path(&cx.root, &path)?;
    let known = cx.draft.get().read(&file);
    let old = match &known {
        Ok(text) => Some(text),
        Err(ReadError::NotFound) => None,
        Err(error) => return Err(ToolError::ForModel(format!("cannot read `{path}`: {error}"))),
    };
    let replacement = Replacement { old_string, new_string, replace_all };
    let applied = edit::search_replace(old, &[replacement])
        .map_err(|refusal| ToolError::ForModel(refused(&path, &refusal)))?;
    let (from, to) = touched_lines(&applied);
    cx.draft.update(|draft| draft.write(file, applied.text));
    Ok(ToolOutput::text(format!("{path}: edited, now lines {from}-{to}")))
}

/// What the model is told: why, and the nearest text that is really there.
fn refused(path: &str, refusal: &Refusal) -> String {
    let mut text = format!("{path}: {}", refusal.message);
    for candidate in &refusal.candidates {
        let (from, to) = (candidate.start_line, candidate.end_line);
        text.push_str(&format!("\nlines {from}-{to}:\n{}", candidate.text));
    }
    text
}

/// First and last line, from 1, of what the edits left behind.
fn touched_lines(applied: &Applied) -> (usize, usize) {
    let mut shift = 0_isize;
    let (mut first, mut last) = (usize::MAX, 0);
    for edit in &applied.edits {
        let start = edit.range.start.saturating_add_signed(shift);
        let end = start + edit.new_text.len();
        first = first.min(applied.text.line_of(start) + 1);
        last = last.max(applied.text.line_of(end.saturating_sub(1).max(start)) + 1);
        shift += edit.new_text.len().cast_signed() - edit.range.len().cast_signed();
    }
    (first.min(last), last)
}
