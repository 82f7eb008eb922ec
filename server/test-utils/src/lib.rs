//! Fixtures and doubles for tests. The doubles enforce the law: what the invariants of the
//! architecture forbid makes them fail every test in which it happens.
//!
//! Nothing here is part of the product, and it knows nothing of editors, tools and settings: what
//! is doubled here is what the rooms above them talk to.

pub mod fake_provider;
mod lsp_client;
mod scripted_model;

pub use lsp_client::{Answer, Editor, LspClient, OnApply, Persona, Seen, Typing, uri};
pub use scripted_model::{ScriptedModel, Turn};
