//! Where something that was read stands, for people and for the workbook that is given back.

use crate::reading::document::{Place, column_letters};
use crate::reading::plan::proposal::UnreadPhrase;

/// A short name of something that is read, the same as long as what it is made of is.
pub(super) fn short(text: &str) -> String {
    use sha2::Digest as _;
    crate::office::hex(&sha2::Sha256::digest(text.as_bytes())).chars().take(12).collect()
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// In words: 第12段, 工作表“填报表”L5.
    pub words: String,
    /// The sheet's tab.
    pub sheet: Option<String>,
    /// The cell: L5.
    pub cell: Option<String>,
    /// Sheet, row and column of the cell, counted from 0.
    pub at: Option<(usize, usize, usize)>,
}

impl Spot {
    /// A place; `sheets` are the names of the workbook's sheets.
    pub fn of(place: Place, sheets: &[String]) -> Self {
        match place {
            Place::SheetCell { sheet, row, column } => {
                let at = (sheet.saturating_sub(1), row.saturating_sub(1), column.saturating_sub(1));
                Self::cell(at, sheets)
            }
            other => Self { words: other.to_string(), sheet: None, cell: None, at: None },
        }
    }

    /// A cell; sheet, row and column count from 0.
    pub fn cell(at: (usize, usize, usize), sheets: &[String]) -> Self {
        let cell = format!("{}{}", column_letters(at.2 + 1), at.1 + 1);
        let sheet = sheets.get(at.0).cloned().filter(|name| !name.is_empty());
        let words = match &sheet {
            Some(name) => format!("工作表“{name}”{cell}"),
            None => cell.clone(),
        };
        Self { words, sheet, cell: Some(cell), at: Some(at) }
    }

    /// As a JSON pointer that names sheet and cell; empty where there is no cell.
    pub fn pointer(&self) -> String {
        let Some(cell) = &self.cell else { return String::new() };
        let sheet = self.sheet.as_deref().unwrap_or("1").replace('~', "~0").replace('/', "~1");
        format!("/{sheet}/{cell}")
    }
}

/// Words that were not understood, with their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadSpot {
    /// Where.
    pub spot: Spot,
    /// The words.
    pub text: String,
    /// Why they are handed back, and what to do.
    pub why: String,
}

impl UnreadSpot {
    /// What a reader handed back.
    pub fn of(unread: UnreadPhrase, sheets: &[String]) -> Self {
        let spot = Spot::of(unread.place, sheets);
        Self { spot, text: unread.text, why: unread.why.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_named_by_its_sheet_and_as_a_pointer() {
        let sheets = vec!["填报/表".to_owned(), String::new()];
        let spot = Spot::of(Place::SheetCell { sheet: 1, row: 5, column: 12 }, &sheets);
        assert_eq!((spot.words.as_str(), spot.at), ("工作表“填报/表”L5", Some((0, 4, 11))));
        assert_eq!(spot.pointer(), "/填报~1表/L5");
        assert_eq!(Spot::cell((1, 0, 0), &sheets).pointer(), "/1/A1");
        assert_eq!(Spot::of(Place::Paragraph(3), &sheets).pointer(), "");
    }
}
