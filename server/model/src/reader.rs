//! The body of an answer, in pieces of any size, as neutral events: no network, no time.

use serde::de::IgnoredAny;

use crate::dialect::{self, Decode};
use crate::sse::{EventTooLarge, MAX_EVENT, SseEvent, SseParser};
use crate::{ModelError, StreamEvent};

/// Upper bound of a body, in bytes. No model writes that much; a broken server may.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Reads one body. After an error it is of no further use.
pub(crate) struct Reader {
    body: Body,
    bytes: usize,
    decoder: Box<dyn Decode>,
    stopped: bool,
}

/// What the body turned out to be.
enum Body {
    /// Nothing but white space has come.
    Unknown(Vec<u8>),
    Events(SseParser),
    /// The server answers in one piece although it was asked for a stream.
    Json(Vec<u8>),
    /// Each line is the data of one event.
    Lines(Vec<u8>),
}

impl Reader {
    pub(crate) fn new(decoder: Box<dyn Decode>) -> Reader {
        Reader { body: Body::Unknown(Vec::new()), bytes: 0, decoder, stopped: false }
    }

    /// A reader of a body in which each line is one JSON value.
    pub(crate) fn of_lines(decoder: Box<dyn Decode>) -> Reader {
        Reader { body: Body::Lines(Vec::new()), bytes: 0, decoder, stopped: false }
    }

    /// Whether anything has come.
    pub(crate) fn has_begun(&self) -> bool {
        self.bytes > 0
    }

    /// Whether the answer is complete; then nothing that follows matters.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Takes the next piece and appends what follows from it to `out`, also before an error.
    pub(crate) fn push(
        &mut self,
        piece: &[u8],
        out: &mut Vec<StreamEvent>,
    ) -> Result<(), ModelError> {
        self.bytes += piece.len();
        if self.bytes > MAX_BODY {
            return Err(ModelError::Protocol(format!("an answer of more than {MAX_BODY} bytes")));
        }
        let mut events = Vec::new();
        let parsed = self.body.push(piece, &mut events);
        self.decode(&events, out)?;
        parsed
    }

    /// The body has ended.
    pub(crate) fn end(mut self, out: &mut Vec<StreamEvent>) -> Result<(), ModelError> {
        match std::mem::replace(&mut self.body, Body::Unknown(Vec::new())) {
            _ if self.stopped => Ok(()),
            Body::Json(bytes) => self.decoder.whole(&String::from_utf8_lossy(&bytes), out),
            Body::Unknown(_) => Err(dialect::broken_off()),
            Body::Lines(rest) => {
                let last = lone_event(&rest).filter(is_whole);
                self.decode(last.as_slice(), out)?;
                if self.stopped { Ok(()) } else { self.decoder.end(out) }
            }
            Body::Events(parser) => {
                // Without its blank line an event may be half of one: it counts if it is whole.
                let last = parser.finish().filter(is_whole);
                self.decode(last.as_slice(), out)?;
                if self.stopped { Ok(()) } else { self.decoder.end(out) }
            }
        }
    }

    fn decode(
        &mut self,
        events: &[SseEvent],
        out: &mut Vec<StreamEvent>,
    ) -> Result<(), ModelError> {
        for event in events {
            if self.stopped {
                break;
            }
            self.decoder.event(event, out)?;
            self.stopped = matches!(out.last(), Some(StreamEvent::Stopped(_)));
        }
        Ok(())
    }
}

fn is_whole(event: &SseEvent) -> bool {
    event.data.trim() == dialect::DONE || serde_json::from_str::<IgnoredAny>(&event.data).is_ok()
}

/// The event of a line that is not blank.
fn lone_event(line: &[u8]) -> Option<SseEvent> {
    let data = String::from_utf8_lossy(line).trim().to_owned();
    (!data.is_empty()).then_some(SseEvent { name: String::new(), data })
}

impl Body {
    fn push(&mut self, piece: &[u8], events: &mut Vec<SseEvent>) -> Result<(), ModelError> {
        match self {
            Body::Unknown(space) => {
                space.extend_from_slice(piece);
                let begun = std::mem::take(space);
                match begun.iter().find(|byte| !byte.is_ascii_whitespace()) {
                    None => {
                        *space = begun;
                        Ok(())
                    }
                    // A stream of events begins neither with a brace nor with a bracket.
                    Some(b'{' | b'[') => {
                        *self = Body::Json(begun);
                        Ok(())
                    }
                    Some(b'<') => Err(ModelError::Protocol(
                        "the server answers with a web page; is its address right?".to_owned(),
                    )),
                    Some(_) => {
                        *self = Body::Events(SseParser::default());
                        self.push(&begun, events)
                    }
                }
            }
            Body::Json(bytes) => {
                bytes.extend_from_slice(piece);
                Ok(())
            }
            Body::Lines(rest) => {
                for piece in piece.split_inclusive(|&byte| byte == b'\n') {
                    if rest.len() + piece.len() > MAX_EVENT {
                        return Err(ModelError::Protocol(EventTooLarge.to_string()));
                    }
                    rest.extend_from_slice(piece);
                    if rest.last() == Some(&b'\n') {
                        events.extend(lone_event(&std::mem::take(rest)));
                    }
                }
                Ok(())
            }
            Body::Events(parser) => parser
                .push(piece, events)
                .map_err(|too_large| ModelError::Protocol(too_large.to_string())),
        }
    }
}
