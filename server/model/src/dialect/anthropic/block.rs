//! One block of an answer while its pieces come in.

use crate::dialect::tool_input::{no_arguments, tool_use};
use crate::dialect::{CallNames, Object};
use crate::{Block, Extra, RawJson, StreamEvent};

#[derive(Debug)]
pub(super) struct OpenBlock {
    pub(super) index: u64,
    /// Whether its end has come.
    pub(super) closed: bool,
    kind: String,
    /// The block as it began, letter by letter: blocks without pieces are replayed from here.
    begun: RawJson,
    /// The block with the pieces put in, without its `input`.
    members: Object,
    /// Whether a piece came.
    changed: bool,
    /// The pieces of its input.
    input: String,
}

impl OpenBlock {
    /// `None` if it is no object with a type.
    pub(super) fn new(index: u64, begun: &RawJson) -> Option<OpenBlock> {
        let mut members = Object::parse(begun.as_str())?;
        let kind = members.text("type")?;
        // A server that sends calls whole puts the arguments here.
        let input = match members.0.remove("input") {
            Some(raw) if kind == "tool_use" && raw != no_arguments() => raw.as_str().to_owned(),
            _ => String::new(),
        };
        let begun = begun.clone();
        Some(OpenBlock { index, closed: false, kind, begun, members, changed: false, input })
    }

    /// What can be shown as soon as it begins.
    pub(super) fn first_event(&self) -> Option<StreamEvent> {
        match self.kind.as_str() {
            "text" => self.shown("text").map(StreamEvent::TextDelta),
            "thinking" => self.shown("thinking").map(StreamEvent::ThinkingDelta),
            "tool_use" => Some(StreamEvent::ToolUseStarted(self.members.text("name")?)),
            _ => None,
        }
    }

    fn shown(&self, key: &str) -> Option<String> {
        self.members.text(key).filter(|text| !text.is_empty())
    }

    /// Puts a piece in; returns what can be shown of it.
    pub(super) fn apply(&mut self, delta: &Object) -> Option<StreamEvent> {
        self.changed = true;
        match delta.text("type").unwrap_or_default().as_str() {
            "text_delta" => self.append("text", delta).map(StreamEvent::TextDelta),
            "thinking_delta" => self.append("thinking", delta).map(StreamEvent::ThinkingDelta),
            "input_json_delta" => {
                self.input.push_str(&delta.text("partial_json").unwrap_or_default());
                None
            }
            "citations_delta" => {
                let mut citations = self.members.list("citations");
                citations.extend(delta.get("citation").cloned());
                if let Ok(list) = serde_json::to_string(&citations).and_then(RawJson::new) {
                    self.members.0.insert("citations".to_owned(), list);
                }
                None
            }
            // What everybody understands stays what it is.
            _ if matches!(self.kind.as_str(), "text" | "tool_use") => None,
            // A signature replaces the one before, and so does what nobody knows yet.
            _ => {
                let new = delta.without(&["type"]).unwrap_or_default();
                self.members.0.extend(new.0);
                None
            }
        }
    }

    fn append(&mut self, key: &str, delta: &Object) -> Option<String> {
        let piece = delta.text(key).filter(|piece| !piece.is_empty())?;
        self.members.append(key, &piece);
        Some(piece)
    }

    /// Whether a limit could have cut it in a way that its end does not show: a call before the
    /// first letter of its arguments, thinking before its signature.
    pub(super) fn may_be_cut(&self) -> bool {
        match self.kind.as_str() {
            "tool_use" => self.input.is_empty(),
            "thinking" => self.shown("signature").is_none(),
            _ => false,
        }
    }

    /// The finished block; `None` if nothing is left that could be sent back.
    pub(super) fn into_block(
        self,
        names: &mut CallNames,
        origin: &str,
        cut: bool,
    ) -> Option<Block> {
        match self.kind.as_str() {
            "text" => match self.members.without(&["type", "text"]) {
                None => self.shown("text").map(Block::Text),
                Some(_) => self.into_opaque(origin),
            },
            "tool_use" => {
                let cut = cut && self.may_be_cut();
                let id = self.members.text("id").filter(|id| !id.is_empty());
                let id = id.unwrap_or_else(|| names.next());
                let name = self.members.text("name").unwrap_or_default();
                let extra = self.members.without(&["type", "id", "name"]);
                let mut call = tool_use(id, name, self.input);
                if cut {
                    call.malformed = Some(String::new());
                }
                call.extra = extra
                    .map(|members| Extra { origin: origin.to_owned(), members: members.to_raw() });
                Some(Block::ToolUse(call))
            }
            "thinking" if cut && self.may_be_cut() => None,
            _ => self.into_opaque(origin),
        }
    }

    fn into_opaque(self, origin: &str) -> Option<Block> {
        let json = if self.changed {
            let mut members = self.members;
            if !self.input.is_empty() {
                members.0.insert("input".to_owned(), RawJson::new(self.input).ok()?);
            } else if let Some(input) = Object::parse(self.begun.as_str())?.get("input") {
                members.0.insert("input".to_owned(), input.clone());
            }
            members.to_raw()
        } else {
            self.begun
        };
        Some(Block::Opaque { origin: origin.to_owned(), json })
    }
}
