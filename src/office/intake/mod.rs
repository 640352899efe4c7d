//! Files as they lie on the desk, taken in by the deeds that others use: what is read is matched with what is known, weighed
//! against what is stored, shown, and then recorded or adopted.
//!
//! 1. `sheet_file` reads the bytes of a spreadsheet: a form of our own, figures, or a 任务分解表.
//! 2. `figure_matching` finds measure, region and days of a figure; `figure_offers` is what comes of it, weighed against what
//!    is stored.
//! 3. `form_lines` turns a form that came back into the same offers, by its hidden keys.
//! 4. `plan_source` is a plan as it is read, `plan_draft` and `plan_task_nodes` make of it the plan that is put in (`plan_names` looks
//!    its units and measures up), `plan_adoption` holds it against the plan in force.
//! 5. `documents` keeps what comes in and reads it again whenever it is looked at, `document_adoption` adopts it; `pdf_pages` takes the text out of a
//!    PDF.
//! 6. `rosters` reads lists of units and contacts.
//!
//! What the room never does: write facts or plans itself. `observations::record` and `plans::put_plan` do.

mod document_adoption;
mod documents;
mod figure_matching;
mod figure_offers;
mod form_lines;
mod pdf_pages;
mod plan_adoption;
mod plan_draft;
mod plan_items;
mod plan_names;
mod plan_source;
mod plan_task_nodes;
mod rosters;
mod sheet_file;
mod spot;

pub use document_adoption::{DocumentProposal, DocumentTerms, adopt};
pub use documents::{
    DocumentLimits, DocumentReading, NewDocument, NotTakenIn, receive_document, retire_document,
};
pub use figure_matching::FigureTerms;
pub use figure_offers::{FigureOffer, OfferOutcome, StoredFigure, record_offers, weighed};
pub use pdf_pages::pdf_pages;
pub use plan_adoption::take_in_plan;
pub use plan_items::{PlanItem, PlanItemOutcome};
pub use plan_source::{PlanSeat, PlanSource, PlanTerms};
pub use rosters::{Roster, take_in_rosters};
pub use sheet_file::{SheetFile, SheetHolds, figures_of, read_sheet};
pub use spot::{Spot, UnreadSpot};

pub use crate::reading::Unreadable;
pub use crate::reading::document::BYTES_MAX;
pub use crate::reading::report::observed::{ReportedFigure, ReportedStatus};

/// Figures taken in at once.
pub const FIGURES_MAX: usize = 50_000;
