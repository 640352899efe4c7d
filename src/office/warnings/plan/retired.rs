//! Indicators that were taken off the plan: what was open of them is over, and whoever was warned is told so.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{Judged, Planner};
use crate::domain::pace::Assessment;
use crate::evidence::{Evidence, Judging};
use crate::letter::LetterLine;
use crate::office::warnings::facts;
use crate::office::{Office, Refusal};
use crate::store::rows::EpisodeRow;
use crate::store::types::{CampaignId, IndicatorId};

/// What is known of a retired indicator as of a day.
pub(in crate::office::warnings) struct LetGo {
    pub(in crate::office::warnings) evidence: Evidence,
    pub(in crate::office::warnings) assessment: Assessment,
    pub(in crate::office::warnings) line: LetterLine,
}

/// Those of these indicators that are retired by `as_of`.
pub(in crate::office::warnings) async fn retired(
    office: &Office,
    as_of: NaiveDate,
    ids: &[IndicatorId],
) -> Result<Vec<LetGo>, Refusal> {
    let found = office.read.list_retired(ids).await?;
    let found: Vec<_> = found.into_iter().filter(|(_, on, _)| *on <= as_of).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let these = found.iter().map(|(id, ..)| *id).collect();
    let why: HashMap<IndicatorId, (NaiveDate, String)> =
        found.into_iter().map(|(id, on, reason)| (id, (on, reason))).collect();
    let mut judging = Judging::of(&office.read, &office.calendar, as_of, these).await?;
    let mut all = Vec::new();
    while let Some(page) = judging.next_page().await? {
        for (evidence, assessment) in page {
            let Some((on, reason)) = why.get(&evidence.row.id) else { continue };
            let line = facts::retired(&evidence, &assessment, as_of, (*on, reason));
            all.push(LetGo { evidence, assessment, line });
        }
    }
    Ok(all)
}

impl Planner<'_> {
    /// Lifts what is left open after the walk, which goes past what is retired.
    pub(super) async fn let_go(&mut self) -> Result<(), Refusal> {
        let wanted: Option<HashSet<CampaignId>> =
            self.wanted.campaigns.as_ref().map(|ids| ids.iter().copied().collect());
        let is_wanted = |row: &&EpisodeRow| wanted.as_ref().is_none_or(|all| all.contains(&row.campaign_id));
        let left: Vec<IndicatorId> =
            self.open.values().filter(is_wanted).map(|row| row.indicator_id).collect();
        for LetGo { evidence, assessment, line } in retired(self.office, self.as_of, &left).await? {
            let Some(before) = self.open.remove(&evidence.row.id) else { continue };
            let judged = Judged {
                evidence: &evidence,
                assessment: &assessment,
                twins: &[],
                lagging: 0,
                as_of: self.as_of,
                retired: Some(&line),
            };
            let after = EpisodeRow {
                grade: assessment.grade.into(),
                updated_at: self.office.clock.timestamp(),
                ..before.clone()
            };
            self.lift(judged, before, after);
        }
        Ok(())
    }
}
