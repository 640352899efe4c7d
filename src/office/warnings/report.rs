//! What a run did, as it is kept and shown.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::run::{Issued, Outcome, PlannedLetter};
use super::upgrade::Upgrade;
use super::{Actor, Office, Refusal};
use crate::store::StoreError;
use crate::store::rows::WarningRunRow;
use crate::store::types::{Id, WarningRunId};

/// A run, as kept: its letters with counts; what each letter says is in the letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// Indicators judged.
    pub assessed: usize,
    /// Episodes that recovered and are watched from then on.
    pub recovered: usize,
    /// Episodes lifted.
    pub lifted: usize,
    /// Drafts discarded.
    pub discarded: usize,
    /// Indicators held back by a silence.
    pub silenced: Vec<Uuid>,
    /// Indicators that no unit answers for.
    pub unaddressed: Vec<Uuid>,
    /// Letters issued or drafted, and those that could not be.
    pub letters: Vec<ReportedLetter>,
    /// What new rules change, while their letters wait for a person to release them.
    #[serde(default)]
    pub upgrade: Option<Upgrade>,
}

/// One letter of a run, as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedLetter {
    /// The letter or draft; `None` when none was written.
    pub id: Option<Uuid>,
    /// Its number.
    pub number: Option<String>,
    /// planned, issued, awaits_approval, overtaken or blocked.
    pub outcome: String,
    /// Why it was not written, for people.
    pub detail: Option<String>,
    /// What it is for.
    pub kind: String,
    /// Step of the ladder.
    pub step: Option<i32>,
    /// Level of a warning.
    pub level: Option<String>,
    /// Campaign.
    pub campaign_id: Uuid,
    /// Addressee.
    pub unit_id: Uuid,
    /// Name of the addressee.
    pub unit: String,
    /// How many indicators it lists.
    pub indicator_count: usize,
    /// How many mailboxes it goes to.
    pub mailbox_count: usize,
    /// Who should get it and has no mailbox.
    pub lacking: Vec<String>,
}

impl RunReport {
    /// What is kept of a run.
    pub fn of(done: &Issued) -> Self {
        Self {
            assessed: done.assessed,
            recovered: done.recovered,
            lifted: done.lifted,
            discarded: done.discarded,
            silenced: done.silenced.iter().map(|id| id.0).collect(),
            unaddressed: done.unaddressed.iter().map(|id| id.0).collect(),
            letters: done.letters.iter().map(ReportedLetter::of).collect(),
            upgrade: done.upgrade.clone(),
        }
    }

    /// Reads a kept run back.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read(row: &WarningRunRow) -> Result<Self, StoreError> {
        let corrupt = |error| StoreError::Corrupt(format!("warning run {}: {error}", row.id.0));
        serde_json::from_str(&row.report).map_err(corrupt)
    }
}

impl ReportedLetter {
    /// What is kept of a letter.
    pub fn of(letter: &PlannedLetter) -> Self {
        let (id, number, outcome, detail) = match &letter.outcome {
            Outcome::Planned => (None, None, "planned", None),
            Outcome::Issued { id, number } => (Some(id.0), Some(number.clone()), "issued", None),
            Outcome::AwaitsApproval { id } => (Some(id.0), None, "awaits_approval", None),
            Outcome::Overtaken => {
                (None, None, "overtaken", Some("同时进行的另一次运行已就此发函。".to_owned()))
            }
            Outcome::Blocked { year } => {
                let detail =
                    format!("反馈期限落在{year}年，该年工作日历尚未载入，函未发出；载入后将自动补发。");
                (None, None, "blocked", Some(detail))
            }
        };
        Self {
            id,
            number,
            outcome: outcome.to_owned(),
            detail,
            kind: letter.kind.to_string(),
            step: letter.step,
            level: letter.level.map(|level| level.to_string()),
            campaign_id: letter.campaign_id.0,
            unit_id: letter.unit_id.0,
            unit: letter.unit.clone(),
            indicator_count: letter.indicators.len(),
            mailbox_count: letter.mailboxes.len(),
            lacking: letter.lacking.clone(),
        }
    }
}

/// Keeps what a run did, and gives under what number and since when; `started_by` is the name of the key that asked for it.
pub(super) async fn keep(
    office: &Office,
    actor: &Actor,
    as_of: NaiveDate,
    (started_by, done): (Option<&str>, &Issued),
) -> Result<(WarningRunId, NaiveDateTime), Refusal> {
    let count = |many: usize| i32::try_from(many).unwrap_or(i32::MAX);
    let written = |letter: &&PlannedLetter| {
        matches!(letter.outcome, Outcome::Issued { .. } | Outcome::AwaitsApproval { .. })
    };
    let report = RunReport::of(done);
    let row = WarningRunRow {
        id: Id::of(office.clock.new_id()),
        as_of,
        letters: count(done.letters.iter().filter(written).count()),
        assessed: count(done.assessed),
        report: serde_json::to_string(&report).map_err(|error| StoreError::Corrupt(error.to_string()))?,
        created_at: office.clock.timestamp(),
        started_by: started_by.map(str::to_owned),
    };
    let mut deed = office.begin(actor).await?;
    let kept = deed.tx().create_run(&row).await;
    deed.end(kept).await?;
    Ok((row.id, row.created_at))
}
