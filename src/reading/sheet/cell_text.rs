//! A number of a cell as a person sees it: 0.055 in a cell of percent is 5.5%, 46022 in a cell of dates is a day.

use chrono::{Datelike as _, Days, NaiveDate};

/// How a cell shows its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Look {
    /// As it is.
    #[default]
    Plain,
    /// Times a hundred, with %.
    Percent,
    /// As a day.
    Day,
    /// As a month.
    Month,
    /// With so many places.
    Places(usize),
}

/// Most places that are shown of a year with its month.
const PLACES_MAX: usize = 2;

impl Look {
    /// The look that a number format gives: by its number where Excel has it built in, else by its code.
    pub(super) fn of(id: Option<u32>, code: &str) -> Self {
        match id {
            Some(9 | 10) => return Self::Percent,
            Some(14..=16 | 22 | 30 | 31) => return Self::Day,
            Some(17 | 27 | 36 | 50 | 57) => return Self::Month,
            Some(2) => return Self::Places(2),
            _ => {}
        }
        let code = code.split(';').next().unwrap_or_default();
        let bare = without_literals(code);
        if bare.contains('%') {
            return Self::Percent;
        }
        if bare.contains('y') && bare.contains('m') {
            return if bare.contains('d') { Self::Day } else { Self::Month };
        }
        if bare.contains('m') && bare.contains('d') {
            return Self::Day;
        }
        match bare.strip_prefix("0.") {
            Some(places) if !places.is_empty() && places.bytes().all(|byte| byte == b'0') => {
                Self::Places(places.len())
            }
            _ => Self::Plain,
        }
    }

    /// The number as it is shown. Only what changes its meaning is: a year with its month (2026.10) keeps its places, any
    /// other number is not rounded.
    pub(super) fn shown(self, value: f64, since_1904: bool) -> String {
        match self {
            Self::Percent => format!("{}%", plain(value * 100.0)),
            Self::Day | Self::Month => match day(value, since_1904) {
                Some(day) if self == Self::Day => {
                    format!("{}年{}月{}日", day.year(), day.month(), day.day())
                }
                Some(day) => format!("{}年{}月", day.year(), day.month()),
                None => plain(value),
            },
            Self::Places(places) if places <= PLACES_MAX && (1990.0..2101.0).contains(&value) => {
                format!("{value:.places$}")
            }
            Self::Places(_) | Self::Plain => plain(value),
        }
    }
}

/// 0.1 + 0.2 of a formula is 0.3 to whoever reads it.
pub(super) fn plain(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let rounded = format!("{value:.10}");
    let rounded =
        if rounded.contains('.') { rounded.trim_end_matches('0').trim_end_matches('.') } else { &rounded };
    if rounded == "-0" { "0".to_owned() } else { rounded.to_owned() }
}

/// The day of a serial number: day 1 is the first of January 1900, and the 29th of February 1900 is counted.
pub(crate) fn day(serial: f64, since_1904: bool) -> Option<NaiveDate> {
    if !(1.0..300_000.0).contains(&serial) {
        return None;
    }
    // The fraction is the time of day.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 300 000")]
    let days = serial as u64;
    let first = match (since_1904, days < 60) {
        (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
        (false, true) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        (false, false) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
    };
    first.checked_add_days(Days::new(days))
}

/// A format code in lower case without what is in quotes, behind a backslash, and in brackets ([红色], [$-804]).
fn without_literals(code: &str) -> String {
    let mut out = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => while chars.next().is_some_and(|c| c != '"') {},
            '[' => while chars.next().is_some_and(|c| c != ']') {},
            '\\' | '_' | '*' => {
                chars.next();
            }
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_shown() {
        for (value, id, code, shown) in [
            (0.055, Some(10), "0.00%", "5.5%"),
            (0.055, Some(176), "0.0%", "5.5%"),
            (-0.125, None, r#"0.0%;[Red]\-0.0%"#, "-12.5%"),
            (46295.0, Some(14), "m/d/yyyy", "2026年9月30日"),
            (46295.5, None, r#"yyyy"年"m"月"d"日";@"#, "2026年9月30日"),
            (46266.0, Some(57), r#"yyyy"年"m"月""#, "2026年9月"),
            (2026.1, Some(2), "0.00", "2026.10"),
            (2026.1, None, "General", "2026.1"),
            (1234.5, Some(2), "0.00", "1234.5"),
            (0.1 + 0.2, None, "General", "0.3"),
            (46295.0, None, "General", "46295"),
            (100.0, None, r#"0"%""#, "100"),
        ] {
            assert_eq!(Look::of(id, code).shown(value, false), shown, "{value} {code}");
        }
        assert_eq!(day(1.0, false), NaiveDate::from_ymd_opt(1900, 1, 1));
        assert_eq!(day(61.0, false), NaiveDate::from_ymd_opt(1900, 3, 1));
    }
}
