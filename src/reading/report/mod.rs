//! A report in prose (月报, 专刊, 专报, 通报, 简报) read as figures.
//!
//! `masthead` reads what the report is; `statements` walks over its paragraphs and carries subject, region, period and status
//! from clause to clause; `region_names` and `spans` read the names and days of a clause, `wording` the words around a number;
//! `grid` reads tables. The numbers themselves are the domain's (`phrase::amounts`).
//!
//! Conventions, where language leaves a choice: what says no period is of the day of the report; a year by itself (2025年，…)
//! is that year, 今年 the year so far; 六成 is 60 %, 余, 近 and 超 keep the number; a distance from something else is a
//! `difference` and never turned into a value; a decrease is negative; 首位 is place 1; 连续7个月 is a level of 7 个月.

mod bracket_words;
mod clause_counts;
mod clause_facts;
mod clause_keeping;
mod clause_names;
mod falls;
mod grid;
mod grid_cells;
mod grid_columns;
mod masthead;
pub mod observed;
mod plan_figures;
mod region_carried;
mod region_names;
mod sayings;
mod section_years;
mod spans;
mod statements;
mod told_changes;
mod wording;

use chrono::NaiveDate;

use crate::document::{Block, Document, TableCell};
pub use observed::{Report, ReportedFact};

/// Whether a table tracks indicators (目标, 累计完成, 同比 beside each), though offices stand in it as in a 任务分解表.
pub(crate) fn is_tracking(rows: &[Vec<TableCell>]) -> bool {
    let reached = [
        "累计完成",
        "实际完成",
        "完成额",
        "完成数",
        "完成量",
        "完成值",
        "完成率",
        "完成情况",
        "完成年度",
        "同比",
        "增速",
        "累计",
    ];
    rows.iter().take(6).any(|row| {
        let heads: Vec<String> = row.iter().map(|cell| statements::squeezed(&cell.text)).collect();
        let named = heads.iter().any(|head| head.contains("指标") && head.chars().count() <= 6);
        let figures = heads.iter().filter(|head| head.chars().count() <= 16 && wording::has(head, &reached));
        named && figures.count() > 0
    })
}

/// The last day of the months that `text` tells (2026.5, 2026年1—5月), those without a year by `day`.
pub(crate) fn months_told(text: &str, day: NaiveDate) -> Option<NaiveDate> {
    let narrow = spans::dotted(text);
    let chars: Vec<char> =
        narrow.chars().map(|c| if matches!(c, '—' | '－' | '–' | '~') { '-' } else { c }).collect();
    let found = spans::spans(&chars, day);
    found.iter().map(|dated| dated.span).find(|span| span.told == spans::Told::Months).map(|span| span.end)
}

/// Reads a report. Never fails: what is no report gives few facts and hands much back.
pub fn read(document: &Document) -> Report {
    read_told(document, None)
}

/// The same of a document that may tell no year itself: months without one are told by `told`, the day of its file or the
/// day it was published on. Where nothing tells a year, what would need one is handed back.
pub fn read_told(document: &Document, told: Option<NaiveDate>) -> Report {
    let head = masthead::masthead(document);
    let mut reader = statements::Statements::new(&head, document, told);
    for (at, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Passage(passage) if !head.around[at] => reader.passage(passage),
            Block::Passage(_) => {}
            Block::Table(rows) => grid::read(rows, &mut reader),
        }
    }
    let (facts, unread) = reader.into_parts();
    Report {
        title: head.title,
        issuer: head.issuer,
        issue: head.issue,
        published_on: head.published_on,
        facts,
        unread,
    }
}
