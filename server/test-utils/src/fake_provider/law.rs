//! The law for requests, whatever their dialect.

use std::collections::BTreeSet;

use super::conversation::{Conversation, Message, Part, Speaker};

/// How many marks a request may bear.
const MAX_MARKS: usize = 4;

/// What was sent as one answer.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) parts: Vec<Part>,
    /// Whether the answer was sent to its end; otherwise the client may keep what it got.
    pub(super) complete: bool,
}

/// What the judge remembers.
#[derive(Debug, Default)]
pub(super) struct Law {
    sent: Vec<Sent>,
    /// The blocks of the last request of each conversation under way.
    heads: Vec<Vec<String>>,
    /// Announced requests that may begin a conversation.
    epochs: usize,
    /// Announced requests that may branch off.
    forks: usize,
    begun: bool,
}

impl Law {
    pub(super) fn allow_epoch(&mut self) {
        self.epochs += 1;
    }

    pub(super) fn allow_fork(&mut self) {
        self.forks += 1;
    }

    pub(super) fn note_sent(&mut self, sent: Sent) {
        self.sent.push(sent);
    }

    /// The laws that `request` breaks, each in one sentence.
    pub(super) fn judge(&mut self, request: &Conversation, strangers: bool) -> Vec<String> {
        let mut broken = request.violations.clone();
        let marks = request.blocks.iter().filter(|block| block.marked).count();
        if marks > MAX_MARKS {
            broken.push(format!("{marks} cache marks; {MAX_MARKS} are allowed"));
        }
        if !strangers {
            broken.extend(self.altered(&request.messages));
        }
        broken.extend(pairing(&request.messages));
        broken.extend(self.prefix(request));
        broken
    }

    /// Assistant turns must be what was sent, whole and unaltered.
    fn altered(&self, messages: &[Message]) -> Option<String> {
        let turns = messages.iter().filter(|message| message.speaker == Speaker::Assistant);
        let mut strange = turns.filter(|turn| !self.sent.iter().any(|sent| sent.is(&turn.parts)));
        let turn = strange.next()?;
        Some(format!("an assistant turn that was never sent: {:?}", turn.parts))
    }

    /// The blocks of a request continue those of the last request of a conversation.
    fn prefix(&mut self, request: &Conversation) -> Option<String> {
        let blocks: Vec<String> =
            request.blocks.iter().map(|block| block.letters.clone()).collect();
        let continued = self.heads.iter().position(|head| blocks.starts_with(head));
        match continued {
            Some(_) if self.forks > 0 => {
                self.forks -= 1;
                self.heads.push(blocks);
            }
            Some(head) => self.heads[head] = blocks,
            None if !self.begun || self.epochs > 0 => {
                self.epochs -= usize::from(self.begun);
                self.begun = true;
                self.heads.push(blocks);
            }
            None => {
                let nearest = self
                    .heads
                    .iter()
                    .map(|head| head.iter().zip(&blocks).take_while(|(a, b)| a == b).count())
                    .max()
                    .unwrap_or(0);
                let differs = blocks.get(nearest).map_or("(the end)", String::as_str);
                return Some(format!("block {nearest} changes what was sent before: {differs}"));
            }
        }
        None
    }
}

impl Sent {
    fn is(&self, parts: &[Part]) -> bool {
        if self.complete {
            return self.parts.len() == parts.len()
                && self.parts.iter().zip(parts).all(|(sent, part)| same(sent, part));
        }
        // Of a broken answer the client may keep a beginning, or only what it could show.
        let shown = !parts.iter().any(|part| matches!(part, Part::Other(_)));
        let hidden = |sent: &&Part| !(shown && matches!(sent, Part::Other(_)));
        let mut sent = self.parts.iter().filter(hidden);
        parts.iter().all(|part| match (sent.next(), part) {
            (Some(Part::Text(sent)), Part::Text(part)) => sent.starts_with(part.as_str()),
            (Some(sent), _) => same(sent, part),
            (None, _) => false,
        })
    }
}

/// Whether `part` is `sent`. Arguments that are not JSON cannot be sent back; `{}` stands for
/// them.
fn same(sent: &Part, part: &Part) -> bool {
    match (sent, part) {
        (
            Part::Call { id, tool, letters, extra },
            Part::Call { id: id_back, tool: tool_back, letters: letters_back, extra: extra_back },
        ) => {
            let is_object = serde_json::from_str::<serde_json::Map<_, _>>(letters).is_ok();
            let expected = if is_object { letters } else { "{}" };
            (id, tool, extra) == (id_back, tool_back, extra_back) && expected == letters_back
        }
        _ => sent == part,
    }
}

/// Each call has exactly one result, in the message that follows it; results come first there.
fn pairing(messages: &[Message]) -> Vec<String> {
    let mut broken = Vec::new();
    let mut all = BTreeSet::new();
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        let mut others = false;
        for part in &message.parts {
            match part {
                Part::Result { id } if message.speaker == Speaker::User => {
                    if others {
                        broken.push(format!("the result of {id} comes after other content"));
                    }
                    match open.iter().position(|call| call == id) {
                        Some(call) => drop(open.remove(call)),
                        None => broken.push(format!("a result without its call: {id}")),
                    }
                }
                _ => others = true,
            }
        }
        broken.extend(open.drain(..).map(|id| format!("no result for the call {id}")));
        for part in &message.parts {
            if let Part::Call { id, .. } = part {
                if !all.insert(id.as_str()) {
                    broken.push(format!("two calls bear the name {id}"));
                }
                open.push(id);
            }
        }
    }
    broken.extend(open.drain(..).map(|id| format!("no result for the call {id}")));
    if messages.last().is_some_and(|message| message.speaker == Speaker::Assistant) {
        broken.push("the conversation ends with the assistant".to_owned());
    }
    broken
}
