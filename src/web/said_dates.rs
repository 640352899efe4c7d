//! Days and moments as pages say them.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime};

use crate::clock::office_zone;

/// 2025年8月27日
pub(super) fn long(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// 8月27日, with its year where it is not that of `today`.
pub(super) fn near(day: NaiveDate, today: NaiveDate) -> String {
    if day.year() == today.year() { format!("{}月{}日", day.month(), day.day()) } else { long(day) }
}

/// 8月27日15:04, office time.
pub(super) fn moment(at: NaiveDateTime) -> String {
    let local = at.and_utc().with_timezone(&office_zone());
    local.format("%-m月%-d日%H:%M").to_string()
}

/// The day of an instant in the office.
pub(super) fn day_of(at: NaiveDateTime) -> NaiveDate {
    at.and_utc().with_timezone(&office_zone()).date_naive()
}

/// The days that a figure is of: 2025年1—7月, 2025年7月, 2025年7月31日.
pub(super) fn span(start: NaiveDate, end: NaiveDate) -> String {
    if start == end {
        return long(end);
    }
    if start.year() != end.year() {
        return format!("{}至{}", long(start), long(end));
    }
    match (start.month(), end.month()) {
        (first, last) if first == last => format!("{}年{last}月", end.year()),
        (first, last) => format!("{}年{first}—{last}月", end.year()),
    }
}
