//! 问题台账 and the board of letters.

use chrono::{NaiveDate, NaiveDateTime};

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
    /// Drafts about it that wait, or that a person discarded, on whatever day, the first one first.
    pub unsent: Vec<UnsentLetterRow>,
    /// Where the latest figure known by then came from.
    pub source: Option<String>,
}

impl LedgerRow {
    /// The last letter that asks for an answer, else the last one: a reminder asks for nothing of its own.
    pub fn last_asking(&self) -> Option<&LedgerLetterRow> {
        self.letters.iter().rev().find(|letter| letter.kind.asks()).or(self.letters.last())
    }

    /// The draft that waited at a moment (UTC).
    pub fn draft_before(&self, end: NaiveDateTime) -> Option<LetterId> {
        let waited = |draft: &&UnsentLetterRow| {
            draft.created_at < end && draft.discarded.as_ref().is_none_or(|(_, at)| *at >= end)
        };
        self.unsent.iter().find(waited).map(|draft| draft.id)
    }

    /// Drafts that a person had discarded by a moment (UTC): who, when, why.
    pub fn held_back_before(
        &self,
        end: NaiveDateTime,
    ) -> impl Iterator<Item = (&UnsentLetterRow, &str, NaiveDateTime)> {
        self.unsent.iter().filter_map(move |draft| {
            let (by, at) = draft.discarded.as_ref().filter(|(_, at)| *at < end)?;
            Some((draft, by.as_str(), *at))
        })
    }

    /// Why nothing was issued about it by a moment (UTC).
    pub fn unsent_said(&self, end: NaiveDateTime) -> &'static str {
        match (self.draft_before(end), self.held_back_before(end).next()) {
            (Some(_), _) => "函稿待签发",
            (None, Some(_)) => "暂不发函",
            (None, None) => "未发函",
        }
    }
}

/// A draft about an episode that was not issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentLetterRow {
    /// Identity.
    pub id: LetterId,
    /// Since when it waited, UTC.
    pub created_at: NaiveDateTime,
    /// Who decided that it is not issued, and when, UTC; `None` while it waits.
    pub discarded: Option<(String, NaiveDateTime)>,
    /// Why.
    pub note: Option<String>,
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
