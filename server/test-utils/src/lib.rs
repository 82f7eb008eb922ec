//! Fixtures and doubles for tests. The doubles enforce the law: what the invariants of the
//! architecture forbid makes them fail every test in which it happens.
//!
//! Nothing here is part of the product.

pub mod fake_provider;
mod scripted_model;

pub use scripted_model::{ScriptedModel, Turn};
