//! Sheets written as .xlsx.

use std::collections::HashSet;

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, Formula, Note, ProtectionOptions,
    Workbook, Worksheet, XlsxError,
};

use super::sheet_looks as looks;
use super::sheet_sizes::{height, lines, width};
use super::sheet_table::{ColumnKind, Sheet, SheetColumn, SheetRow, SheetValue};

/// Most rows of a sheet; Excel takes 1 048 576, and nobody reads so many.
const ROWS_MAX: usize = 200_000;

/// Most columns of a sheet.
const COLUMNS_MAX: usize = 200;

/// Most sheets of a workbook.
const SHEETS_MAX: usize = 200;

/// Longest text of a cell, in characters; Excel takes 32 767 units of UTF-16.
const TEXT_MAX: usize = 16_000;

/// Longest list of choices that is kept within its cells, in characters.
const CHOICES_MAX: usize = 255;

/// Width up to which a column of text holds one word, which stands in its middle.
const WORD_MAX: u16 = 10;

/// The tab of the lists that drop-downs take their choices from.
const CHOICES_TAB: &str = "选项";

/// Sheets that cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// More sheets, columns or rows than a workbook is made of.
    #[error("表格过大，不能导出（最多{ROWS_MAX}行）。请缩小范围，分几次导出。")]
    TooLarge,
    /// No sheet, or one without columns.
    #[error("没有可以导出的内容。")]
    Nothing,
    /// The writer refuses what none of the checks refused.
    #[error("表格没有生成，请重试；仍不成功的，请告知管理员。")]
    Unwritten,
}

impl From<XlsxError> for SheetError {
    fn from(_: XlsxError) -> Self {
        Self::Unwritten
    }
}

/// The bytes of a workbook of these sheets; the same sheets and day give the same bytes. `made_on`: the day it is made,
/// which its properties tell.
///
/// # Errors
/// When there is nothing to write, or more than a workbook is made of.
pub fn written(sheets: &[Sheet], made_on: NaiveDate) -> Result<Vec<u8>, SheetError> {
    if sheets.is_empty() || sheets.iter().any(|sheet| sheet.columns.iter().all(|column| column.hidden)) {
        return Err(SheetError::Nothing);
    }
    let large = |sheet: &Sheet| sheet.rows.len() > ROWS_MAX || sheet.columns.len() > COLUMNS_MAX;
    if sheets.len() > SHEETS_MAX || sheets.iter().any(large) {
        return Err(SheetError::TooLarge);
    }
    let mut workbook = Workbook::new();
    let created = day(made_on).ok_or(SheetError::Unwritten)?;
    let title: String = sheets[0].title.chars().take(200).collect();
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
    let mut taken = HashSet::from([CHOICES_TAB.to_owned()]);
    let mut lists: Vec<Vec<String>> = Vec::new();
    for sheet in sheets {
        let name = tab(&sheet.name, &mut taken);
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(name)?;
        Writing::new(sheet, worksheet, &mut lists)?.write()?;
    }
    if !lists.is_empty() {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(CHOICES_TAB)?.set_hidden(true);
        for (column, list) in (0_u16..).zip(&lists) {
            for (row, choice) in (0_u32..).zip(list) {
                worksheet.write_string(row, column, choice)?;
            }
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// A name for a tab, of those that Excel takes, that no other has.
fn tab(name: &str, taken: &mut HashSet<String>) -> String {
    let plain: String = name
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\''))
        .collect();
    let plain: String = plain.trim().chars().take(24).collect();
    let plain = if plain.is_empty() { "表".to_owned() } else { plain };
    let mut name = plain.clone();
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        name = format!("{plain}（{number}）");
        number += 1;
    }
    name
}

fn day(day: NaiveDate) -> Option<ExcelDateTime> {
    let (year, month) = (u16::try_from(day.year()).ok()?, u8::try_from(day.month()).ok()?);
    ExcelDateTime::from_ymd(year, month, u8::try_from(day.day()).ok()?).ok()
}

/// Text that a cell takes: no signs that XML does not know, not too long.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let mut out: String = kept.clone().take(TEXT_MAX).collect();
    if kept.count() > TEXT_MAX {
        out.push_str("……（文字过长，此处截断）");
    }
    out
}

/// A sheet as it is written.
struct Writing<'a> {
    sheet: &'a Sheet,
    to: &'a mut Worksheet,
    lists: &'a mut Vec<Vec<String>>,
    /// Formats of the columns.
    formats: Vec<Format>,
    /// In characters of Latin letters.
    widths: Vec<usize>,
    /// The first and the last column that are seen.
    seen: (u16, u16),
    /// The row of the heads.
    head: u32,
}

