//! Silences.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::schema::silences;
use crate::types::{CampaignId, IndicatorId, SilenceId, UnitId};

/// A silence as stored: what fits everything it names gets no letter from `starts_on` to `ends_on`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = silences, treat_none_as_default_value = false)]
pub struct SilenceRow {
    /// Identity.
    pub id: SilenceId,
    /// Only this campaign and those under it.
    pub campaign_id: Option<CampaignId>,
    /// Only this indicator.
    pub indicator_id: Option<IndicatorId>,
    /// Only what this unit leads.
    pub unit_id: Option<UnitId>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// When it was ended early, UTC.
    pub ended_at: Option<NaiveDateTime>,
    /// By whom.
    pub ended_by: Option<String>,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
}

/// Which silences a list shows.
#[derive(Debug, Default, Clone)]
pub struct SilenceFilter {
    /// Only those in force on this day.
    pub on: Option<NaiveDate>,
    /// Only of this campaign.
    pub campaign_id: Option<CampaignId>,
    /// Only of this indicator.
    pub indicator_id: Option<IndicatorId>,
    /// Only of this unit.
    pub unit_id: Option<UnitId>,
    /// Only changed after this instant, UTC.
    pub updated_after: Option<NaiveDateTime>,
}
