//! `read`: the lines of a file.

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{Access, RawJson, Resource, Tool, ToolCx, ToolError, ToolOutput, ToolSpec};
use serde::Deserialize;
use serde_json::json;
use stdx::AbsPath;

use crate::input;

/// Lines that one call returns at most.
const MAX_LINES: usize = 2000;
/// Bytes that one call returns at most; below the harness's own limit for a result, so that what
/// was left out is said in lines.
const MAX_BYTES: usize = 22_000;

/// See the module.
pub struct Read;

#[derive(Deserialize)]
struct Input {
    path: String,
    #[serde(default)]
    offset: Option<usize>,
    #[serde(default)]
    limit: Option<usize>,
}

impl Tool for Read {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "read".to_owned(),
            description: "The text of a file, unsaved changes and your own edits included. \
                          `offset` is the first line (from 1), `limit` the number of lines."
                .to_owned(),
            input_schema: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "offset": {"type": "integer"},
                    "limit": {"type": "integer"},
                },
                "required": ["path"],
            }),
        }
    }

    fn access(&self, input: &RawJson, root: &AbsPath) -> Access {
        Access::read(Resource::File(input::touched(root, input)))
    }

    fn run<'a>(
        &'a self,
        input: &'a RawJson,
        cx: &'a ToolCx,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        async move { read(input, cx) }.boxed()
    }
}

fn read(input: &RawJson, cx: &ToolCx) -> Result<ToolOutput, ToolError> {
    let Input { path, offset, limit } = input::parse(input, "{path, offset?, limit?}")?;
    let file = input::path(&cx.root, &path)?;
    let text = cx
        .draft
        .get()
        .read(&file)
        .map_err(|error| ToolError::ForModel(format!("cannot read `{path}`: {error}")))?;
    let count = text.line_count();
    let first = offset.unwrap_or(1).max(1) - 1;
    if first >= count {
        return Err(ToolError::ForModel(format!("`{path}` has {count} lines")));
    }
    let wanted = limit.unwrap_or(MAX_LINES).clamp(1, MAX_LINES);
    let mut end = (first + wanted).min(count);
    let start_byte = text.line_start(first);
    while end > first + 1 && text.line_start(end) - start_byte > MAX_BYTES {
        end -= 1;
    }
    let mut result = text.slice(start_byte..text.line_start(end)).into_owned();
    if end < count && limit.is_none_or(|limit| end - first < limit) {
        let (from, to, next) = (first + 1, end, end + 1);
        result.push_str(&format!("[lines {from}-{to} of {count}; go on with offset {next}]\n"));
    }
    // A model that is a program wants the file and no pages of it.
    let data = json!({"text": text.to_string()});
    Ok(ToolOutput { text: result, data: Some(data) })
}
