//! The one test binary.

mod demo;
mod editors;
mod tidy;
