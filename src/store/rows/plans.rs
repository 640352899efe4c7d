//! A whole plan at once: what an import writes in one transaction.

use super::{
    CampaignMemberRow, CampaignRow, CitationRow, ContactRow, IndicatorRow, MeasureAliasRow, MeasureRow,
    ResponsibilityRow, TaskRow, UnitRow,
};
use crate::types::Id;

/// Everything of a plan, parents before children.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "one list a table")]
pub struct PlanRows {
    pub units: Vec<UnitRow>,
    pub contacts: Vec<ContactRow>,
    pub campaigns: Vec<CampaignRow>,
    pub members: Vec<CampaignMemberRow>,
    pub tasks: Vec<TaskRow>,
    pub responsibilities: Vec<ResponsibilityRow>,
    pub measures: Vec<MeasureRow>,
    pub aliases: Vec<MeasureAliasRow>,
    /// Indicators with their measure and region; the series is filled in when written.
    pub indicators: Vec<(Id, Id, IndicatorRow)>,
    pub citations: Vec<CitationRow>,
}
