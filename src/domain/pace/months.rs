//! How much of a window has elapsed.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::domain::Period;

use super::Ratio;

/// Months elapsed in a window by the end of a day, out of all its months; a part of a month counts by its days
/// (25 August is 7 + 25/31 months into the year). Kept as whole numbers over one common denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Months {
    pub(super) elapsed: i64,
    pub(super) total: i64,
    pub(super) denominator: i64,
}

impl Months {
    /// `day` is taken as the nearest day of the window when it lies outside.
    pub(super) fn of(window: Period, day: NaiveDate) -> Self {
        let day = day.clamp(window.start(), window.end());
        let (start, start_days) = before(window.start());
        let (now, now_days) = after(day);
        let (end, end_days) = after(window.end());
        let denominator = start_days * now_days * end_days;
        let at = |(whole, part, of): (i64, i64, i64)| whole * denominator + part * (denominator / of);
        let start = at((start.0, start.1, start_days));
        Self {
            elapsed: at((now.0, now.1, now_days)) - start,
            total: at((end.0, end.1, end_days)) - start,
            denominator,
        }
    }

    /// Elapsed over total, 0..=1.
    pub(super) fn fraction(self) -> Option<Ratio> {
        Ratio::new(Decimal::from(self.elapsed), Decimal::from(self.total))
    }
}

/// Months since year 0 at the start of a day: (whole months, days of the month gone), and the month's days (1 when
/// none are gone, so that whole months need no denominator).
fn before(day: NaiveDate) -> ((i64, i64), i64) {
    let whole = index(day);
    if day.day() == 1 { ((whole, 0), 1) } else { ((whole, i64::from(day.day()) - 1), days_in_month(day)) }
}

/// The same at the end of a day.
fn after(day: NaiveDate) -> ((i64, i64), i64) {
    let whole = index(day);
    let days = days_in_month(day);
    if i64::from(day.day()) == days { ((whole + 1, 0), 1) } else { ((whole, i64::from(day.day())), days) }
}

/// Months since year 0.
pub(super) fn index(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

fn days_in_month(day: NaiveDate) -> i64 {
    i64::from(day.num_days_in_month())
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
            let months = Months::of(Period::new(d(start), d(end)).unwrap(), d(day));
            assert_eq!((months.elapsed, months.total, months.denominator), want, "{start} {day}");
        }
    }
}
