//! From the chunks of an answer to neutral events.
//!
//! Calls are handed on when the server says why it stopped: their pieces may be interleaved, and
//! only the end shows that they are whole.

use super::calls::Calls;
use super::{EXTRA_CONTENT, REASONING, REASONING_DETAILS};
use crate::dialect::{CallNames, DONE, Decode, Object, broken_off, derived_stop, not_understood};
use crate::failure::{self, Hints};
use crate::sse::SseEvent;
use crate::{Block, ModelError, RawJson, StopReason, StreamEvent, Usage};

#[derive(Debug)]
pub(crate) struct Decoder {
    names: CallNames,
    /// Who writes the answer.
    origin: String,
    started: bool,
    /// Reasoning, under the names that the server gave it.
    reasoning: Object,
    details: Vec<RawJson>,
    text: String,
    refusal: String,
    calls: Calls,
    /// Why it stopped. From then on only usage comes.
    stop: Option<StopReason>,
}

impl Decoder {
    pub(crate) fn new(names: CallNames, origin: String) -> Decoder {
        Decoder {
            names,
            origin,
            started: false,
            reasoning: Object::default(),
            details: Vec::new(),
            text: String::new(),
            refusal: String::new(),
            calls: Calls::default(),
            stop: None,
        }
    }

    /// A chunk, or a whole answer: they differ in the name of one member.
    fn chunk(&mut self, data: &str, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        let chunk = Object::parse(data).ok_or_else(|| not_understood("not a JSON object", data))?;
        if chunk.get("error").is_some() {
            return Err(failure::classify(None, data, &Hints::default()));
        }
        if !std::mem::replace(&mut self.started, true) {
            out.push(StreamEvent::Started);
        }
        for choice in chunk.list("choices") {
            let choice = Object::parse(choice.as_str()).unwrap_or_default();
            if choice.number("index").unwrap_or(0) != 0 {
                continue;
            }
            let delta = choice.object("delta").or_else(|| choice.object("message"));
            self.delta(&delta.unwrap_or_default(), out);
            if let Some(reason) = choice.text("finish_reason").filter(|_| self.stop.is_none()) {
                self.finish(reason, out);
            }
        }
        if let Some(usage) = chunk.object("usage") {
            out.push(StreamEvent::Usage(read_usage(&usage)));
        }
        Ok(())
    }

    fn delta(&mut self, delta: &Object, out: &mut Vec<StreamEvent>) {
        let text = |key: &str| delta.text(key).filter(|text| !text.is_empty());
        let mut shown = false;
        for key in REASONING {
            let Some(piece) = text(key) else { continue };
            self.reasoning.append(key, &piece);
            // Some servers send the same under both names.
            if !std::mem::replace(&mut shown, true) {
                out.push(StreamEvent::ThinkingDelta(piece));
            }
        }
        self.details.extend(delta.list(REASONING_DETAILS));
        if let Some(extra) = delta.get(EXTRA_CONTENT) {
            self.reasoning.0.insert(EXTRA_CONTENT.to_owned(), extra.clone());
        }
        match delta.get("content") {
            Some(content) if content.as_str().starts_with('[') => {
                delta.list("content").iter().for_each(|part| self.part(part, out));
            }
            _ => self.say(text("content"), out),
        }
        self.refusal.extend(text("refusal"));
        for call in delta.list("tool_calls") {
            let call = Object::parse(call.as_str()).unwrap_or_default();
            out.extend(self.calls.apply(&call));
        }
    }

    fn say(&mut self, piece: Option<String>, out: &mut Vec<StreamEvent>) {
        if let Some(piece) = piece.filter(|piece| !piece.is_empty()) {
            self.text.push_str(&piece);
            out.push(StreamEvent::TextDelta(piece));
        }
    }

    /// A part of a content that comes as a list (Mistral's reasoning models). Its thinking is
    /// shown and not kept: the server does without it.
    fn part(&mut self, part: &RawJson, out: &mut Vec<StreamEvent>) {
        let part = Object::parse(part.as_str()).unwrap_or_default();
        self.say(part.text("text"), out);
        for thought in part.list("thinking") {
            let thought = Object::parse(thought.as_str()).unwrap_or_default().text("text");
            let thought = thought.filter(|text| !text.is_empty());
            out.extend(thought.map(StreamEvent::ThinkingDelta));
        }
    }

    fn finish(&mut self, reason: String, out: &mut Vec<StreamEvent>) {
        let calls = !self.calls.is_empty();
        let said = match reason.as_str() {
            _ if !self.refusal.is_empty() => StopReason::Refusal(std::mem::take(&mut self.refusal)),
            "stop" => StopReason::EndTurn,
            "tool_calls" | "function_call" => StopReason::ToolUse,
            "length" => StopReason::MaxTokens,
            "content_filter" => StopReason::Refusal(String::new()),
            _ => StopReason::Other(reason),
        };
        let mut reasoning = std::mem::take(&mut self.reasoning);
        if let Ok(details) = serde_json::to_string(&self.details).and_then(RawJson::new)
            && !self.details.is_empty()
        {
            reasoning.0.insert(REASONING_DETAILS.to_owned(), details);
        }
        if !reasoning.0.is_empty() {
            let origin = self.origin.clone();
            out.push(StreamEvent::Block(Block::Opaque { origin, json: reasoning.to_raw() }));
        }
        if !self.text.is_empty() {
            out.push(StreamEvent::Block(Block::Text(std::mem::take(&mut self.text))));
        }
        let cut = said == StopReason::MaxTokens;
        let finished = std::mem::take(&mut self.calls).finish(&mut self.names, &self.origin, cut);
        out.extend(finished.into_iter().map(|call| StreamEvent::Block(Block::ToolUse(call))));
        self.stop = Some(derived_stop(said, calls));
    }

    fn stopped(&mut self, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        let reason = self.stop.take().ok_or_else(broken_off)?;
        out.push(StreamEvent::Stopped(reason));
        Ok(())
    }
}

/// The prompt's tokens include those of the cache here.
fn read_usage(usage: &Object) -> Usage {
    let details = usage.object("prompt_tokens_details").unwrap_or_default();
    let cache_read = details.number("cached_tokens");
    let cache_read = cache_read.or_else(|| usage.number("prompt_cache_hit_tokens")).unwrap_or(0);
    let cache_write = details.number("cache_write_tokens").unwrap_or(0);
    let prompt = usage.number("prompt_tokens").unwrap_or(0);
    Usage {
        input: prompt.saturating_sub(cache_read + cache_write),
        cache_read,
        cache_write,
        output: usage.number("completion_tokens").unwrap_or(0),
    }
}

impl Decode for Decoder {
    fn event(&mut self, event: &SseEvent, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        if event.data.trim() == DONE {
            return self.stopped(out);
        }
        self.chunk(&event.data, out)
    }

    fn whole(&mut self, body: &str, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        self.chunk(body, out)?;
        self.end(out)
    }

    fn end(&mut self, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        // Some servers do without the last event; the reason has said it all.
        self.stopped(out)
    }
}
