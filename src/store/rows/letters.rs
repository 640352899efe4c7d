//! Episodes, letters, deliveries.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::{Insertable, Queryable, Selectable};

use super::{IncidentRow, LetterFileRow};
use crate::StoreError;
use crate::schema::{deliveries, delivery_attempts, episodes, letters};
use crate::types::{AttemptId, CampaignId, DeliveryId, EpisodeId, IndicatorId, LetterId, Listed, UnitId};
use xushi_domain::delivery::{AttemptOutcome, DeliveryState, Recipient};
use xushi_domain::episode::EpisodeState;
use xushi_domain::{Grade, Handling, Invalid, LetterKind, LetterNumber, LetterState, Level, WaitsFor};

/// An episode as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = episodes, treat_none_as_default_value = false)]
pub struct EpisodeRow {
    /// Identity.
    pub id: EpisodeId,
    /// Of which indicator.
    pub indicator_id: IndicatorId,
    /// Its campaign.
    pub campaign_id: CampaignId,
    /// The unit that answers for it.
    pub unit_id: Option<UnitId>,
    /// Where it stands.
    pub state: Listed<EpisodeState>,
    /// Grade of the last verdict.
    pub grade: Listed<Grade>,
    /// Level, never falling while open.
    pub level: Listed<Level>,
    /// Day of the verdict that opened it.
    pub opened_on: NaiveDate,
    /// End of the period that verdict spoke of.
    pub opened_period_end: Option<NaiveDate>,
    /// Day of the verdict that lifted it.
    pub lifted_on: Option<NaiveDate>,
    /// Level of the last letter about it.
    pub lettered_level: Option<Listed<Level>>,
    /// End of the period that letter spoke of.
    pub lettered_period_end: Option<NaiveDate>,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// The last warning about it; not a foreign key, since the letter is written after its new episodes.
    pub letter_id: Option<LetterId>,
    /// While observing: day of the verdict that found it recovered.
    pub observing_since: Option<NaiveDate>,
    /// While observing: green periods in a row after the one in which it recovered.
    pub observed_periods: i32,
    /// While observing: end of the last period counted, or of the one in which it recovered.
    pub observed_period_end: Option<NaiveDate>,
    /// How far its letters have climbed since the last ordinary one.
    pub handling: Option<Listed<Handling>>,
}

/// A letter as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = letters, treat_none_as_default_value = false)]
pub struct LetterRow {
    /// Identity.
    pub id: LetterId,
    /// 机关代字.
    pub mark: String,
    /// Year of the number.
    pub year: i32,
    /// Serial; `None` while a draft.
    pub serial: Option<i32>,
    /// What it is for.
    pub kind: Listed<LetterKind>,
    /// How grave it is.
    pub level: Option<Listed<Level>>,
    /// Where it stands.
    pub state: Listed<LetterState>,
    /// Campaign.
    pub campaign_id: CampaignId,
    /// Addressee.
    pub unit_id: UnitId,
    /// Day the verdicts hold for.
    pub as_of: NaiveDate,
    /// Day of issue.
    pub issued_on: Option<NaiveDate>,
    /// Last day for the answer.
    pub reply_by: Option<NaiveDate>,
    /// Frozen facts, JSON.
    pub facts: String,
    /// Frozen subject.
    pub subject: String,
    /// Frozen plain text.
    pub body_text: String,
    /// Frozen HTML.
    pub body_html: String,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// The letter it follows.
    pub follows_id: Option<LetterId>,
    /// Which step of that letter's ladder it is: 1 reminder, 2 next level and leader, 3 parent unit.
    pub ladder_step: Option<i32>,
    /// Who signed or discarded it; `None` for a letter issued automatically.
    pub decided_by: Option<String>,
    /// When, UTC.
    pub decided_at: Option<NaiveDateTime>,
    /// Why it was discarded.
    pub decision_note: Option<String>,
    /// Why a draft waits; `None` of what is no draft.
    pub waits_for: Option<Listed<WaitsFor>>,
    /// Whether it is one of a pilot: numbered in a series of its own, and mailed to one mailbox of the office.
    pub trial: bool,
}

impl LetterRow {
    /// 发文字号; of a draft, which has none yet, number 0 is refused.
    ///
    /// # Errors
    /// When mark, year and serial make no number.
    pub fn number(&self) -> Result<LetterNumber, Invalid> {
        LetterNumber::new(&self.mark, self.year, self.serial.unwrap_or_default().unsigned_abs())
    }
}

/// What a letter is called, and to whom it went.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = letters)]
pub struct LetterName {
    /// Identity.
    pub id: LetterId,
    /// 机关代字.
    pub mark: String,
    /// Year of the number.
    pub year: i32,
    /// Serial.
    pub serial: Option<i32>,
    /// Name of the addressee.
    #[diesel(select_expression = crate::schema::units::name)]
    pub unit: String,
}

impl LetterName {
    /// 发文字号, or what stands for it while there is none.
    pub fn number(&self) -> String {
        let number = LetterNumber::new(&self.mark, self.year, self.serial.unwrap_or_default().unsigned_abs());
        number.map_or_else(|_| "未编号的函".to_owned(), |number| number.to_string())
    }
}

/// A delivery as stored: one letter to one mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct DeliveryRow {
    /// Identity.
    pub id: DeliveryId,
    /// Of which letter.
    pub letter_id: LetterId,
    /// Whose mailbox.
    pub unit_id: UnitId,
    /// What the mailbox is to the letter.
    pub role: Listed<Recipient>,
    /// Name of the person.
    pub name: String,
    /// Mailbox.
    pub email: String,
    /// Fixed when the row is made, without `<>`.
    pub message_id: String,
    /// Where it stands.
    pub state: Listed<DeliveryState>,
    /// Attempts begun.
    pub attempts: i32,
    /// Attempts of which nobody knows the outcome.
    pub uncertain: i32,
    /// Not before, UTC.
    pub next_attempt_at: NaiveDateTime,
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

