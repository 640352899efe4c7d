//! What a fact must be to be put in: its span, the day it was published, its place.
//!
//! A cumulative fact begins with its year, or with the window of an indicator that is judged by it: a month, a quarter or
//! eighteen months never pass for the year to date. Cumulative values and those of a month or quarter end with a month,
//! unless they are marked as cut short (截至某日); a stock may be of any day.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::{Basis, Figure, Invalid, Period, Status};

/// Regions of one level that a place may be among, at most.
const PLACES_MAX: u32 = 10_000;

/// Refuses a span that a value of this basis cannot have. `starts` are the first days of the windows of indicators judged
/// by the same series; `partial` marks what was cut short (截至某日).
///
/// # Errors
/// At `period`, with what was probably meant.
pub fn check_span(period: Period, basis: Basis, partial: bool, starts: &[NaiveDate]) -> Result<(), Invalid> {
    match basis {
        Basis::Point => Ok(()),
        Basis::Cumulative => {
            check_beginning(period, starts)?;
            check_end(period, partial, "累计值应截至月末")
        }
        Basis::Period if partial => Ok(()),
        Basis::Period => {
            let start = period.start();
            if start.day() != 1 {
                let meant = if start.day() >= 28 {
                    month_end(start).and_then(|day| day.succ_opt())
                } else {
                    start.with_day(1)
                };
                let detail = format!(
                    "当期值应从月初起至月末止{}；若确为其中一段日期的数，请将partial填为true。",
                    meant.map_or_else(String::new, |day| format!("，开始日期疑为{day}"))
                );
                return Err(Invalid::new("period", "not_month_start", detail));
            }
            check_end(period, partial, "当期值应从月初起至月末止")?;
            if period.months() > 12 {
                let detail = format!("当期值最长为一年，所填时期有{}个月，请核对起止日期。", period.months());
                return Err(Invalid::new("period", "too_long", detail));
            }
            Ok(())
        }
    }
}

fn check_beginning(period: Period, starts: &[NaiveDate]) -> Result<(), Invalid> {
    let (start, end) = (period.start(), period.end());
    let year = end.year();
    if (start.year(), start.month(), start.day()) == (year, 1, 1) || starts.contains(&start) {
        return Ok(());
    }
    let hint = if start.year() != year {
        format!("累计值只计当年，应从{year}-01-01起；跨年的数请按年分开报送。")
    } else if let Some(alone) = alone(period) {
        format!("累计值应从1月1日起；若为{alone}值，请将basis填为period，否则请把开始日期改为{year}-01-01。")
    } else {
        format!("累计值应从1月1日起，开始日期疑为{year}-01-01；若为这段时期本身的数，请将basis填为period。")
    };
    Err(Invalid::new("period", "not_year_to_date", hint))
}

/// What a whole month or quarter is called when it stands alone.
fn alone(period: Period) -> Option<&'static str> {
    match period.months() {
        1 => Some("当月"),
        3 if period.start().month0().is_multiple_of(3) => Some("当季"),
        6 if period.start().month0().is_multiple_of(6) => Some("当期（半年）"),
        _ => None,
    }
    .filter(|_| period.is_whole_months())
}

fn check_end(period: Period, partial: bool, rule: &str) -> Result<(), Invalid> {
    let end = period.end();
    let last = month_end(end);
    if partial || last == Some(end) {
        return Ok(());
    }
    // The first of a month is mostly meant as the end of the one before.
    let meant = if end.day() == 1 && period.start() < end { end.pred_opt() } else { last };
    let meant = meant.map_or_else(String::new, |day| format!("，结束日期疑为{day}"));
    let detail =
        format!("{rule}{meant}；若为截至{}月{}日的进度数，请将partial填为true。", end.month(), end.day());
    Err(Invalid::new("period", "not_month_end", detail))
}

fn month_end(day: NaiveDate) -> Option<NaiveDate> {
    let next = if day.month() == 12 {
        NaiveDate::from_ymd_opt(day.year() + 1, 1, 1)
    } else {
        NaiveDate::from_ymd_opt(day.year(), day.month() + 1, 1)
    };
    next?.pred_opt()
}

