//! A sheet as its caller fills it: title, note, columns, rows.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use xushi_domain::Grade;

/// One sheet of a workbook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What its tab says; signs that Excel does not take there are left out, a second one of a name gets a number.
    pub name: String,
    /// Printed over the table, and on the first page only.
    pub title: String,
    /// A line below the title: as of when, of whom, how to fill it in. Empty: none.
    pub note: String,
    /// Its columns, from the left.
    pub columns: Vec<SheetColumn>,
    /// Its rows.
    pub rows: Vec<SheetRow>,
    /// Cells of columns that are not `open` cannot be changed. Without a password: it guards against slips, not against
    /// people.
    pub locked: bool,
    /// Printed upright; across otherwise.
    pub upright: bool,
    /// Kept in the hidden cell A1 where the first column is hidden, so that a form that comes back says which it is.
    pub mark: String,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text, wrapped.
    #[default]
    Text,
    /// A number, to the right, with at least so many places; a number with more shows them all.
    Number {
        /// Decimal places.
        places: u32,
    },
    /// A day.
    Date,
    /// A grade, in words and in colour.
    Grade,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetColumn {
    /// Its head, with the unit where all rows have the same.
    pub heading: String,
    /// In characters of Latin letters, of which a Chinese character takes two; `None`: as wide as what is in it, 6 to 42.
    pub width: Option<u16>,
    /// What it holds.
    pub kind: ColumnKind,
    /// Nobody sees it: keys of forms.
    pub hidden: bool,
    /// May be filled in though the sheet is locked; shown in a light colour.
    pub open: bool,
    /// What may be chosen. Empty: anything may be written.
    pub choices: Vec<String>,
}

impl SheetColumn {
    /// A column of this head and kind, as wide as what is in it.
    pub fn new(heading: &str, kind: ColumnKind) -> Self {
        Self { heading: heading.to_owned(), kind, ..Self::default() }
    }

    /// The same, so wide.
    #[must_use]
    pub fn wide(mut self, width: u16) -> Self {
        self.width = Some(width);
        self
    }

    /// The same, which nobody sees.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// The same, to be filled in.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// The same, with what may be chosen.
    #[must_use]
    pub fn choices(mut self, choices: &[&str]) -> Self {
        self.choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        self
    }
}

/// What a word says of a row, as a colour beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done: green.
    Good,
    /// Under way: yellow.
    Underway,
    /// Late or badly behind: red.
    Bad,
    /// Says neither: grey.
    Plain,
}

/// A value of a cell. Any value may stand in any column: the column's kind says how it looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SheetValue {
    /// Nothing.
    #[default]
    Empty,
    /// Text, never a formula.
    Text(String),
    /// A number. One that a spreadsheet could not hold exactly is written as text.
    Number(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A grade.
    Grade(Grade),
    /// A word in its colour.
    Toned(String, Tone),
}

impl From<&str> for SheetValue {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for SheetValue {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<Decimal> for SheetValue {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<NaiveDate> for SheetValue {
    fn from(day: NaiveDate) -> Self {
        Self::Date(day)
    }
}

impl From<Grade> for SheetValue {
    fn from(grade: Grade) -> Self {
        Self::Grade(grade)
    }
}

impl<T: Into<SheetValue>> From<Option<T>> for SheetValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetRow {
    /// Its values, a column each; those missing at the end are empty.
    pub values: Vec<SheetValue>,
    /// What is wrong with a value, by its column, counted from 0: shown in colour and as a comment.
    pub marks: Vec<(usize, String)>,
    /// A heading over the rows that follow: its first text over all columns.
    pub heading: bool,
}

impl SheetRow {
    /// A row of these values.
    pub fn new(values: Vec<SheetValue>) -> Self {
        Self { values, ..Self::default() }
    }

    /// A heading over the rows that follow.
    pub fn heading(text: &str) -> Self {
        Self { values: vec![text.into()], heading: true, ..Self::default() }
    }
}
