//! How numbers, dates and periods are written in a letter.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, Value, escape_formatter};
use rust_decimal::Decimal;

use super::found::counted;
use super::line::{Quantity, Span};
use xushi_domain::pace::rounded;
use xushi_domain::{Better, Figure, Kind, Level, Period, TextEnum};

/// Makes the filters known to every template.
pub(super) fn register(env: &mut Environment<'static>) {
    env.add_filter("quantity", |Serde(q): Serde<Quantity>| plain(&q));
    env.add_filter("magnitude", |Serde(q): Serde<Quantity>| magnitude(&q));
    env.add_filter("growth", |Serde(q): Serde<Quantity>| growth(&q));
    env.add_filter("said", |Serde(q): Serde<Quantity>, line: Value| said(&q, &line));
    env.add_filter("to", |Serde(low): Serde<Quantity>, Serde(high): Serde<Quantity>, line: Value| {
        Ok::<_, Error>(if is_rate(&line)? { between_rates(&low, &high) } else { between(&low, &high) })
    });
    env.add_filter("between", |Serde(low): Serde<Quantity>, Serde(high): Serde<Quantity>| {
        between(&low, &high)
    });
    env.add_filter("whole", |Serde(span): Serde<Span>| whole(&span));
    env.add_filter("ending", |Serde(window): Serde<Span>| ending(&window));
    env.add_filter("sentence", |said: Value| {
        let end = |c: char| "。．.；;，,、！!".contains(c) || c.is_whitespace();
        let sentence = format!("{}。", said.as_str().unwrap_or_default().trim_end_matches(end));
        if said.is_safe() { Value::from_safe_string(sentence) } else { Value::from(sentence) }
    });
    env.add_filter("date", |Serde(day): Serde<NaiveDate>| long_date(day));
    env.add_filter("near", |Serde(day): Serde<NaiveDate>, Serde(seen_on): Serde<NaiveDate>| {
        near_date(day, seen_on)
    });
    env.add_filter("weekday", |Serde(day): Serde<NaiveDate>| weekday(day));
    env.add_filter("dialled", |phone: &str| dialled(phone));
    env.add_filter("listed", |Serde(units): Serde<Vec<String>>| in_a_row(&units));
    env.add_filter("period", |Serde(span): Serde<Span>| {
        Period::new(span.start, span.end)
            .map(period_label)
            .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
    });
    env.add_filter("level_name", |word: &str| {
        Level::parse(word)
            .map(Level::label)
            .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no level is called {word}")))
    });
    env.add_filter("days_since", |Serde(later): Serde<NaiveDate>, Serde(earlier): Serde<NaiveDate>| {
        (later - earlier).num_days()
    });
    // Of two declines the other's is no growth: 固定资产投资（下降3.9%）.
    env.add_filter("without_growth", |name: &str| name.strip_suffix("增速").unwrap_or(name).to_owned());
    env.add_filter("net", |Serde(q): Serde<Quantity>, line: Value| net(&q, &line));
    env.add_test("within", |line: Value| is_within(&line));
    env.add_test("amount", |line: Value| is_amount(&line));
    env.add_test("rate", |line: Value| is_rate(&line));
    env.add_test("called_by_its_kind", |name: &str| is_called_by_its_kind(name));
    env.add_test("called_rate", |line: Value| is_called_rate(&line));
    env.add_test("all", |Serde(q): Serde<Quantity>| q.unit == "%" && q.value == Decimal::ONE_HUNDRED);
    env.add_test("counted", |Serde(q): Serde<Quantity>| counted(q.unit.trim_start_matches(['万', '亿'])));
    env.add_test("positive", |Serde(q): Serde<Quantity>| q.value > Decimal::ZERO);
    env.add_test("negative", |Serde(q): Serde<Quantity>| q.value < Decimal::ZERO);
    env.add_test("zero", |Serde(q): Serde<Quantity>| q.value.is_zero());
}

/// Characters that could break a line, hide text or turn its direction, in names that come from outside.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Writes a value: unsafe characters become spaces; in plain text `**` in data is not emphasis; the rest is
/// escaped as the template's ending demands.
pub(super) fn format_value(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let Some(text) = value.as_str().filter(|_| value.kind() == ValueKind::String && !value.is_safe()) else {
        return escape_formatter(out, state, value);
    };
    let mut text = Cow::Borrowed(text);
    if text.contains(is_unsafe) {
        text = Cow::Owned(text.replace(is_unsafe, " "));
    }
    if matches!(state.auto_escape(), AutoEscape::None) {
        if text.contains("**") {
            text = Cow::Owned(text.replace("**", "＊＊"));
        }
        return out.write_str(&text).map_err(Error::from);
    }
    escape_formatter(out, state, &Value::from(text.as_ref()))
}

