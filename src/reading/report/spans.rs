//! Days told in words: 1—7月, 截至8月25日, 上半年, 7月23日至8月25日, 今年以来.

use std::ops::Range;

use chrono::{Datelike as _, Months, NaiveDate};
use xushi_domain::Basis;

use crate::plan::marks::numeral;

/// How a span was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Whole months.
    Months,
    /// A year by itself (2025年), which names things as often as it says when.
    Year,
    /// Up to a day (截至…).
    Until,
    /// From one day to another.
    Days,
    /// Nothing: the day of the report.
    Nothing,
}

/// A span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DaySpan {
    pub(super) start: Option<NaiveDate>,
    pub(super) end: NaiveDate,
    pub(super) basis: Option<Basis>,
    pub(super) told: Told,
}

impl DaySpan {
    /// The day of the report, for what does not say when.
    pub(super) fn on(day: NaiveDate) -> Self {
        Self { start: None, end: day, basis: None, told: Told::Nothing }
    }
}

/// A span where it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) span: DaySpan,
    /// 比上年, 与上半年: something is compared with it.
    pub(super) compared: bool,
}

impl Dated {
    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.end
    }
}

/// The spans of a text, in order; `today` is the day of the report, by which years are told.
pub(super) fn spans(text: &[char], today: NaiveDate) -> Vec<Dated> {
    let mut out: Vec<Dated> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let quick = text[at].is_ascii_digit()
            || "一二三四五六七八九十上下前第全今去本当年首截到至".contains(text[at]);
        let found = if quick { read(text, at, today) } else { None };
        match found {
            Some((end, span)) => {
                let before = &text[..at];
                // 比上半年、一季度分别加快: both.
                let next = out.last().is_some_and(|last| {
                    last.compared && last.end + 1 == at && matches!(text[last.end], '、' | '和')
                });
                let compared = next
                    || before.last().is_some_and(|c| "比较同与于过和由".contains(*c))
                    || before.last() == Some(&'从') && turns(&text[end..])
                    || span.end < today && matches!(text[at], '去' | '上') && text.get(at + 1) != Some(&'半');
                out.push(Dated { at, end, span, compared });
                at = end;
            }
            None => {
                // The digits of one number are passed over together.
                let digits = text[at..].iter().take_while(|c| c.is_ascii_digit() || **c == '.').count();
                at += digits.max(1);
            }
        }
    }
    out
}

/// 从上半年的下降2.1%转为…: what it was before.
fn turns(behind: &[char]) -> bool {
    let clause = behind.iter().take(40).take_while(|c| !matches!(c, '，' | '。' | '；' | ','));
    let text: String = clause.collect();
    [
        "转为",
        "转正",
        "转负",
        "提高到",
        "提升到",
        "增加到",
        "降至",
        "降到",
        "下降到",
        "扩大到",
        "收窄到",
        "上升到",
        "回升到",
        "回落到",
    ]
    .iter()
    .any(|word| text.contains(word))
}

fn has(text: &[char], at: usize, word: &str) -> Option<usize> {
    let mut rest = text[at.min(text.len())..].iter();
    word.chars().all(|c| rest.next() == Some(&c)).then(|| word.chars().count())
}

fn any(text: &[char], at: usize, words: &[&str]) -> Option<usize> {
    words.iter().find_map(|word| has(text, at, word))
}

/// One or two digits, or a numeral up to 31: characters and value.
fn small(text: &[char], at: usize) -> Option<(usize, u32)> {
    let digits: String =
        text[at.min(text.len())..].iter().take(3).take_while(|c| c.is_ascii_digit()).collect();
    if !digits.is_empty() {
        return (digits.len() <= 2).then(|| digits.parse().ok().map(|value| (digits.len(), value)))?;
    }
    let near: String = text[at.min(text.len())..].iter().take(4).collect();
    let (value, rest) = numeral(&near)?;
    Some((near.chars().count() - rest.chars().count(), value))
}

fn dash(text: &[char], at: usize) -> Option<usize> {
    matches!(text.get(at), Some('-' | '~' | '至' | '到')).then_some(1)
}

fn last_of(year: i32, month: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()
}

fn months(year: i32, from: u32, to: u32) -> Option<DaySpan> {
    if !(1..=12).contains(&from) || to > 12 || to < from {
        return None;
    }
    let start = NaiveDate::from_ymd_opt(year, from, 1)?;
    let basis = if from == 1 && to > 1 { Basis::Cumulative } else { Basis::Period };
    Some(DaySpan { start: Some(start), end: last_of(year, to)?, basis: Some(basis), told: Told::Months })
}

