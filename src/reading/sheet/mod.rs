//! A spreadsheet read as a plan (任务分解表) or as figures, by the words of its headings.
//!
//! `workbook` reads .xlsx, `old_workbook` .xls and .et, `delimited` text with separators; each gives rows of cells, a merged
//! cell at each of its places, a number as it is shown (`cell_text`). What nobody sees (`hidden`) is not read, and said to be
//! there.
//! A sheet whose head names tasks and offices is a plan, and read as the tables of plans are; any other is read as the tables
//! of reports are. Whatever has a number and is not understood is refused with sheet and cell.

mod breakdown_heads;
pub(crate) mod cell_text;
mod delimited;
mod filling;
mod hidden;
mod old_records;
mod old_workbook;
mod workbook;

use chrono::{Datelike as _, NaiveDate};
use xushi_domain::phrase;

use crate::Unreadable;
use crate::document::{BYTES_MAX, Block, Document, Passage, TableCell};
use crate::file_date::day_told;
use crate::plan::proposal::{ProposedTask, UnreadPhrase};
use crate::plan::{self, title_page};
use crate::report::{self, ReportedFact};
use filling::Filling;

/// Rows above a table that may be its title and notes.
const CAPTIONS_MAX: usize = 6;

/// Most sheets that are read.
const SHEETS_MAX: usize = 64;

/// One sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetRows {
    /// As its tab says.
    pub name: String,
    /// Its rows, all of one width.
    pub rows: Vec<Vec<TableCell>>,
    /// Rows and columns that nobody sees.
    hidden: hidden::Hidden,
}

/// What a spreadsheet holds.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetProposal {
    /// Tasks with their offices and targets.
    Plan(Vec<ProposedTask>),
    /// Figures.
    Figures(Vec<ReportedFact>),
}

/// A spreadsheet as it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetReading {
    /// The names of its sheets, in order; a place names a sheet by its order.
    pub sheets: Vec<String>,
    /// What it holds.
    pub proposal: SheetProposal,
    /// What was not understood.
    pub refused: Vec<UnreadPhrase>,
}

/// The cells of a spreadsheet, hidden ones as well, sheet by sheet: for forms of our own, whose keys are hidden.
///
/// # Errors
/// As [`read`].
pub fn cells(bytes: &[u8]) -> Result<Vec<SheetRows>, Unreadable> {
    if bytes.len() > BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    match bytes {
        [] => Err(Unreadable::Empty),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => workbook::sheets(bytes),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => old_workbook::sheets(bytes),
        [b'%', b'P', b'D', b'F', ..] => Err(Unreadable::NoSheet),
        text => Ok(vec![delimited::sheet(text)?]),
    }
}

/// Reads the bytes of a spreadsheet: .xlsx, .xls, .et, or text with separators in UTF-8 or GB18030.
///
/// # Errors
/// When it is neither, is damaged, or holds more than is read.
pub fn read(bytes: &[u8]) -> Result<SheetReading, Unreadable> {
    read_told(bytes, None, None)
}

/// The same of a file whose sheets may tell no year: months without one are told by the name of their sheet, else by that of
/// the file, else by the day it was published on. Where nothing tells a year, what would need one is refused.
///
/// # Errors
/// As [`read`].
pub fn read_told(
    bytes: &[u8],
    file_name: Option<&str>,
    published_on: Option<NaiveDate>,
) -> Result<SheetReading, Unreadable> {
    let sheets = cells(bytes)?;
    let of_file = file_name.and_then(day_told);
    let names = sheets.iter().map(|sheet| sheet.name.clone()).collect();
    let mut refused = Vec::new();
    let mut documents: Vec<(Document, Option<NaiveDate>)> = Vec::new();
    for sheet in sheets {
        refused.extend(sheet.unseen());
        let named = day_told(&sheet.name).or(of_file);
        documents.push((document(sheet.seen()), named));
    }
    let mut tasks = Vec::new();
    for (document, named) in &documents {
        let year = head_year(document).or(named.map(|day| day.year()));
        for block in &document.blocks {
            if let Block::Table(rows) = block {
                if report::is_tracking(rows) {
                    continue;
                }
                let headed = breakdown_heads::named(rows);
                let rows = headed.as_ref().unwrap_or(rows);
                let (more, unread) = plan::tasks_of_table(rows, year);
                let aside = breakdown_heads::left_aside(rows, &more, &unread);
                // 完成时限 is the task's `due` here.
                let kept = unread
                    .into_iter()
                    .filter(|unread| !more.iter().any(|task| task.due_place == Some(unread.place)));
                let kept: Vec<UnreadPhrase> = kept.collect();
                if !more.is_empty() {
                    refused.extend(kept);
                    refused.extend(aside);
                }
                tasks.extend(more);
            }
        }
    }
    if !tasks.is_empty() {
        let other = |(document, _): &&(Document, Option<NaiveDate>)| {
            document.blocks.iter().all(|block| match block {
                Block::Table(rows) => {
                    report::is_tracking(rows) || plan::tasks_of_table(rows, None).0.is_empty()
                }
                Block::Passage(_) => true,
            })
        };
        for (document, named) in documents.iter().filter(other) {
            let Some(fact) = report::read_told(document, named.or(published_on)).facts.into_iter().next()
            else {
                continue;
            };
            refused.push(UnreadPhrase {
                text: fact.phrase,
                place: fact.place,
                why: "同一文件里另有任务分解表，这张工作表的数据未读取；请把两张表分别保存后再试",
            });
        }
        return Ok(SheetReading { sheets: names, proposal: SheetProposal::Plan(tasks), refused });
    }
    let mut facts = Vec::new();
    for (document, named) in &documents {
        let read = report::read_told(document, named.or(published_on));
        if facts.is_empty() {
            facts = read.facts;
        } else {
            facts.extend(read.facts);
        }
        refused.extend(read.unread);
    }
    Ok(SheetReading { sheets: names, proposal: SheetProposal::Figures(facts), refused })
}

/// Lines above the table as paragraphs, the rest as a table.
fn document(rows: Vec<Vec<TableCell>>) -> Document {
    let mut blocks = Vec::new();
    let mut from = 0;
    for row in rows.iter().take(CAPTIONS_MAX) {
        let told: Vec<&TableCell> =
            row.iter().filter(|cell| !cell.continued && !cell.text.trim().is_empty()).collect();
        let number = told.first().is_some_and(|cell| {
            let read = phrase::amounts(&cell.text);
            read.amounts.first().is_some_and(|amount| amount.span == (0..read.text.len()))
        });
        match told.as_slice() {
            [] => {}
            [only] if row.len() > 1 && !number => {
                let text = only.text.trim().to_owned();
                blocks.push(Block::Passage(Passage { place: only.place, text, level: None, bold: 0 }));
            }
            _ => break,
        }
        from += 1;
    }
    let table: Vec<Vec<TableCell>> = rows.into_iter().skip(from).collect();
    if !table.is_empty() {
        blocks.push(Block::Table(table));
    }
    Document { blocks }
}

/// The year that the lines above a table tell.
fn head_year(document: &Document) -> Option<i32> {
    document.blocks.iter().find_map(|block| match block {
        Block::Passage(passage) => title_page::day(&passage.text).map(|day| day.year()).or_else(|| {
            let mut runs = passage.text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
            runs.find_map(|run| run.parse().ok().filter(|year| (1990..=2100).contains(year)))
        }),
        Block::Table(_) => None,
    })
}
