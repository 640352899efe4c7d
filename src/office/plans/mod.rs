//! Deeds with plans (攻坚行动): campaigns and their usual curves, tasks, indicators, and what persons say of them.

mod campaign_curves;
mod campaign_edit;
mod campaigns;
mod external_ids;
mod indicators;
mod next_year;
mod persons;
mod plan_tree;
mod plan_writer;
mod tasks;

pub use campaign_curves::replace_curves;
pub use campaign_edit::CampaignEdit;
pub use campaigns::{NewCampaign, create_campaign, update_campaign};
pub use indicators::{IndicatorEdit, NewIndicator, create_indicator, update_indicator};
pub use next_year::{NextYear, next_year};
pub use persons::{NewNodeReport, NewPersonVerdict, give_verdict, nodes, report_node, reported_by_nodes};
pub use plan_tree::{CampaignNode, Fate, IndicatorNode, NODES_MAX, PlacedPart, PlanNode, PlanTree, TaskNode};
pub use plan_writer::put_plan;
pub use tasks::{NewTask, TaskEdit, create_task, update_task};

pub(super) use external_ids::{name_externally, rename_externally};

use super::Refusal;
use super::actor::Deed;
use crate::domain::{Responsibility, ResponsibilityRole};
use crate::store::rows::CampaignRow;
use crate::store::types::CampaignId;

/// A unit's part in a task or an indicator.
#[derive(Debug, Clone)]
pub struct NewPart {
    /// The unit: id, credit code or name.
    pub unit: String,
    /// Leading or supporting.
    pub role: ResponsibilityRole,
}

/// Whom the units in these parts are; a refusal names the place in `responsibilities`.
async fn parts(deed: &mut Deed<'_>, written: &[NewPart]) -> Result<Vec<Responsibility>, Refusal> {
    let mut found = Vec::with_capacity(written.len());
    for (index, part) in written.iter().enumerate() {
        let unit = deed.unit(&format!("responsibilities.{index}.unit"), &part.unit).await?;
        found.push(Responsibility { unit_id: unit.id.0, role: part.role });
    }
    Ok(found)
}

/// The campaign with this id.
async fn campaign(deed: &mut Deed<'_>, id: CampaignId) -> Result<CampaignRow, Refusal> {
    deed.tx().find_campaign(id).await?.ok_or(Refusal::NotFound("攻坚行动"))
}
