//! From the events of an answer to neutral ones.
//!
//! The grammar is `message_start block* message_delta+ message_stop`, but servers that copy it
//! leave out `message_start`, begin a block before the one before is closed, and leave out
//! members. Blocks are therefore found by their index and handed on in the order in which they
//! began.

use super::block::OpenBlock;
use crate::dialect::{CallNames, Decode, Object, broken_off, derived_stop, not_understood};
use crate::failure::{self, Hints};
use crate::sse::SseEvent;
use crate::{Block, ModelError, RawJson, StopReason, StreamEvent, Usage};

#[derive(Debug)]
pub(crate) struct Decoder {
    names: CallNames,
    /// Who writes the answer.
    origin: String,
    started: bool,
    /// The blocks that have not been handed on, in the order in which they began.
    open: Vec<OpenBlock>,
    usage: Usage,
    calls: bool,
    stop: Option<StopReason>,
}

/// What has just come.
#[derive(Clone, Copy)]
enum After {
    /// The end of a block.
    BlockEnd,
    /// The beginning of another block.
    NextBlock,
    /// The end of the message.
    End,
}

impl Decoder {
    pub(crate) fn new(names: CallNames, origin: String) -> Decoder {
        Decoder {
            names,
            origin,
            started: false,
            open: Vec::new(),
            usage: Usage::default(),
            calls: false,
            stop: None,
        }
    }

    fn start(&mut self, out: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(StreamEvent::Started);
        }
    }

    fn begin_block(
        &mut self,
        index: u64,
        object: &RawJson,
        out: &mut Vec<StreamEvent>,
    ) -> Result<(), ModelError> {
        let block = OpenBlock::new(index, object)
            .ok_or_else(|| not_understood("a block without a type", object.as_str()))?;
        self.hand_on(After::NextBlock, out);
        out.extend(block.first_event());
        self.open.push(block);
        Ok(())
    }

    fn delta(
        &mut self,
        event: &Object,
        data: &str,
        out: &mut Vec<StreamEvent>,
    ) -> Result<(), ModelError> {
        let index = event.number("index");
        let delta = event.object("delta");
        // The newest of that index: nobody reuses an index, but nothing forbids it.
        let block = self.open.iter_mut().rev().find(|block| Some(block.index) == index);
        let (Some(block), Some(delta)) = (block, delta) else {
            return Err(not_understood("a piece of a block that was not begun", data));
        };
        out.extend(block.apply(&delta));
        Ok(())
    }

    /// Hands on the blocks that are complete, up to the first that is not.
    fn hand_on(&mut self, after: After, out: &mut Vec<StreamEvent>) {
        let limit = matches!(self.stop, Some(StopReason::MaxTokens | StopReason::ContextOverflow));
        while let Some(block) = self.open.first() {
            let is_last = self.open.len() == 1;
            let complete = match after {
                After::BlockEnd => block.closed && !(is_last && block.may_be_cut()),
                // A block that follows shows that the one before was not cut.
                After::NextBlock => block.closed,
                After::End => true,
            };
            if !complete {
                return;
            }
            let block = self.open.remove(0);
            if let Some(block) = block.into_block(&mut self.names, &self.origin, limit && is_last) {
                self.calls |= matches!(block, Block::ToolUse(_));
                out.push(StreamEvent::Block(block));
            }
        }
    }

    /// The numbers are totals; one that is absent keeps its former value.
    fn add_usage(&mut self, usage: Option<Object>, out: &mut Vec<StreamEvent>) {
        let Some(usage) = usage else { return };
        for (key, number) in [
            ("input_tokens", &mut self.usage.input),
            ("cache_read_input_tokens", &mut self.usage.cache_read),
            ("cache_creation_input_tokens", &mut self.usage.cache_write),
            ("output_tokens", &mut self.usage.output),
        ] {
            if let Some(total) = usage.number(key) {
                *number = total;
            }
        }
        out.push(StreamEvent::Usage(self.usage));
    }

    fn note_stop(&mut self, message: &Object) {
        let Some(said) = message.text("stop_reason") else { return };
        self.stop = Some(match said.as_str() {
            "end_turn" => StopReason::EndTurn,
            "tool_use" => StopReason::ToolUse,
            "max_tokens" => StopReason::MaxTokens,
            "model_context_window_exceeded" => StopReason::ContextOverflow,
            "refusal" => {
                let details = message.object("stop_details").unwrap_or_default();
                let why = details.text("explanation").or_else(|| details.text("category"));
                StopReason::Refusal(why.unwrap_or_default())
            }
            _ => StopReason::Other(said),
        });
    }

    fn finish(&mut self, out: &mut Vec<StreamEvent>) {
        self.hand_on(After::End, out);
        let said = self.stop.take().unwrap_or(StopReason::EndTurn);
        out.push(StreamEvent::Stopped(derived_stop(said, self.calls)));
    }
}

impl Decode for Decoder {
    fn event(&mut self, event: &SseEvent, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        let data = &event.data;
        let object =
            Object::parse(data).ok_or_else(|| not_understood("not a JSON object", data))?;
        let kind = object.text("type").unwrap_or_else(|| event.name.clone());
        match kind.as_str() {
            "message_start" => {
                self.start(out);
                let message = object.object("message").unwrap_or_default();
                self.add_usage(message.object("usage"), out);
            }
            "content_block_start" => {
                self.start(out);
                let (Some(index), Some(block)) =
                    (object.number("index"), object.get("content_block"))
                else {
                    return Err(not_understood("a block without an index", data));
                };
                self.begin_block(index, block, out)?;
            }
            "content_block_delta" => self.delta(&object, data, out)?,
            "content_block_stop" => {
                let index = object.number("index");
                for block in self.open.iter_mut().filter(|block| Some(block.index) == index) {
                    block.closed = true;
                }
                self.hand_on(After::BlockEnd, out);
            }
            "message_delta" => {
                self.start(out);
                self.note_stop(&object.object("delta").unwrap_or_default());
                self.add_usage(object.object("usage"), out);
            }
            "message_stop" => self.finish(out),
            "error" => return Err(failure::classify(None, data, &Hints::default())),
            // Pings, and what will be invented.
            _ if object.get("error").is_some() => {
                return Err(failure::classify(None, data, &Hints::default()));
            }
            _ => {}
        }
        Ok(())
    }

    fn whole(&mut self, body: &str, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        let message =
            Object::parse(body).ok_or_else(|| not_understood("not a JSON object", body))?;
        if message.get("error").is_some() {
            return Err(failure::classify(None, body, &Hints::default()));
        }
        if message.get("content").is_none() {
            return Err(not_understood("not a message", body));
        }
        self.start(out);
        for (index, block) in (0..).zip(message.list("content")) {
            self.begin_block(index, &block, out)?;
            for block in &mut self.open {
                block.closed = true;
            }
        }
        self.note_stop(&message);
        self.add_usage(message.object("usage"), out);
        self.finish(out);
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        Err(broken_off())
    }
}
