//! How much of a window has elapsed.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::Period;
use crate::period::days_in_month;

use super::Ratio;

/// Months elapsed in a window by the end of a day, out of all its months; a part of a month counts by its days
/// (25 August is 7 + 25/31 months into the year). Kept as whole numbers over one common denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Months {
    pub(super) elapsed: i64,
    pub(super) total: i64,
    pub(super) denominator: i64,
}

/// A window's ends in months, computed once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    window: Period,
    start: Mark,
    end: Mark,
}

impl Calendar {
    pub(super) fn of(window: Period) -> Self {
        Self { window, start: Mark::before(window.start()), end: Mark::after(window.end()) }
    }

    /// What has elapsed by the end of `day`, taken as the nearest day of the window when it lies outside.
    pub(super) fn by(&self, day: NaiveDate) -> Months {
        let now = Mark::after(day.clamp(self.window.start(), self.window.end()));
        let denominator = self.start.of * now.of * self.end.of;
        // Most windows and periods begin and end with a month, and a division costs more than all the rest.
        let part = |mark: Mark| if mark.days == 0 { 0 } else { mark.days * (denominator / mark.of) };
        let at = |mark: Mark| mark.whole * denominator + part(mark);
        let start = at(self.start);
        Months { elapsed: at(now) - start, total: at(self.end) - start, denominator }
    }
}

impl Months {
    /// Elapsed over total, 0..=1.
    pub(super) fn fraction(self) -> Option<Ratio> {
        Ratio::new(Decimal::from(self.elapsed), Decimal::from(self.total))
    }
}

/// Months since year 0: whole ones, and days of a month of so many; whole months need no denominator.
#[derive(Debug, Clone, Copy)]
struct Mark {
    whole: i64,
    days: i64,
    of: i64,
}

impl Mark {
    /// At the start of a day.
    fn before(day: NaiveDate) -> Self {
        let whole = index(day);
        match i64::from(day.day()) {
            1 => Self { whole, days: 0, of: 1 },
            days => Self { whole, days: days - 1, of: i64::from(days_in_month(day)) },
        }
    }

    /// At the end of a day.
    fn after(day: NaiveDate) -> Self {
        let (whole, days, of) = (index(day), i64::from(day.day()), i64::from(days_in_month(day)));
        if days == of { Self { whole: whole + 1, days: 0, of: 1 } } else { Self { whole, days, of } }
    }
}

/// Months since year 0.
pub(super) fn index(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

/// The first day of a month counted so.
pub(super) fn first_of(index: i64) -> Option<NaiveDate> {
    let month = u32::try_from(index.rem_euclid(12)).ok()? + 1;
    NaiveDate::from_ymd_opt(i32::try_from(index.div_euclid(12)).ok()?, month, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_elapsed_count_parts_by_their_days() {
        for (start, end, day, want) in [
            ("2025-01-01", "2025-12-31", "2025-07-31", (7, 12, 1)),
            ("2025-01-01", "2025-12-31", "2025-08-25", (7 * 31 + 25, 12 * 31, 31)),
            ("2025-01-01", "2025-12-31", "2026-03-01", (12, 12, 1)),
            ("2025-01-01", "2025-12-31", "2024-02-29", (1, 12 * 31, 31)),
            ("2024-01-01", "2024-12-31", "2024-02-29", (2, 12, 1)),
            ("2025-06-16", "2025-12-31", "2025-06-30", (15, 15 + 180, 30)),
            ("2021-01-01", "2025-12-31", "2025-06-30", (54, 60, 1)),
        ] {
            let months = Calendar::of(Period::new(d(start), d(end)).unwrap()).by(d(day));
            assert_eq!((months.elapsed, months.total, months.denominator), want, "{start} {day}");
        }
    }
}