pub(super) fn plain(quantity: &Quantity) -> String {
    format!("{}{}", rounded(quantity.value, quantity.places), quantity.unit)
}

/// Without sign, with more places where rounding would make a difference vanish.
fn magnitude(quantity: &Quantity) -> String {
    let seen = (quantity.places..=10).map(|places| rounded(quantity.value, places)).find(|r| !r.is_zero());
    format!("{}{}", seen.unwrap_or_else(|| rounded(quantity.value, quantity.places)).abs(), quantity.unit)
}

fn growth(quantity: &Quantity) -> String {
    if quantity.value.is_zero() {
        return "持平".to_owned();
    }
    let word = if quantity.value.is_sign_negative() { "下降" } else { "增长" };
    format!("{word}{}", magnitude(quantity))
}

/// Whether the name of a campaign says itself what it is: “八个好行动” is no 行动 of 行动.
fn is_called_by_its_kind(name: &str) -> bool {
    const KINDS: [&str; 14] = [
        "行动",
        "行动计划",
        "攻坚",
        "攻坚战",
        "工程",
        "计划",
        "方案",
        "专项",
        "工作",
        "任务",
        "活动",
        "大会战",
        "战役",
        "目标",
    ];
    KINDS.iter().any(|kind| name.trim_end_matches(['”', '』', '」']).ends_with(kind))
}

/// What a measure is called whose own values are rates of change.
const CHANGES: [&str; 5] = ["增速", "涨幅", "增幅", "增长率", "同比"];

/// Whether a line's measure is called a rate of change.
fn is_called_rate(line: &Value) -> Result<bool, Error> {
    let name = line.get_attr("indicator")?;
    Ok(name.as_str().is_some_and(|name| CHANGES.iter().any(|end| name.ends_with(end))))
}

/// Whether a line's values are rates of change.
fn is_rate(line: &Value) -> Result<bool, Error> {
    let figure = line.get_attr("figure")?;
    let named = || -> Result<bool, Error> {
        let unit = line.get_attr("actual")?;
        let unit = if unit.is_none() { unit } else { unit.get_attr("unit")? };
        Ok(is_called_rate(line)? && unit.as_str() == Some("%"))
    };
    match figure.as_str() {
        Some(figure) if figure == Figure::Yoy.as_str() => Ok(true),
        Some(_) => named(),
        // A line frozen before figures were.
        None => Ok(line.get_attr("kind")?.as_str() == Some(Kind::Growth.as_str())),
    }
}

/// A value as its line says it: 增长2.9%, or 3.12万套.
fn said(quantity: &Quantity, line: &Value) -> Result<String, Error> {
    if !is_rate(line)? {
        return Ok(plain(quantity));
    }
    // What shall fall is said to rise, not to grow.
    let kind = line.get_attr("kind")?;
    let falling = match kind.as_str() {
        Some(kind) if kind == Kind::Trend.as_str() => true,
        // A limit to growth is no decline.
        Some(kind) if kind == Kind::Growth.as_str() => !line.get_attr("limit")?.is_true(),
        _ => false,
    };
    let rises = falling && line.get_attr("better")?.as_str() == Some(Better::Lower.as_str());
    let growth = growth(quantity);
    let prices = line.get_attr("indicator")?.as_str().is_some_and(|name| name.ends_with("涨幅"));
    Ok(match (rises, prices) {
        (true, _) => growth.replace("增长", "上升"),
        (_, true) => growth.replace("增长", "上涨"),
        _ => growth,
    })
}

/// A sum that came out below nothing: 净减少3.2亿元, 亏损3.2亿元.
fn net(quantity: &Quantity, line: &Value) -> Result<String, Error> {
    let name = line.get_attr("indicator")?;
    let is = |word: &str| name.as_str().is_some_and(|name| name.contains(word));
    let word = match () {
        () if is("利润") || is("盈利") => "亏损",
        () if is("流入") => "净流出",
        () => "净减少",
    };
    Ok(format!("{word}{}", magnitude(quantity)))
}

/// Whether a line's value lies between the two ends that it is to be held between.
fn is_within(line: &Value) -> Result<bool, Error> {
    let (kind, moves) = (line.get_attr("kind")?, line.get_attr("moves")?);
    if kind.as_str() != Some(Kind::Range.as_str()) || moves.is_true() || line.get_attr("adds_up")?.is_true() {
        return Ok(false);
    }
    let number = |name: &str| -> Result<Option<Decimal>, Error> {
        let quantity = line.get_attr(name)?;
        if quantity.is_none() || quantity.is_undefined() {
            return Ok(None);
        }
        let said = quantity.get_attr("value")?;
        Ok(said.as_str().and_then(|said| said.parse().ok()))
    };
    let (low, high) = (number("target_value")?, number("target_hi")?);
    Ok(low.zip(high).zip(number("actual")?).is_some_and(|((low, high), value)| low <= value && value <= high))
}

