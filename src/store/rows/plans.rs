//! A whole plan at once: what an import writes in one transaction.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::Insertable;

use super::{CitationRow, ContactRow, IndicatorRow, UnitRow};
use crate::store::schema::{campaign_members, campaigns, measure_aliases, measures, responsibilities, tasks};
use crate::store::types::Id;

/// A new campaign.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = campaigns, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of the table, explained there")]
pub struct NewCampaign {
    pub id: Id,
    pub name: String,
    pub doc_no: Option<String>,
    pub region_id: Id,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub parent_id: Option<Id>,
    pub ordinal: i32,
    pub office_unit_id: Option<Id>,
    pub workforce: Option<String>,
    pub convener: Option<String>,
    pub members_open: bool,
    pub rule_pack_id: Id,
    pub issuing: String,
    pub issuer_name: String,
    pub letter_mark: String,
    pub reply_working_days: i32,
    pub contact_name: Option<String>,
    pub contact_phone: Option<String>,
    pub contact_email: Option<String>,
    pub created_at: NaiveDateTime,
    pub revision: i32,
    pub updated_at: NaiveDateTime,
}

/// A new member of a 专班.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = campaign_members)]
#[expect(missing_docs, reason = "the columns of the table, explained there")]
pub struct NewMember {
    pub id: Id,
    pub campaign_id: Id,
    pub unit_id: Id,
    pub role: String,
    pub ordinal: i32,
}

/// A new task.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = tasks, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of the table, explained there")]
pub struct NewTask {
    pub id: Id,
    pub campaign_id: Id,
    pub parent_id: Option<Id>,
    pub ordinal: i32,
    pub name: String,
    pub units_open: bool,
    pub created_at: NaiveDateTime,
    pub revision: i32,
    pub updated_at: NaiveDateTime,
}

/// A new responsibility of a task.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = responsibilities, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of the table, explained there")]
pub struct NewResponsibility {
    pub id: Id,
    pub task_id: Option<Id>,
    pub indicator_id: Option<Id>,
    pub unit_id: Id,
    pub role: String,
    pub ordinal: i32,
}

/// A new measure.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = measures, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of the table, explained there")]
pub struct NewMeasure {
    pub id: Id,
    pub name: String,
    pub unit: String,
    pub basis: String,
    pub better: String,
    pub frequency: String,
    pub release_day: Option<i32>,
    pub precision: i32,
    pub created_at: NaiveDateTime,
    pub revision: i32,
    pub updated_at: NaiveDateTime,
}

/// Another name of a new measure.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = measure_aliases)]
#[expect(missing_docs, reason = "the columns of the table, explained there")]
pub struct NewAlias {
    pub name: String,
    pub measure_id: Id,
}

/// Everything of a plan, parents before children.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "one list a table")]
pub struct PlanRows {
    pub units: Vec<UnitRow>,
    pub contacts: Vec<ContactRow>,
    pub campaigns: Vec<NewCampaign>,
    pub members: Vec<NewMember>,
    pub tasks: Vec<NewTask>,
    pub responsibilities: Vec<NewResponsibility>,
    pub measures: Vec<NewMeasure>,
    pub aliases: Vec<NewAlias>,
    /// Indicators with their measure and region; the series is filled in when written.
    pub indicators: Vec<(Id, Id, IndicatorRow)>,
    pub citations: Vec<CitationRow>,
}
