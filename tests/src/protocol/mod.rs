//! The whole server in memory, with a client that holds every message against the law.

mod actions;
mod bench;
mod delivery;
mod initialize;
mod order;
mod requests;
mod tasks;
mod watching;
mod wire;

pub(crate) use bench::persona;
