//! What can be left out of a conversation that does not fit: results that can be had again and,
//! in the end, the code that was selected for its beginning. Never the user's words, and nothing
//! that the model said.

use std::collections::{BTreeMap, BTreeSet};

use model::{Block, ToolUse};

use crate::prompt::{CONTEXT_LEFT_OUT, RESULT_LEFT_OUT};
use crate::session::{Entry, Event};

/// About half of what is shown, beginning with the oldest, and none of the last turn's results.
/// `again` says whether a call could simply be made again.
pub(crate) fn half(entries: &[Entry], again: impl Fn(&ToolUse) -> bool) -> Vec<u64> {
    let shown = Shown::of(entries, again);
    let last_turn = entries.iter().rposition(|entry| matches!(entry.event, Event::Sent { .. }));
    let before_last = last_turn
        .and_then(|last| entries[..last].iter().rposition(is_sent))
        .map_or(0, |at| entries[at].seq);
    let mut bytes = 0;
    let results = shown.results.iter().filter(|(seq, _)| *seq < before_last);
    results
        .take_while(|(_, size)| {
            let enough = bytes * 2 >= shown.bytes;
            bytes += size;
            !enough
        })
        .map(|(seq, _)| *seq)
        .collect()
}

/// Everything that can be left out.
pub(crate) fn all(entries: &[Entry], again: impl Fn(&ToolUse) -> bool) -> Vec<u64> {
    let shown = Shown::of(entries, again);
    shown.contexts.into_iter().chain(shown.results.into_iter().map(|(seq, _)| seq)).collect()
}

/// Whether blocks that only a provider understands are among what is shown.
pub(crate) fn holds_opaque(entries: &[Entry]) -> bool {
    let plain = |entry: &&Entry| matches!(&entry.event, Event::Epoch(epoch) if epoch.plain);
    let opaque = |entry: &Entry| match &entry.event {
        Event::Said { block: Block::Opaque { .. } } => true,
        Event::Said { block: Block::ToolUse(call) } => call.extra.is_some(),
        _ => false,
    };
    entries.iter().rev().take_while(|entry| !plain(entry)).any(opaque)
}

fn is_sent(entry: &Entry) -> bool {
    matches!(entry.event, Event::Sent { .. })
}

struct Shown {
    /// Bytes of all of it, about.
    bytes: usize,
    /// Results that can be had again: their numbers and sizes, oldest first.
    results: Vec<(u64, usize)>,
    /// What was selected for the beginning.
    contexts: Vec<u64>,
}

impl Shown {
    fn of(entries: &[Entry], again: impl Fn(&ToolUse) -> bool) -> Shown {
        let mut gone: BTreeSet<u64> = BTreeSet::new();
        for entry in entries {
            if let Event::Epoch(epoch) = &entry.event {
                gone.extend(&epoch.left_out);
            }
        }
        let mut shown = Shown { bytes: 0, results: Vec::new(), contexts: Vec::new() };
        let mut calls: BTreeMap<&str, bool> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| !gone.contains(&entry.seq)) {
            match &entry.event {
                Event::Context { text } => {
                    shown.bytes += text.len();
                    if text.len() > CONTEXT_LEFT_OUT.len() {
                        shown.contexts.push(entry.seq);
                    }
                }
                Event::User { text } | Event::Note { text } => shown.bytes += text.len(),
                Event::Said { block } => {
                    shown.bytes += size(block);
                    if let Block::ToolUse(call) = block {
                        calls.insert(&call.id, again(call));
                    }
                }
                Event::CallEnded { result } => {
                    shown.bytes += result.text.len();
                    let again = calls.get(result.tool_use_id.as_str()) == Some(&true);
                    if again && result.text.len() > RESULT_LEFT_OUT.len() {
                        shown.results.push((entry.seq, result.text.len()));
                    }
                }
                _ => {}
            }
        }
        shown
    }
}

fn size(block: &Block) -> usize {
    match block {
        Block::Text(text) => text.len(),
        Block::ToolUse(call) => call.name.len() + call.input.as_str().len(),
        Block::ToolResult(result) => result.text.len(),
        Block::Opaque { json, .. } => json.as_str().len(),
    }
}
