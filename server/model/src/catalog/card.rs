//! What is known about one model.

use serde::Deserialize;

use crate::Usage;

/// A model as the table describes it. What is not known is absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Card {
    /// Tokens of prompt and answer together.
    pub window: Option<u32>,
    /// Tokens of one answer at most.
    pub max_output: Option<u32>,
    /// Bytes of source code that are a token on average, as a first estimate.
    pub bytes_per_token: f64,
    /// How well it calls tools.
    pub tools: ToolSkill,
    /// How the provider's cache of prompts works for it.
    pub cache: CacheRule,
    /// What it costs.
    pub price: Option<Price>,
    /// The template by which it completes code between two texts.
    pub fim: Option<String>,
    /// The template by which it proposes the next edit.
    pub next_edit: Option<String>,
    /// Where the row comes from.
    pub source: Option<String>,
}

impl Default for Card {
    fn default() -> Self {
        Card {
            window: None,
            max_output: None,
            bytes_per_token: 3.3,
            tools: ToolSkill::default(),
            cache: CacheRule::default(),
            price: None,
            fim: None,
            next_edit: None,
            source: None,
        }
    }
}

impl Card {
    /// Whether the model needs a harness that asks little of it: its window is small, or it
    /// calls tools badly.
    #[must_use]
    pub fn is_small(&self) -> bool {
        const SMALL: u32 = 33_000;
        self.window.is_some_and(|window| window <= SMALL) || self.tools != ToolSkill::Good
    }
}

/// How well a model calls tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolSkill {
    /// Reliably, several in one turn. Taken for granted where nothing is known.
    #[default]
    Good,
    /// Now and then with wrong names or arguments.
    Weak,
    /// Not at all.
    None,
}

/// How a provider keeps the prefixes of prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheRule {
    /// What has to be done for it.
    pub kind: CacheKind,
    /// Tokens below which a prefix is not kept.
    pub minimum: u32,
    /// Blocks before a mark within which an earlier prefix is found.
    pub lookback: u32,
    /// Marks of one request.
    pub marks: u32,
}

/// What has to be done for a prefix to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheKind {
    /// Nothing is known.
    #[default]
    Unknown,
    /// Its end is marked.
    Marked,
    /// It is kept anyway; a key leads requests to the same machine.
    Keyed,
    /// It is kept anyway.
    Implicit,
}

/// Prices in dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Price {
    /// Input.
    pub input: f64,
    /// Output, thinking included.
    pub output: f64,
    /// Input read from the cache; as input if absent.
    pub cache_read: Option<f64>,
    /// Input written to the cache for five minutes; as input if absent.
    pub cache_write: Option<f64>,
    /// Input written to the cache for an hour; as input if absent.
    pub cache_write_hour: Option<f64>,
    /// What holds for long prompts.
    pub long: Option<LongPrice>,
}

/// Factors on all prices of a request whose prompt is long.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LongPrice {
    /// Tokens of the prompt above which they hold.
    pub above: u64,
    /// For all input.
    pub input_factor: f64,
    /// For the output.
    pub output_factor: f64,
}

impl Price {
    /// What a request cost, in dollars, if what it wrote to the cache is kept for five minutes.
    #[must_use]
    pub fn of(&self, usage: &Usage) -> f64 {
        let long = self.long.filter(|long| usage.prompt() > long.above);
        let (input, output) = long.map_or((1.0, 1.0), |it| (it.input_factor, it.output_factor));
        let cost = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
        let prompt = cost(usage.input, self.input)
            + cost(usage.cache_read, self.cache_read.unwrap_or(self.input))
            + cost(usage.cache_write, self.cache_write.unwrap_or(self.input));
        prompt * input + cost(usage.output, self.output) * output
    }
}
