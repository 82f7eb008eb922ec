//! The one test binary.

mod demo;
mod editors;
mod engine;
mod faults;
mod outside;
mod process;
mod protocol;
mod test_commands;
mod tidy;
