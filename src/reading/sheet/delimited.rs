//! Text with separators: .csv as Excel and WPS write it, in UTF-8 or GB18030.

use super::SheetRows;
use crate::Unreadable;
use crate::document::{PIECES_MAX, Place, TableCell};
use crate::plain_text::{decoded, refuse_garbled};

/// Reads the one sheet of such a file; the separator is what its first line has most of.
pub(super) fn sheet(bytes: &[u8]) -> Result<SheetRows, Unreadable> {
    let text = decoded(bytes)?;
    refuse_garbled(&text)?;
    let first = text.lines().next().unwrap_or_default();
    let separator =
        [',', '\t', ';', '，'].into_iter().max_by_key(|c| first.matches(*c).count()).unwrap_or(',');
    let separator = if first.contains(separator) { separator } else { ',' };
    let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    let mut cells = 1;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(row) = rows.last_mut() else { break };
        let Some(cell) = row.last_mut() else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            _ if quoted => cell.push(c),
            '\r' => {}
            '\n' => {
                rows.push(vec![String::new()]);
                cells += 1;
            }
            c if c == separator => {
                row.push(String::new());
                cells += 1;
            }
            _ => cell.push(c),
        }
        if cells > PIECES_MAX {
            return Err(Unreadable::TooMany);
        }
    }
    rows.retain(|row| row.iter().any(|cell| !cell.trim().is_empty()));
    if rows.is_empty() {
        return Err(Unreadable::Empty);
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    if width.saturating_mul(rows.len()) > PIECES_MAX * 5 {
        return Err(Unreadable::TooMany);
    }
    let placed = rows.into_iter().enumerate().map(|(at, mut row)| {
        row.resize(width, String::new());
        let cells = row.into_iter().enumerate().map(|(column, text)| TableCell {
            place: Place::SheetCell { sheet: 1, row: at + 1, column: column + 1 },
            text: text.trim().to_owned(),
            continued: false,
        });
        cells.collect()
    });
    Ok(SheetRows { name: "Sheet1".to_owned(), rows: placed.collect(), ..SheetRows::default() })
}
