//! Workbooks (.xlsx): the values of their cells as text, merged ones at each of their places.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use super::cell_text::{self, Look};
use super::{Filling, SheetRows, hidden};
use crate::Unreadable;

/// Most bytes that the parts of a workbook may have unpacked.
pub(super) const UNPACKED_MAX: u64 = 256 * 1024 * 1024;

/// Reads the sheets that hold something.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<SheetRows>, Unreadable> {
    bounded(bytes)?;
    let mut hidden = hidden::of_workbook(bytes);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::NoSheet)?;
    let since_1904 = book.has_1904_epoch();
    let names: Vec<String> = book.sheet_names().into_iter().take(super::SHEETS_MAX).collect();
    let mut out = Vec::new();
    let mut cells = 0;
    for (index, name) in names.into_iter().enumerate() {
        let mut filling = Filling::new(&name, index + 1, cells);
        fill(&mut book, &name, since_1904, &mut filling)?;
        let sheet = filling.sheet(hidden.remove(&name).unwrap_or_default());
        cells += sheet.rows.len() * sheet.rows.first().map_or(0, Vec::len);
        out.push(sheet);
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

/// The cells of a sheet.
fn fill(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    since_1904: bool,
    filling: &mut Filling,
) -> Result<(), Unreadable> {
    let Ok(mut reader) = book.worksheet_cells_reader(name) else { return Ok(()) };
    let looks: Vec<Look> = reader
        .styles()
        .iter()
        .map(|style| match &style.number_format {
            Some(format) => Look::of(format.format_id, &format.format_code),
            None => Look::Plain,
        })
        .collect();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|_| Unreadable::NoSheet)? {
        let look = looks.get(style).copied().unwrap_or_default();
        let text = text(cell.get_value(), look, since_1904);
        let (row, column) = cell.get_position();
        filling.put(row as usize, column as usize, text)?;
    }
    Ok(())
}

/// A value as a person reads it.
fn text(value: &DataRef<'_>, look: Look, since_1904: bool) -> String {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "a cell holds no more digits than a double")]
        DataRef::Int(value) if look != Look::Plain => look.shown(*value as f64, since_1904),
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => look.shown(*value, since_1904),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "是".to_owned(),
        DataRef::Bool(false) => "否".to_owned(),
        DataRef::DateTime(day) => {
            let look = if look == Look::Month { look } else { Look::Day };
            match cell_text::day(day.as_f64(), since_1904) {
                Some(_) => look.shown(day.as_f64(), since_1904),
                None => cell_text::plain(day.as_f64()),
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}
