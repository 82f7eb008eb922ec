//! The one test binary.

mod editors;
mod tidy;
