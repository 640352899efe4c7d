//! Notices, and how an attempt to send one ended.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};

use super::IncidentRow;
use crate::schema::notices;
use crate::types::{LetterId, Listed, NoticeId, ReplyId, UnitId};
use xushi_domain::notice::{NoticeKind, NoticeState};

/// A notice as stored: what is told to one mailbox, fixed when it is queued.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, treat_none_as_default_value = false)]
pub struct NoticeRow {
    /// Identity.
    pub id: NoticeId,
    /// What is told.
    pub kind: Listed<NoticeKind>,
    /// About which letter; none of a digest.
    pub letter_id: Option<LetterId>,
    /// About which reply to it.
    pub reply_id: Option<ReplyId>,
    /// Whose mailbox; `None` for that of a campaign's contact.
    pub unit_id: Option<UnitId>,
    /// Name of the person.
    pub name: String,
    /// Mailbox.
    pub email: String,
    /// Fixed when the row is made, without `<>`.
    pub message_id: String,
    /// Whether it is one of a pilot.
    pub trial: bool,
    /// In whose name it is sent (发文机关).
    pub issuer: String,
    /// Subject; of what a digest gathers, its line there.
    pub subject: String,
    /// Plain text, the address to answer at unsigned; empty of what a digest gathers.
    pub body_text: String,
    /// HTML, likewise.
    pub body_html: String,
    /// The digest that gathered it.
    pub digest_id: Option<NoticeId>,
    /// Of a digest: its morning.
    pub digest_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: Listed<NoticeState>,
    /// Attempts begun, without those that the transport's own fault ended.
    pub attempts: i32,
    /// Attempts of which nobody knows the outcome.
    pub uncertain: i32,
    /// When an attempt was begun whose outcome is not written yet, UTC.
    pub begun_at: Option<NaiveDateTime>,
    /// Not before, UTC.
    pub next_attempt_at: NaiveDateTime,
    /// The time it was given in its domain's pace, UTC.
    pub paced_at: Option<NaiveDateTime>,
    /// Until when somebody is at it.
    pub lease_until: Option<NaiveDateTime>,
    /// Who.
    pub lease_holder: Option<String>,
    /// When the mail server took it.
    pub accepted_at: Option<NaiveDateTime>,
    /// What the mail server said last.
    pub last_reply: Option<String>,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
}

/// How an attempt to send a notice ended.
#[derive(Debug, Clone)]
pub struct NoticeEnd {
    /// Of which notice.
    pub id: NoticeId,
    /// Who was at it: whoever lost it to another writes nothing.
    pub holder: String,
    /// Where that leaves it.
    pub state: NoticeState,
    /// Attempts that count.
    pub attempts: i32,
    /// Whether nobody knows the outcome.
    pub uncertain: bool,
    /// When it is tried again, UTC.
    pub next_attempt_at: NaiveDateTime,
    /// What the mail server said.
    pub reply: String,
    /// What a person must look at, when it was given up.
    pub incident: Option<IncidentRow>,
    /// Now, UTC.
    pub now: NaiveDateTime,
}

/// Which notices a list shows.
#[derive(Debug, Default, Clone)]
pub struct NoticeFilter {
    /// Only about this letter.
    pub letter_id: Option<LetterId>,
    /// Only to this unit.
    pub unit_id: Option<UnitId>,
    /// Only of these kinds.
    pub kinds: Option<Vec<NoticeKind>>,
    /// Only in these states.
    pub states: Option<Vec<NoticeState>>,
    /// Only those changed later than this, UTC.
    pub updated_after: Option<NaiveDateTime>,
}
