//! What a cell of figures says in words (持平, 下降8, 不超过100), and what the columns around a table tell of its days.

use rust_decimal::Decimal;

use super::grid_columns::Column;
use super::observed::ReportedFigure;
use super::spans::{self, DaySpan};
use super::statements::squeezed;
use super::wording::has;
use crate::document::TableCell;

/// Words of a bound around the number of a target.
const BOUNDS: [&str; 18] = [
    "不超过",
    "不低于",
    "不少于",
    "不高于",
    "不多于",
    "控制在",
    "达到",
    "突破",
    "力争",
    "≥",
    "≤",
    ">",
    "<",
    "以上",
    "以内",
    "以下",
    "左右",
    "达",
];

/// The words of a cell as its number is written: 0 for 持平, -8 for 下降8; of a target without its bound.
pub(super) fn as_number(text: &str, column: &Column) -> Option<String> {
    let moves = matches!(column.figure, Some(ReportedFigure::Yoy | ReportedFigure::Difference));
    let text = text.trim_matches(['，', '。', ',']);
    if moves {
        let level =
            text.trim_start_matches("与上年同期").trim_start_matches("与上年").trim_start_matches("同比");
        if matches!(level, "持平" | "基本持平" | "零增长") {
            return Some("0".to_owned());
        }
        let words = text.trim_start_matches("同比");
        let down = ["下降", "下跌", "减少", "回落", "降低", "放缓", "减", "降", "↓"];
        let up = ["增长", "上升", "上涨", "增加", "提高", "加快", "增", "升", "↑"];
        if let Some(number) = down.iter().find_map(|word| words.strip_prefix(word)) {
            return Some(format!("-{number}"));
        }
        return up.iter().find_map(|word| words.strip_prefix(word)).map(str::to_owned);
    }
    if column.plan {
        let mut words = text;
        for bound in BOUNDS {
            words = words.strip_prefix(bound).unwrap_or(words);
            words = words.strip_suffix(bound).unwrap_or(words);
        }
        return (words != text).then(|| words.to_owned());
    }
    None
}

/// A value in the sign of its column: what a column headed 降幅 or 回落 has is a fall. None where the cell has a sign of its own
/// there, which may mean either.
pub(super) fn in_column(value: Decimal, column: &Column) -> Option<Decimal> {
    match column.falls {
        false => Some(value),
        true if value.is_sign_negative() && !value.is_zero() => None,
        true => Some(-value),
    }
}

/// Whether a head says only of falls: 降幅（%）, 比1-5月回落（百分点）.
pub(super) fn falls(head: &str) -> bool {
    let head = head.split(['（', '(']).next().unwrap_or_default();
    let either = ["增", "升", "加快", "提高", "扩大", "±", "快慢", "变化", "幅度变", "率"];
    has(head, &["降幅", "下降", "回落", "放缓", "减少", "跌幅"]) && !has(head, &either)
}

/// The year that a head of targets tells: 2026年目标.
pub(super) fn target_year(columns: &[Column]) -> Option<i32> {
    let told = |column: &Column| {
        let (before, _) = column.head.split_once('年')?;
        before.get(before.len().checked_sub(4)?..)?.parse::<i32>().ok()
    };
    let mut years = columns.iter().filter(|column| column.plan).filter_map(told);
    let year = years.next().filter(|year| (1990..=2100).contains(year))?;
    years.all(|other| other == year).then_some(year)
}

/// The days of a place among columns of several days: those under which every row that has a place has a figure.
pub(super) fn days_of_places(columns: &[Column], at: usize, body: &[Vec<TableCell>]) -> Option<DaySpan> {
    let filled = |row: &Vec<TableCell>, at: usize| {
        row.get(at).is_some_and(|cell| {
            let text = squeezed(&cell.text);
            !text.is_empty() && !matches!(text.as_str(), "-" | "—" | "——" | "/" | "…" | "--")
        })
    };
    let mut found: Vec<DaySpan> = Vec::new();
    // 3月当月 and 当月同比 are of the same month.
    let mut last = None;
    let days: Vec<Option<DaySpan>> = columns[..at]
        .iter()
        .map(|column| {
            last = column.days().or(last);
            last.filter(|_| column.figure.is_some() && !column.plan)
        })
        .collect();
    for span in days.iter().flatten() {
        let fits = body.iter().filter(|row| filled(row, at)).all(|row| {
            days.iter().enumerate().any(|(other, days)| *days == Some(*span) && filled(row, other))
        });
        if fits && !found.contains(span) {
            found.push(*span);
        }
    }
    match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// Dates targets by the year of their heads, and places beside figures of several days.
pub(super) fn date(columns: &mut [Column], body: &[Vec<TableCell>], year: Option<i32>) {
    for at in 0..columns.len() {
        if columns[at].plan && columns[at].span.is_none() {
            columns[at].span = year.and_then(spans::year);
        }
        let several = columns[..at].iter().filter(|column| !column.plan).filter_map(Column::days);
        let mut several: Vec<DaySpan> = several.collect();
        several.dedup();
        if columns[at].figure == Some(ReportedFigure::Rank) && columns[at].span.is_none() && several.len() > 1
        {
            columns[at].span = days_of_places(columns, at, body);
            columns[at].undated = columns[at].span.is_none();
        }
    }
}
