//! `edit`: a piece of a file is replaced by another.

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{Access, RawJson, Resource, Tool, ToolCx, ToolError, ToolOutput, ToolSpec};
use serde::Deserialize;
use serde_json::json;
use stdx::AbsPath;
use text::Text;

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
    let draft = cx.draft.get();
    let old = draft
        .read(&file)
        .map_err(|error| ToolError::ForModel(format!("cannot read `{path}`: {error}")))?
        .to_string();
    let found = old.matches(&old_string).count();
    if old_string.is_empty() || found == 0 || (found > 1 && !replace_all) {
        return Err(ToolError::ForModel(format!("old_string occurs {found} times in `{path}`")));
    }
    let new = old.replace(&old_string, &new_string);
    cx.draft.update(|draft| draft.write(file, Text::new(&new)));
    Ok(ToolOutput::text(format!("{path}: edited")))
}
