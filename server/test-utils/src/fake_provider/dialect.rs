//! What the provider needs to know of a dialect.

use serde_json::{Value, value::RawValue};

use super::answer::{Failure, Turn};
use super::cache::Bill;
use super::conversation::{Conversation, Part};
use super::{Recorded, anthropic, chat, responses};

/// Which of the dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Messages,
    Chat,
    Responses,
}

/// A dialect: how a request is read and an answer is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) wire: Wire,
    pub(super) parse: fn(&Recorded) -> Result<Conversation, String>,
    pub(super) render: fn(&Turn, &Meta<'_>) -> Rendered,
    /// The status and the body.
    pub(super) failure: fn(&Failure) -> (u16, String),
    /// The body of a 400 that says this.
    pub(super) refusal: fn(&str) -> String,
    /// The event that says that the provider is overloaded.
    pub(super) error_event: fn() -> String,
}

impl Dialect {
    /// The dialect that is spoken at this path.
    pub(super) fn at(path: &str) -> Option<Dialect> {
        let path = path.split('?').next().unwrap_or(path);
        let dialects = [
            ("/v1/messages", anthropic::DIALECT),
            ("/v1/chat/completions", chat::DIALECT),
            ("/v1/responses", responses::DIALECT),
        ];
        let found = dialects.into_iter().find(|(end, _)| path.ends_with(end));
        found.map(|(_, dialect)| dialect)
    }
}

/// What an answer needs beside its words.
pub(super) struct Meta<'a> {
    /// The number of the answer, for names.
    pub(super) number: u64,
    pub(super) model: &'a str,
    pub(super) bill: Bill,
}

impl Meta<'_> {
    /// The name of the call at this place of the answer, unique among all answers.
    pub(super) fn call(&self, place: usize) -> String {
        format!("call{}x{place}", self.number)
    }
}

/// An answer in its dialect.
pub(super) struct Rendered {
    /// The events of the stream, each with its blank line.
    pub(super) events: Vec<String>,
    /// The place of the event without which the answer is not complete.
    pub(super) decisive: usize,
    /// The answer as one JSON body.
    pub(super) whole: Value,
    /// What the client must send back.
    pub(super) parts: Vec<Part>,
}

/// `text` in pieces of a few characters, as a model writes it.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(6).map(|piece| piece.iter().collect()).collect()
}

/// About how many tokens an answer has.
pub(super) fn output_tokens(turn: &Turn) -> usize {
    use super::answer::Piece;
    let bytes: usize = turn
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) | Piece::Thinking(text) => text.len(),
            Piece::Call(tool, letters) => tool.len() + letters.len(),
            Piece::Raw(value) => value.to_string().len(),
        })
        .sum();
    bytes / 4 + 1
}

/// The letters of a member that is an object or a list.
pub(super) fn member(object: &str, key: &str) -> Option<String> {
    let members: std::collections::BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(object).ok()?;
    Some(members.get(key)?.get().to_owned())
}

/// The elements of a list by their letters.
pub(super) fn elements(list: &str) -> Option<Vec<String>> {
    let elements: Vec<Box<RawValue>> = serde_json::from_str(list).ok()?;
    Some(elements.iter().map(|element| element.get().to_owned()).collect())
}
