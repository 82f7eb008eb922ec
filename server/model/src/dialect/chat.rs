//! OpenAI's Chat Completions, and the many servers that speak something like it.

mod calls;
mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub(super) use decode::Decoder;
pub(super) use encode::encode;

/// Members of a delta, a message or an answer under which reasoning comes as text. The dialect's
/// own vendor has none.
const REASONING: [&str; 2] = ["reasoning_content", "reasoning"];
/// The member under which reasoning comes as a list of objects with signatures.
const REASONING_DETAILS: &str = "reasoning_details";
/// A member of which the last counts, and which goes back as it came: Gemini's signatures.
const EXTRA_CONTENT: &str = "extra_content";
