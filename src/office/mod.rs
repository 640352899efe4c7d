//! The room of deeds: every use case once, as `(&Office, &Actor, command) → Result<value, Refusal>`.
//!
//! Handlers, pages, jobs, commands and the demo translate into these deeds; nothing is changed in another way.

mod actor;
pub mod answers;
pub mod asked_figures;
pub mod assessed;
pub mod assessments;
pub mod attempt_batch;
pub mod audit_chain;
mod audit_trail;
mod change_reason;
mod keys;
pub mod letter_tally;
pub mod linked_figures;

pub mod access;
pub mod deliveries;
pub mod forecast_record;
pub mod incidents;
pub mod intake;
pub mod maintenance;
pub mod measures;
pub mod monthly_report;
pub mod morning_digest;
pub mod notice_mails;
pub mod notices;
pub mod observations;
pub mod places;
pub mod plans;
pub mod problem_ledger;
pub mod problems;
pub mod readiness;
pub mod replies;
pub mod restoration;
pub mod retirement;
pub mod rule_packs;
pub mod secret_box;
pub mod sessions;
pub mod silences;
pub mod slots;
pub mod spoken_board;
pub mod warnings;
pub mod webhook_outbox;
pub mod webhooks;
pub mod workbooks;
pub mod written_register;

use std::sync::Arc;

use tokio::sync::Semaphore;

pub use actor::{Actor, Call, Who, has_written, watched};
pub use change_reason::ChangeReason;

use crate::clock::Clock;
use crate::domain::notice::NoticeSettings;
use crate::domain::{Invalid, UnpublishedYear, WorkCalendar};
use crate::letter::{FactChange, LetterError, ReplyLinks, Templates};
use crate::mail::message::Mailbox;
use crate::office::readiness::Readiness;
use crate::store::Store;
use crate::store::types::LetterId;
/// What reading gives. Rooms above name it by this room: they read rows, and change them by deeds alone.
pub use crate::store::{
    Reader, StoreError, curves, failpoint, hash_key, hex, patience, revisions, rows, types, usage,
};

/// What deeds are done with.
#[derive(Clone)]
pub struct Office {
    /// The database, which only deeds change.
    store: Store,
    /// The same, to be read by everybody.
    pub read: Reader,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
    /// Working days.
    pub calendar: Arc<WorkCalendar>,
    /// How letters are made and answered.
    pub letters: Letters,
    /// Whether the service can do its work.
    pub readiness: Readiness,
    /// Turns of deeds, fewer than there are connections: those who only read find one when many writers wait.
    turns: Option<Arc<Semaphore>>,
    /// How much of what comes in is kept, and for how long.
    pub documents: intake::DocumentLimits,
    /// What webhooks are made with.
    pub hooks: webhooks::HookSettings,
    /// Which notices are sent.
    pub notices: NoticeSettings,
}

/// How letters are made and answered.
#[derive(Clone)]
pub struct Letters {
    /// Their wording.
    pub templates: Arc<Templates>,
    /// Domain of Message-IDs.
    pub message_id_domain: String,
    /// Working days before the deadline on which an unanswered letter is reminded of.
    pub remind_working_days: u32,
    /// Where letters are answered; `None` leaves the links out.
    pub links: Option<ReplyLinks>,
    /// Whose mails letters are.
    pub sender: Mailbox,
    /// During a pilot (演练), the mailbox to which every mail really goes, whomever it is addressed to.
    pub redirect_to: Option<String>,
}

impl Office {
    /// An office over these connections.
    pub fn new(store: Store, clock: Arc<dyn Clock>, calendar: Arc<WorkCalendar>, letters: Letters) -> Self {
        let readiness = Readiness::new(store.clone());
        let documents = intake::DocumentLimits::default();
        let hooks = webhooks::HookSettings::default();
        let notices = NoticeSettings::default();
        Self {
            read: store.reader(),
            store,
            clock,
            calendar,
            letters,
            readiness,
            turns: None,
            documents,
            hooks,
            notices,
        }
    }

    /// This office over `connections` others to the same database.
    #[must_use]
    pub fn over(self, store: Store, connections: usize) -> Self {
        let turns = Some(Arc::new(Semaphore::new((connections / 2).max(1))));
        Self { read: store.reader(), store, turns, ..self }
    }

    /// This office, with this store to ask whether it is ready: one that nobody else waits for.
    #[must_use]
    pub fn examined_by(self, store: Store) -> Self {
        Self { readiness: Readiness::new(store), ..self }
    }

    /// Whether a pilot is on: letters are marked, numbered apart and mailed to one mailbox.
    pub fn is_pilot(&self) -> bool {
        self.letters.redirect_to.is_some()
    }

    /// This office with another clock.
    pub fn at(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }
}

/// Why a deed was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is asked for breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The key in this field names nothing, or more than one thing.
    #[error("{field}: {error}")]
    Key {
        /// The field of the command; dots go down (`members.3`).
        field: String,
        /// What came of looking it up.
        error: StoreError,
    },
    /// Nothing is there under this id; the word is what people call it.
    #[error("no {0}")]
    NotFound(&'static str),
    /// Several things break a rule.
    #[error("{} rules are broken", .0.len())]
    Many(Vec<Invalid>),
    /// It is not the time for it; the sentence says why.
    #[error("{0}")]
    Conflict(&'static str),
    /// Only the holder of a key does this, since its name stands with what is done.
    #[error("no key")]
    NoKey,
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
        /// The drafts that wait now, in its place or to other units.
        drafts: Vec<LetterId>,
    },
    /// A deadline falls into a year whose calendar has not been published.
    #[error(transparent)]
    Calendar(#[from] UnpublishedYear),
}
