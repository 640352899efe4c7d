//! From assessments to letters: plan, draft, issue, sign, remind.
//!
//! Jobs call it by the clock and the API's warning runs by hand, so that a rehearsal shows what the night will do.
//! Nothing is sent here: a letter is issued with its deliveries and becomes the bytes of a mail; the outbox is
//! somebody else's.

mod addressees;
mod afresh;
mod bounces;
mod by_hand;
mod defaulted;
mod draft;
mod draft_standing;
mod facts;
mod frozen;
mod going;
mod issue;
mod ladder;
mod letter_context;
mod letter_events;
mod mailing;
mod pilot;
mod plan;
mod planned;
mod recheck;
mod redirected;
mod rehearse;
mod report;
mod run;
mod settle;
mod sign;
mod silence;
mod taken_back;
mod together;
mod trends;
mod twins;
mod upgrade;
mod withdraw;

use super::{Actor, Office, Refusal, assessments, incidents};

pub use bounces::{Returned, ReturnedMail, take_bounce};
pub use by_hand::{NewRun, run_by_hand};
pub use defaulted::{Defaulted, list_defaulted};
pub use draft_standing::{DraftStanding, draft_standing};
pub(in crate::office) use facts::line;
pub use frozen::{DOCX, PNG, document_name, title_of};
pub use ladder::{Reminded, remind};
pub use mailing::{Mailing, copied, files, shown_alone, signed};
pub(in crate::office) use mailing::{NAME_MAX, correspondents};
pub use pilot::note_pilot;
pub use recheck::{RefusedFact, recheck_facts};
pub use rehearse::rehearse;
pub use report::{ReportedLetter, RunReport};
pub use run::{Issued, Outcome, PlannedLetter, PlannedText, run, run_on_schedule};
pub use sign::{SigningRound, discard, sign};
pub(in crate::office) use trends::trend;
pub(super) use upgrade::hold;
pub use upgrade::{GradeChange, Hold, Upgrade, note_rules, release};
pub use withdraw::{correct, withdraw};