impl<'a> Writing<'a> {
    fn new(
        sheet: &'a Sheet,
        to: &'a mut Worksheet,
        lists: &'a mut Vec<Vec<String>>,
    ) -> Result<Self, SheetError> {
        let shown = |column: &&(u16, &SheetColumn)| !column.1.hidden;
        let columns: Vec<(u16, &SheetColumn)> = (0_u16..).zip(&sheet.columns).collect();
        let first = columns.iter().find(shown).ok_or(SheetError::Nothing)?.0;
        let last = columns.iter().rfind(shown).ok_or(SheetError::Nothing)?.0;
        let formats = sheet.columns.iter().map(|column| format(column, sheet.locked)).collect();
        let widths = sheet.columns.iter().enumerate().map(|(at, column)| width(sheet, at, column)).collect();
        let head = u32::from(!sheet.title.is_empty()) + u32::from(!sheet.note.is_empty());
        Ok(Self { sheet, to, lists, formats, widths, seen: (first, last), head })
    }

    fn write(mut self) -> Result<(), SheetError> {
        self.top()?;
        for (at, column) in (0_u16..).zip(&self.sheet.columns) {
            self.to.write_string_with_format(self.head, at, plain(&column.heading), &looks::head())?;
            if column.hidden {
                self.to.set_column_hidden(at)?;
            } else {
                let width = u16::try_from(self.widths[usize::from(at)]).unwrap_or(u16::MAX);
                self.to.set_column_width(at, f64::from(width) + 0.7)?;
            }
        }
        let headings = self.sheet.columns.iter().zip(&self.widths).filter(|(column, _)| !column.hidden);
        let tallest = headings.map(|(column, width)| lines(&column.heading, *width)).max().unwrap_or(1);
        self.to.set_row_height(self.head, height(tallest))?;
        for (at, row) in (self.head + 1..).zip(&self.sheet.rows) {
            self.row(at, row)?;
            let tallest = if row.heading { 1 } else { self.tallest(row) };
            self.to.set_row_height(at, height(tallest))?;
        }
        let last = self.head + u32::try_from(self.sheet.rows.len()).map_err(|_| SheetError::TooLarge)?;
        self.choices(last)?;
        self.printed(last)?;
        Ok(())
    }

    /// Mark, title and note.
    fn top(&mut self) -> Result<(), SheetError> {
        let (first, last) = self.seen;
        if !self.sheet.mark.is_empty() && first > 0 {
            self.to.write_string(0, 0, plain(&self.sheet.mark))?;
        }
        let whole: usize = self
            .sheet
            .columns
            .iter()
            .zip(&self.widths)
            .filter(|(column, _)| !column.hidden)
            .map(|(_, width)| *width)
            .sum();
        let mut at = 0;
        // 16 points are one and a half times as wide as the text.
        for (text, format, scale, height) in
            [(&self.sheet.title, looks::title(), 16, 26.0), (&self.sheet.note, looks::note(), 10, 16.0)]
        {
            if text.is_empty() {
                continue;
            }
            let text = plain(text);
            let count = lines(&text, whole * 10 / scale);
            let count = f64::from(u16::try_from(count).unwrap_or(20).min(20));
            self.to.set_row_height(at, count * height)?;
            if first == last {
                self.to.write_string_with_format(at, first, text, &format)?;
            } else {
                self.to.merge_range(at, first, at, last, &text, &format)?;
            }
            at += 1;
        }
        Ok(())
    }

    fn row(&mut self, at: u32, row: &SheetRow) -> Result<(), SheetError> {
        let (first, last) = self.seen;
        if row.heading {
            let text = row.values.iter().find_map(|value| match value {
                SheetValue::Text(text) => Some(plain(text)),
                _ => None,
            });
            let text = text.unwrap_or_default();
            if first == last {
                self.to.write_string_with_format(at, first, text, &looks::heading())?;
            } else {
                self.to.merge_range(at, first, at, last, &text, &looks::heading())?;
            }
            return Ok(());
        }
        for (column, index) in (0_u16..).zip(0..self.sheet.columns.len()) {
            let value = row.values.get(index).unwrap_or(&SheetValue::Empty);
            let mark = row.marks.iter().find(|(marked, _)| *marked == index);
            let format = self.formats[index].clone();
            let format = if mark.is_some() { looks::wrong(format) } else { format };
            self.value(at, column, value, format)?;
            if let Some((_, why)) = mark {
                let note = Note::new(plain(why)).add_author_prefix(false).set_width(260);
                self.to.insert_note(at, column, &note)?;
            }
        }
        Ok(())
    }

    /// Lines of the cell of a row that has most. Not every program makes room for wrapped text by itself.
    fn tallest(&self, row: &SheetRow) -> usize {
        let cells = row.values.iter().zip(self.sheet.columns.iter().zip(&self.widths));
        let seen = cells.filter(|(_, (column, _))| !column.hidden).map(|(value, (_, width))| match value {
            SheetValue::Text(text) | SheetValue::Toned(text, _) => lines(text, *width),
            _ => 1,
        });
        seen.max().unwrap_or(1)
    }

