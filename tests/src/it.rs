//! The one test binary.

mod editors;