impl DeliveryRow {
    /// A delivery that waits to be sent from `now` on: of which letter to whose mailbox; role, name and address.
    pub fn queued(
        id: DeliveryId,
        (letter_id, unit_id): (LetterId, UnitId),
        (role, name, email): (Recipient, String, String),
        message_id: String,
        now: NaiveDateTime,
    ) -> Self {
        Self {
            id,
            letter_id,
            unit_id,
            role: role.into(),
            name,
            email,
            message_id,
            state: DeliveryState::Pending.into(),
            attempts: 0,
            uncertain: 0,
            next_attempt_at: now,
            lease_until: None,
            lease_holder: None,
            accepted_at: None,
            last_reply: None,
            created_at: now,
            updated_at: now,
        }
    }
}

/// One attempt: made before the content is sent, finished after the reply.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = delivery_attempts, treat_none_as_default_value = false)]
pub struct AttemptRow {
    /// Identity.
    pub id: AttemptId,
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// From 1.
    pub number: i32,
    /// When, UTC.
    pub started_at: NaiveDateTime,
    /// When its outcome was known.
    pub finished_at: Option<NaiveDateTime>,
    /// How it ended.
    pub outcome: Listed<AttemptOutcome>,
    /// What the mail server said.
    pub reply: Option<String>,
}

/// A change of an episode that was read before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpisodeChange {
    /// The episode as it was read; nothing is written when it is another by now.
    pub before: EpisodeRow,
    /// As it shall be.
    pub after: EpisodeRow,
}

/// Which letters a list shows.
#[derive(Debug, Default, Clone)]
pub struct LetterFilter {
    /// Only of these campaigns.
    pub campaigns: Option<Vec<CampaignId>>,
    /// Only to this unit.
    pub unit_id: Option<UnitId>,
    /// Only in these states.
    pub states: Option<Vec<LetterState>>,
    /// Leave out drafts and what became of none, and letters of a pilot: they concern the office alone.
    pub numbered: bool,
    /// With `unit_id`: also those of which it has a copy.
    pub copied: bool,
    /// Only of these kinds.
    pub kinds: Option<Vec<LetterKind>>,
    /// Only of these levels.
    pub levels: Option<Vec<Level>>,
    /// Only changed after this instant, UTC.
    pub updated_after: Option<NaiveDateTime>,
}

/// A letter that will never change again, and the files it is sent with.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// The letter with serial, facts and texts.
    pub letter: LetterRow,
    /// Document and pictures.
    pub files: Vec<LetterFileRow>,
}

type Renderer<'r> = dyn Fn(&LetterRow, i32) -> Result<Frozen, String> + Send + Sync + 'r;

/// Makes the frozen texts and files of a letter once its number is known, inside the transaction that gives the number.
pub struct Rendering<'r>(Box<Renderer<'r>>);

impl<'r> Rendering<'r> {
    /// `make` takes the letter without and gives it with serial, texts and files, or says why it cannot.
    pub fn new(make: impl Fn(&LetterRow, i32) -> Result<Frozen, String> + Send + Sync + 'r) -> Self {
        Self(Box::new(make))
    }

    /// The letter with its serial, texts and files.
    ///
    /// # Errors
    /// `Corrupt` when the texts cannot be made; the transaction is then rolled back and the number stays free.
    pub fn with_serial(&self, letter: &LetterRow, serial: i32) -> Result<Frozen, StoreError> {
        (self.0)(letter, serial).map_err(StoreError::Corrupt)
    }
}

/// Which deliveries a list shows.
#[derive(Debug, Default, Clone)]
pub struct DeliveryFilter {
    /// Only of this letter.
    pub letter_id: Option<LetterId>,
    /// Only in these states.
    pub states: Option<Vec<DeliveryState>>,
    /// Only those changed later than this, UTC.
    pub updated_after: Option<NaiveDateTime>,
}

/// A claim on deliveries for a while.
#[derive(Debug, Clone, Copy)]
pub struct Lease<'a> {
    /// Who.
    pub holder: &'a str,
    /// Now, UTC.
    pub now: NaiveDateTime,
    /// Until when, unless renewed.
    pub until: NaiveDateTime,
}

/// How fast letters may go to one domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Time between two.
    pub interval: TimeDelta,
    /// How late a letter may still use the time it was given.
    pub grace: TimeDelta,
}

/// An attempt about to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptBegin {
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// Its identity.
    pub attempt: AttemptId,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct AttemptEnd {
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// Which attempt.
    pub attempt: AttemptId,
    /// How.
    pub outcome: AttemptOutcome,
    /// What the mail server said.
    pub reply: Option<String>,
    /// Where that leaves the delivery.
    pub state: DeliveryState,
    /// When it is tried again.
    pub next_attempt_at: NaiveDateTime,
    /// When the server took it.
    pub accepted_at: Option<NaiveDateTime>,
    /// What a person must look at, when it was given up.
    pub incident: Option<IncidentRow>,
    /// Now, UTC.
    pub now: NaiveDateTime,
}

/// Which episodes a list shows.
#[derive(Debug, Default, Clone)]
pub struct EpisodeFilter {
    /// Only of these campaigns.
    pub campaigns: Option<Vec<CampaignId>>,
    /// Only those this unit answers for.
    pub unit_id: Option<UnitId>,
    /// Only of this indicator.
    pub indicator_id: Option<IndicatorId>,
    /// Only open, or only lifted.
    pub states: Option<Vec<EpisodeState>>,
    /// Only changed after this instant, UTC.
    pub updated_after: Option<NaiveDateTime>,
}
