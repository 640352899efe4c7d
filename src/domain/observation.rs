//! One reported fact.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Basis, Period, text_enum};

text_enum! {
    /// Which figure of a measure was reported. A growth rate is never computed from, or corrected by, published levels.
    Figure "figure" {
        /// The value itself, in the measure's unit.
        Level = "level",
        /// Growth over the same period of last year, in percent.
        Yoy = "yoy",
        /// A published place among the regions of its level (排全省第3位), 1 the best.
        Rank = "rank",
    }
}

text_enum! {
    /// How firm a value is. Forecasts and plans are never read as actuals.
    Status "status" {
        /// First release, may be revised.
        Preliminary = "preliminary",
        /// Final.
        Final = "final",
        /// Somebody's expectation (预计).
        Forecast = "forecast",
        /// A planned value.
        Plan = "plan",
    }
}

impl Status {
    /// Whether the value happened.
    pub fn is_actual(self) -> bool {
        matches!(self, Self::Preliminary | Self::Final)
    }
}

/// One vintage of one fact (观测值): measure and region are those of the series that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Identity of this vintage.
    pub id: Uuid,
    /// The span it speaks of.
    pub period: Period,
    /// Year to date, the period alone, or a stock.
    pub basis: Basis,
    /// Level or year-on-year growth.
    pub figure: Figure,
    /// In the measure's unit for levels, percent for growth, a place for ranks.
    pub value: Decimal,
    /// Of how many a rank is, where that was published; `None` for other figures.
    pub of: Option<u32>,
    /// Whether the period was cut short (截至某日): a cumulative or monthly value that ends before its month does.
    pub partial: bool,
    /// How firm it is.
    pub status: Status,
    /// The day it became known; a correction has a later one.
    pub published_on: NaiveDate,
    /// Order among vintages of the same fact published on the same day, from 1.
    pub vintage: i32,
}
