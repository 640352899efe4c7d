//! The day that the name of a file or of a sheet tells: by it months without a year are told.

use chrono::{Datelike as _, NaiveDate};

use crate::report;

/// Years that are believed.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// The last day of the months that a name tells (2026年5月.csv, 2026.1-5月, 202605, 20260618), of the year where it tells
/// no month. `None` where it tells no year, or more than one.
pub fn day_told(name: &str) -> Option<NaiveDate> {
    let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, end)| {
        // 2026.5月 has no ending.
        if end.bytes().all(|byte| byte.is_ascii_alphabetic()) { stem } else { name }
    });
    let chars: Vec<char> = stem.chars().filter(|c| !c.is_whitespace()).collect();
    let mut days: Vec<NaiveDate> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let length = chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        if length > 0 {
            let run: String = chars[at..at + length].iter().collect();
            days.extend(of_run(&run, &chars[..at], &chars[at + length..]));
        }
        at += length.max(1);
    }
    let first = *days.first()?;
    if days.iter().any(|day| day.year() != first.year()) {
        return None;
    }
    let compact = days.iter().copied().find(|day| (day.month(), day.day()) != (12, 31));
    let text: String = chars.into_iter().collect();
    report::months_told(&text, first).filter(|day| day.year() == first.year()).or(compact).or(Some(first))
}

/// The day that a run of digits tells: a year (its last day), a month, a day.
fn of_run(run: &str, before: &[char], behind: &[char]) -> Option<NaiveDate> {
    let year = run.get(..4)?.parse().ok().filter(|year| YEARS.contains(year))?;
    let end_of = |month: u32| {
        NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(chrono::Months::new(1))?.pred_opt()
    };
    match run.len() {
        4 if behind.first() == Some(&'年') => end_of(12),
        4 => {
            let letter = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            let mark = |c: &&char| matches!(**c, '_' | '-' | '.' | '(' | '（' | ')' | '）');
            // IMG_2031 is a picture, 第2026号 a number.
            let named = letter(before.iter().rev().find(|c| !mark(c)))
                || before.last() == Some(&'第')
                || behind
                    .first()
                    .is_some_and(|c| matches!(c, '号' | '期' | '份' | '条' | '户' | '家' | '个'));
            let month = behind.first().is_some_and(|c| matches!(c, '-' | '.' | '_' | '/'))
                && behind.get(1).is_some_and(char::is_ascii_digit);
            (!named || month && !before.last().is_some_and(char::is_ascii_alphanumeric))
                .then(|| end_of(12))?
        }
        6 => end_of(run[4..].parse().ok()?),
        8 => NaiveDate::from_ymd_opt(year, run[4..6].parse().ok()?, run[6..].parse().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_tell_days() {
        for (name, day) in [
            ("2026年5月.csv", Some((2026, 5, 31))),
            ("云岭市2026年1—5月主要指标.xlsx", Some((2026, 5, 31))),
            ("主要指标（2026.5）.xlsx", Some((2026, 5, 31))),
            ("2026.5月", Some((2026, 5, 31))),
            ("2026-05.csv", Some((2026, 5, 31))),
            ("月报202605.et", Some((2026, 5, 31))),
            ("数据_20260618.csv", Some((2026, 6, 18))),
            ("2026年上半年.xls", Some((2026, 6, 30))),
            ("2026年报表.xls", Some((2026, 12, 31))),
            ("月报2026.csv", Some((2026, 12, 31))),
            ("C:\\报表\\2026年5月.csv", Some((2026, 5, 31))),
            // Neither a year nor one year.
            ("5月.csv", None),
            ("2025—2026年对比.xlsx", None),
            ("2025年与2026年5月.xlsx", None),
            ("IMG_2031.csv", None),
            ("第2026号.csv", None),
            ("mmexport1719482012345.csv", None),
            ("202613.csv", None),
            ("新建 Microsoft Excel 工作表.xlsx", None),
        ] {
            let expected = day.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
            assert_eq!(day_told(name), expected, "{name}");
        }
    }
}
