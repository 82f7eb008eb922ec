//! Bytes in, bytes out. The wire knows messages and their order, and nothing of what they mean.
//!
//! `tower-lsp` brings a transport of its own. It is not used, because a message that is no JSON
//! ends it, because it stops reading while a hundred answers are under way, and because it
//! writes no faster than the client reads: each of these has hung editors.

mod frame;
mod message;
mod pump;
mod stdio;

pub(crate) use frame::Frames;
pub(crate) use message::{Message, broken, decode};
pub(crate) use pump::{Drained, Outbox, pump};
pub(crate) use stdio::{blocking_stdout, stdin};
