//! Finds the numbers of a clause, one place after the other.

use super::deadline;
use super::forms::{at_numeral, fraction, ratio, tenths};
use super::implied::{doubled, half, past_half, twofold};
use super::measurement_units::{self, UnitKind};
use super::number;
use super::number_with_unit::{Found, Scan, with_unit};
use super::ranking::{self, rank};
use super::text::{ends_with, starts_with};

/// Reads the numbers of a clause; those inside `shielded` characters (quotations) belong to names.
pub(super) fn scan(text: &[char], shielded: &[bool]) -> Scan {
    let mut scan = Scan::default();
    let mut at = 0;
    let mut quoted = None;
    let parts = deadline::may_have_part(text);
    while at < text.len() {
        let plan = if matches!(text[at], '“' | '十') { number::plan_end(&text[at..]) } else { None };
        let open = parts && (!shielded[at] || text[at] == '“');
        let part = if open { deadline::part(&text[at..]) } else { None };
        let found = match text[at] {
            _ if part.is_some() => Found::Date(at + part.unwrap_or(1)),
            _ if plan.is_some() => Found::Date(at + plan.unwrap_or(1)),
            _ if shielded[at] => inside(text, at, &mut quoted),
            '0'..='9' => at_digit(text, at),
            '半' => half(text, at, at).map_or_else(|| past_half(text, at), Found::Quantity),
            '首' | '榜' => ranking::head(text, at).unwrap_or(Found::Name(at + 1)),
            '双' | '倍' => twofold(text, at),
            '时' if starts_with(&text[at..], "时间过半") => Found::Date(at + 4),
            '翻' | '减' => doubled(text, at).map_or(Found::Name(at + 1), Found::Quantity),
            '零' | '一' | '二' | '两' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百'
            | '千' | '万' | '亿' => at_numeral(text, at),
            _ => Found::Name(at + 1),
        };
        at = match found {
            Found::Quantity(quantity) if scan.takes_margin(text, &quantity) => {
                scan.loose.push(quantity.start - 1..quantity.end);
                quantity.end
            }
            // 在去年引进80个的基础上: where it starts, no promise.
            Found::Quantity(quantity) if is_ground(&text[quantity.end..]) => {
                scan.loose.push(quantity.start..quantity.end);
                quantity.end
            }
            Found::Quantity(quantity) => {
                let end = quantity.end;
                scan.quantities.push(quantity);
                end
            }
            Found::Date(end) => {
                scan.dates.push(at..end);
                end
            }
            Found::Name(end) => end,
            Found::Loose(end) => {
                scan.loose.push(at..end);
                end
            }
            Found::Unreadable(end) => {
                scan.unreadable = true;
                end
            }
        };
    }
    scan
}

/// Whether what stands before `after` is what is built upon.
fn is_ground(after: &[char]) -> bool {
    ["的基础上", "基础上", "的基础之上", "基础之上"].iter().any(|word| starts_with(after, word))
}

/// What stands in quotations and brackets names; amounts in brackets (5000个), and rates and sums also in quotations, do
/// not. `quoted`: the mark that closes the quotation.
fn inside(text: &[char], at: usize, quoted: &mut Option<char>) -> Found {
    let close = match text[at] {
        '“' => Some('”'),
        '‘' => Some('’'),
        '《' => Some('》'),
        '〈' => Some('〉'),
        '「' => Some('」'),
        '『' => Some('』'),
        '"' => Some('"'),
        _ => None,
    };
    if quoted.is_some_and(|mark| mark == text[at]) {
        *quoted = None;
        return Found::Name(at + 1);
    }
    *quoted = quoted.or(close);
    let found = match text[at] {
        '0'..='9' => at_digit(text, at),
        '一' | '二' | '两' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '万'
        | '亿'
            if quoted.is_none() =>
        {
            at_numeral(text, at)
        }
        _ => return Found::Name(at + 1),
    };
    match found {
        Found::Quantity(number) => {
            let amount = match number.kind {
                UnitKind::Percent | UnitKind::Point | UnitKind::Money => !text[..at].ends_with(&['个']),
                UnitKind::Count | UnitKind::Measure | UnitKind::Times => quoted.is_none(),
                _ => false,
            };
            if amount { Found::Loose(number.end) } else { Found::Name(number.end) }
        }
        Found::Unreadable(end) => Found::Name(end),
        other => other,
    }
}

fn at_digit(text: &[char], at: usize) -> Found {
    let before = &text[..at];
    if let Some(length) = number::date(&text[at..]) {
        return Found::Date(at + length);
    }
    let Some((length, value)) = number::digits(&text[at..]) else { return Found::Name(at + 1) };
    let end = at + length;
    let next = text.get(end).copied();
    // 前10强 is a place, 500强 a name.
    if next == Some('强')
        && before.last() == Some(&'前')
        && let Some(value) = value
        && let Some(rank) = rank(text, at, end, value)
    {
        return rank;
    }
    if starts_with(&text[end..], "个100%") || starts_with(&text[end..], "个百分之百") {
        // 4个100% are four rules.
        return Found::Name(end + 5);
    }
    if belongs_to_name(before, next, text.get(end + 1).copied()) {
        return Found::Name(end + measurement_units::read(&text[end..]).length.min(1));
    }
    let Some(value) = value else {
        return if text[at..end].contains(&'.') { Found::Name(end) } else { Found::Unreadable(end) };
    };
    if let Some(rank) = rank(text, at, end, value) {
        return rank;
    }
    if before.last() == Some(&'每') {
        return Found::Name(end + measurement_units::read(&text[end..]).length);
    }
    match next {
        Some('/') if text.get(end + 1).is_some_and(char::is_ascii_digit) => fraction(text, at, end, value),
        Some(':') if text.get(end + 1).is_some_and(char::is_ascii_digit) => ratio(text, at, end, value),
        Some('成') => tenths(text, at, end, value).unwrap_or(Found::Name(end)),
        _ => with_unit(text, at, end, value),
    }
}

/// Letters, plus signs and words like 级 next to digits make them part of a name (PM2.5, 5G, 4+4, 500强).
fn belongs_to_name(before: &[char], next: Option<char>, after: Option<char>) -> bool {
    const INDEXES: [&str; 7] = ["GDP", "CPI", "PPI", "FDI", "PMI", "REITs", "R&D"];
    let prefix = match before.last() {
        Some(c) if c.is_ascii_alphabetic() => {
            let tail: String = before[before.len().saturating_sub(5)..].iter().collect();
            !INDEXES.iter().any(|index| tail.ends_with(index))
        }
        Some('+' | '×' | '#') => true,
        _ => false,
    };
    let suffix = match next {
        Some('+' | '×') => true,
        // 平均级别达到4级 promises the class; 4级医院 and 4级以上 name one.
        Some('级') if after.is_none() && is_reached(before) => false,
        Some('强' | '级' | '号' | '型' | '版' | '届' | '维' | '线' | '后') => true,
        Some('x' | 'X') => after.is_some_and(|c| c.is_ascii_digit()),
        Some(c) if c.is_ascii_alphabetic() => false,
        _ => false,
    };
    prefix || suffix
}

fn is_reached(before: &[char]) -> bool {
    ["达到", "达", "提升到", "提升至", "保持在"].iter().any(|word| ends_with(before, word))
}
