//! What the dialects' tests share: bodies in, one line per event out.

use expect_test::Expect;

use super::decoder;
use crate::endpoint::{Dialect, Endpoint};
use crate::reader::Reader;
use crate::{Block, Message, ModelError, Request, Role, StreamEvent};

/// A request without anything.
pub(crate) fn request(messages: Vec<Message>) -> Request {
    Request {
        system: Vec::new(),
        tools: Vec::new().into(),
        messages,
        max_tokens: 1000,
        cache_marks: Vec::new(),
    }
}

/// A server of each dialect.
pub(crate) fn endpoint(dialect: Dialect) -> Endpoint {
    match dialect {
        Dialect::Anthropic => Endpoint::new(dialect, "https://api.anthropic.com", "claude"),
        Dialect::Chat => Endpoint::new(dialect, "http://localhost:8080", "m"),
        Dialect::Responses => Endpoint::new(dialect, "https://api.openai.com/v1", "m"),
    }
}

/// The events of an answer whose body comes in these pieces, and how it failed.
pub(crate) fn read<'a>(
    dialect: Dialect,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<StreamEvent>, Option<ModelError>) {
    let mut reader = Reader::new(decoder(&endpoint(dialect), &request(Vec::new())));
    let mut events = Vec::new();
    let result = pieces
        .into_iter()
        .try_for_each(|piece| reader.push(piece, &mut events))
        .and_then(|()| reader.end(&mut events));
    (events, result.err())
}

/// One SSE body out of the data of its events.
pub(crate) fn sse(events: &[&str]) -> String {
    events.iter().map(|data| format!("data: {data}\n\n")).collect()
}

/// Compares the events with what is expected, and the events of every other way to cut the body
/// with those.
pub(crate) fn check(dialect: Dialect, body: &str, expect: Expect) {
    let whole = read(dialect, [body.as_bytes()]);
    let mut shown: String = whole.0.iter().map(|event| format!("{event:?}\n")).collect();
    shown.extend(whole.1.iter().map(|error| format!("error: {error:?}\n")));
    expect.assert_eq(&shown);
    for cut in 0..=body.len() {
        let (head, tail) = body.as_bytes().split_at(cut);
        assert_eq!(read(dialect, [head, tail]), whole, "cut at byte {cut}");
    }
    assert_eq!(read(dialect, body.as_bytes().chunks(1)), whole, "byte by byte");
}

/// The blocks of an answer, as a message to be sent back.
pub(crate) fn message(dialect: Dialect, body: &str) -> Message {
    let (events, error) = read(dialect, [body.as_bytes()]);
    assert_eq!(error, None);
    let blocks = events.into_iter().filter_map(|event| match event {
        StreamEvent::Block(block) => Some(block),
        _ => None,
    });
    Message { role: Role::Assistant, content: blocks.collect::<Vec<Block>>() }
}