/// Refuses an actual value that was published before its period ended; plans and forecasts may be.
///
/// # Errors
/// At `published_on`.
pub fn check_publication(period: Period, status: Status, published_on: NaiveDate) -> Result<(), Invalid> {
    if !status.is_actual() || published_on >= period.end() {
        return Ok(());
    }
    let detail = format!(
        "公布日期{published_on}早于所属时期的结束日期{}，届时不可能有实际值，请核对两个日期；若为预计数或计划数，请将status填为forecast或plan。",
        period.end()
    );
    Err(Invalid::new("published_on", "before_period_end", detail))
}

/// Refuses a place that is none, and a number of places beside any other figure.
///
/// # Errors
/// At `value` or `of`.
pub fn check_place(figure: Figure, value: Decimal, of: Option<u32>) -> Result<(), Invalid> {
    if figure != Figure::Rank {
        return match of {
            None => Ok(()),
            Some(_) => Err(Invalid::new(
                "of",
                "not_a_rank",
                "of是参加排名的地区个数，只与figure为rank的名次同报，请删除。",
            )),
        };
    }
    if of.is_some_and(|of| !(2..=PLACES_MAX).contains(&of)) {
        return Err(Invalid::new(
            "of",
            "out_of_range",
            format!("参加排名的地区个数应为2至{PLACES_MAX}的整数。"),
        ));
    }
    let most = of.unwrap_or(PLACES_MAX);
    if !value.is_integer() || value < Decimal::ONE || value > Decimal::from(most) {
        let detail = match of {
            Some(of) => format!("名次应为1至{of}的整数。"),
            None => "名次应为从1起的整数。".to_owned(),
        };
        return Err(Invalid::new("value", "not_a_place", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(text: &str) -> Period {
        let (start, end) = text.split_once("..").unwrap();
        Period::new(d(start), d(end)).unwrap()
    }

    /// Code of the refusal and a part of its sentence; nothing when it passes.
    fn refused(text: &str, basis: Basis, partial: bool, starts: &[&str]) -> Option<(&'static str, String)> {
        let starts: Vec<_> = starts.iter().map(|day| d(day)).collect();
        check_span(span(text), basis, partial, &starts).err().map(|e| (e.code, e.detail))
    }

    #[test]
    fn what_is_cumulative_begins_with_its_year() {
        for text in [
            "2025-01-01..2025-01-31",
            "2025-01-01..2025-02-28",
            "2024-01-01..2024-02-29",
            "2025-01-01..2025-07-31",
            "2025-01-01..2025-12-31",
        ] {
            assert_eq!(refused(text, Basis::Cumulative, false, &[]), None, "{text}");
        }
        for (text, code, says) in [
            ("2025-07-01..2025-07-31", "not_year_to_date", "若为当月值，请将basis填为period"),
            ("2025-04-01..2025-06-30", "not_year_to_date", "若为当季值"),
            ("2025-07-01..2025-12-31", "not_year_to_date", "半年"),
            ("2025-02-01..2025-06-30", "not_year_to_date", "疑为2025-01-01"),
            ("2025-01-02..2025-06-30", "not_year_to_date", "疑为2025-01-01"),
            ("2025-03-15..2025-06-30", "not_year_to_date", "疑为2025-01-01"),
            ("2024-01-01..2025-06-30", "not_year_to_date", "应从2025-01-01起"),
            ("2023-01-01..2024-12-31", "not_year_to_date", "应从2024-01-01起"),
            ("2024-12-01..2025-01-31", "not_year_to_date", "跨年"),
            ("2024-01-01..2024-02-28", "not_month_end", "疑为2024-02-29"),
            ("2025-01-01..2025-07-30", "not_month_end", "疑为2025-07-31"),
            ("2025-01-01..2025-07-01", "not_month_end", "疑为2025-06-30"),
            ("2025-01-01..2025-08-25", "not_month_end", "若为截至8月25日的进度数，请将partial填为true"),
        ] {
            let (got, detail) = refused(text, Basis::Cumulative, false, &[]).expect(text);
            assert_eq!(got, code, "{text}");
            assert!(detail.contains(says), "{text}: {detail}");
        }
    }

    #[test]
    fn a_window_may_be_what_is_added_up_over() {
        let starts = &["2025-04-01", "2023-01-01"][..];
        assert_eq!(refused("2025-04-01..2025-06-30", Basis::Cumulative, false, starts), None);
        assert_eq!(refused("2023-01-01..2025-06-30", Basis::Cumulative, false, starts), None);
        assert!(refused("2025-05-01..2025-06-30", Basis::Cumulative, false, starts).is_some());
    }

    #[test]
    fn what_is_cut_short_may_end_on_any_day() {
        assert_eq!(refused("2025-01-01..2025-08-25", Basis::Cumulative, true, &[]), None);
        assert!(refused("2025-02-01..2025-08-25", Basis::Cumulative, true, &[]).is_some());
        assert_eq!(refused("2025-07-23..2025-08-25", Basis::Period, true, &[]), None);
    }

    #[test]
    fn months_and_quarters_are_whole() {
        for text in [
            "2025-07-01..2025-07-31",
            "2025-01-01..2025-02-28",
            "2025-04-01..2025-06-30",
            "2025-01-01..2025-12-31",
            "2024-11-01..2025-03-31",
        ] {
            assert_eq!(refused(text, Basis::Period, false, &[]), None, "{text}");
        }
        for (text, code, says) in [
            ("2025-01-02..2025-01-31", "not_month_start", "疑为2025-01-01"),
            ("2025-06-30..2025-07-31", "not_month_start", "疑为2025-07-01"),
            ("2024-02-01..2024-02-28", "not_month_end", "疑为2024-02-29"),
            ("2025-07-01..2025-08-01", "not_month_end", "疑为2025-07-31"),
            ("2024-01-01..2025-12-31", "too_long", "24个月"),
        ] {
            let (got, detail) = refused(text, Basis::Period, false, &[]).expect(text);
            assert_eq!(got, code, "{text}");
            assert!(detail.contains(says), "{text}: {detail}");
        }
    }

    #[test]
    fn a_stock_is_of_any_day() {
        for text in ["2025-08-27..2025-08-27", "2025-01-02..2025-06-15"] {
            assert_eq!(refused(text, Basis::Point, false, &[]), None, "{text}");
        }
    }

    #[test]
    fn nothing_actual_is_known_before_its_period_ends() {
        let year = span("2025-01-01..2025-12-31");
        for (status, day, passes) in [
            (Status::Final, "2025-07-18", false),
            (Status::Preliminary, "2025-12-30", false),
            (Status::Preliminary, "2025-12-31", true),
            (Status::Final, "2026-01-20", true),
            (Status::Forecast, "2025-07-18", true),
            (Status::Plan, "2024-12-20", true),
        ] {
            let refused = check_publication(year, status, d(day)).err();
            assert_eq!(refused.is_none(), passes, "{status} {day}");
            assert!(refused.is_none_or(|one| (one.field.as_str(), one.code) == ("published_on", "before_period_end")));
        }
    }

    #[test]
    fn a_place_is_a_whole_number_among_so_many() {
        for (figure, value, of, want) in [
            (Figure::Rank, "3", Some(14), None),
            (Figure::Rank, "14", Some(14), None),
            (Figure::Rank, "3", None, None),
            (Figure::Rank, "15", Some(14), Some("value")),
            (Figure::Rank, "0", Some(14), Some("value")),
            (Figure::Rank, "2.5", Some(14), Some("value")),
            (Figure::Rank, "-1", None, Some("value")),
            (Figure::Rank, "1", Some(1), Some("of")),
            (Figure::Rank, "1", Some(0), Some("of")),
            (Figure::Yoy, "3", Some(14), Some("of")),
            (Figure::Level, "2.5", None, None),
        ] {
            let refused = check_place(figure, value.parse().unwrap(), of).err().map(|one| one.field);
            assert_eq!(refused.as_deref(), want, "{figure} {value} {of:?}");
        }
    }
}
