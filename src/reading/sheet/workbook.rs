//! Workbooks (.xlsx): the values of their cells as text, merged ones at each of their places.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use super::SheetRows;
use crate::Unreadable;
use crate::document::{Place, TableCell};

/// Most cells of a workbook, empty ones within its bounds counted.
const CELLS_MAX: usize = 1_000_000;

/// Most bytes that the parts of a workbook may have unpacked.
const UNPACKED_MAX: u64 = 256 * 1024 * 1024;

/// Most sheets that are read.
const SHEETS_MAX: usize = 64;

/// Reads the sheets that hold something.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<SheetRows>, Unreadable> {
    bounded(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::NoSheet)?;
    let names: Vec<String> = book.sheet_names().into_iter().take(SHEETS_MAX).collect();
    let mut out = Vec::new();
    let mut cells = 0;
    for (index, name) in names.into_iter().enumerate() {
        let mut rows = rows(&mut book, &name, index + 1, &mut cells)?;
        merge(&mut book, &name, &mut rows);
        out.push(SheetRows { name, rows });
    }
    if out.iter().all(|sheet| sheet.rows.is_empty()) { Err(Unreadable::Empty) } else { Ok(out) }
}

/// Refuses what would be too large unpacked, by what the archive says and holds of each part.
fn bounded(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::NoSheet)?;
    let mut all = 0_u64;
    for index in 0..zip.len() {
        let part = zip.by_index_raw(index).map_err(|_| Unreadable::NoSheet)?;
        all = all.saturating_add(part.size());
    }
    if all > UNPACKED_MAX || zip.len() > 10_000 {
        return Err(Unreadable::Bomb);
    }
    // What an archive says of itself need not be so.
    let mut left = UNPACKED_MAX;
    for index in 0..zip.len() {
        let part = zip.by_index(index).map_err(|_| Unreadable::NoSheet)?;
        let taken = std::io::copy(&mut part.take(left + 1), &mut std::io::sink());
        left = left.checked_sub(taken.map_err(|_| Unreadable::NoSheet)?).ok_or(Unreadable::Bomb)?;
    }
    Ok(())
}

/// The cells of a sheet, row by row, all rows of one width.
fn rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    sheet: usize,
    cells: &mut usize,
) -> Result<Vec<Vec<TableCell>>, Unreadable> {
    let Ok(mut reader) = book.worksheet_cells_reader(name) else { return Ok(Vec::new()) };
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    let (mut height, mut width) = (0, 0);
    while let Some(cell) = reader.next_cell().map_err(|_| Unreadable::NoSheet)? {
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let (row, column) = (cell.get_position().0 as usize, cell.get_position().1 as usize);
        (height, width) = (height.max(row + 1), width.max(column + 1));
        found.push((row, column, text));
        if *cells + height.saturating_mul(width) > CELLS_MAX {
            return Err(Unreadable::TooMany);
        }
    }
    *cells += height * width;
    let empty = |row: usize, column: usize| TableCell {
        place: Place::SheetCell { sheet, row: row + 1, column: column + 1 },
        text: String::new(),
        continued: false,
    };
    let mut rows: Vec<Vec<TableCell>> =
        (0..height).map(|row| (0..width).map(|column| empty(row, column)).collect()).collect();
    for (row, column, text) in found {
        rows[row][column].text = text;
    }
    Ok(rows)
}

/// A value as a person reads it.
fn text(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => {
            // 0.1 + 0.2 of a formula is 0.3 to whoever reads it.
            let rounded = format!("{value:.10}");
            rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "是".to_owned(),
        DataRef::Bool(false) => "否".to_owned(),
        DataRef::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year}年{month}月{day}日")
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    };
    text.trim().to_owned()
}

/// Writes the text of merged cells to each of their places.
fn merge(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, rows: &mut [Vec<TableCell>]) {
    let Ok(merged) = book.merge_cells_by_sheet_name(name) else { return };
    let mut written = 0;
    for area in merged {
        let (top, left) = (area.start.0 as usize, area.start.1 as usize);
        let Some(text) = rows.get(top).and_then(|row| row.get(left)).map(|cell| cell.text.clone()) else {
            continue;
        };
        for (row, cells) in rows.iter_mut().enumerate().take(area.end.0 as usize + 1).skip(top) {
            for (column, cell) in cells.iter_mut().enumerate().take(area.end.1 as usize + 1).skip(left) {
                if (row, column) != (top, left) && cell.text.is_empty() {
                    written += text.len();
                    if written > 64 * 1024 * 1024 {
                        return;
                    }
                    cell.text.clone_from(&text);
                    cell.continued = true;
                }
            }
        }
    }
}
