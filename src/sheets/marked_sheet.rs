//! A sheet given back with what is wrong at its cells: in colour, as comments, and as a list in front.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::month_form;
use super::returned_form::{self, CellRefusal, SheetLines};
use super::sheet_table::{ColumnKind, Sheet, SheetColumn, SheetRow, SheetValue};
use super::sheet_writing::column_letters;

/// What is wrong with a cell of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellMark {
    /// Which sheet, counted from 0.
    pub sheet: usize,
    /// Its row and column, counted from 0.
    pub at: (usize, usize),
    /// What is wrong, and what to do.
    pub why: String,
}

/// Longest row that a copy has, in cells.
const COLUMNS_MAX: usize = 200;

/// The same cells, each at its place and as text, those that are wrong marked; in front a list of what is wrong.
///
/// A copy has the same places, not the same looks: widths, colours and merged cells of the original are not kept.
pub fn marked_copy(sheets: &[SheetLines], marks: &[CellMark]) -> Vec<Sheet> {
    let mut out = vec![list(sheets, marks)];
    for (index, lines) in sheets.iter().enumerate() {
        let of_sheet: Vec<&CellMark> = marks.iter().filter(|mark| mark.sheet == index).collect();
        let told = lines.rows.iter().map(Vec::len).max().unwrap_or(0);
        let marked = of_sheet.iter().map(|mark| mark.at.1 + 1).max().unwrap_or(0);
        let width = told.max(marked).clamp(1, COLUMNS_MAX);
        let height = lines.rows.len().max(of_sheet.iter().map(|mark| mark.at.0 + 1).max().unwrap_or(0));
        let row = |at: usize| {
            let cells = lines.rows.get(at).map(Vec::as_slice).unwrap_or_default();
            let values = (0..width).map(|column| cells.get(column).map_or("", String::as_str).into());
            let marks = of_sheet.iter().filter(|mark| mark.at.0 == at && mark.at.1 < width);
            let mut told: Vec<(usize, String)> = Vec::new();
            for mark in marks {
                match told.iter_mut().find(|(column, _)| *column == mark.at.1) {
                    Some((_, why)) => {
                        why.push('\n');
                        why.push_str(&mark.why);
                    }
                    None => told.push((mark.at.1, mark.why.clone())),
                }
            }
            SheetRow { values: values.collect(), marks: told, heading: false }
        };
        // The first row is the head, so that every cell keeps its place.
        let first = row(0);
        let columns = (0..width).map(|column| {
            let heading = match first.values.get(column) {
                Some(SheetValue::Text(text)) => text.as_str(),
                _ => "",
            };
            SheetColumn::new(heading, ColumnKind::Text)
        });
        out.push(Sheet {
            name: lines.name.clone(),
            columns: columns.collect(),
            rows: (1..height).map(row).collect(),
            ..Sheet::default()
        });
    }
    out
}

/// A form that came back, to be filled in again: its keys hidden as before, what was written kept, what is wrong marked.
/// `None` where the sheet is no form of ours.
pub fn marked_form(lines: &SheetLines, refused: &[CellRefusal]) -> Option<Sheet> {
    let head = returned_form::head(lines)?;
    let columns = month_form::columns();
    let first = |row: usize| {
        let seen = lines.rows.get(row).filter(|_| row < head)?;
        seen.get(1..)?.iter().find(|text| !text.is_empty()).cloned()
    };
    let value = |at: usize, text: &str| -> SheetValue {
        let number = || Decimal::from_str_exact(text).ok().map(SheetValue::Number);
        match columns[at].kind {
            ColumnKind::Number { .. } => number().unwrap_or_else(|| text.into()),
            ColumnKind::Date => written_day(text).map_or_else(|| text.into(), SheetValue::Date),
            ColumnKind::Text | ColumnKind::Grade => text.into(),
        }
    };
    let rows = lines.rows.iter().enumerate().skip(head + 1).map(|(at, row)| {
        let cells =
            (0..columns.len()).map(|column| value(column, row.get(column).map_or("", |text| text.trim())));
        let marks = refused.iter().filter(|refusal| refusal.at.0 == at && refusal.at.1 < columns.len());
        SheetRow {
            values: cells.collect(),
            marks: marks.map(|refusal| (refusal.at.1, refusal.why.clone())).collect(),
            heading: false,
        }
    });
    Some(Sheet {
        name: lines.name.clone(),
        title: first(0).unwrap_or_default(),
        note: first(1).unwrap_or_default(),
        mark: lines
            .rows
            .first()
            .filter(|_| head > 0)
            .and_then(|row| row.first())
            .cloned()
            .unwrap_or_default(),
        rows: rows.collect(),
        columns,
        locked: true,
        upright: false,
    })
}

/// 2026年9月30日, as the reader of spreadsheets shows a day.
fn written_day(text: &str) -> Option<NaiveDate> {
    let (year, rest) = text.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, rest.strip_suffix('日')?.parse().ok()?)
}

fn list(sheets: &[SheetLines], marks: &[CellMark]) -> Sheet {
    let name = |mark: &CellMark| sheets.get(mark.sheet).map_or("", |sheet| sheet.name.as_str());
    let cell = |mark: &CellMark| format!("{}{}", column_letters(mark.at.1), mark.at.0 + 1);
    let written = |mark: &CellMark| {
        let row = sheets.get(mark.sheet).and_then(|sheet| sheet.rows.get(mark.at.0));
        row.and_then(|row| row.get(mark.at.1)).map_or("", String::as_str)
    };
    let rows = (1_u32..).zip(marks).map(|(number, mark)| {
        SheetRow::new(vec![
            Decimal::from(number).into(),
            name(mark).into(),
            cell(mark).into(),
            written(mark).into(),
            mark.why.as_str().into(),
        ])
    });
    Sheet {
        name: "需要修改的地方".to_owned(),
        title: "退回修改清单".to_owned(),
        note: format!(
            "共{}处。原表中对应的单元格已标为红色，并附批注；请在原表中修改后重新报送。",
            marks.len()
        ),
        columns: vec![
            SheetColumn::new("序号", ColumnKind::Number { places: 0 }).wide(6),
            SheetColumn::new("工作表", ColumnKind::Text).wide(18),
            SheetColumn::new("单元格", ColumnKind::Text).wide(10),
            SheetColumn::new("填写内容", ColumnKind::Text).wide(28),
            SheetColumn::new("问题和改法", ColumnKind::Text).wide(60),
        ],
        rows: rows.collect(),
        ..Sheet::default()
    }
}
