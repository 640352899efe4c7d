//! The year a section or a report speaks of: 2025年工作回顾 of January 2026, 2026年主要预期目标.

use chrono::{Datelike as _, NaiveDate};

use super::spans::{self, DaySpan, Told};
use super::wording;
use crate::document::{Block, Document};

/// Longest heading that tells a year, in characters.
const HEADING_MAX: usize = 30;

/// What a section speaks of where its heading tells a year.
#[derive(Debug, Clone, Copy)]
pub(super) struct SectionYear {
    /// The day by which years are told.
    pub(super) today: NaiveDate,
    /// For what says no period.
    pub(super) default: Option<DaySpan>,
    /// It tells what is aimed at.
    pub(super) ahead: bool,
}

/// 2025年工作回顾 is of that year whole; 2026年主要预期目标 tells what is aimed at. `day` is the day of the report.
pub(super) fn of_heading(heading: &str, day: NaiveDate) -> Option<SectionYear> {
    let heading = heading.split('。').next().unwrap_or_default();
    if heading.chars().count() > HEADING_MAX {
        return None;
    }
    let text: Vec<char> = heading.chars().collect();
    if spans::spans(&text, day).iter().any(|dated| dated.span.told == Told::Months) {
        return None;
    }
    let looks_back = wording::has(heading, &["回顾", "过去一年", "去年"]);
    let looks_ahead = wording::has(heading, &["目标", "安排", "打算", "任务", "部署", "计划", "展望"]);
    let told = year_told(heading);
    let past = told.or((looks_back && day.month() <= 4).then(|| day.year() - 1));
    match past.filter(|year| *year < day.year()) {
        Some(year) => Some(SectionYear {
            today: spans::last_day(year).unwrap_or(day),
            default: spans::year(year),
            ahead: false,
        }),
        None if looks_ahead && told == Some(day.year()) => {
            Some(SectionYear { today: day, default: spans::year(day.year()), ahead: true })
        }
        None => None,
    }
}

/// The year a text begins with or names (2025年…); one that is only compared with (比2025年同期) tells none.
fn year_told(heading: &str) -> Option<i32> {
    let (before, _) = heading.split_once('年')?;
    let word = before.trim_end_matches(|c: char| c.is_ascii_digit());
    if word.ends_with(['比', '较', '与', '同', '和', '于', '自', '从']) {
        return None;
    }
    let digits: String = before.chars().rev().take(4).collect();
    let year: i32 = digits.chars().rev().collect::<String>().parse().ok()?;
    (1990..=2100).contains(&year).then_some(year)
}

/// Paragraphs among which the period of the whole is told.
const OPENING_MAX: usize = 12;

/// What the opening says the whole report is of: 现将截至2026年10月25日…情况通报如下. `day` is the day of the report, if it
/// bears one; without one, the first days of a told year count.
pub(super) fn of_opening(document: &Document, day: Option<NaiveDate>) -> Option<DaySpan> {
    let passages = document.blocks.iter().take(OPENING_MAX).filter_map(|block| match block {
        Block::Passage(passage) => Some(passage.text.as_str()),
        Block::Table(_) => None,
    });
    for text in passages {
        let says = wording::has(text, &["如下", "现将"]) && text.chars().count() <= 160;
        let year = year_told(text);
        if !says && (day.is_some() || year.is_none()) {
            continue;
        }
        let Some(today) = day.or_else(|| year.and_then(spans::last_day)) else { continue };
        let chars: Vec<char> = super::statements::squeezed(text)
            .chars()
            .map(|c| if matches!(c, '—' | '－' | '–') { '-' } else { c })
            .collect();
        let found = spans::spans(&chars, today);
        let whole = found.iter().rev().find(|dated| !dated.compared && dated.span.told != Told::Year);
        if let Some(dated) = whole.filter(|dated| dated.span.end <= today) {
            return Some(dated.span);
        }
    }
    None
}

/// The year that the first paragraphs tell, where head and foot tell none.
pub(super) fn year_in(document: &Document) -> Option<i32> {
    document.blocks.iter().take(20).find_map(|block| match block {
        Block::Passage(passage) => year_told(&passage.text),
        Block::Table(_) => None,
    })
}

/// 全市 where nothing names the report's region.
pub(super) fn whole_in(document: &Document) -> String {
    let levels = ["全省", "全市", "全县", "全区", "全州"];
    let found = document.blocks.iter().find_map(|block| match block {
        Block::Passage(passage) => {
            levels.iter().filter_map(|word| passage.text.find(word).map(|at| (at, *word))).min()
        }
        Block::Table(_) => None,
    });
    found.map_or("", |(_, word)| word).to_owned()
}
