//! Old workbooks (.xls of Excel 97 and later, .et of WPS): the stream of records in an OLE container.

use std::io::{Cursor, Read as _};

use super::cell_text::Look;
use super::hidden::Hidden;
use super::old_records::{OldRecord, SharedStrings, f64_at, records, rk, string, u16_at, u32_at};
use super::{Filling, SHEETS_MAX, SheetRows};
use crate::Unreadable;
use crate::document::BYTES_MAX;

/// Most strings that cells share.
const STRINGS_MAX: usize = 1_000_000;

const CONTINUE: u16 = 0x003c;
const END: u16 = 0x000a;

/// What holds for the workbook as a whole.
#[derive(Debug, Default)]
struct Globals {
    /// Name, place in the stream, whether it is hidden.
    sheets: Vec<(String, usize, bool)>,
    strings: Vec<String>,
    formats: std::collections::HashMap<u16, String>,
    /// The format of each style.
    styles: Vec<u16>,
    since_1904: bool,
}

/// Reads the sheets that hold something.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<SheetRows>, Unreadable> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| Unreadable::OldSheet)?;
    if container.is_stream("/EncryptedPackage") {
        return Err(Unreadable::Encrypted);
    }
    let opened = container.open_stream("/Workbook").map_err(|_| Unreadable::OldSheet)?;
    let mut stream = Vec::new();
    opened.take(BYTES_MAX as u64).read_to_end(&mut stream).map_err(|_| Unreadable::OldSheet)?;
    let globals = globals(&stream)?;
    let looks: Vec<Look> = globals
        .styles
        .iter()
        .map(|format| {
            Look::of(Some(u32::from(*format)), globals.formats.get(format).map_or("", String::as_str))
        })
        .collect();
    let mut out = Vec::new();
    let mut cells = 0;
    for (index, (name, at, whole)) in globals.sheets.iter().enumerate() {
        let mut reading = Reading {
            globals: &globals,
            looks: &looks,
            filling: Filling::new(name, index + 1, cells),
            hidden: Hidden { whole: *whole, ..Hidden::default() },
            formula: None,
        };
        reading.sheet(&stream, *at)?;
        let sheet = reading.filling.sheet(reading.hidden);
        cells += sheet.rows.len() * sheet.rows.first().map_or(0, Vec::len);
        out.push(sheet);
    }
    if out.iter().all(|sheet| sheet.rows.is_empty()) { Err(Unreadable::Empty) } else { Ok(out) }
}

/// The first part of the stream.
fn globals(stream: &[u8]) -> Result<Globals, Unreadable> {
    let mut globals = Globals::default();
    let mut shared: Vec<&[u8]> = Vec::new();
    let mut last = 0;
    for (at, OldRecord { kind, data }) in records(stream, 0).enumerate() {
        // The first record says which version wrote it.
        if at == 0 && (kind != 0x0809 || u16_at(data, 0) != Some(0x0600)) {
            return Err(Unreadable::OldSheet);
        }
        match kind {
            0x002f => return Err(Unreadable::Encrypted),
            0x0022 => globals.since_1904 = u16_at(data, 0) == Some(1),
            0x0085 if globals.sheets.len() < SHEETS_MAX => {
                if let (Some(place), Some(state), Some(0)) = (u32_at(data, 0), data.get(4), data.get(5))
                    && let Some(name) = data.get(6..).and_then(|name| string(name, false))
                {
                    globals.sheets.push((name, place as usize, state & 3 != 0));
                }
            }
            0x00fc => shared = vec![data],
            CONTINUE if last == 0x00fc => shared.push(data),
            0x041e => {
                if let (Some(id), Some(code)) =
                    (u16_at(data, 0), data.get(2..).and_then(|code| string(code, true)))
                {
                    globals.formats.insert(id, code);
                }
            }
            0x00e0 => globals.styles.push(u16_at(data, 2).unwrap_or_default()),
            END => break,
            _ => {}
        }
        // The records that go on with the strings follow each other.
        if kind != CONTINUE {
            last = kind;
        }
    }
    if !shared.is_empty() {
        globals.strings = SharedStrings::new(shared).take(STRINGS_MAX).collect();
    }
    Ok(globals)
}

