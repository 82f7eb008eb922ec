//! The one test binary.

mod tidy;
mod editors;
