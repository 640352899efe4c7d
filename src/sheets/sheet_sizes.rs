//! How wide columns and how high rows are: a Chinese character takes the room of two Latin ones.

use unicode_width::UnicodeWidthStr as _;

use super::sheet_table::{Sheet, SheetColumn, SheetValue};

/// Bounds of a width that is told by what is in the column.
const WIDTHS: std::ops::RangeInclusive<usize> = 6..=42;

/// Rows that tell how wide a column is.
const MEASURED_MAX: usize = 500;

/// Most lines that a row has room for; Excel's rows end at 409 points.
const LINES_MAX: usize = 26;

/// The height of a row of so many lines, in points.
pub(super) fn height(lines: usize) -> f64 {
    let lines = u32::try_from(lines.clamp(1, LINES_MAX)).unwrap_or(1);
    f64::from(lines) * 15.0 + 6.0
}

/// Lines that a text takes in a width.
pub(super) fn lines(text: &str, width: usize) -> usize {
    text.split('\n').map(|line| line.width().div_ceil(width.max(1)).max(1)).sum()
}

/// How wide a column is: as told, else by its head and what stands in it.
pub(super) fn width(sheet: &Sheet, at: usize, column: &SheetColumn) -> usize {
    if let Some(width) = column.width {
        return usize::from(width).clamp(2, 200);
    }
    let shown = |value: &SheetValue| match value {
        SheetValue::Empty => 0,
        SheetValue::Text(text) | SheetValue::Toned(text, _) => {
            text.split('\n').map(|line| line.width()).max().unwrap_or(0)
        }
        SheetValue::Number(number) => number.normalize().to_string().len() + 3,
        SheetValue::Date(_) => 10,
        SheetValue::Grade(grade) => grade.chinese().width() + 2,
    };
    let values = sheet.rows.iter().filter(|row| !row.heading).take(MEASURED_MAX);
    let widest = values.filter_map(|row| row.values.get(at)).map(shown).max().unwrap_or(0);
    // A head may stand in two lines.
    let head = column.heading.width().div_ceil(2).max(column.heading.width().min(10));
    (widest.max(head) + 1).clamp(*WIDTHS.start(), *WIDTHS.end())
}
