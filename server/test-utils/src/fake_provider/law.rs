//! The law for requests, whatever their dialect.

use std::collections::BTreeSet;

use super::conversation::{Block, Conversation, Message, Part, Speaker};

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
    heads: Vec<Vec<Block>>,
    /// Announced requests that may begin a conversation.
    epochs: usize,
    /// Announced requests that may branch off.
    forks: usize,
    begun: bool,
    /// Whether an epoch was announced: from then on answers may come back without all that only
    /// the provider understands.
    plain: bool,
}

impl Law {
    pub(super) fn allow_epoch(&mut self) {
        self.epochs += 1;
        self.plain = true;
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
        let known =
            |sent: &Sent, parts: &[Part]| sent.is(parts) || (self.plain && sent.plain().is(parts));
        let mut strange = turns.filter(|turn| !self.sent.iter().any(|s| known(s, &turn.parts)));
        let turn = strange.next()?;
        Some(format!("an assistant turn that was never sent: {:?}", turn.parts))
    }

    /// The blocks of a request continue those of the last request of a conversation.
    fn prefix(&mut self, request: &Conversation) -> Option<String> {
        let blocks = request.blocks.clone();
        let continued = self.heads.iter().position(|head| continues(head, &blocks));
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
                    .map(|head| {
                        let pairs = head.iter().zip(&blocks);
                        pairs.take_while(|(a, b)| a.letters == b.letters).count()
                    })
                    .max()
                    .unwrap_or(0);
                let differs =
                    blocks.get(nearest).map_or("(the end)", |block| block.letters.as_str());
                return Some(format!("block {nearest} changes what was sent before: {differs}"));
            }
        }
        None
    }
}

/// Whether `blocks` begin with `head`. Marks are no part of what is sent.
fn continues(head: &[Block], blocks: &[Block]) -> bool {
    let Some((last, first)) = head.split_last() else { return true };
    let same = |(a, b): (&Block, &Block)| a.letters == b.letters;
    let grown = blocks.get(first.len()).is_some_and(|now| {
        now.letters == last.letters || (last.open && now.letters.starts_with(&last.letters))
    });
    grown && first.iter().zip(blocks).all(same)
}

impl Sent {
    fn is(&self, parts: &[Part]) -> bool {
        if self.complete {
            return self.parts.len() == parts.len()
                && self.parts.iter().zip(parts).all(|(sent, part)| same(sent, part));
        }
        // Of a broken answer the client may keep a beginning, or only what it could show. What
        // hangs on a text comes with its end, so a text that was cut off comes without.
        let Some((last, first)) = parts.split_last() else { return true };
        let shown = !parts.iter().any(|part| matches!(part, Part::Other(_)));
        let hidden = |part: &Part| matches!(part, Part::Other(_));
        let mut sent = self.parts.iter().filter(|part| !(shown && hidden(part)));
        let begun = first.iter().all(|part| sent.next().is_some_and(|sent| same(sent, part)));
        let mut rest = sent.skip_while(|part| hidden(part) && !hidden(last));
        begun
            && match (rest.next(), last) {
                (Some(Part::Text(sent)), Part::Text(last)) => sent.starts_with(last.as_str()),
                (Some(sent), _) => same(sent, last),
                (None, _) => false,
            }
    }

    /// The answer without what only the provider understands.
    fn plain(&self) -> Sent {
        let parts = self.parts.iter().filter(|part| !matches!(part, Part::Other(_)));
        let parts = parts.map(|part| match part {
            Part::Call { id, tool, letters, .. } => Part::Call {
                id: id.clone(),
                tool: tool.clone(),
                letters: letters.clone(),
                extra: serde_json::json!({}),
            },
            other => other.clone(),
        });
        Sent { parts: parts.collect(), complete: self.complete }
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
