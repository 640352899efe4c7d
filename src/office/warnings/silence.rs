//! Silences: what gets no letter for a while, though its episode goes on.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{Office, Refusal};
use crate::evidence::Evidence;
use crate::store::rows::{IssuingCampaignRow, SilenceRow};
use crate::store::types::{CampaignId, IndicatorId, UnitId};

/// Campaigns above one another at most.
const DEPTH_MAX: usize = 20;

/// The silences in force on a day.
pub(super) struct Silences {
    rows: Vec<SilenceRow>,
    above: HashMap<CampaignId, CampaignId>,
}

impl Silences {
    /// Reads those of `day`.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn load(
        office: &Office,
        day: NaiveDate,
        campaigns: &HashMap<CampaignId, IssuingCampaignRow>,
    ) -> Result<Self, Refusal> {
        let rows = office.store.list_silences_on(day).await?;
        let above = campaigns.values().filter_map(|row| Some((row.id, row.parent_id?))).collect();
        Ok(Self { rows, above })
    }

    /// Whether letters about this indicator are held back.
    pub(super) fn cover(&self, evidence: &Evidence) -> bool {
        let row = &evidence.row;
        self.cover_one(row.campaign_id, row.id, row.lead_unit_id)
    }

    /// The same, by what is known of the indicator.
    pub(super) fn cover_one(
        &self,
        campaign: CampaignId,
        indicator: IndicatorId,
        unit: Option<UnitId>,
    ) -> bool {
        self.rows.iter().any(|silence| {
            silence.indicator_id.is_none_or(|id| id == indicator)
                && silence.unit_id.is_none_or(|id| Some(id) == unit)
                && silence.campaign_id.is_none_or(|id| self.within(campaign, id))
        })
    }

    /// The campaign at the top of the tree in which this one stands.
    pub(super) fn root(&self, campaign: CampaignId) -> CampaignId {
        let chain = std::iter::successors(Some(campaign), |id| self.above.get(id).copied());
        chain.take(DEPTH_MAX).last().unwrap_or(campaign)
    }

    /// All campaigns in the trees of these: what one of them promises another may promise too.
    pub(super) fn families(
        &self,
        of: &HashSet<CampaignId>,
        campaigns: &HashMap<CampaignId, IssuingCampaignRow>,
    ) -> Vec<CampaignId> {
        let roots: HashSet<CampaignId> = of.iter().map(|id| self.root(*id)).collect();
        campaigns.keys().copied().filter(|id| roots.contains(&self.root(*id))).collect()
    }

    fn within(&self, campaign: CampaignId, wanted: CampaignId) -> bool {
        let chain = std::iter::successors(Some(campaign), |id| self.above.get(id).copied());
        chain.take(DEPTH_MAX).any(|id| id == wanted)
    }
}
