//! Anthropic's Messages, versions 2026-10-21 and 2023-06-01, and the servers that copy it.
//!
//! Sampling parameters are never sent: the newer version refuses them even at their defaults.

mod block;
mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub(super) use decode::Decoder;
pub(super) use encode::encode;
