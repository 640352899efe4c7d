//! From verdicts to letters: evaluate, plan, issue.
//!
//! Jobs ring it by the clock and the API's warning runs by hand, so that a rehearsal shows what the night will do.
//! Nothing is sent here: a letter is issued with its deliveries and becomes the bytes of a mail; the outbox is
//! somebody else's.

mod addressees;
mod afresh;
mod bounces;
mod defaulted;
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
mod recheck;
mod report;
mod reports;
mod run;
mod settle;
mod sign;
mod silence;
mod trends;
mod twins;
mod upgrade;

use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::{UnpublishedYear, WorkCalendar};
use crate::letter::{FactChange, LetterError, ReplyLinks, Templates};
use crate::mail::message::Mailbox;
use crate::store::{Store, StoreError};

pub use bounces::{Returned, take_bounce};
pub use defaulted::{Defaulted, list_defaulted};
pub use evaluate::{Evaluated, evaluate, reassess};
pub use frozen::{DOCX, PNG, document_name};
pub use ladder::{Reminded, remind};
pub use mailing::{Mailing, copied, rendered_now, signed};
pub use one_more::{OneMore, send_to_one_more};
pub use recheck::{RefusedFact, recheck_facts};
pub use report::{ReportedLetter, RunReport};
pub use run::{Issued, Outcome, PlannedLetter, issue, issue_for, issue_on_schedule, rehearse};
pub use sign::{discard, sign};
pub use upgrade::{GradeChange, Hold, Upgrade, note_rules, release};

/// What warnings are made with.
#[derive(Clone)]
pub struct Office {
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
pub enum Refusal {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The wording.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// What a draft rests on is not as it was when it was read.
    #[error("what the draft says has changed")]
    Changed {
        /// What.
        changes: Vec<FactChange>,
        /// Whether a fresh draft waits in its place; otherwise nothing calls for the letter any more.
        waits: bool,
    },
    /// A deadline falls into a year whose calendar has not been published.
    #[error(transparent)]
    Calendar(#[from] UnpublishedYear),
}