    fn value(&mut self, row: u32, column: u16, value: &SheetValue, format: Format) -> Result<(), SheetError> {
        match value {
            SheetValue::Empty => {
                self.to.write_blank(row, column, &format)?;
            }
            SheetValue::Text(text) => {
                let text = plain(text);
                // A text that begins like a formula stays a text when somebody edits it.
                let risky = text.starts_with(['=', '+', '-', '@']);
                let format = if risky { format.set_quote_prefix() } else { format };
                self.to.write_string_with_format(row, column, text, &format)?;
            }
            SheetValue::Number(number) => match exact(*number) {
                Some(double) => {
                    let places = match self.sheet.columns[usize::from(column)].kind {
                        ColumnKind::Number { places } => places.max(number.normalize().scale()),
                        _ => number.normalize().scale(),
                    };
                    let numbering = self.sheet.columns[usize::from(column)].heading == "序号";
                    let side = if numbering { FormatAlign::Center } else { FormatAlign::Right };
                    let format = format.set_num_format(looks::number_format(places)).set_align(side);
                    self.to.write_number_with_format(row, column, double, &format)?;
                }
                None => {
                    let format = format.set_align(FormatAlign::Right);
                    self.to.write_string_with_format(row, column, number.normalize().to_string(), &format)?;
                }
            },
            SheetValue::Date(date) => {
                let format = format.set_num_format("yyyy-mm-dd").set_align(FormatAlign::Center);
                match day(*date) {
                    Some(day) => self.to.write_datetime_with_format(row, column, &day, &format)?,
                    None => self.to.write_string_with_format(row, column, date.to_string(), &format)?,
                };
            }
            SheetValue::Toned(word, tone) => {
                let format = looks::toned(format, *tone);
                self.to.write_string_with_format(row, column, plain(word), &format)?;
            }
            SheetValue::Grade(grade) => {
                let format = looks::graded(format, *grade);
                self.to.write_string_with_format(row, column, grade.chinese(), &format)?;
            }
        }
        Ok(())
    }

    /// Drop-downs of columns that have choices.
    fn choices(&mut self, last: u32) -> Result<(), SheetError> {
        if last == self.head {
            return Ok(());
        }
        for (at, column) in
            (0_u16..).zip(&self.sheet.columns).filter(|(_, column)| !column.choices.is_empty())
        {
            let joined: usize = column.choices.iter().map(|choice| choice.chars().count() + 1).sum();
            let plain = column.choices.iter().all(|choice| !choice.contains([',', '"']));
            let rule = if joined <= CHOICES_MAX && plain {
                DataValidation::new().allow_list_strings(&column.choices)?
            } else {
                let list = self.lists.len();
                self.lists.push(column.choices.clone());
                let letter = column_letters(list);
                let range = format!("={CHOICES_TAB}!${letter}$1:${letter}${}", column.choices.len());
                DataValidation::new().allow_list_formula(Formula::new(range))
            };
            let rule =
                rule.set_error_title("请从列表中选择")?.set_error_message("只能填写下拉列表中的内容。")?;
            self.to.add_data_validation(self.head + 1, at, last, at, &rule)?;
        }
        Ok(())
    }

    /// How it is printed and shown: A4, one page wide, heads repeated and frozen.
    fn printed(&mut self, last: u32) -> Result<(), SheetError> {
        let (first, end) = self.seen;
        self.to.set_freeze_panes(self.head + 1, 0)?;
        self.to.set_repeat_rows(self.head, self.head)?;
        self.to.set_print_area(0, first, last, end)?;
        self.to.set_paper_size(9).set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
        self.to.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3).set_footer("&C第 &P 页，共 &N 页");
        if !self.sheet.upright {
            self.to.set_landscape();
        }
        let plain_rows = self.sheet.rows.iter().all(|row| !row.heading);
        if plain_rows && last > self.head {
            self.to.autofilter(self.head, first, last, end)?;
        }
        if self.sheet.locked {
            let options = ProtectionOptions {
                format_columns: true,
                format_rows: true,
                use_autofilter: true,
                sort: true,
                ..ProtectionOptions::default()
            };
            self.to.protect_with_options(&options);
        }
        Ok(())
    }
}

/// The format of a column's cells.
fn format(column: &SheetColumn, locked: bool) -> Format {
    let format = looks::lined();
    let format = match column.kind {
        // Columns of one word.
        ColumnKind::Text if column.width.is_some_and(|width| width <= WORD_MAX) => {
            format.set_align(FormatAlign::Center)
        }
        ColumnKind::Text => format.set_align(FormatAlign::Left),
        // What somebody writes is shown as it is: with places of ours 12.5 would look like 13.
        ColumnKind::Number { .. } if column.open => format.set_align(FormatAlign::Right),
        ColumnKind::Number { places } => {
            format.set_align(FormatAlign::Right).set_num_format(looks::number_format(places))
        }
        ColumnKind::Date => format.set_align(FormatAlign::Center).set_num_format("yyyy-mm-dd"),
        ColumnKind::Grade => format.set_align(FormatAlign::Center),
    };
    if column.open && locked { looks::open(format) } else { format }
}

/// The number as a spreadsheet holds it, where it holds it exactly.
fn exact(number: Decimal) -> Option<f64> {
    let double = number.to_f64()?;
    (format!("{double}").parse::<Decimal>().ok()?.normalize() == number.normalize()).then_some(double)
}

/// A, Z, AA of a column that counts from 0.
pub(super) fn column_letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
