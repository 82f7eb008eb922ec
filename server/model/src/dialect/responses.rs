//! OpenAI's Responses, without anything kept on the server: the conversation is sent whole, and
//! reasoning comes and goes encrypted.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub(super) use decode::Decoder;
pub(super) use encode::encode;
