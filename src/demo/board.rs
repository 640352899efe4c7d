//! The board in the terminal: counts, then what lags.

use std::fmt::Write as _;

use crate::domain::pace::{ShareFrom, rounded};
use crate::domain::{Figure, Grade, TextEnum as _, WorkCalendar};
use crate::evidence::gather;
use crate::store::rows::{AssessmentFigures, BoardFilter, BoardRow};
use crate::store::types::Number;
use crate::store::{Reader, StoreError};
use rust_decimal::Decimal;
use unicode_width::UnicodeWidthStr as _;

/// Most lagging indicators printed.
const LAGGING_MAX: i64 = 40;

/// Column of what is needed from here.
const NEEDED: usize = 6;

/// The board as text: how many indicators have each grade, then those that lag, worst first.
///
/// # Errors
/// When the database fails.
pub async fn board(reader: &Reader, calendar: &WorkCalendar) -> Result<String, StoreError> {
    let counts = reader.count_grades(None).await?;
    let lagging = vec![Grade::Missed, Grade::Critical, Grade::Behind, Grade::Watch];
    let filter = BoardFilter { grades: Some(lagging), ..BoardFilter::default() };
    let mut rows = reader.list_board(&filter, LAGGING_MAX, None).await?;
    rows.truncate(LAGGING_MAX as usize);
    let mut text = String::new();
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let _ = write!(text, "指标 {total} 项：");
    for grade in Grade::ALL {
        if let Some((_, count)) = counts.iter().find(|(counted, _)| counted == grade) {
            let _ = write!(text, " {} {count}", grade.chinese());
        }
    }
    text.push_str("\n\n");
    let heading = ["指标", "等级", "数据期", "实际", "应达", "差距", "后续需", "牵头单位"].map(str::to_owned);
    let mut lines = vec![heading];
    let mut assumed = false;
    for row in &rows {
        let mut cells = line(row);
        if rests_on_the_curve(reader, calendar, row).await? {
            cells[NEEDED].push('*');
            assumed = true;
        }
        lines.push(cells);
    }
    text.push_str(&table(&lines));
    if assumed {
        text.push_str("* 缺少上年各月占比，按序时曲线推算。\n");
    }
    if rows.is_empty() {
        text.push_str("没有滞后的指标。\n");
    }
    Ok(text)
}

/// Whether the growth still needed takes last year's share from the curve, because nobody reported the share.
async fn rests_on_the_curve(
    reader: &Reader,
    calendar: &WorkCalendar,
    row: &BoardRow,
) -> Result<bool, StoreError> {
    let Some(assessment) = row.assessment.as_ref().filter(|one| one.figures.needed_growth.is_some()) else {
        return Ok(false);
    };
    let as_of = assessment.as_of;
    let evidence = gather::evidence_on(reader, calendar, row.id, as_of).await?;
    Ok(evidence.is_some_and(|evidence| evidence.grounds.judge(as_of).share_from == Some(ShareFrom::Curve)))
}

fn line(row: &BoardRow) -> [String; 8] {
    let figures = row.assessment.as_ref().map(|assessment| &assessment.figures);
    let number = |get: fn(&AssessmentFigures) -> Option<Number>| figures.and_then(get);
    let unit = figures.and_then(|figures| figures.actual_unit.as_deref()).unwrap_or(&row.measure.2);
    let judged = figures.and_then(|figures| figures.figure).map(|figure| figure.0);
    let kind = row.kind.map(|kind| kind.0);
    let printed = kind.zip(judged).map(|(kind, figure)| kind.row().printed_units(&row.measure.2, figure));
    let gap_unit = printed.map_or(unit, |printed| printed.gap);
    let own = number(|figures| figures.actual).map_or(0, |number| number.0.scale());
    let is_rate = judged.is_some_and(Figure::is_rate);
    let places = own.max(u32::from(is_rate)).min(4);
    let show = |number: Option<Number>, unit: &str| {
        number.map_or_else(|| "—".to_owned(), |Number(value)| format!("{}{unit}", rounded(value, places)))
    };
    let gap = number(|figures| figures.gap).map_or_else(
        || "—".to_owned(),
        |Number(gap)| {
            format!("{}{}{gap_unit}", if gap < Decimal::ZERO { "" } else { "+" }, rounded(gap, places))
        },
    );
    let needed = match (number(|figures| figures.needed_growth), number(|figures| figures.needed_per_month)) {
        (Some(Number(rate)), _) => format!("增长{}%", rounded(rate, 2)),
        (None, Some(Number(amount))) => format!("月均{}{unit}", rounded(amount, places.max(2))),
        (None, None) => "缺上年同期占比".to_owned(),
    };
    let grade = row.current.grade.0.chinese();
    let period = match figures.map(|figures| (figures.data_start, figures.data_end)).unwrap_or_default() {
        (Some(start), Some(end)) => format!("{}—{}", start.format("%Y.%-m"), end.format("%-m月")),
        _ => "—".to_owned(),
    };
    [
        row.measure.1.clone(),
        grade.to_owned(),
        period,
        show(number(|figures| figures.actual), unit),
        show(number(|figures| figures.expected), unit),
        gap,
        needed,
        row.lead_unit.1.clone().unwrap_or_else(|| "（未明确）".to_owned()),
    ]
}

/// Columns in line whatever the width of the characters.
fn table(rows: &[[String; 8]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..8).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut printed = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(printed, "{cell}{}", " ".repeat(width - cell.width() + 2));
        }
        text.push_str(printed.trim_end());
        text.push('\n');
    }
    text
}
