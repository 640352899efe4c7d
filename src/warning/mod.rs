//! From verdicts to letters: evaluate, plan, issue.
//!
//! Jobs ring it by the clock and the API's warning runs by hand, so that a rehearsal shows what the night will do.
//! Nothing is sent here: a letter is issued with its deliveries and becomes the bytes of a mail; the outbox is
//! somebody else's.

mod addressees;
mod bounces;
mod draft;
mod evaluate;
mod facts;
mod frozen;
mod issue;
mod mailing;
mod plan;
mod run;
mod trends;

use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::{UnpublishedYear, WorkCalendar};
use crate::letter::{LetterError, ReplyLinks, Templates};
use crate::mail::message::Mailbox;
use crate::store::{Store, StoreError};

pub use bounces::{Returned, take_bounce};
pub use evaluate::{Evaluated, evaluate};
pub use frozen::{DOCX, PNG, document_name};
pub use mailing::{Mailing, rendered_now};
pub use run::{Issued, Outcome, PlannedLetter, issue, rehearse};

/// What warnings are made with.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub store: Store,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
    /// Working days.
    pub calendar: Arc<WorkCalendar>,
    /// Wording of letters.
    pub templates: Arc<Templates>,
    /// Domain of Message-IDs.
    pub message_id_domain: String,
    /// Where letters are answered; `None` leaves the links out.
    pub links: Option<ReplyLinks>,
    /// Whose mails letters are.
    pub sender: Mailbox,
}

/// Why warnings stopped.
#[derive(Debug, thiserror::Error)]
pub enum WarningError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The wording.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// A deadline falls into a year whose calendar has not been published.
    #[error(transparent)]
    Calendar(#[from] UnpublishedYear),
}