/// Whether a line's value is an amount, which becomes more or less; a share, a score or a mean rises and falls.
fn is_amount(line: &Value) -> Result<bool, Error> {
    const MEANS: [&str; 11] =
        ["率", "比重", "占比", "比例", "浓度", "强度", "指数", "水平", "平均", "人均", "寿命"];
    let actual = line.get_attr("actual")?;
    let unit = if actual.is_none() { actual } else { actual.get_attr("unit")? };
    let name = line.get_attr("indicator")?;
    let (unit, name) = (unit.as_str().unwrap_or_default(), name.as_str().unwrap_or_default());
    let relative = unit.is_empty() || unit.contains(['/', '%', '‰', '分', '岁', '℃']);
    Ok(!relative && !MEANS.iter().any(|word| name.contains(word)))
}

/// 179.7亿—207.0亿元, 12—15家, 50.0%—60.0%.
fn between(low: &Quantity, high: &Quantity) -> String {
    let unit = low.unit.as_str();
    let first: String = match unit.chars().next() {
        Some(scale @ ('万' | '亿')) => scale.to_string(),
        Some('%') => "%".to_owned(),
        _ => String::new(),
    };
    format!("{}{first}—{}", low.printed(), plain(high))
}

/// 增长1.8%—4.0%, 下降1.2%至增长4.0%.
fn between_rates(low: &Quantity, high: &Quantity) -> String {
    let (from, to) = (low.printed(), high.printed());
    let zero = Decimal::ZERO;
    if from >= zero && to > zero {
        format!("增长{from}%—{to}%")
    } else if from < zero && to <= zero {
        format!("下降{}%—{}%", to.abs(), from.abs())
    } else {
        format!("{}至{}", growth(low), growth(high))
    }
}

fn is_year(span: &Span) -> bool {
    let (start, end) = (span.start, span.end);
    start.year() == end.year() && start.ordinal() == 1 && (end.month(), end.day()) == (12, 31)
}

/// A window as a whole: 全年, 上半年, 三季度.
pub(super) fn whole(span: &Span) -> &'static str {
    let (start, end) = (span.start, span.end);
    let month_end = end.succ_opt().is_none_or(|next| next.day() == 1);
    if start.day() != 1 || !month_end || start.year() != end.year() {
        return "目标期";
    }
    match (start.month(), end.month()) {
        (1, 12) => "全年",
        (1, 6) => "上半年",
        (7, 12) => "下半年",
        (1, 3) => "一季度",
        (4, 6) => "二季度",
        (7, 9) => "三季度",
        (10, 12) => "四季度",
        _ => "目标期",
    }
}

/// The window's end as the day by which something shall be: 年底, 6月底, 2026年3月底, 2025年6月15日.
fn ending(window: &Span) -> String {
    let end = window.end;
    let month_end = end.succ_opt().is_none_or(|next| next.month() != end.month());
    if is_year(window) {
        "年底".to_owned()
    } else if month_end && window.start.year() == end.year() {
        format!("{}月底", end.month())
    } else if month_end {
        format!("{}年{}月底", end.year(), end.month())
    } else {
        long_date(end)
    }
}

/// 2025年8月27日: Arabic numerals, no zero padding (GB/T 9704-2012 7.3.5.4).
fn long_date(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// 8月27日, as it is said on a day of the same year; with its year on another.
fn near_date(day: NaiveDate, seen_on: NaiveDate) -> String {
    if day.year() == seen_on.year() { format!("{}月{}日", day.month(), day.day()) } else { long_date(day) }
}

fn weekday(day: NaiveDate) -> &'static str {
    ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"]
        [day.weekday().num_days_from_monday() as usize]
}

/// What a telephone dials: digits up to what is no part of the number (转8001).
fn dialled(phone: &str) -> String {
    let number = phone.trim_start().chars().take_while(|c| c.is_ascii_digit() || "+-（）() ".contains(*c));
    number.filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// Whether a unit governs a place, and is not a department of a government.
fn governs(unit: &str) -> bool {
    unit.ends_with("政府") || unit.ends_with("管委会") || unit.ends_with("管理委员会")
}

/// Names as copies are listed: units of one kind part by “、”, the kinds by “，”.
fn in_a_row(units: &[String]) -> String {
    let mut row = String::new();
    for (index, unit) in units.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).and_then(|before| units.get(before)) {
            row.push(if governs(before) == governs(unit) { '、' } else { '，' });
        }
        row.push_str(unit);
    }
    row
}

