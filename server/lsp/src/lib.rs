//! The Language Server Protocol: what the client says is decoded and handed to the rooms that know
//! what to do, and their edits are brought to the editor.
//!
//! It is the only room that knows the protocol. It knows nothing of models, prompts, tools or
//! checkers: tasks are run by whoever implements [`TaskRunner`].
//!
//! Invariants: notifications that change state are applied in the order of the wire, before
//! anything that came after them is looked at. Every request sees the project as it was at its
//! place on the wire. No handler waits for a task, and none makes another wait. Project files are
//! changed by the editor alone, at our request, with versions. No panic reaches the user.

mod backend;
mod client_settings;
mod config;
mod convert;
mod delivery;
mod editor;
mod facts;
mod ingress;
mod methods;
mod parent;
mod progress;
mod server;
mod state;
mod tasks;
mod transport;

pub use config::{ClientSettings, CommandCx, CommandError, ServerConfig, TaskRunner};
pub use server::{serve, serve_stdio};
