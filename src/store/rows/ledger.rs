//! 问题台账 and the board of letters.

use chrono::NaiveDate;

use super::EpisodeRow;
use crate::types::{CampaignId, LetterId, UnitId};
use xushi_domain::{LetterKind, Level};

/// Which problems the ledger shows.
#[derive(Debug, Default, Clone)]
pub struct LedgerFilter {
    /// Only of these campaigns.
    pub campaigns: Option<Vec<CampaignId>>,
    /// Only those this unit answers for.
    pub unit_id: Option<UnitId>,
    /// Open at the end of this day.
    pub as_of: NaiveDate,
    /// Whether letters of a pilot count as well.
    pub trial: bool,
}

/// An episode that was open, with the names that people know it by.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// The episode.
    pub episode: EpisodeRow,
    /// Name of its measure.
    pub indicator: String,
    /// Name of its region.
    pub region: String,
    /// Name of the unit that answers for it.
    pub unit: Option<String>,
    /// Name of the campaign.
    pub campaign: String,
    /// Letters about it that had been issued, the first one first.
    pub letters: Vec<LedgerLetterRow>,
    /// Where the latest figure known by then came from.
    pub source: Option<String>,
}

/// A letter about an episode.
#[derive(Debug, Clone)]
pub struct LedgerLetterRow {
    /// Identity.
    pub id: LetterId,
    /// What it is for.
    pub kind: LetterKind,
    /// 机关代字.
    pub mark: String,
    /// Year of its number.
    pub year: i32,
    /// Serial of its number.
    pub serial: Option<i32>,
    /// The level it gave the episode.
    pub level: Option<Level>,
    /// Which step of a ladder it is.
    pub ladder_step: Option<i32>,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// Until when an answer is asked for now; on a day gone by, ask the course of the letter.
    pub reply_by: Option<NaiveDate>,
}

/// A letter as far as the board counts it.
#[derive(Debug, Clone)]
pub struct BoardLetterRow {
    /// Identity.
    pub id: LetterId,
    /// Addressee.
    pub unit_id: UnitId,
    /// Its name.
    pub unit: String,
    /// What it is for.
    pub kind: LetterKind,
    /// Which step of a ladder it is.
    pub ladder_step: Option<i32>,
    /// Until when an answer is asked for now; on a day gone by, ask the course of the letter.
    pub reply_by: Option<NaiveDate>,
}
