//! A run: what the day calls for is planned, drafted and issued, or only told.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::draft::Draft;
use super::plan::{Plan, plan};
use super::{Desk, WarningError};
use crate::db;
use crate::domain::{Grade, Level};
use crate::letter::LINES_MAX;
use crate::store::StoreError;
use crate::store::rows::IssuingCampaignRow;
use crate::store::types::Id;

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A rehearsal: it would be issued.
    Planned,
    /// It was.
    Issued {
        /// The letter.
        id: Id,
        /// Its number.
        number: String,
    },
    /// The campaign wants approval before issue.
    AwaitsApproval,
    /// Somebody else issued about the same episodes at the same time.
    Overtaken,
}

/// One letter of a run.
#[derive(Debug, Clone)]
pub struct PlannedLetter {
    /// Campaign.
    pub campaign_id: Id,
    /// Addressee.
    pub unit_id: Id,
    /// Name of the addressee.
    pub unit: String,
    /// Level: the gravest of its lines.
    pub level: Level,
    /// Indicators it lists, with their grades.
    pub indicators: Vec<(Id, String, Grade)>,
    /// Mailboxes, the addressee's first.
    pub mailboxes: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a run did, or would do.
#[derive(Debug, Clone, Default)]
pub struct Issued {
    /// Indicators judged.
    pub assessed: usize,
    /// Letters, in order of campaign and unit.
    pub letters: Vec<PlannedLetter>,
    /// Episodes lifted.
    pub lifted: usize,
    /// Lagging indicators without a unit that answers for them.
    pub unaddressed: Vec<Id>,
}

/// Who would get what and why on `as_of`; writes nothing.
///
/// # Errors
/// As [`issue`].
pub async fn rehearse(desk: &Desk, as_of: NaiveDate) -> Result<Issued, WarningError> {
    run(desk, as_of, true).await
}

/// Issues every letter that is due as of `as_of`, dated today. Safe to run twice: the second run finds nothing due.
///
/// # Errors
/// When the database fails, a deadline needs an unpublished calendar, or a template fails. Letters issued before stay.
pub async fn issue(desk: &Desk, as_of: NaiveDate) -> Result<Issued, WarningError> {
    run(desk, as_of, false).await
}

async fn run(desk: &Desk, as_of: NaiveDate, dry_run: bool) -> Result<Issued, WarningError> {
    let Plan { letters, quiet, lifted, unaddressed, assessed } = plan(desk, as_of).await?;
    let mut done = Issued { assessed, lifted, ..Issued::default() };
    done.unaddressed = unaddressed.iter().map(|finding| finding.evidence.row.id).collect();
    if !done.unaddressed.is_empty() {
        tracing::error!(
            count = done.unaddressed.len(),
            "lagging indicators without a unit that answers for them"
        );
    }
    if !dry_run {
        for change in quiet {
            match db!(desk.store, letters::change_episodes(&[], std::slice::from_ref(&change))) {
                Err(StoreError::Stale) | Ok(()) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    let campaigns = db!(desk.store, warnings::list_issuing_campaigns())?;
    let campaigns: HashMap<Id, IssuingCampaignRow> = campaigns.into_iter().map(|row| (row.id, row)).collect();
    for ((campaign, unit), mut findings) in letters {
        let campaign = campaigns.get(&campaign).ok_or_else(|| StoreError::missing("campaign", campaign.0))?;
        // The gravest first: the reader may not reach the end.
        findings.sort_by_key(|finding| {
            (std::cmp::Reverse(finding.level), finding.evidence.row.task_id, finding.evidence.row.id)
        });
        while !findings.is_empty() {
            let rest = findings.split_off(findings.len().min(LINES_MAX));
            let draft = Draft::of(desk, as_of, campaign, &campaigns, unit, findings).await?;
            done.letters.push(draft.conclude(desk, dry_run).await?);
            findings = rest;
        }
    }
    Ok(done)
}
