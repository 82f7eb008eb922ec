//! Arguments of calls: read leniently where the meaning is plain, refused in words where not.

use harness::{RawJson, ToolError};
use serde::de::DeserializeOwned;
use stdx::AbsPath;

/// The arguments as a `T`; the refusal names what is wrong and what the tool takes.
pub(crate) fn parse<T: DeserializeOwned>(input: &RawJson, takes: &str) -> Result<T, ToolError> {
    input
        .parse()
        .map_err(|error| ToolError::ForModel(format!("wrong arguments: {error}; it takes {takes}")))
}

/// The file that an argument names: relative to the root, or absolute beneath it.
pub(crate) fn path(root: &AbsPath, path: &str) -> Result<AbsPath, ToolError> {
    let absolute = root.join(path.trim());
    if absolute.starts_with(root) {
        Ok(absolute)
    } else {
        Err(ToolError::ForModel(format!("`{path}` lies outside of the workspace")))
    }
}

/// The file that a call is about, for declaring what it touches; the root if it names none.
pub(crate) fn touched(root: &AbsPath, input: &RawJson) -> AbsPath {
    let value = input.value();
    root.join(value["path"].as_str().unwrap_or_default().trim())
}
