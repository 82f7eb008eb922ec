//! Completing code between two texts ("fill in the middle"), in the words of many servers.
//!
//! Each kind of server is a pure function from a [`FimRequest`] to what is sent and a reader of
//! what comes back, like a dialect; what differs between models is a table of templates.

mod decode;
mod encode;
mod template;
#[cfg(test)]
mod tests;
mod tidy;

use serde::Deserialize;

pub(crate) use decode::{Decoder, Shape};
pub(crate) use encode::{Call, call};
#[cfg(test)]
pub(crate) use template::knows;
pub(crate) use template::render;
pub(crate) use tidy::{Finish, without_fence};

/// The name of the template of models that have none.
pub(crate) const IN_WORDS: &str = "chat";

/// How a server completes code between two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FimKind {
    /// llama.cpp's `/infill`, which knows the model's template from its file.
    Llama,
    /// Ollama's `/api/generate` with `suffix`.
    Ollama,
    /// Mistral's `/fim/completions`.
    Mistral,
    /// DeepSeek's `/beta/completions` with `suffix`.
    Deepseek,
    /// Inception's `/fim/completions`.
    Inception,
    /// `/completions` with a prompt made by the model's template.
    Template,
    /// The server's own dialect, asked in words.
    Chat,
}

/// What is to be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FimRequest {
    /// The file's path, as the model is told it.
    pub path: String,
    /// The text before the cursor.
    pub prefix: String,
    /// The text after the cursor.
    pub suffix: String,
    /// Parts of other files, the most important last.
    pub others: Vec<FimFile>,
    /// Upper bound of the answer, in tokens.
    pub max_tokens: u32,
    /// Whether the answer ends with its first line.
    pub single_line: bool,
}

/// A part of another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FimFile {
    /// The file's path, as the model is told it.
    pub path: String,
    /// What stands there.
    pub text: String,
}
