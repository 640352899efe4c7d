//! What the verdicts of a day call for: which episodes open, go on or are lifted, and who gets a letter about which.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::{Desk, WarningError};
use crate::db;
use crate::domain::episode::{EpisodeState, Standing, Turn, Verdict, turn};
use crate::domain::pace::Assessment;
use crate::domain::{Level, Period, TextEnum as _};
use crate::store::StoreError;
use crate::store::judging::{Evidence, Judging};
use crate::store::rows::{EpisodeChange, EpisodeRow, word};
use crate::store::types::Id;

/// One indicator that a letter shall speak of.
pub(super) struct Finding {
    /// What the verdict rests on, without the facts themselves.
    pub(super) evidence: Evidence,
    /// The verdict.
    pub(super) assessment: Assessment,
    /// Level of its episode.
    pub(super) level: Level,
    /// What is written of its episode.
    pub(super) episode: EpisodeWrite,
}

/// What is written of an episode.
pub(super) enum EpisodeWrite {
    /// It opens.
    Open(EpisodeRow),
    /// It goes on.
    Change(Box<EpisodeChange>),
}

/// What a day calls for.
#[derive(Default)]
pub(super) struct Plan {
    /// Findings by campaign and lead unit: one letter each.
    pub(super) letters: BTreeMap<(Id, Id), Vec<Finding>>,
    /// Episodes that change without a letter.
    pub(super) quiet: Vec<EpisodeChange>,
    /// How many of those are lifted.
    pub(super) lifted: usize,
    /// Findings nobody answers for.
    pub(super) unaddressed: Vec<Finding>,
    /// Indicators judged.
    pub(super) assessed: usize,
}

/// Judges every indicator as of `as_of` and compares with the open episodes. Writes nothing.
pub(super) async fn plan(desk: &Desk, as_of: NaiveDate) -> Result<Plan, WarningError> {
    let open = db!(desk.store, letters::list_open_episodes())?;
    let mut open: HashMap<Id, EpisodeRow> = open.into_iter().map(|row| (row.indicator_id, row)).collect();
    let mut judging = Judging::start(&desk.store, &desk.calendar, as_of, None).await?;
    let mut plan = Plan::default();
    while let Some(mut page) = judging.next_page().await? {
        judging.compare_lagging(&mut page).await?;
        for (evidence, assessment) in page {
            plan.assessed += 1;
            let episode = open.remove(&evidence.row.id);
            consider(desk, &mut plan, as_of, (evidence, assessment), episode)?;
        }
    }
    Ok(plan)
}

fn consider(
    desk: &Desk,
    plan: &mut Plan,
    as_of: NaiveDate,
    (mut evidence, assessment): (Evidence, Assessment),
    episode: Option<EpisodeRow>,
) -> Result<(), StoreError> {
    let standing = episode.as_ref().map(standing).transpose()?;
    let period_end = assessment.data_period.map(Period::end);
    let verdict = Verdict { grade: assessment.grade, run: assessment.run, period_end };
    let now = desk.clock.timestamp();
    let (level, write) = match (turn(standing.as_ref(), &verdict, &evidence.pack), episode) {
        (Turn::Open { level }, _) => {
            (level, EpisodeWrite::Open(opened(desk, &evidence, &assessment, level, as_of)))
        }
        (Turn::Continue { level, letter }, Some(before)) => {
            let mut after = EpisodeRow {
                grade: assessment.grade.to_string(),
                level: level.to_string(),
                updated_at: now,
                ..before.clone()
            };
            if !letter {
                if (&after.grade, &after.level) != (&before.grade, &before.level) {
                    plan.quiet.push(EpisodeChange { before, after });
                }
                return Ok(());
            }
            after.lettered_level = Some(level.to_string());
            after.lettered_period_end = period_end;
            (level, EpisodeWrite::Change(Box::new(EpisodeChange { before, after })))
        }
        (Turn::Lift, Some(before)) => {
            let after = EpisodeRow {
                state: EpisodeState::Lifted.to_string(),
                grade: assessment.grade.to_string(),
                lifted_on: Some(as_of),
                updated_at: now,
                ..before.clone()
            };
            plan.quiet.push(EpisodeChange { before, after });
            plan.lifted += 1;
            return Ok(());
        }
        _ => return Ok(()),
    };
    // The facts have done their work; a plan may hold many findings.
    evidence.own = Vec::new();
    let (campaign, unit) = (evidence.row.campaign_id, evidence.row.lead_unit_id);
    let finding = Finding { evidence, assessment, level, episode: write };
    match unit {
        Some(unit) => plan.letters.entry((campaign, unit)).or_default().push(finding),
        None => plan.unaddressed.push(finding),
    }
    Ok(())
}

fn standing(row: &EpisodeRow) -> Result<Standing, StoreError> {
    Ok(Standing {
        level: word(&row.level)?,
        lettered: row.lettered_level.as_deref().map(word).transpose()?,
        lettered_period_end: row.lettered_period_end,
    })
}

fn opened(
    desk: &Desk,
    evidence: &Evidence,
    assessment: &Assessment,
    level: Level,
    as_of: NaiveDate,
) -> EpisodeRow {
    let now = desk.clock.timestamp();
    let period_end = assessment.data_period.map(Period::end);
    EpisodeRow {
        id: Id(desk.clock.new_id()),
        indicator_id: evidence.row.id,
        campaign_id: evidence.row.campaign_id,
        unit_id: evidence.row.lead_unit_id,
        state: EpisodeState::Open.as_str().to_owned(),
        grade: assessment.grade.to_string(),
        level: level.to_string(),
        opened_on: as_of,
        opened_period_end: period_end,
        lifted_on: None,
        lettered_level: Some(level.to_string()),
        lettered_period_end: period_end,
        created_at: now,
        revision: 1,
        updated_at: now,
    }
}
