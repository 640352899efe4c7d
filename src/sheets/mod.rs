//! Tables of the office as workbooks a person would send on, and forms that come back. Pure: rows in, bytes out.
//!
//! 1. `sheet_table` says what a sheet is: title, note, columns with their kind, rows. It is all that a caller fills.
//! 2. `sheet_lists` has the columns of the lists an office keeps: board, 问题台账, letters, observations, contacts, units,
//!    任务分解表.
//! 3. `sheet_writing` makes .xlsx of sheets: head frozen and repeated, A4 across, widths fit for Chinese, a grade in colour
//!    and in words. `sheet_looks` has fonts and colours.
//! 4. `month_form` is the sheet that units fill in each month, `returned_form` reads it when it comes back, `marked_sheet`
//!    gives rows back with what is wrong with them at their cells.
//!
//! What the room never does: make a formula of a text, round a figure that it is given, name a day itself.

mod marked_sheet;
mod month_form;
mod returned_form;
pub mod sheet_lists;
mod sheet_looks;
mod sheet_sizes;
mod sheet_table;
mod sheet_writing;

#[cfg(test)]
mod tests;

pub use marked_sheet::{CellMark, marked_copy, marked_form};
pub use month_form::{FormLine, MonthForm};
pub use returned_form::{CellRefusal, ReturnedFigure, ReturnedForm, SheetLines, returned};
pub use sheet_table::{ColumnKind, Sheet, SheetColumn, SheetRow, SheetValue, Tone};
pub use sheet_writing::{SheetError, written};
