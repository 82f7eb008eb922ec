//! The HTTP models against a provider on loopback that judges every request: a request that
//! breaks the law fails the test in which it happens.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod canned;
mod code;
mod faults;
mod loops;
mod oddities;
mod probes;
mod replay;
mod secrets;
mod support;
mod tls;
mod transport;
