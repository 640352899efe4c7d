//! 月度报表 as it comes back: each line by its hidden key, or what is wrong with it, by sheet and cell.

use std::collections::HashMap;

use rust_decimal::Decimal;
use xushi_domain::{Invalid, Status, quantity};

use super::month_form::{FIGURE, KEY, KEY_HEAD, NOTE, STATUS, STATUSES, UNIT, VALUE, figure_of};
use super::sheet_writing::column_letters;

/// Longest note that is taken, in characters.
const NOTE_MAX: usize = 1_000;

/// Rows among which the head is looked for.
const HEAD_MAX: usize = 12;

/// The cells of one sheet as text, hidden ones as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetLines {
    /// What its tab says.
    pub name: String,
    /// Its rows, from the first of the sheet.
    pub rows: Vec<Vec<String>>,
}

/// A line that was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedFigure {
    /// The key of the line.
    pub key: String,
    /// The value, in the unit of the line; `None`: only a note was written.
    pub value: Option<Decimal>,
    /// Whether it is actual or a forecast.
    pub status: Status,
    /// What was written beside it.
    pub note: Option<String>,
    /// The cell of the value: D5.
    pub cell: String,
}

/// What is wrong with a cell, in words for who filled it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRefusal {
    /// The tab.
    pub sheet: String,
    /// D5; empty where the sheet as a whole is meant.
    pub cell: String,
    /// Row and column of the cell, counted from 0.
    pub at: (usize, usize),
    /// What is wrong, and what to do.
    pub why: String,
}

/// A form that came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReturnedForm {
    /// What the caller knows the form by.
    pub mark: String,
    /// The lines that were filled in.
    pub figures: Vec<ReturnedFigure>,
    /// What is wrong.
    pub refused: Vec<CellRefusal>,
}

/// The row of the heads of a form.
pub(super) fn head(sheet: &SheetLines) -> Option<usize> {
    let is_head = |row: &Vec<String>| row.first().is_some_and(|first| first.trim() == KEY_HEAD);
    sheet.rows.iter().take(HEAD_MAX).position(is_head)
}

/// Reads a form; `None` where the sheet is none.
pub fn returned(sheet: &SheetLines) -> Option<ReturnedForm> {
    let head = head(sheet)?;
    let mark = sheet.rows.first().filter(|_| head > 0).and_then(|row| row.first());
    let mut form = ReturnedForm { mark: mark.cloned().unwrap_or_default(), ..ReturnedForm::default() };
    let heads = super::month_form::columns();
    let moved = heads.iter().enumerate().find(|(at, column)| cell(&sheet.rows[head], *at) != column.heading);
    if let Some((at, column)) = moved {
        let why = format!("表头应为“{}”。请不要插入、删除或移动列，用原表重新填写。", column.heading);
        form.refused.push(refusal(sheet, head, at, why));
        return Some(form);
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (at, row) in sheet.rows.iter().enumerate().skip(head + 1) {
        let key = cell(row, KEY);
        let (value, note) = (cell(row, VALUE), cell(row, NOTE));
        if value.is_empty() && note.is_empty() {
            continue;
        }
        if key.is_empty() {
            let why = "这一行没有编号，可能是新插入的行，未读取。请在原有的行里填写。".to_owned();
            form.refused.push(refusal(sheet, at, VALUE, why));
            continue;
        }
        if let Some(before) = seen.insert(key, at) {
            let why = format!("与第{}行是同一项，不能填报两次。请删去一行。", before + 1);
            form.refused.push(refusal(sheet, at, VALUE, why));
            continue;
        }
        match line(row, key) {
            Ok(figure) => form
                .figures
                .push(ReturnedFigure { cell: format!("{}{}", column_letters(VALUE), at + 1), ..figure }),
            Err((column, why)) => form.refused.push(refusal(sheet, at, column, why)),
        }
    }
    Some(form)
}

fn cell(row: &[String], at: usize) -> &str {
    row.get(at).map_or("", |text| text.trim())
}

fn refusal(sheet: &SheetLines, row: usize, column: usize, why: String) -> CellRefusal {
    let cell = format!("{}{}", column_letters(column), row + 1);
    CellRefusal { sheet: sheet.name.clone(), cell, at: (row, column), why }
}

/// What a line says, or the column that is wrong and why.
fn line(row: &[String], key: &str) -> Result<ReturnedFigure, (usize, String)> {
    let (text, note) = (cell(row, VALUE), cell(row, NOTE));
    if note.chars().count() > NOTE_MAX {
        return Err((NOTE, format!("说明超过{NOTE_MAX}字，请缩短。")));
    }
    let status = match cell(row, STATUS) {
        "" => Status::Preliminary,
        word if word == STATUSES[0] => Status::Preliminary,
        word if word == STATUSES[1] => Status::Forecast,
        _ => return Err((STATUS, format!("数据性质应为“{}”或“{}”。", STATUSES[0], STATUSES[1]))),
    };
    let value = if matches!(text, "" | "-" | "—" | "/" | "无") {
        None
    } else {
        let Some(figure) = figure_of(cell(row, FIGURE)) else {
            return Err((
                FIGURE,
                "填报内容被改动，应为“数值”“同比增速”或“名次”。请用原表重新填写。".to_owned(),
            ));
        };
        let written = quantity::read("value", text, figure, cell(row, UNIT));
        let why = |refused: Invalid| match refused.code {
            // The words of the domain are for who writes to the API.
            "malformed" => format!("“{text}”不是单独的数值。请只填数字，如5.5；需要说明的写在“说明”一列。"),
            _ => refused.detail,
        };
        Some(written.map_err(|refused| (VALUE, why(refused)))?.value)
    };
    let note = (!note.is_empty()).then(|| note.to_owned());
    Ok(ReturnedFigure { key: key.to_owned(), value, status, note, cell: String::new() })
}
