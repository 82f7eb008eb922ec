//! Forecasts, as they are shown on the board.

use crate::units;

/// What is expected in a town.
pub struct Forecast {
    /// The town's name, for example "Malmö".
    pub town: String,
    /// In °C.
    pub celsius: f64,
}

impl Forecast {
    /// In both units: "Malmö: 20 °C – 68 °F".
    pub fn line(&self) -> String {
        let Forecast { town, celsius } = self;
        format!("{town}: {celsius} °C – {} °F", units::farenheit_of(*celsius))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_units_are_shown() {
        let forecast = Forecast { town: "Malmö".to_owned(), celsius: 20.0 };
        assert_eq!(forecast.line(), "Malmö: 20 °C – 68 °F");
    }
}
