//! In what a server differs from the vendor whose dialect it speaks: a row of data for each
//! difference, so that no dialect asks who it is talking to.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Dialect;

/// The differences. The default is what the dialect's own vendor takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// How Chat Completions calls the upper bound of an answer.
    pub max_tokens: MaxTokensMember,
    /// Whether usage has to be asked for (Chat Completions). Some servers refuse the question.
    pub ask_usage: bool,
    /// Which names of calls are taken; by default those that the dialect's vendor takes.
    pub call_ids: Option<CallIds>,
    /// Whether the user may speak right after a tool. Where not, a word of the model's is put
    /// between.
    pub user_after_tool: bool,
    /// Whether the model's reasoning goes back to the server that it came from.
    pub replay_reasoning: bool,
    /// Whether the encrypted form of the reasoning is asked for (Responses).
    pub encrypted_reasoning: bool,
    /// Whether requests name the prefix that they share, so that they meet the same cache
    /// (`prompt_cache_key`).
    pub cache_key: bool,
    /// Whether texts bear the marks of the prefixes that are worth keeping, as Anthropic's do
    /// (`cache_control`, Chat Completions).
    pub cache_marks: bool,
    /// Members that a call of another model must bear to be taken (Chat Completions).
    pub foreign_calls: Map<String, Value>,
}

impl Default for Quirks {
    fn default() -> Self {
        Quirks {
            max_tokens: MaxTokensMember::MaxTokens,
            ask_usage: true,
            call_ids: None,
            user_after_tool: true,
            replay_reasoning: true,
            encrypted_reasoning: true,
            cache_key: false,
            cache_marks: false,
            foreign_calls: Map::new(),
        }
    }
}

impl Quirks {
    /// Which names of calls a server of `dialect` takes.
    pub(crate) fn call_ids(&self, dialect: Dialect) -> CallIds {
        self.call_ids.unwrap_or(match dialect {
            Dialect::Anthropic => CallIds::Word,
            Dialect::Chat | Dialect::Responses => CallIds::Short,
        })
    }
}

/// How Chat Completions calls the upper bound of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxTokensMember {
    /// `max_tokens`, which every compatible server knows.
    MaxTokens,
    /// `max_completion_tokens`, which OpenAI's own reasoning models demand.
    MaxCompletionTokens,
}

/// Names of calls that a server takes. A conversation may hold calls of another server, whose
/// names are then exchanged for others, always the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallIds {
    /// Up to 64 visible ASCII characters.
    Short,
    /// Up to 64 letters, digits, `_` and `-` (Anthropic: `^[a-zA-Z0-9_-]+$`).
    Word,
    /// Nine letters and digits (Mistral: "must be a-z, A-Z, 0-9, with a length of 9").
    Nine,
}

impl CallIds {
    /// `id`, or what stands for it on this server. Equal ids get equal names and different ones,
    /// for all practical purposes, different names.
    pub(crate) fn name(self, id: &str) -> String {
        let all = |allowed: fn(u8) -> bool| id.bytes().all(allowed);
        let (fits, length) = match self {
            CallIds::Short => (all(|byte| byte.is_ascii_graphic()) && id.len() <= 64, 11),
            CallIds::Word => {
                let word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
                (all(word) && id.len() <= 64, 11)
            }
            CallIds::Nine => (all(|byte| byte.is_ascii_alphanumeric()) && id.len() == 9, 9),
        };
        if fits && !id.is_empty() { id.to_owned() } else { digits(fnv(id.as_bytes()), length) }
    }
}

/// FNV-1a over 64 bits: the same everywhere and for ever, which names and cache keys must be.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    fnv_on(0xcbf2_9ce4_8422_2325, bytes)
}

/// [`fnv`] of what `state` stands for and `bytes`.
pub(crate) fn fnv_on(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The last `length` digits of `number` to the base 62.
pub(crate) fn digits(mut number: u64, length: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = String::new();
    for _ in 0..length {
        text.push(char::from(DIGITS[(number % 62) as usize]));
        number /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_fit_are_kept_and_others_are_always_exchanged_for_the_same() {
        for (rule, kept, exchanged) in [
            (CallIds::Short, "toolu_01:x.y", "é"),
            (CallIds::Short, "call_1", ""),
            (CallIds::Word, "toolu_01-x", "call:1"),
            (CallIds::Nine, "abcDEF123", "call_0fypS1hVX"),
            (CallIds::Nine, "000000000", "abcDEF12"),
        ] {
            assert_eq!(rule.name(kept), kept);
            let name = rule.name(exchanged);
            assert_ne!(name, exchanged);
            assert_eq!(name, rule.name(exchanged));
            assert_eq!(name, rule.name(&name), "the new name fits");
        }
        assert_ne!(CallIds::Nine.name("call_1"), CallIds::Nine.name("call_2"));
        assert_eq!(CallIds::Nine.name("call_1"), "9gD2Dimct", "the same in every build");
    }
}
