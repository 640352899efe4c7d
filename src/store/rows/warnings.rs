//! What issuing reads: names and addresses for the letters of one campaign.

use diesel::prelude::{Queryable, Selectable};

use crate::schema::campaigns;
use crate::types::{CampaignId, IndicatorId, Listed, TaskId, UnitId};
use xushi_domain::{Issuing, ResponsibilityRole};

/// A campaign as far as its letters go.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = campaigns)]
pub struct IssuingCampaignRow {
    /// Identity.
    pub id: CampaignId,
    /// Name.
    pub name: String,
    /// 文号 of the plan document.
    pub doc_no: Option<String>,
    /// The campaign above.
    pub parent_id: Option<CampaignId>,
    /// 专班 office: copied on every letter.
    pub office_unit_id: Option<UnitId>,
    /// Whether letters wait for a signature.
    pub issuing: Listed<Issuing>,
    /// Which kinds wait where letters do, comma-separated.
    pub signed: String,
    /// 发文机关.
    pub issuer_name: String,
    /// 机关代字.
    pub letter_mark: String,
    /// Working days a unit has to answer.
    pub reply_working_days: i32,
    /// Whom to ask.
    pub contact_name: Option<String>,
    /// Their telephone.
    pub contact_phone: Option<String>,
    /// Their mailbox.
    pub contact_email: Option<String>,
}

/// Names of an indicator, for its line in a letter.
#[derive(Debug, Clone, Queryable)]
pub struct LineRow {
    /// The indicator.
    pub id: IndicatorId,
    /// Its task.
    pub task_id: TaskId,
    /// Name of the task.
    pub task: String,
    /// Its measure's name.
    pub measure: String,
    /// Its region's name.
    pub region: String,
}

/// A unit's part in an indicator or its task.
#[derive(Debug, Clone, Queryable)]
pub struct PartRow {
    /// Of this task, or
    pub task_id: Option<TaskId>,
    /// of this indicator.
    pub indicator_id: Option<IndicatorId>,
    /// The unit.
    pub unit_id: UnitId,
    /// Its part.
    pub role: Listed<ResponsibilityRole>,
}

/// A unit's name and the unit above it.
#[derive(Debug, Clone, Queryable)]
pub struct UnitNameRow {
    /// The unit.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// The unit above it.
    pub parent_id: Option<UnitId>,
}
