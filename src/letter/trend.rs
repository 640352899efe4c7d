//! The course of an indicator through its window, for the chart.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

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
