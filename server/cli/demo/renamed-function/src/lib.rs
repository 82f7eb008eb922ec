//! Temperatures. A function in `units.rs` has just lost a spelling mistake: it converts °C to °F.

mod forecast;
mod units;

pub use forecast::Forecast;
