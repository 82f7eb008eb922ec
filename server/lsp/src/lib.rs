//! The Language Server Protocol: decodes what the client says, hands it to the rooms that know
//! what to do, and brings their edits to the editor.
//!
//! It is the only room that knows the protocol. It knows nothing of models, prompts, tools or
//! checkers: tasks are run by whoever implements [`TaskRunner`].
//!
//! Invariants: notifications that change state are applied in the order of the wire, before
//! anything that came after them is looked at. Every request sees the project as it was at its
//! place on the wire. No handler waits for a model. Project files are changed by the editor alone,
//! on our request, with a version.

mod backend;
mod client;
mod convert;
mod delivery;
mod facts;
mod ingress;
mod methods;
mod progress;
mod pump;
mod server;
mod state;
mod tasks;
mod watch;

pub use server::{ServerConfig, serve, serve_stdio};
pub use tasks::{CommandCx, ExtraCommand, TaskRunner};
