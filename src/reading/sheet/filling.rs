//! A sheet put together cell by cell: bounded, squared, merged, and parted into what is seen and what is not.

use std::collections::BTreeSet;

use super::SheetRows;
use super::hidden::{Area, Hidden};
use crate::Unreadable;
use crate::document::{Place, TableCell, column_letters};
use crate::plan::proposal::UnreadPhrase;

/// Most cells of a workbook, empty ones within its bounds counted.
const CELLS_MAX: usize = 1_000_000;

/// Most bytes that merged cells may repeat.
const REPEATED_MAX: usize = 64 * 1024 * 1024;

/// A sheet as its cells come in.
pub(super) struct Filling {
    name: String,
    sheet: usize,
    /// Cells of the sheets before.
    taken: usize,
    found: Vec<(usize, usize, String)>,
    height: usize,
    width: usize,
}

impl Filling {
    /// Begins the sheet of this order; `taken`: cells of the sheets before it.
    pub(super) fn new(name: &str, sheet: usize, taken: usize) -> Self {
        let name = name.to_owned();
        Self { name, sheet, taken, found: Vec::new(), height: 0, width: 0 }
    }

    /// Takes a cell, which counts from 0.
    pub(super) fn put(&mut self, row: usize, column: usize, text: String) -> Result<(), Unreadable> {
        let text = if text.trim().len() == text.len() { text } else { text.trim().to_owned() };
        if text.is_empty() {
            return Ok(());
        }
        (self.height, self.width) = (self.height.max(row + 1), self.width.max(column + 1));
        self.found.push((row, column, text));
        let all = self.taken.saturating_add(self.height.saturating_mul(self.width));
        if all > CELLS_MAX || self.found.len() > CELLS_MAX { Err(Unreadable::TooMany) } else { Ok(()) }
    }

    /// The whole sheet.
    pub(super) fn sheet(self, hidden: Hidden) -> SheetRows {
        let place = |row: usize, column: usize| Place::SheetCell {
            sheet: self.sheet,
            row: row + 1,
            column: column + 1,
        };
        let empty = |row: usize, column: usize| TableCell {
            place: place(row, column),
            text: String::new(),
            continued: false,
        };
        let mut rows: Vec<Vec<TableCell>> =
            (0..self.height).map(|row| (0..self.width).map(|column| empty(row, column)).collect()).collect();
        for (row, column, text) in self.found {
            rows[row][column].text = text;
        }
        merge(&hidden.merged, &mut rows);
        SheetRows { name: self.name, rows, hidden }
    }
}

/// Writes the text of merged cells to each of their places.
fn merge(merged: &[Area], rows: &mut [Vec<TableCell>]) {
    let mut written = 0;
    for (down, across) in merged {
        let Some(text) =
            rows.get(down.start).and_then(|row| row.get(across.start)).map(|cell| cell.text.clone())
        else {
            continue;
        };
        for (row, cells) in rows.iter_mut().enumerate().take(down.end).skip(down.start) {
            for (column, cell) in cells.iter_mut().enumerate().take(across.end).skip(across.start) {
                if (row, column) != (down.start, across.start) && cell.text.is_empty() {
                    written += text.len().max(1);
                    if written > REPEATED_MAX {
                        return;
                    }
                    cell.text.clone_from(&text);
                    cell.continued = true;
                }
            }
        }
    }
}

impl SheetRows {
    /// Its rows without what nobody sees.
    pub fn seen(self) -> Vec<Vec<TableCell>> {
        let Hidden { whole, rows: no_rows, columns: no_columns, .. } = self.hidden;
        if whole {
            return Vec::new();
        }
        if no_rows.is_empty() && no_columns.is_empty() {
            return self.rows;
        }
        let rows = self.rows.into_iter().enumerate().filter(|(at, _)| !no_rows.contains(at));
        let row = |(_, row): (usize, Vec<TableCell>)| {
            let cells = row.into_iter().enumerate().filter(|(at, _)| !no_columns.contains(at));
            cells.map(|(_, cell)| cell).collect()
        };
        rows.map(row).collect()
    }

    /// What of it nobody sees, though something is written there.
    pub fn unseen(&self) -> Vec<UnreadPhrase> {
        let filled = |cell: &&TableCell| !cell.continued && !cell.text.is_empty();
        let mut out = Vec::new();
        if self.hidden.whole {
            if let Some(first) = self.rows.iter().flatten().find(filled) {
                let text = format!("工作表“{}”", self.name);
                out.push(UnreadPhrase {
                    text,
                    place: first.place,
                    why: "工作表已隐藏，未读取；确需导入的，请取消隐藏后再试",
                });
            }
            return out;
        }
        let rows: BTreeSet<usize> = self.hidden.rows.iter().copied().collect();
        for (from, to) in runs(&rows) {
            let cells = self.rows.iter().skip(from).take(to + 1 - from).flatten();
            let Some(first) = cells.into_iter().find(filled) else { continue };
            let text = if from == to {
                format!("第{}行", from + 1)
            } else {
                format!("第{}至{}行", from + 1, to + 1)
            };
            out.push(UnreadPhrase {
                text,
                place: first.place,
                why: "行已隐藏（或被筛选掉），未读取；确需导入的，请取消隐藏后再试",
            });
        }
        let columns: BTreeSet<usize> = self.hidden.columns.iter().copied().collect();
        for (from, to) in runs(&columns) {
            let cells = self.rows.iter().flat_map(|row| row.iter().skip(from).take(to + 1 - from));
            let Some(first) = cells.into_iter().find(filled) else { continue };
            let (start, end) = (column_letters(from + 1), column_letters(to + 1));
            let text = if from == to { format!("{start}列") } else { format!("{start}至{end}列") };
            out.push(UnreadPhrase {
                text,
                place: first.place,
                why: "列已隐藏，未读取；确需导入的，请取消隐藏后再试",
            });
        }
        out
    }
}

/// Numbers in a row as ranges, both ends included.
fn runs(numbers: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match out.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => out.push((*number, *number)),
        }
    }
    out
}