/// The same of a span; `None` when it ends before it starts.
pub(super) fn span(span: &Span) -> Option<String> {
    Period::new(span.start, span.end).ok().map(period_label)
}

/// The period as reports write it: 2025年1—7月, 2025年7月, 2025年二季度, 2025年全年, 2021年1月—2025年6月, 2021—2025年,
/// 截至2025年7月31日.
fn period_label(period: Period) -> String {
    let (start, end) = (period.start(), period.end());
    let year = start.year();
    if start == end {
        return format!("截至{}", long_date(end));
    }
    if !period.is_whole_months() {
        return format!("{}—{}", long_date(start), long_date(end));
    }
    if end.year() != year && (start.month(), end.month()) == (1, 12) {
        return format!("{year}—{}年", end.year());
    }
    if end.year() != year {
        return format!("{year}年{}月—{}年{}月", start.month(), end.year(), end.month());
    }
    match (start.month(), end.month()) {
        (1, 12) => format!("{year}年全年"),
        (first, last) if first == last => format!("{year}年{first}月"),
        (4, 6) => format!("{year}年二季度"),
        (7, 9) => format!("{year}年三季度"),
        (10, 12) => format!("{year}年四季度"),
        (first, last) => format!("{year}年{first}—{last}月"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_once_and_never_to_a_negative_zero() {
        for (value, places, printed, size, change) in [
            ("2.9", 1, "2.9%", "2.9%", "增长2.9%"),
            ("-2.25", 1, "-2.3%", "2.3%", "下降2.3%"),
            ("8", 1, "8.0%", "8.0%", "增长8.0%"),
            ("-0.04", 1, "0.0%", "0.04%", "下降0.04%"),
            ("0", 1, "0.0%", "0.0%", "持平"),
            ("77.357142857142857142857142857", 2, "77.36%", "77.36%", "增长77.36%"),
        ] {
            let quantity = Quantity::new(value.parse().unwrap(), "%", places);
            assert_eq!(plain(&quantity), printed);
            assert_eq!(magnitude(&quantity), size);
            assert_eq!(growth(&quantity), change);
        }
    }

    #[test]
    fn a_deadline_is_said_with_its_day_of_the_week() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(near_date(day("2025-09-03"), day("2025-08-27")), "9月3日");
        assert_eq!(weekday(day("2025-09-03")), "星期三");
        assert_eq!(near_date(day("2026-01-05"), day("2025-12-29")), "2026年1月5日");
        assert_eq!((weekday(day("2026-01-04")), weekday(day("2026-01-05"))), ("星期日", "星期一"));
    }

    #[test]
    fn what_is_dialled_is_the_number_alone() {
        assert_eq!(dialled("0731-82210000转8001"), "073182210000");
        assert_eq!(dialled("+86 （731）8221 0000"), "+8673182210000");
        assert_eq!(dialled("内线8001"), "");
    }

    #[test]
    fn copies_part_by_what_they_are() {
        let names = ["市财政局", "市住建局", "平江县人民政府", "岳阳经开区管委会", "市攻坚办"];
        let names: Vec<String> = names.map(str::to_owned).into();
        assert_eq!(in_a_row(&names), "市财政局、市住建局，平江县人民政府、岳阳经开区管委会，市攻坚办");
        assert_eq!(in_a_row(&names[..1]), "市财政局");
        assert_eq!(in_a_row(&[]), "");
    }

    #[test]
    fn periods_are_named_as_reports_name_them() {
        for (start, end, want) in [
            ("2025-01-01", "2025-07-31", "2025年1—7月"),
            ("2025-01-01", "2025-01-31", "2025年1月"),
            ("2025-07-01", "2025-07-31", "2025年7月"),
            ("2025-01-01", "2025-03-31", "2025年1—3月"),
            ("2025-04-01", "2025-06-30", "2025年二季度"),
            ("2025-01-01", "2025-12-31", "2025年全年"),
            ("2025-07-31", "2025-07-31", "截至2025年7月31日"),
            ("2025-01-01", "2025-03-27", "2025年1月1日—2025年3月27日"),
            ("2024-12-01", "2025-01-31", "2024年12月—2025年1月"),
            ("2021-01-01", "2025-06-30", "2021年1月—2025年6月"),
            ("2021-01-01", "2025-12-31", "2021—2025年"),
            ("2024-12-15", "2025-01-31", "2024年12月15日—2025年1月31日"),
        ] {
            let period = Period::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
            assert_eq!(period_label(period), want);
        }
    }
}
