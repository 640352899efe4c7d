//! One reported fact.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::stage::{self, Stage, Weight};
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

impl Figure {
    /// Whether its values are rates of growth.
    pub fn is_rate(self) -> bool {
        self == Self::Yoy
    }

    /// The unit of its values, for a measure in `unit`.
    pub fn unit(self, unit: &str) -> &str {
        match self {
            Self::Level => unit,
            Self::Yoy => "%",
            Self::Rank => "位",
        }
    }

    /// With how many places its values are usually printed, for a measure with `precision`.
    pub fn usual_places(self, precision: u32) -> u32 {
        match self {
            Self::Level => precision,
            Self::Yoy => 1,
            Self::Rank => 0,
        }
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
    /// Who vouches for it; `None` where its measure has no stages.
    pub stage: Option<Stage>,
    /// The day it became known; a correction has a later one.
    pub published_on: NaiveDate,
    /// Order among vintages of the same fact published on the same day, from 1.
    pub vintage: i32,
}

impl Observation {
    /// How much it weighs beside other vintages of its fact.
    #[inline]
    pub fn weight(&self) -> Weight {
        stage::weight(self.stage, self.status)
    }

    /// Whether the fact keeps the rules that facts are put in by, for an indicator with this `window`: an actual value is not
    /// published before its period ends; a cumulative one begins with its year or with the window (or, for earlier years,
    /// with the window's day of the year), one of a month or quarter with a month; both end with a month or the window unless
    /// they are marked as cut short. Stored facts that do not are kept and do not count.
    #[inline]
    pub fn is_regular(&self, window: Period) -> bool {
        if self.status.is_actual() && self.published_on < self.period.end() {
            return false;
        }
        let (start, end) = (self.period.start(), self.period.end());
        let ends = || self.partial || self.period.ends_with_month() || end == window.end();
        match self.basis {
            Basis::Point => true,
            Basis::Cumulative => begins_year(start, end, window.start()) && ends(),
            Basis::Period => (start.day() == 1 || start == window.start()) && ends(),
        }
    }
}

/// Whether the year to date that ends on `end` begins on `start`: the calendar year, the window, or the year that turns on the
/// window's first day.
#[inline]
fn begins_year(start: NaiveDate, end: NaiveDate, window_start: NaiveDate) -> bool {
    if start.ordinal() == 1 && start.year() == end.year() || start == window_start {
        return true;
    }
    let day = |date: NaiveDate| (date.month(), date.day());
    let turned = i32::from(day(end) < day(window_start));
    day(start) == day(window_start) && start.year() == end.year() - turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_begin_and_end_as_they_should() {
        let d = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let year = ("2025-01-01", "2025-12-31");
        let spring = ("2025-04-01", "2025-12-31");
        for (window, basis, start, end, published, partial, regular) in [
            (year, Basis::Cumulative, "2025-01-01", "2025-07-31", "2025-08-18", false, true),
            (year, Basis::Cumulative, "2025-01-01", "2025-02-28", "2025-03-18", false, true),
            (year, Basis::Cumulative, "2024-01-01", "2024-02-28", "2024-03-18", false, false),
            (year, Basis::Cumulative, "2025-07-01", "2025-07-31", "2025-08-18", false, false),
            (year, Basis::Cumulative, "2025-04-01", "2025-06-30", "2025-08-18", false, false),
            (year, Basis::Cumulative, "2024-01-01", "2025-06-30", "2025-08-18", false, false),
            (year, Basis::Cumulative, "2025-01-02", "2025-06-30", "2025-08-18", false, false),
            (year, Basis::Cumulative, "2025-01-01", "2025-08-25", "2025-08-27", false, false),
            (year, Basis::Cumulative, "2025-01-01", "2025-08-25", "2025-08-27", true, true),
            (year, Basis::Cumulative, "2025-01-01", "2025-12-31", "2025-07-18", false, false),
            (year, Basis::Cumulative, "2025-01-01", "2025-06-30", "2025-06-30", false, true),
            (spring, Basis::Cumulative, "2025-04-01", "2025-06-30", "2025-07-18", false, true),
            (spring, Basis::Cumulative, "2024-04-01", "2025-02-28", "2025-03-18", false, true),
            (spring, Basis::Cumulative, "2024-04-01", "2025-04-30", "2025-05-18", false, false),
            (
                ("2021-01-01", "2025-12-31"),
                Basis::Cumulative,
                "2021-01-01",
                "2024-06-30",
                "2024-07-18",
                false,
                true,
            ),
            (
                ("2025-06-16", "2025-09-15"),
                Basis::Cumulative,
                "2025-06-16",
                "2025-09-15",
                "2025-09-18",
                false,
                true,
            ),
            (year, Basis::Period, "2025-07-01", "2025-07-31", "2025-08-18", false, true),
            (year, Basis::Period, "2025-01-01", "2025-02-28", "2025-03-18", false, true),
            (year, Basis::Period, "2025-07-02", "2025-07-31", "2025-08-18", false, false),
            (year, Basis::Period, "2025-07-01", "2025-07-30", "2025-08-18", false, false),
            (year, Basis::Point, "2025-07-09", "2025-07-09", "2025-07-09", false, true),
            (year, Basis::Point, "2025-07-09", "2025-07-09", "2025-07-08", false, false),
        ] {
            let fact = Observation {
                id: Uuid::nil(),
                period: Period::new(d(start), d(end)).unwrap(),
                basis,
                figure: Figure::Level,
                value: Decimal::ONE,
                status: Status::Preliminary,
                stage: None,
                published_on: d(published),
                of: None,
                partial,
                vintage: 1,
            };
            let window = Period::new(d(window.0), d(window.1)).unwrap();
            assert_eq!(fact.is_regular(window), regular, "{basis} {start} {end} {published} {partial}");
        }
    }
}
