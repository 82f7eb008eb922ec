//! Units of measurement: °C and °F.

/// °F of so many °C.
pub fn fahrenheit_of(celsius: f64) -> f64 {
    celsius * 9.0 / 5.0 + 32.0
}