struct Reading<'a> {
    globals: &'a Globals,
    looks: &'a [Look],
    filling: Filling,
    hidden: Hidden,
    /// The cell whose formula gives a string, which the next record holds.
    formula: Option<(usize, usize)>,
}

impl Reading<'_> {
    fn sheet(&mut self, stream: &[u8], at: usize) -> Result<(), Unreadable> {
        let mut depth = 0_usize;
        for record in records(stream, at) {
            match record.kind {
                // Charts within a sheet are streams of their own.
                0x0809 => depth += 1,
                END => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                _ if depth == 1 => self.record(record)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn record(&mut self, OldRecord { kind, data }: OldRecord<'_>) -> Result<(), Unreadable> {
        let at = |at: usize| u16_at(data, at).map(usize::from);
        match (kind, at(0), at(2)) {
            // Rows and columns that are hidden.
            (0x0208, Some(row), _) if data.get(12).is_some_and(|flags| flags & 0x20 != 0) => {
                self.hidden.rows.insert(row);
            }
            (0x007d, Some(first), Some(last)) if at(8).is_some_and(|flags| flags & 1 != 0) => {
                self.hidden.columns.extend(first..=last.min(255));
            }
            (0x00e5, Some(count), _) => {
                for area in (0..count).map(|area| 2 + area * 8) {
                    let (Some(top), Some(bottom), Some(left), Some(right)) =
                        (at(area), at(area + 2), at(area + 4), at(area + 6))
                    else {
                        break;
                    };
                    self.hidden.merged.push((top..bottom + 1, left..right + 1));
                }
            }
            (0x00bd, Some(row), Some(first)) => {
                let cells = data.len().saturating_sub(6) / 6;
                for cell in 0..cells {
                    if let (Some(style), Some(bits)) = (at(4 + cell * 6), u32_at(data, 6 + cell * 6)) {
                        self.number(row, first + cell, style, rk(bits))?;
                    }
                }
            }
            (_, Some(row), Some(column)) => self.cell(kind, row, column, data)?,
            _ => {}
        }
        Ok(())
    }

    fn cell(&mut self, kind: u16, row: usize, column: usize, data: &[u8]) -> Result<(), Unreadable> {
        let style = u16_at(data, 4).map(usize::from).unwrap_or_default();
        match kind {
            0x0203 => match f64_at(data, 6) {
                Some(value) => self.number(row, column, style, value),
                None => Ok(()),
            },
            0x027e => match u32_at(data, 6) {
                Some(bits) => self.number(row, column, style, rk(bits)),
                None => Ok(()),
            },
            0x00fd => {
                let shared = u32_at(data, 6).and_then(|at| self.globals.strings.get(at as usize));
                self.filling.put(row, column, shared.cloned().unwrap_or_default())
            }
            0x0204 => {
                let text = data.get(6..).and_then(|text| string(text, true));
                self.filling.put(row, column, text.unwrap_or_default())
            }
            0x0205 => {
                let text = match (data.get(6), data.get(7)) {
                    (Some(1), Some(0)) => "是",
                    (Some(0), Some(0)) => "否",
                    _ => "#错误",
                };
                self.filling.put(row, column, text.to_owned())
            }
            0x0006 => self.formula(row, column, style, data),
            // The string of a formula has no place of its own: its first bytes are its length.
            0x0207 => match self.formula.take() {
                Some((row, column)) => self.filling.put(row, column, string(data, true).unwrap_or_default()),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn formula(&mut self, row: usize, column: usize, style: usize, data: &[u8]) -> Result<(), Unreadable> {
        if u16_at(data, 12) != Some(0xffff) {
            return match f64_at(data, 6) {
                Some(value) => self.number(row, column, style, value),
                None => Ok(()),
            };
        }
        match (data.get(6), data.get(8)) {
            (Some(0), _) => self.formula = Some((row, column)),
            (Some(1), Some(1)) => return self.filling.put(row, column, "是".to_owned()),
            (Some(1), _) => return self.filling.put(row, column, "否".to_owned()),
            (Some(2), _) => return self.filling.put(row, column, "#错误".to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn number(&mut self, row: usize, column: usize, style: usize, value: f64) -> Result<(), Unreadable> {
        let look = self.looks.get(style).copied().unwrap_or_default();
        self.filling.put(row, column, look.shown(value, self.globals.since_1904))
    }
}
