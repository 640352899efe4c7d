//! What issuing writes besides letters, episodes and deliveries, and what it reads of earlier letters.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};

use super::{DeliveryRow, EpisodeChange, EpisodeRow, IncidentRow, LetterRow};
use crate::schema::{letter_episodes, letter_reports, letters, warning_runs};
use crate::types::{CampaignId, EpisodeId, IndicatorId, LetterId, Listed, UnitId, WarningRunId};
use xushi_domain::{LetterKind, LetterState, Level, WaitsFor};

/// An episode in a letter.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = letter_episodes, treat_none_as_default_value = false)]
pub struct LetterEpisodeRow {
    /// The letter.
    pub letter_id: LetterId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// Its line, from 1.
    pub ordinal: i32,
    /// Level the letter gives it.
    pub level: Option<Listed<Level>>,
    /// End of the period the letter speaks of.
    pub period_end: Option<NaiveDate>,
}

/// A missed report in a 催报函.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = letter_reports, treat_none_as_default_value = false)]
pub struct LetterReportRow {
    /// The letter.
    pub letter_id: LetterId,
    /// The indicator.
    pub indicator_id: IndicatorId,
    /// End of the period whose report is missing.
    pub period_end: NaiveDate,
    /// Its line, from 1.
    pub ordinal: i32,
    /// Whether an earlier letter asked for the same report.
    pub repeated: bool,
}

/// A letter that asked for a report first: of which indicator, the end of the period, where the letter stands, whether it
/// is one of a pilot, which letter.
pub type FirstReport = (IndicatorId, NaiveDate, Listed<LetterState>, bool, LetterId);

/// What one letter writes, in one transaction.
#[derive(Debug, Clone)]
pub struct NewLetter {
    /// The letter; its serial is filled in when it is issued.
    pub letter: LetterRow,
    /// New episodes it speaks of.
    pub opened: Vec<EpisodeRow>,
    /// Episodes it speaks of that were there before, where something changes.
    pub continued: Vec<EpisodeChange>,
    /// Episodes it speaks of, new or not.
    pub episodes: Vec<LetterEpisodeRow>,
    /// Reports it asks for.
    pub reports: Vec<LetterReportRow>,
    /// The mailboxes; none for a draft.
    pub deliveries: Vec<DeliveryRow>,
    /// Whom it should reach and cannot; its number is put before the detail when it is issued.
    pub incident: Option<IncidentRow>,
}

/// A draft to be written, in the place of the one that waits if there is one.
#[derive(Debug, Clone)]
pub struct DraftWrite {
    /// The draft; its id and `created_at` are those of the one it replaces.
    pub new: NewLetter,
    /// When the one it replaces was last changed, as it was read.
    pub replaces: Option<NaiveDateTime>,
}

/// A letter without its contents.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = letters)]
pub struct LetterHead {
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
    /// Where it stands.
    pub state: Listed<LetterState>,
    /// Campaign.
    pub campaign_id: CampaignId,
    /// Addressee.
    pub unit_id: UnitId,
    /// Day of issue.
    pub issued_on: Option<NaiveDate>,
    /// Last day for the answer.
    pub reply_by: Option<NaiveDate>,
    /// The letter it follows.
    pub follows_id: Option<LetterId>,
    /// Which step of that letter's ladder it is.
    pub ladder_step: Option<i32>,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// Why a draft waits.
    pub waits_for: Option<Listed<WaitsFor>>,
    /// Whether it is one of a pilot.
    pub trial: bool,
}

/// A warning run as stored; never changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = warning_runs, treat_none_as_default_value = false)]
pub struct WarningRunRow {
    /// Identity.
    pub id: WarningRunId,
    /// Day the verdicts held for.
    pub as_of: NaiveDate,
    /// Letters issued and drafts written.
    pub letters: i32,
    /// Indicators judged.
    pub assessed: i32,
    /// What it did, JSON.
    pub report: String,
    /// When, UTC.
    pub created_at: NaiveDateTime,
    /// Name of the caller's key; `None` for the schedule.
    pub started_by: Option<String>,
}