/// 2026.3, 2026-09 and 2026.1-9 in heads of tables, written out: 2026年3月, 2026年9月, 2026年1-9月.
pub(super) fn dotted(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    let digits =
        |from: usize| chars[from.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    while at < chars.len() {
        let year: String = chars[at..].iter().take(4).collect();
        let begins = digits(at) == 4 && (year.starts_with("19") || year.starts_with("20"));
        let alone = at == 0 || !chars[at - 1].is_ascii_digit() && chars[at - 1] != '.';
        let mark = chars.get(at + 4).is_some_and(|c| matches!(c, '.' | '-' | '/' | '．'));
        let month = if begins && alone && mark { digits(at + 5) } else { 0 };
        let mut end = at + 5 + month;
        if (1..=2).contains(&month)
            && chars[at + 5..end]
                .iter()
                .collect::<String>()
                .parse()
                .is_ok_and(|month: u32| (1..=12).contains(&month))
        {
            let dash = chars.get(end).is_some_and(|c| matches!(c, '-' | '—' | '－' | '~' | '～' | '至'));
            let last = if dash { digits(end + 1) } else { 0 };
            if (1..=2).contains(&last) {
                end += 1 + last;
            }
            let more =
                chars.get(end).is_some_and(|c| matches!(c, '.' | '-' | '/' | '日') || c.is_ascii_digit());
            if !more {
                let months: String = chars[at + 5..end].iter().collect();
                out.push_str(&format!("{year}年{months}月"));
                at = end + usize::from(chars.get(end) == Some(&'月'));
                continue;
            }
        }
        let taken = digits(at).max(1);
        out.extend(&chars[at..at + taken]);
        at += taken;
    }
    out
}

/// The last day of a year.
pub(super) fn last_day(year: i32) -> Option<NaiveDate> {
    last_of(year, 12)
}

/// A year whole.
pub(super) fn year(year: i32) -> Option<DaySpan> {
    months(year, 1, 12)
}

fn until(end: NaiveDate) -> Option<DaySpan> {
    let start = NaiveDate::from_ymd_opt(end.year(), 1, 1)?;
    Some(DaySpan { start: Some(start), end, basis: Some(Basis::Cumulative), told: Told::Until })
}

/// A span at `at`: where it ends, and what it is.
fn read(text: &[char], start: usize, today: NaiveDate) -> Option<(usize, DaySpan)> {
    let led = any(text, start, &["截止到", "截至到", "截止至", "截至", "截止", "到", "至"]);
    let mut at = start + led.unwrap_or(0);
    let up_to = led.is_some();
    if up_to && let Some(length) = any(text, at, &["目前", "当前", "日前"]) {
        return Some((at + length, until(today)?));
    }
    // 今年, 2025年, 去年.
    let written: String =
        text[at.min(text.len())..].iter().take(4).take_while(|c| c.is_ascii_digit()).collect();
    let mut year = today.year();
    let mut with_year = false;
    if written.len() == 4 && text.get(at + 4) == Some(&'年') {
        year = written.parse().ok().filter(|year| (1990..=2100).contains(year))?;
        at += 5;
        with_year = true;
        at += usize::from(text.get(at) == Some(&'度'));
    } else if let Some(length) =
        any(text, at, &["今年以来", "年初以来", "今年来", "今年年初以来", "年内以来"])
    {
        return Some((at + length, until(today)?));
    } else if let Some(length) = any(text, at, &["去年", "上年"]) {
        (year, with_year, at) = (year - 1, true, at + length);
    } else if let Some(length) = any(text, at, &["今年", "本年"]) {
        (with_year, at) = (true, at + length);
    }
    if let Some((end, span)) = parts(text, at, year, with_year, today) {
        return Some(if up_to { (end, until(span.end)?) } else { (end, span) });
    }
    if let Some((end, span)) = month_or_day(text, at, year, with_year, up_to, today) {
        return Some((end, span));
    }
    if !with_year {
        return None;
    }
    if let Some(length) = any(text, at, &["年底", "年末", "底", "末"]) {
        return Some((at + length, until(last_of(year, 12)?)?));
    }
    if up_to {
        return None;
    }
    // 今年计划实施的项目 names the projects.
    if any(text, at, &["计划", "安排", "确定", "列入", "拟", "实施", "下达", "任务", "目标"]).is_some()
    {
        return None;
    }
    // 今年 is up to now, 2025年 the year.
    if year == today.year() && written.len() != 4 {
        return Some((at, DaySpan { told: Told::Year, ..until(today)? }));
    }
    Some((at, DaySpan { told: Told::Year, ..months(year, 1, 12)? }))
}

/// 上半年, 前三季度, 全年, 本月.
fn parts(text: &[char], at: usize, year: i32, with_year: bool, today: NaiveDate) -> Option<(usize, DaySpan)> {
    const PARTS: [(&str, u32, u32); 20] = [
        ("上半年", 1, 6),
        ("下半年", 7, 12),
        ("前三季度", 1, 9),
        ("前3季度", 1, 9),
        ("1-3季度", 1, 9),
        ("一至三季度", 1, 9),
        ("前两季度", 1, 6),
        ("第一季度", 1, 3),
        ("一季度", 1, 3),
        ("1季度", 1, 3),
        ("首季", 1, 3),
        ("第二季度", 4, 6),
        ("二季度", 4, 6),
        ("2季度", 4, 6),
        ("第三季度", 7, 9),
        ("三季度", 7, 9),
        ("3季度", 7, 9),
        ("第四季度", 10, 12),
        ("四季度", 10, 12),
        ("全年", 1, 12),
    ];
    for (word, from, to) in PARTS {
        if let Some(length) = has(text, at, word) {
            if word == "全年"
                && any(text, at + length, &["目标", "任务", "计划", "预期", "预算", "度"]).is_some()
            {
                return None;
            }
            // 下半年 and 四季度 of a report of July are still ahead; 全年 in a report is the year it speaks of.
            let behind = !with_year && word != "全年" && last_of(year, from).is_some_and(|end| end > today);
            let year = if behind
                && matches!(word, "前三季度" | "三季度" | "四季度" | "下半年")
                && today.month() <= 3
            {
                year - 1
            } else {
                year
            };
            let end = at + length;
            let end = end + any(text, end, &["末", "底"]).unwrap_or(0);
            return Some((end, months(year, from, to)?));
        }
    }
    if let Some(length) = any(text, at, &["前"])
        && let Some((more, to)) = small(text, at + length)
        && let Some(tail) = any(text, at + length + more, &["个月", "月"])
    {
        return Some((at + length + more + tail, months(year, 1, to)?));
    }
    None
}

/// 1-7月, 7月, 7月底, 8月25日, 7月23日至8月25日.
fn month_or_day(
    text: &[char],
    at: usize,
    year: i32,
    with_year: bool,
    up_to: bool,
    today: NaiveDate,
) -> Option<(usize, DaySpan)> {
    let (length, from) = small(text, at)?;
    let mut end = at + length;
    // 1-7月, 1月至7月, 一至七月.
    let first_month = usize::from(text.get(end) == Some(&'月'));
    if let Some(joint) = dash(text, end + first_month)
        && let Some((more, to)) = small(text, end + first_month + joint)
        && text.get(end + first_month + joint + more) == Some(&'月')
        && text.get(end + first_month + joint + more + 1).is_none_or(|c| !c.is_ascii_digit())
    {
        let close = end + first_month + joint + more + 1;
        let year = year_of(year, to, with_year, today);
        let close = close + any(text, close, &["份", "底", "末"]).unwrap_or(0);
        return Some((close, months(year, from, to)?));
    }
    if first_month == 0 || from == 0 || from > 12 {
        return None;
    }
    end += 1;
    let year = year_of(year, from, with_year, today);
    if let Some((more, day)) = small(text, end)
        && let Some(mark) = any(text, end + more, &["日", "号"])
    {
        let first = NaiveDate::from_ymd_opt(year, from, day)?;
        end += more + mark;
        if let Some((close, last)) = second_day(text, end, first) {
            let basis = if first.ordinal() == 1 { Basis::Cumulative } else { Basis::Period };
            return Some((
                close,
                DaySpan { start: Some(first), end: last, basis: Some(basis), told: Told::Days },
            ));
        }
        // A day by itself says when something took place.
        return up_to.then(|| until(first).map(|span| (end, span)))?;
    }
    if let Some(more) = any(text, end, &["底前", "末前", "底之前", "前"]) {
        // A day to be kept is ahead.
        let year = if with_year { year } else { today.year() };
        return Some((end + more, until(last_of(year, from)?)?));
    }
    if let Some(more) = any(text, end, &["底", "末"]) {
        return Some((end + more, until(last_of(year, from)?)?));
    }
    end += any(text, end, &["份"]).unwrap_or(0);
    end += any(text, end, &["当月"]).unwrap_or(0);
    let span = months(year, from, from)?;
    Some((end, if up_to { until(span.end)? } else { span }))
}

/// A month ahead of the report without a year is last year's.
fn year_of(year: i32, month: u32, with_year: bool, today: NaiveDate) -> i32 {
    if !with_year && month > today.month() { year - 1 } else { year }
}

/// 至8月25日, -25日.
fn second_day(text: &[char], at: usize, first: NaiveDate) -> Option<(usize, NaiveDate)> {
    let mut at = at + dash(text, at)?;
    let (length, mut value) = small(text, at)?;
    let mut month = first.month();
    at += length;
    if text.get(at) == Some(&'月') {
        month = value;
        let (more, day) = small(text, at + 1)?;
        at += 1 + more;
        value = day;
    }
    let mark = any(text, at, &["日", "号"])?;
    let last = NaiveDate::from_ymd_opt(first.year(), month, value)?;
    (last >= first).then_some((at + mark, last))
}
