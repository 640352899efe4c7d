//! The bytes of a spreadsheet as what it holds: a form of ours that came back, figures, or tasks.

use chrono::NaiveDate;

use super::form_lines::{self, ReturnedSheet};
use super::rosters::{Roster, roster};
use super::{FigureOffer, FigureTerms, Spot, UnreadSpot, figure_matching};
use crate::office::{Office, Refusal};
use crate::reading::Unreadable;
use crate::reading::document::{self, TableCell};
use crate::reading::plan::proposal::{ProposedTask, UnreadPhrase};
use crate::reading::report::ReportedFact;
use crate::reading::sheet::{self, SheetProposal, SheetRows};
use crate::sheets::{CellMark, SheetError, SheetLines, marked_copy, marked_form, returned, written};

/// What a spreadsheet holds.
#[derive(Debug)]
pub enum SheetHolds {
    /// Forms of ours, each with the place of its sheet.
    Forms(Vec<ReturnedSheet>),
    /// Figures.
    Figures(Vec<ReportedFact>),
    /// Tasks with their units and targets.
    Plan(Vec<ProposedTask>),
    /// Units or contacts.
    Rosters(Vec<Roster>),
}

/// A spreadsheet as it is read.
#[derive(Debug)]
pub struct SheetFile {
    /// The names of its sheets.
    pub sheets: Vec<String>,
    /// What it holds.
    pub holds: SheetHolds,
    /// What was not understood.
    pub unread: Vec<UnreadSpot>,
    /// Its cells, to be given back.
    lines: Vec<SheetLines>,
}

/// Reads a spreadsheet; months without a year are told by its name, else by the day it was published on, where told.
///
/// # Errors
/// When it is none, is damaged, or holds more than is read.
pub fn read_sheet(
    bytes: &[u8],
    file_name: &str,
    published_on: Option<NaiveDate>,
) -> Result<SheetFile, Unreadable> {
    if document::has_macros(bytes) {
        return Err(Unreadable::Macros);
    }
    let cells = sheet::cells(bytes)?;
    let lines: Vec<SheetLines> = cells.iter().map(plain).collect();
    let sheets: Vec<String> = lines.iter().map(|sheet| sheet.name.clone()).collect();
    let forms: Vec<ReturnedSheet> = lines
        .iter()
        .enumerate()
        .filter_map(|(index, lines)| Some(ReturnedSheet { index, form: returned(lines)? }))
        .collect();
    if !forms.is_empty() {
        return Ok(SheetFile { sheets, holds: SheetHolds::Forms(forms), unread: Vec::new(), lines });
    }
    let unseen: Vec<UnreadPhrase> = cells.iter().flat_map(SheetRows::unseen).collect();
    let rosters: Vec<Roster> = cells.into_iter().filter_map(|sheet| roster(&sheet.seen())).collect();
    if !rosters.is_empty() {
        let unread = unseen.into_iter().map(|unread| UnreadSpot::of(unread, &sheets)).collect();
        return Ok(SheetFile { sheets, holds: SheetHolds::Rosters(rosters), unread, lines });
    }
    let read = sheet::read_told(bytes, Some(file_name), published_on)?;
    let unread = read.refused.into_iter().map(|unread| UnreadSpot::of(unread, &sheets)).collect();
    let holds = match read.proposal {
        SheetProposal::Plan(tasks) => SheetHolds::Plan(tasks),
        SheetProposal::Figures(facts) => SheetHolds::Figures(facts),
    };
    Ok(SheetFile { sheets, holds, unread, lines })
}

/// The cells of a sheet as text.
fn plain(sheet: &SheetRows) -> SheetLines {
    let row = |row: &Vec<TableCell>| {
        row.iter().map(|cell| if cell.continued { String::new() } else { cell.text.clone() }).collect()
    };
    SheetLines { name: sheet.name.clone(), rows: sheet.rows.iter().map(row).collect() }
}

impl SheetFile {
    /// Whether nothing was found in it at all.
    pub fn is_empty(&self) -> bool {
        let none = match &self.holds {
            SheetHolds::Forms(forms) => forms.is_empty(),
            SheetHolds::Figures(facts) => facts.is_empty(),
            SheetHolds::Plan(tasks) => tasks.is_empty(),
            SheetHolds::Rosters(rosters) => rosters.is_empty(),
        };
        none && self.unread.is_empty()
    }

    /// The same workbook with these cells marked, and a list of them in front. A form of ours stays one that can be filled in
    /// again.
    ///
    /// # Errors
    /// Where it is larger than a workbook that is made here.
    pub fn marked(&self, wrong: &[(Spot, String)], made_on: NaiveDate) -> Result<Vec<u8>, SheetError> {
        let marks: Vec<CellMark> = wrong
            .iter()
            .filter_map(|(spot, why)| {
                let (sheet, row, column) = spot.at?;
                Some(CellMark { sheet, at: (row, column), why: why.clone() })
            })
            .collect();
        let mut copies = marked_copy(&self.lines, &marks);
        if let SheetHolds::Forms(forms) = &self.holds {
            for form in forms {
                let of_form = |mark: &&CellMark| mark.sheet == form.index;
                let refused: Vec<_> = marks
                    .iter()
                    .filter(of_form)
                    .map(|mark| form_lines::refused(mark, &self.sheets))
                    .collect();
                if let Some(sheet) = marked_form(&self.lines[form.index], &refused) {
                    copies[form.index + 1] = sheet;
                }
            }
        }
        written(&copies, made_on)
    }
}

/// The figures of a spreadsheet matched with what is known; those of a form of ours by its keys.
///
/// # Errors
/// When the database fails, or a name of `terms` means nothing.
pub async fn figures_of(
    office: &Office,
    file: &mut SheetFile,
    terms: &FigureTerms,
) -> Result<Vec<FigureOffer>, Refusal> {
    match &mut file.holds {
        SheetHolds::Forms(forms) => {
            let (offers, unread) = form_lines::offers(office, forms, &file.sheets, terms).await?;
            file.unread.extend(unread);
            Ok(offers)
        }
        SheetHolds::Figures(facts) => {
            let facts = std::mem::take(facts);
            let placed = facts.into_iter().map(|fact| (Spot::of(fact.place, &file.sheets), fact)).collect();
            figure_matching::offers(office, placed, terms).await
        }
        SheetHolds::Plan(_) | SheetHolds::Rosters(_) => Ok(Vec::new()),
    }
}
