//! `edit`: a piece of a file is replaced by another.
//!
//! The model is told of replacements alone, which keeps the prompt short. What models send besides
//! because other harnesses taught it to them is understood as well: a patch in its envelope, a
//! unified diff, several replacements in a list, or the whole content of a file.

use edit::{Applied, Changed, Files, Refusal, Replacement};
use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{Access, Draft, RawJson, Resource, Tool, ToolCx, ToolError, ToolOutput, ToolSpec};
use serde::Deserialize;
use serde_json::json;
use stdx::AbsPath;
use text::Text;
use workspace::ReadError;

use crate::input;

/// See the module.
pub struct Edit;

#[derive(Deserialize)]
struct OfFile {
    path: String,
    #[serde(flatten)]
    what: What,
}

/// How an edit of one file is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum What {
    One(Replacement),
    Several { edits: Vec<Replacement> },
    Diff { diff: String },
    Whole { content: String },
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
        match patch_in(input) {
            // It may be about any file.
            Some(_) => Access::write(Resource::Tree),
            None => Access::write(Resource::File(input::touched(root, input))),
        }
    }

    fn run<'a>(
        &'a self,
        input: &'a RawJson,
        cx: &'a ToolCx,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        async move {
            match patch_in(input) {
                Some(patch) => apply_patch(&patch, cx),
                None => edit(input, cx),
            }
        }
        .boxed()
    }
}

/// The patch of a call that consists of one, under whatever name.
fn patch_in(input: &RawJson) -> Option<String> {
    let value = input.value();
    let texts = ["patch", "input"].iter().filter_map(|name| value.get(name)?.as_str());
    let bare = value.as_str();
    bare.into_iter().chain(texts).find(|text| text.contains("*** Begin Patch")).map(str::to_owned)
}

fn edit(input: &RawJson, cx: &ToolCx) -> Result<ToolOutput, ToolError> {
    let OfFile { path, what } =
        input::parse(input, "{path, old_string, new_string, replace_all?}")?;
    let file = input::path(&cx.root, &path)?;
    let known = read(&cx.draft.get(), &file)
        .map_err(|error| ToolError::ForModel(format!("cannot read `{path}`: {error}")))?;
    let old = known.as_ref();
    let result = match &what {
        What::One(replacement) => edit::search_replace(old, std::slice::from_ref(replacement)),
        What::Several { edits } => edit::search_replace(old, edits),
        What::Diff { diff } => edit::udiff(old, diff),
        What::Whole { content } => edit::whole(&path, old, content),
    };
    let applied = result.map_err(|refusal| ToolError::ForModel(refused(&path, &refusal)))?;
    let (from, to) = touched_lines(&applied);
    cx.draft.update(|draft| draft.write(file, applied.text));
    Ok(ToolOutput::text(format!("{path}: edited, now lines {from}-{to}")))
}

fn apply_patch(patch: &str, cx: &ToolCx) -> Result<ToolOutput, ToolError> {
    let draft = cx.draft.get();
    let changed = edit::apply_patch(&InDraft { draft: &draft, root: &cx.root }, patch)
        .map_err(|refusal| ToolError::ForModel(refusal.message))?;
    let paths = changed.keys().map(|path| input::path(&cx.root, path));
    let paths = paths.collect::<Result<Vec<AbsPath>, ToolError>>()?;
    let text = told(&changed);
    cx.draft.update(|draft| {
        for (path, text) in paths.into_iter().zip(changed.into_values()) {
            match text {
                Some(text) => draft.write(path, text),
                None => draft.delete(path),
            }
        }
    });
    Ok(ToolOutput::text(text))
}

/// One line for each file of a patch.
fn told(changed: &Changed) -> String {
    let lines = changed.iter().map(|(path, text)| match text {
        Some(text) => format!("{path}: edited, now {} lines", text.line_count()),
        None => format!("{path}: deleted"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The files of a draft by the paths that a patch writes.
struct InDraft<'a> {
    draft: &'a Draft,
    root: &'a AbsPath,
}

impl Files for InDraft<'_> {
    fn read(&self, path: &str) -> Result<Option<Text>, String> {
        let file = input::path(self.root, path).map_err(|error| error.to_string())?;
        read(self.draft, &file).map_err(|error| format!("cannot read `{path}`: {error}"))
    }

    fn known(&self) -> Vec<String> {
        self.draft.changes().filter_map(|(path, _)| path.relative_to(self.root)).collect()
    }
}

fn read(draft: &Draft, file: &AbsPath) -> Result<Option<Text>, ReadError> {
    match draft.read(file) {
        Ok(text) => Ok(Some(text)),
        Err(ReadError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the model is told: why, and the nearest text that is really there.
fn refused(path: &str, refusal: &Refusal) -> String {
    format!("{path}: {}", refusal.message)
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
