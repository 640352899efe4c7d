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
mod ladder;
mod library;
mod mailing;
mod one_more;
mod plan;
mod planned;
mod report;
mod reports;
mod run;
mod settle;
mod sign;
mod silence;
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
pub use ladder::{Reminded, remind};
pub use mailing::{Mailing, rendered_now, signed};
pub use one_more::{OneMore, send_to_one_more};
pub use report::{ReportedLetter, RunReport};
pub use run::{Issued, Outcome, PlannedLetter, issue, issue_for, rehearse};
pub use sign::{discard, sign};

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
    /// Working days before the deadline on which an unanswered letter is reminded of.
    pub remind_working_days: u32,
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
