//! The one test binary.

mod tidy;
