//! Watched indicators: what becomes of one hangs on how many others of its unit lag, known when all are judged.

use super::{Judged, Planner};
use crate::domain::Grade;
use crate::letter::GroundKind;
use crate::office::warnings::planned::Plan;
use crate::store::rows::EpisodeRow;
use crate::store::types::{CampaignId, UnitId};

/// What is planned for enough that lag, with how many they are in truth.
pub(super) fn counted(mut plan: Plan, lagging: u32) -> Plan {
    let said = plan.letters.values_mut().flatten().map(|finding| &mut finding.line);
    for line in said.chain(plan.standings.values_mut().map(|now| &mut now.line)) {
        if let Some(ground) = line.ground.as_mut().filter(|ground| ground.kind == GroundKind::Together) {
            ground.count = lagging;
        }
    }
    plan
}

/// A watched indicator: what becomes of it hangs on how many others of its unit lag, known when all are judged.
pub(super) struct Held {
    /// Campaign and unit.
    pub(super) unit: (CampaignId, UnitId),
    /// How many must lag.
    pub(super) enough: u32,
    /// What is planned when too few lag.
    pub(super) alone: Plan,
    /// What is planned when enough lag.
    pub(super) together: Plan,
}

impl Planner<'_> {
    /// Counts what lags; plans what is watched both ways, for later.
    pub(super) fn hold(&mut self, judged: Judged<'_>, episode: Option<&EpisodeRow>) -> Option<Held> {
        let Judged { evidence, assessment, .. } = judged;
        let unit = (evidence.row.campaign_id, evidence.row.lead_unit_id?);
        if assessment.grade.is_lagging() {
            *self.lagging.entry(unit).or_default() += 1;
        }
        if assessment.grade != Grade::Watch {
            return None;
        }
        let enough = evidence.grounds.pack.missed_indicators;
        let mut planned = |lagging| {
            let before = std::mem::take(&mut self.plan);
            self.consider(judged, episode.cloned(), lagging);
            std::mem::replace(&mut self.plan, before)
        };
        Some(Held { unit, enough, alone: planned(0), together: planned(enough) })
    }
}
