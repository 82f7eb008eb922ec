//! TODO

pub mod fake_provider;
