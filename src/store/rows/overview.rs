//! What an office sees first.

use chrono::NaiveDate;
use diesel::prelude::Queryable;
use xushi_domain::{Grade, Invalid, LetterNumber, LetterState};

use crate::types::{CampaignId, IndicatorId, LetterId, Listed};

/// How many indicators of a campaign have a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GradeCount {
    /// The campaign.
    pub campaign: CampaignId,
    /// The grade.
    pub grade: Grade,
    /// How many.
    pub count: i64,
}

/// Mark, year and serial of a letter.
pub type NumberColumns = (String, i32, Option<i32>);

/// The number that these columns are; `None` for a draft.
///
/// # Errors
/// When they are none.
pub fn letter_number((mark, year, serial): &NumberColumns) -> Result<Option<LetterNumber>, Invalid> {
    serial.map(|serial| LetterNumber::new(mark, *year, serial.unsigned_abs())).transpose()
}

/// The last warning about an indicator that is in trouble.
#[derive(Debug, Clone, Queryable)]
pub struct StandingLetterRow {
    /// The indicator.
    pub indicator_id: IndicatorId,
    /// The letter.
    pub letter_id: LetterId,
    /// Its number.
    pub number: NumberColumns,
    /// Its state.
    pub state: Listed<LetterState>,
    /// By when it is to be answered.
    pub reply_by: Option<NaiveDate>,
}

/// A letter whose answer is overdue.
#[derive(Debug, Clone, Queryable)]
pub struct OverdueLetterRow {
    /// The letter.
    pub letter_id: LetterId,
    /// Its number.
    pub number: NumberColumns,
    /// The unit that has still to answer.
    pub unit: String,
    /// By when it was to be answered.
    pub reply_by: Option<NaiveDate>,
    /// Which step of the ladder it is itself.
    pub ladder_step: Option<i32>,
}
