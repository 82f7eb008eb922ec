//! From the pieces of a completion to neutral events: one text, tidied at its end.

use super::tidy::Finish;
use crate::dialect::{DONE, Decode, Object, broken_off, not_understood};
use crate::failure::{self, Hints};
use crate::sse::SseEvent;
use crate::{Block, ModelError, StopReason, StreamEvent, Usage};

/// Under which members the text comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `content`, `stop`, `stop_type`.
    Llama,
    /// `response`, `done`, `done_reason`.
    Ollama,
    /// `choices`, each with `text`, `delta.content` or `message.content`.
    Choices,
}

/// Reads a completion, and hands it on as `F` leaves it.
pub(crate) struct Decoder<F> {
    source: Source,
    finish: F,
    text: String,
    started: bool,
    stop: Option<StopReason>,
}

enum Source {
    Own(Shape),
    /// A dialect of conversations, whose text is taken.
    Dialect(Box<dyn Decode>),
}

impl<F: Finish> Decoder<F> {
    pub(crate) fn new(shape: Shape, finish: F) -> Self {
        Decoder {
            source: Source::Own(shape),
            finish,
            text: String::new(),
            started: false,
            stop: None,
        }
    }

    /// Takes the text of `inner`'s answer.
    pub(crate) fn around(inner: Box<dyn Decode>, finish: F) -> Self {
        let source = Source::Dialect(inner);
        Decoder { source, finish, text: String::new(), started: false, stop: None }
    }

    fn start(&mut self, out: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(StreamEvent::Started);
        }
    }

    fn piece(&mut self, piece: Option<String>, out: &mut Vec<StreamEvent>) {
        if let Some(piece) = piece.filter(|piece| !piece.is_empty()) {
            self.text.push_str(&piece);
            out.push(StreamEvent::TextDelta(piece));
        }
    }

    /// The text is as long as it may be, or the server said why it stopped and has no more to say.
    fn finish(&mut self, reason: StopReason, out: &mut Vec<StreamEvent>) {
        let text = self.finish.tidy(&self.text);
        if !text.is_empty() {
            out.push(StreamEvent::Block(Block::Text(text)));
        }
        out.push(StreamEvent::Stopped(reason));
    }

    fn own(
        &mut self,
        shape: Shape,
        data: &str,
        out: &mut Vec<StreamEvent>,
    ) -> Result<(), ModelError> {
        let chunk = Object::parse(data).ok_or_else(|| not_understood("not a JSON object", data))?;
        if chunk.get("error").is_some() {
            return Err(failure::classify(None, data, &Hints::default()));
        }
        self.start(out);
        match shape {
            Shape::Llama => {
                self.piece(chunk.text("content"), out);
                if chunk.is_true("stop") {
                    let limit = chunk.text("stop_type").as_deref() == Some("limit");
                    // `tokens_cached` is what the slot holds afterwards, not what was read.
                    out.push(StreamEvent::Usage(Usage {
                        input: chunk.number("tokens_evaluated").unwrap_or(0),
                        output: chunk.number("tokens_predicted").unwrap_or(0),
                        ..Usage::default()
                    }));
                    self.finish(by_limit(limit), out);
                }
            }
            Shape::Ollama => {
                self.piece(chunk.text("response"), out);
                if chunk.is_true("done") {
                    let limit = chunk.text("done_reason").as_deref() == Some("length");
                    out.push(StreamEvent::Usage(Usage {
                        input: chunk.number("prompt_eval_count").unwrap_or(0),
                        output: chunk.number("eval_count").unwrap_or(0),
                        ..Usage::default()
                    }));
                    self.finish(by_limit(limit), out);
                }
            }
            Shape::Choices => self.choices(&chunk, out),
        }
        Ok(())
    }

    fn choices(&mut self, chunk: &Object, out: &mut Vec<StreamEvent>) {
        for choice in chunk.list("choices") {
            let choice = Object::parse(choice.as_str()).unwrap_or_default();
            if choice.number("index").unwrap_or(0) != 0 {
                continue;
            }
            let nested = choice.object("delta").or_else(|| choice.object("message"));
            let piece = choice.text("text").or_else(|| nested.unwrap_or_default().text("content"));
            self.piece(piece, out);
            if let Some(reason) = choice.text("finish_reason") {
                self.stop.get_or_insert(by_limit(reason == "length"));
            }
        }
        if let Some(usage) = chunk.object("usage") {
            out.push(StreamEvent::Usage(Usage {
                input: usage.number("prompt_tokens").unwrap_or(0),
                output: usage.number("completion_tokens").unwrap_or(0),
                ..Usage::default()
            }));
        }
    }

    /// What a dialect's events mean for a completion: its text, what it cost, its end.
    fn take(&mut self, events: Vec<StreamEvent>, out: &mut Vec<StreamEvent>) {
        for event in events {
            match event {
                StreamEvent::Started => self.start(out),
                StreamEvent::TextDelta(piece) => self.piece(Some(piece), out),
                StreamEvent::Usage(_) => out.push(event),
                StreamEvent::Stopped(reason) => self.finish(reason, out),
                StreamEvent::ThinkingDelta(_)
                | StreamEvent::ToolUseStarted(_)
                | StreamEvent::Block(_) => {}
            }
        }
    }

    /// Ends the answer where what has come is enough, so that no more is paid or waited for.
    fn enough(&mut self, out: &mut Vec<StreamEvent>) {
        let stopped = matches!(out.last(), Some(StreamEvent::Stopped(_)));
        if !stopped && self.finish.is_enough(&self.text) {
            self.finish(StopReason::EndTurn, out);
        }
    }
}

fn by_limit(limit: bool) -> StopReason {
    if limit { StopReason::MaxTokens } else { StopReason::EndTurn }
}

impl<F: Finish + Send> Decode for Decoder<F> {
    fn event(&mut self, event: &SseEvent, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        match &mut self.source {
            Source::Dialect(inner) => {
                let mut events = Vec::new();
                let result = inner.event(event, &mut events);
                self.take(events, out);
                result?;
            }
            Source::Own(_) if event.data.trim() == DONE => return self.end(out),
            &mut Source::Own(shape) => self.own(shape, &event.data, out)?,
        }
        self.enough(out);
        Ok(())
    }

    fn whole(&mut self, body: &str, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        match &mut self.source {
            Source::Dialect(inner) => {
                let mut events = Vec::new();
                let result = inner.whole(body, &mut events);
                self.take(events, out);
                result
            }
            &mut Source::Own(shape) => {
                self.own(shape, body, out)?;
                match out.last() {
                    Some(StreamEvent::Stopped(_)) => Ok(()),
                    _ => self.end(out),
                }
            }
        }
    }

    fn end(&mut self, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        match &mut self.source {
            Source::Dialect(inner) => {
                let mut events = Vec::new();
                let result = inner.end(&mut events);
                self.take(events, out);
                result
            }
            Source::Own(_) => {
                let reason = self.stop.take().ok_or_else(broken_off)?;
                self.finish(reason, out);
                Ok(())
            }
        }
    }
}
