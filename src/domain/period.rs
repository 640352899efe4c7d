//! Closed spans of days: reporting periods and campaign windows.

use chrono::{Datelike, NaiveDate};

use super::Invalid;

/// A closed span of days, `start ..= end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    start: NaiveDate,
    end: NaiveDate,
}

impl Period {
    /// A span that does not end before it starts and stays within the years 1900–2200.
    pub fn new(start: NaiveDate, end: NaiveDate) -> Result<Self, Invalid> {
        if end < start {
            return Err(Invalid::new(
                "period",
                "ends_before_start",
                format!("结束日期{end}早于开始日期{start}，请核对。"),
            ));
        }
        if start.year() < 1900 || end.year() > 2200 {
            return Err(Invalid::new("period", "out_of_range", "日期应在1900年至2200年之间，请核对。"));
        }
        Ok(Self { start, end })
    }

    /// First day.
    pub fn start(self) -> NaiveDate {
        self.start
    }

    /// Last day.
    pub fn end(self) -> NaiveDate {
        self.end
    }

    /// Number of days, both ends counted.
    pub fn days(self) -> i64 {
        (self.end - self.start).num_days() + 1
    }

    /// Whether `day` lies within.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.start <= day && day <= self.end
    }

    /// Whether it runs from the first day of a month to the last day of a month.
    pub fn is_whole_months(self) -> bool {
        self.start.day() == 1 && self.end.succ_opt().is_some_and(|next| next.day() == 1)
    }

    /// Whether it ends with a month, as values of the year to date and of a month do unless they are cut short.
    #[inline]
    pub fn ends_with_month(self) -> bool {
        match self.end.day() {
            31 => true,
            day @ 28..=30 => day == days_in_month(self.end),
            _ => false,
        }
    }

    /// Calendar months touched, both ends counted: 2025-01-01..2025-07-31 is 7.
    pub fn months(self) -> i32 {
        (self.end.year() - self.start.year()) * 12 + self.end.month() as i32 - self.start.month() as i32 + 1
    }

    /// Whether this is January–February published as one period, as national statistics do.
    pub fn is_january_february(self) -> bool {
        self.months() == 2 && self.start.month() == 1 && self.is_whole_months()
    }

    /// The same span one year earlier (29 February becomes 28 February; a month's last day stays the last day).
    pub fn last_year(self) -> Option<Self> {
        let start = year_before(self.start)?;
        let end = year_before(self.end)?;
        Some(Self { start, end })
    }
}

/// How many days the month of a day has; chrono's own is not inlined into other crates.
#[inline]
pub(crate) fn days_in_month(day: NaiveDate) -> u32 {
    match day.month() {
        2 => 28 + u32::from(day.leap_year()),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The same day one year earlier; the last day of February stays the last day of February.
pub(crate) fn year_before(day: NaiveDate) -> Option<NaiveDate> {
    let year = day.year() - 1;
    if day.month() != 2 || day.day() < 28 {
        return day.with_year(year);
    }
    let last = day.day() == 29 || !day.leap_year();
    let leap = last.then(|| NaiveDate::from_ymd_opt(year, 2, 29)).flatten();
    leap.or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_that_ends_before_it_starts_is_refused() {
        assert_eq!(Period::new(d("2025-08-01"), d("2025-07-31")).unwrap_err().code, "ends_before_start");
        assert!(Period::new(d("2025-08-01"), d("2025-08-01")).is_ok());
        assert_eq!(Period::new(d("1025-08-01"), d("2025-08-01")).unwrap_err().code, "out_of_range");
    }

    #[test]
    fn months_and_days_count_both_ends() {
        let period = Period::new(d("2025-01-01"), d("2025-07-31")).unwrap();
        assert_eq!((period.months(), period.days(), period.is_whole_months()), (7, 212, true));
        assert!(Period::new(d("2025-01-01"), d("2025-02-28")).unwrap().is_january_february());
        assert!(!Period::new(d("2025-02-01"), d("2025-02-28")).unwrap().is_january_february());
        assert!(!Period::new(d("2025-01-01"), d("2025-08-25")).unwrap().is_whole_months());
    }

    #[test]
    fn last_year_keeps_month_ends() {
        for (end, before) in [
            ("2025-07-31", "2024-07-31"),
            ("2025-02-28", "2024-02-29"),
            ("2024-02-29", "2023-02-28"),
            ("2024-02-28", "2023-02-28"),
        ] {
            assert_eq!(
                Period::new(d("2023-01-01"), d(end)).unwrap().last_year().unwrap().end(),
                d(before),
                "{end}"
            );
        }
    }
}
