//! Applying the edits of a server the way real editors do.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use text::{Position, PositionEncoding, PositionRange, Text, TextEdit};

use super::buffers::{Buffers, path};
use super::persona::Editor;

/// What happens to an edit that the server sends.
#[derive(Debug, Clone)]
pub enum OnApply {
    /// The editor applies it as it is its habit.
    Apply,
    /// It waits for [`LspClient::release`](super::LspClient::release).
    Hold,
    /// The editor says no, for this reason.
    Refuse(String),
    /// The editor says yes and does nothing.
    Claim,
    /// The editor answers with an error.
    Fail(String),
    /// The user has just typed; the server is told before the edit is looked at.
    TypeFirst(Typing),
    /// The same, but the server is not told yet.
    TypeFirstUnsent(Typing),
    /// The user types before the server is told of the applied edit, so that both arrive as one.
    ThenType(Typing),
}

/// Something that the user types.
#[derive(Debug, Clone)]
pub struct Typing {
    /// Where.
    pub path: PathBuf,
    /// Before this byte.
    pub at: usize,
    /// What.
    pub text: String,
}

/// Applies the parameters of `workspace/applyEdit` and returns what the editor answers.
pub(super) fn apply(
    editor: Editor,
    buffers: &mut Buffers,
    params: &Value,
    encoding: PositionEncoding,
) -> Value {
    let changes = params["edit"]["documentChanges"].as_array().cloned().unwrap_or_default();
    if editor == Editor::VsCode && changes.iter().any(|change| is_stale(buffers, change)) {
        return json!({"applied": false});
    }
    for (index, change) in changes.iter().enumerate() {
        if is_stale(buffers, change) {
            match editor {
                // "Buffer … newer than edits.", shown to the user and told to nobody.
                Editor::Neovim => continue,
                Editor::Helix | Editor::VsCode => {
                    return json!({
                        "applied": false,
                        "failedChange": index,
                        "failureReason": "document has changed",
                    });
                }
            }
        }
        if let Err(reason) = step(buffers, change, encoding) {
            return json!({"applied": false, "failedChange": index, "failureReason": reason});
        }
    }
    json!({"applied": true})
}

fn is_stale(buffers: &Buffers, change: &Value) -> bool {
    let document = &change["textDocument"];
    let Some(wanted) = document["version"].as_i64() else { return false };
    let there = document["uri"].as_str().and_then(path).and_then(|path| buffers.version(&path));
    there.is_some_and(|there| i64::from(there) != wanted)
}

#[expect(clippy::disallowed_methods, reason = "this is the editor, and the files are its own")]
fn step(buffers: &mut Buffers, change: &Value, encoding: PositionEncoding) -> Result<(), String> {
    let target = |uri: &Value| uri.as_str().and_then(path).ok_or("no file");
    match change["kind"].as_str() {
        Some("create") => {
            let path = target(&change["uri"])?;
            if path.exists() {
                return Err(format!("{} is there already", path.display()));
            }
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
            }
            std::fs::write(path, "").map_err(|error| error.to_string())
        }
        Some("delete") => {
            let path = target(&change["uri"])?;
            std::fs::remove_file(&path).map_err(|error| error.to_string())?;
            buffers.drop_deleted(&path);
            Ok(())
        }
        Some(other) => Err(format!("cannot {other}")),
        None => {
            let path = target(&change["textDocument"]["uri"])?;
            edit(buffers, &path, &change["edits"], encoding)
        }
    }
}

fn edit(
    buffers: &mut Buffers,
    path: &Path,
    edits: &Value,
    encoding: PositionEncoding,
) -> Result<(), String> {
    if buffers.text(path).is_none() && !buffers.load(path) {
        return Err(format!("cannot open {}", path.display()));
    }
    let Some(text) = buffers.text(path) else { return Err("no buffer".to_owned()) };
    let edits = text_edits(text, edits, encoding)?;
    if !edits.is_empty() {
        buffers.apply(path, edits, encoding);
    }
    Ok(())
}

/// The edits in bytes.
pub(super) fn text_edits(
    text: &Text,
    edits: &Value,
    encoding: PositionEncoding,
) -> Result<Vec<TextEdit>, String> {
    let position = |value: &Value| {
        let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
        Some(Position::new(number(&value["line"])?, number(&value["character"])?))
    };
    let one = |edit: &Value| {
        let range = &edit["range"];
        let (start, end) = (position(&range["start"])?, position(&range["end"])?);
        let bytes = text.byte_range(PositionRange { start, end }, encoding);
        Some(TextEdit::new(bytes, edit["newText"].as_str()?))
    };
    let list = edits.as_array().ok_or("`edits` is no list")?;
    list.iter().map(|edit| one(edit).ok_or_else(|| format!("no edit: {edit}"))).collect()
}
