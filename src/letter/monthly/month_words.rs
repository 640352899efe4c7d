//! The words of a monthly report.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use super::month_facts::ReportFact;
use crate::format;
use crate::line::Quantity;
use xushi_domain::pace::is_percent;
use xushi_domain::{Basis, Figure, Period};

/// The days of a fact as a report of `year` says them: 1—7月, 上半年, 截至8月25日; with the year where it is another.
pub fn span_said(period: Period, basis: Basis, year: i32) -> String {
    let (start, end) = (period.start(), period.end());
    let other = if end.year() == year { String::new() } else { format!("{}年", end.year()) };
    if basis == Basis::Point || start == end {
        return if period.ends_with_month() {
            format!("截至{other}{}月底", end.month())
        } else {
            format!("截至{other}{}", day(end))
        };
    }
    if !period.is_whole_months() || start.year() != end.year() {
        let from_january = (start.month(), start.day()) == (1, 1) && start.year() == end.year();
        return if from_january && basis == Basis::Cumulative {
            format!("截至{other}{}", day(end))
        } else {
            format!(
                "{}{}至{}",
                if start.year() == year { String::new() } else { format!("{}年", start.year()) },
                day(start),
                day(end)
            )
        };
    }
    let said = match (start.month(), end.month()) {
        (1, 12) => "全年".to_owned(),
        (1, 6) => "上半年".to_owned(),
        (1, 3) => "一季度".to_owned(),
        (1, 9) => "前三季度".to_owned(),
        (4, 6) => "二季度".to_owned(),
        (7, 9) => "三季度".to_owned(),
        (10, 12) => "四季度".to_owned(),
        (first, last) if first == last => format!("{first}月"),
        (first, last) => format!("{first}—{last}月"),
    };
    format!("{other}{said}")
}

fn day(day: NaiveDate) -> String {
    format!("{}月{}日", day.month(), day.day())
}

/// A number with all the places it was reported with, at least `places`.
pub(super) fn number(value: Decimal, places: u32) -> String {
    let value = value.normalize();
    xushi_domain::pace::rounded(value, value.scale().max(places)).to_string()
}

/// 同比增长2.9%, 同比下降1.6%, 与上年同期持平.
pub(super) fn growth(value: Decimal) -> String {
    if value.is_zero() {
        return "与上年同期持平".to_owned();
    }
    let word = if value > Decimal::ZERO { "增长" } else { "下降" };
    format!("同比{word}{}%", number(value.abs(), 1))
}

/// A value in its unit: 60.1%, 54.15万人.
pub(super) fn amount(value: Decimal, unit: &str) -> String {
    number(value, u32::from(is_percent(unit))) + unit
}

/// In which unit a difference of two such figures is said.
pub(super) fn difference_unit(figure: Figure, unit: &str) -> &str {
    if figure == Figure::Yoy || is_percent(unit) { "个百分点" } else { unit }
}

/// 高于全国平均1.3个百分点, 与全国平均持平.
pub(super) fn beside(difference: Decimal, name: &str, unit: &str) -> String {
    if difference.is_zero() {
        return format!("与{name}持平");
    }
    let word = if difference > Decimal::ZERO { "高于" } else { "低于" };
    format!("{word}{name}{}{unit}", number(difference.abs(), u32::from(unit == "个百分点")))
}

/// 比去年同期加快1.0个百分点, 比上半年回落0.2个百分点, 与上半年持平, 降幅比上半年收窄0.5个百分点; of `own` beside what it was.
pub(super) fn moved((own, then): (Decimal, Decimal), since: &str, rate: bool) -> String {
    let difference = own - then;
    if difference.is_zero() {
        return format!("与{since}持平");
    }
    let up = difference > Decimal::ZERO;
    let size = number(difference.abs(), 1);
    let (falls, fell) = (own < Decimal::ZERO, then < Decimal::ZERO);
    match (rate, falls, fell) {
        (true, true, true) => format!("降幅比{since}{}{size}个百分点", if up { "收窄" } else { "扩大" }),
        (true, false, false) => format!("比{since}{}{size}个百分点", if up { "加快" } else { "回落" }),
        (true, ..) => format!("比{since}{}{size}个百分点", if up { "回升" } else { "回落" }),
        (false, ..) => format!("比{since}{}{size}个百分点", if up { "提高" } else { "下降" }),
    }
}

/// What is worked out of two figures, to be checked by hand: 2.9−1.6=1.3.
pub(super) fn worked(own: Decimal, other: Decimal) -> String {
    let shown = |value: Decimal| {
        let text = value.normalize().to_string();
        if value < Decimal::ZERO { format!("（{}）", text.replace('-', "−")) } else { text }
    };
    format!("{}−{}={}", shown(own), shown(other), (own - other).normalize().to_string().replace('-', "−"))
}

/// A quantity as letters print it.
pub(super) fn printed(quantity: &Quantity) -> String {
    format::plain(quantity)
}

/// The same without its sign.
pub(super) fn size(quantity: &Quantity) -> String {
    format::plain(&Quantity { value: quantity.value.abs(), ..quantity.clone() })
}

/// A fact as the annex lists it: 2.9%, 第5位（共14）.
pub(super) fn listed(fact: &ReportFact, unit: &str) -> String {
    match (fact.figure, fact.of) {
        (Figure::Rank, Some(of)) => format!("第{}位（共{of}个）", fact.value.normalize()),
        (Figure::Rank, None) => format!("第{}位", fact.value.normalize()),
        (figure, _) => format!("{}{}", fact.value.normalize(), figure.unit(unit)),
    }
}
