//! From the events of an answer to neutral ones.
//!
//! The pieces are for showing only. What counts is each item when it is done: that is where
//! reasoning has its encrypted content and arguments are whole, and it needs none of the indexes
//! and numbers that servers leave out.

use crate::dialect::tool_input::tool_use;
use crate::dialect::{CallNames, Decode, Object, broken_off, derived_stop, not_understood};
use crate::failure::{self, Hints};
use crate::sse::SseEvent;
use crate::{Block, Extra, ModelError, RawJson, StopReason, StreamEvent, Usage};

#[derive(Debug)]
pub(crate) struct Decoder {
    names: CallNames,
    /// Who writes the answer.
    origin: String,
    started: bool,
    /// Items that have been handed on.
    items: usize,
    /// Text that was shown and whose item has not come.
    text: String,
    calls: bool,
    refusal: Option<String>,
}

impl Decoder {
    pub(crate) fn new(names: CallNames, origin: String) -> Decoder {
        Decoder {
            names,
            origin,
            started: false,
            items: 0,
            text: String::new(),
            calls: false,
            refusal: None,
        }
    }

    fn start(&mut self, out: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(StreamEvent::Started);
        }
    }

    fn item(&mut self, raw: &RawJson, out: &mut Vec<StreamEvent>) {
        self.items += 1;
        let item = Object::parse(raw.as_str()).unwrap_or_default();
        let cut = item.text("status").as_deref() == Some("incomplete");
        match item.text("type").unwrap_or_default().as_str() {
            "message" => self.message(&item, out),
            "function_call" => {
                self.calls = true;
                let id = item.text("call_id").filter(|id| !id.is_empty());
                let id = id.unwrap_or_else(|| self.names.next());
                let arguments = match item.get("arguments") {
                    // A text that holds JSON, or the JSON itself.
                    Some(raw) => raw.parse().unwrap_or_else(|_| raw.as_str().to_owned()),
                    None => String::new(),
                };
                let unwritten = cut && arguments.is_empty();
                let name = item.text("name").unwrap_or_default();
                let mut call = tool_use(id, name, arguments);
                if unwritten {
                    call.malformed = Some(String::new());
                }
                let extra = item.without(&["type", "call_id", "name", "arguments"]);
                call.extra = extra.map(|members| Extra {
                    origin: self.origin.clone(),
                    members: members.to_raw(),
                });
                out.push(StreamEvent::Block(Block::ToolUse(call)));
            }
            // Half of a reasoning cannot be sent back.
            "reasoning" if cut => {}
            _ => out.push(self.opaque(raw.clone())),
        }
    }

    fn message(&mut self, item: &Object, out: &mut Vec<StreamEvent>) {
        self.text.clear();
        let mut text = String::new();
        for part in item.list("content") {
            let part = Object::parse(part.as_str()).unwrap_or_default();
            text.push_str(&part.text("text").unwrap_or_default());
            if let Some(refusal) = part.text("refusal") {
                self.refusal = Some(refusal);
            }
        }
        if text.is_empty() {
            return;
        }
        // The name of an item of which nothing is kept on the server means nothing to it; what
        // phase of the work the text belongs to does.
        if let Some(further) = item.without(&["type", "role", "content", "id", "status"]) {
            out.push(self.opaque(further.to_raw()));
        }
        out.push(StreamEvent::Block(Block::Text(text)));
    }

    fn opaque(&self, json: RawJson) -> StreamEvent {
        StreamEvent::Block(Block::Opaque { origin: self.origin.clone(), json })
    }

    /// The answer is over: completed, or cut by a limit or a filter.
    fn finish(
        &mut self,
        response: &Object,
        data: &str,
        out: &mut Vec<StreamEvent>,
    ) -> Result<(), ModelError> {
        if response.get("error").is_some() {
            return Err(failure::classify(None, data, &Hints::default()));
        }
        // Some servers leave the end of an item out, and say at last what there was.
        for item in response.list("output").iter().skip(self.items) {
            self.item(item, out);
        }
        if !self.text.is_empty() {
            out.push(StreamEvent::Block(Block::Text(std::mem::take(&mut self.text))));
        }
        if let Some(usage) = response.object("usage") {
            out.push(StreamEvent::Usage(read_usage(&usage)));
        }
        let incomplete = response.object("incomplete_details").unwrap_or_default();
        let said = match (incomplete.text("reason"), self.refusal.take()) {
            (Some(reason), _) if reason == "max_output_tokens" => StopReason::MaxTokens,
            (Some(reason), _) if reason == "content_filter" => StopReason::Refusal(String::new()),
            (Some(reason), _) => StopReason::Other(reason),
            (None, Some(refusal)) => StopReason::Refusal(refusal),
            (None, None) => StopReason::EndTurn,
        };
        out.push(StreamEvent::Stopped(derived_stop(said, self.calls)));
        Ok(())
    }
}

