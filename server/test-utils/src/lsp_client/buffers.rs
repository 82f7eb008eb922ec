//! The documents of the editor, and how it tells the server of them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use text::{PositionEncoding, PositionRange, Text, TextEdit};

/// All open documents.
pub(super) struct Buffers {
    open: BTreeMap<PathBuf, Buffer>,
    /// Notifications that the server has not been sent yet.
    queue: Vec<Value>,
    /// Files that the editor opens for an edit are none of the server's business, as in editors
    /// in which the server is not set up for that kind of file.
    keeps_loads: bool,
}

struct Buffer {
    text: Text,
    version: i32,
    /// Earlier states, for undo.
    history: Vec<Text>,
    /// Content changes that the server has not heard of.
    unsent: Vec<Value>,
    /// Whether the server is told of it.
    told: bool,
}

impl Buffers {
    pub(super) fn new(keeps_loads: bool) -> Buffers {
        Buffers { open: BTreeMap::new(), queue: Vec::new(), keeps_loads }
    }

    pub(super) fn open(&mut self, path: &Path, text: &str) -> Value {
        let buffer = Buffer {
            text: Text::new(text),
            version: 1,
            history: Vec::new(),
            unsent: Vec::new(),
            told: true,
        };
        self.open.insert(path.to_owned(), buffer);
        let document = json!({"uri": uri(path), "languageId": "rust", "version": 1, "text": text});
        notification("textDocument/didOpen", json!({"textDocument": document}))
    }

    pub(super) fn close(&mut self, path: &Path) -> Value {
        self.open.remove(path);
        notification("textDocument/didClose", json!({"textDocument": {"uri": uri(path)}}))
    }

    /// Opens a file because an edit needs it, with what the disk holds.
    #[expect(clippy::disallowed_methods, reason = "this is the editor, and the files are its own")]
    pub(super) fn load(&mut self, path: &Path) -> bool {
        let Ok(text) = std::fs::read_to_string(path) else { return false };
        let message = self.open(path, &text);
        if self.keeps_loads {
            self.buffer(path).told = false;
        } else {
            self.queue.push(message);
        }
        true
    }

    pub(super) fn drop_deleted(&mut self, path: &Path) {
        if let Some(buffer) = self.open.get(path) {
            let told = buffer.told;
            let message = self.close(path);
            self.queue.extend(told.then_some(message));
        }
    }

    fn buffer(&mut self, path: &Path) -> &mut Buffer {
        self.open.get_mut(path).unwrap_or_else(|| panic!("{} is not open", path.display()))
    }

    pub(super) fn edit(
        &mut self,
        path: &Path,
        range: Range<usize>,
        text: &str,
        encoding: PositionEncoding,
    ) {
        self.apply(path, vec![TextEdit::new(range, text)], encoding);
    }

    /// One step of the user or of a server, which can be undone as one.
    pub(super) fn apply(
        &mut self,
        path: &Path,
        mut edits: Vec<TextEdit>,
        encoding: PositionEncoding,
    ) {
        let buffer = self.buffer(path);
        buffer.history.push(buffer.text.clone());
        buffer.version += 1;
        // From the end to the start, so that each range is right when its turn comes. Insertions
        // at one place keep their order that way only if it is turned around first.
        edits.reverse();
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.range.start, edit.range.end)));
        for edit in edits {
            let range = position_range(&buffer.text, edit.range.clone(), encoding);
            buffer.unsent.push(json!({"range": range, "text": edit.new_text}));
            buffer.text.replace(edit.range, &edit.new_text);
        }
    }

    pub(super) fn undo(&mut self, path: &Path, encoding: PositionEncoding) {
        let buffer = self.buffer(path);
        let before = buffer.history.pop().expect("there is something to undo");
        let edits = text::diff(&buffer.text, &before);
        self.apply(path, edits, encoding);
        // Going back is no step forward.
        let buffer = self.buffer(path);
        buffer.history.pop();
    }

    /// What the server has not been told.
    pub(super) fn unsent(&mut self) -> Vec<Value> {
        let mut messages = std::mem::take(&mut self.queue);
        for (path, buffer) in &mut self.open {
            let changes = std::mem::take(&mut buffer.unsent);
            if buffer.told && !changes.is_empty() {
                messages.push(notification(
                    "textDocument/didChange",
                    json!({
                        "textDocument": {"uri": uri(path), "version": buffer.version},
                        "contentChanges": changes,
                    }),
                ));
            }
        }
        messages
    }

    pub(super) fn text(&self, path: &Path) -> Option<&Text> {
        self.open.get(path).map(|buffer| &buffer.text)
    }

    pub(super) fn version(&self, path: &Path) -> Option<i32> {
        self.open.get(path).map(|buffer| buffer.version)
    }

    /// The text of a document that the server knows of.
    pub(super) fn told(&self, path: &Path) -> Option<&Text> {
        self.open.get(path).filter(|buffer| buffer.told).map(|buffer| &buffer.text)
    }

    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.open.keys().cloned().collect()
    }
}

fn notification(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

/// The URI of a file. Test files have plain names.
#[must_use]
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

pub(super) fn path(uri: &str) -> Option<PathBuf> {
    uri.strip_prefix("file://").map(PathBuf::from)
}

pub(super) fn position_range(
    text: &Text,
    range: Range<usize>,
    encoding: PositionEncoding,
) -> Value {
    let PositionRange { start, end } = text.position_range(range, encoding);
    json!({
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    })
}
