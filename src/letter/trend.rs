//! The course of an indicator through its window, for the chart.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::line::LetterLine;
use super::serde_text;

/// The course of an indicator through its window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trend {
    /// Unit of all values; printed beside the chart.
    pub unit: String,
    /// Decimal places of the value written into the chart, 0–10.
    pub places: u32,
    /// The promise, where it is one value in the same unit.
    #[serde(default, with = "serde_text::optional_decimal")]
    pub target: Option<Decimal>,
    /// The periods of the window in order, those to come included.
    pub points: Vec<TrendPoint>,
}

/// What is known of one period; what is not known is not drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// Last day of the period.
    pub end: NaiveDate,
    /// Reported value.
    #[serde(default, with = "serde_text::optional_decimal")]
    pub actual: Option<Decimal>,
    /// Value due.
    #[serde(default, with = "serde_text::optional_decimal")]
    pub pace: Option<Decimal>,
    /// Value of the same period of last year.
    #[serde(default, with = "serde_text::optional_decimal")]
    pub last_year: Option<Decimal>,
    /// Lower end of the forecast.
    #[serde(default, with = "serde_text::optional_decimal")]
    pub low: Option<Decimal>,
    /// Upper end of the forecast.
    #[serde(default, with = "serde_text::optional_decimal")]
    pub high: Option<Decimal>,
}

impl Trend {
    /// As its line tells it: a forecast that no letter may tell is not drawn either.
    #[must_use]
    pub fn told(mut self, line: &LetterLine) -> Self {
        if line.forecast.is_none() {
            for point in &mut self.points {
                (point.low, point.high) = (None, None);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LineForecast, Quantity};
    use xushi_domain::{Better, Kind};

    #[test]
    fn a_forecast_that_is_not_told_is_not_drawn() {
        let end = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
        let (low, high) = (Some(Decimal::from(-59)), Some(Decimal::from(27)));
        let point = TrendPoint { end, actual: None, pace: None, last_year: None, low, high };
        let trend = Trend { unit: "%".into(), places: 1, target: None, points: vec![point] };
        let percent = |value: i64| Quantity::new(value.into(), "%", 1);
        let (value, low, high, p_miss) = (percent(3), percent(-59), percent(27), percent(60));
        let told = LineForecast { value, low, high, p_miss, decides: false };
        for (forecast, drawn) in [(None, false), (Some(told), true)] {
            let line = LetterLine { forecast, ..LetterLine::bare(Kind::Growth, Better::Higher) };
            let points = trend.clone().told(&line).points;
            assert!(points.iter().all(|at| at.low.is_some() == drawn && at.high.is_some() == drawn));
        }
    }
}