/// The prompt's tokens include those of the cache here.
fn read_usage(usage: &Object) -> Usage {
    let details = usage.object("input_tokens_details").unwrap_or_default();
    let cache_read = details.number("cached_tokens").unwrap_or(0);
    let cache_write = details.number("cache_write_tokens").unwrap_or(0);
    let prompt = usage.number("input_tokens").unwrap_or(0);
    Usage {
        input: prompt.saturating_sub(cache_read + cache_write),
        cache_read,
        cache_write,
        output: usage.number("output_tokens").unwrap_or(0),
    }
}

impl Decode for Decoder {
    fn event(&mut self, event: &SseEvent, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        let data = &event.data;
        let object =
            Object::parse(data).ok_or_else(|| not_understood("not a JSON object", data))?;
        let kind = object.text("type").unwrap_or_else(|| event.name.clone());
        let delta = || object.text("delta").filter(|piece| !piece.is_empty());
        match kind.as_str() {
            "response.created" | "response.queued" | "response.in_progress" => self.start(out),
            "response.output_item.added" => {
                self.start(out);
                let item = object.object("item").unwrap_or_default();
                if item.text("type").as_deref() == Some("function_call") {
                    out.extend(item.text("name").map(StreamEvent::ToolUseStarted));
                }
            }
            "response.output_text.delta" => {
                self.text.push_str(&delta().unwrap_or_default());
                out.extend(delta().map(StreamEvent::TextDelta));
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                out.extend(delta().map(StreamEvent::ThinkingDelta));
            }
            "response.output_item.done" => {
                self.start(out);
                let item = object.get("item");
                self.item(item.ok_or_else(|| not_understood("no item", data))?, out);
            }
            "response.completed" | "response.incomplete" => {
                self.start(out);
                self.finish(&object.object("response").unwrap_or_default(), data, out)?;
            }
            "response.failed" | "error" => {
                return Err(failure::classify(None, data, &Hints::default()));
            }
            _ if object.get("error").is_some() => {
                return Err(failure::classify(None, data, &Hints::default()));
            }
            // Progress that is not shown, and what will be invented.
            _ => {}
        }
        Ok(())
    }

    fn whole(&mut self, body: &str, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        let response =
            Object::parse(body).ok_or_else(|| not_understood("not a JSON object", body))?;
        if response.get("error").is_none() && response.get("output").is_none() {
            return Err(not_understood("not a response", body));
        }
        if response.get("error").is_none() {
            self.start(out);
        }
        let first = out.len();
        self.finish(&response, body, out)?;
        // Nothing was shown piece by piece, so it is shown at once.
        let shown: Vec<_> = out[first..]
            .iter()
            .filter_map(|event| match event {
                StreamEvent::Block(Block::Text(text)) => Some(StreamEvent::TextDelta(text.clone())),
                StreamEvent::Block(Block::ToolUse(call)) => {
                    Some(StreamEvent::ToolUseStarted(call.name.clone()))
                }
                _ => None,
            })
            .collect();
        out.splice(first..first, shown);
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        Err(broken_off())
    }
}
