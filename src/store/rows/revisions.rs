//! What was in force before, and what persons have said: all of it append-only.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::schema::{campaign_curves, node_reports, person_verdicts, revisions, stated_differences};
use crate::types::{
    AnyId, CampaignId, IndicatorId, Listed, NodeReportId, Number, PersonVerdictId, RevisionId,
    StatedDifferenceId,
};
use xushi_domain::{Figure, Grade, Kind, text_enum};

text_enum! {
    /// What a revision is of.
    RevisionOf "subject" {
        /// The promise of an indicator.
        Indicator = "indicator",
        /// The rule pack of a campaign.
        Campaign = "campaign",
        /// The habits of a measure.
        Measure = "measure",
    }
}

/// What a row said before it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = revisions, treat_none_as_default_value = false)]
pub struct RevisionRow {
    /// Identity.
    pub id: RevisionId,
    /// What it is of.
    pub subject: Listed<RevisionOf>,
    /// Of which row.
    pub subject_id: AnyId,
    /// The row's revision before the change.
    pub revision: i32,
    /// What it said, as JSON; see `store::revisions`.
    pub state: String,
    /// The first day it no longer held.
    pub superseded_on: NaiveDate,
    /// Why it was replaced.
    pub reason: Option<String>,
    /// When it was replaced, UTC.
    pub recorded_at: NaiveDateTime,
}

/// A person's verdict on a target without a number.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_verdicts)]
pub struct PersonVerdictRow {
    /// Identity.
    pub id: PersonVerdictId,
    /// On which indicator.
    pub indicator_id: IndicatorId,
    /// The verdict.
    pub grade: Listed<Grade>,
    /// The day it was given.
    pub given_on: NaiveDate,
    /// What it rests on.
    pub evidence: String,
    /// Who gave it.
    pub person: String,
    /// When it was written, UTC.
    pub recorded_at: NaiveDateTime,
}

/// A report on one dated node of a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = node_reports)]
pub struct NodeReportRow {
    /// Identity.
    pub id: NodeReportId,
    /// Of which indicator.
    pub indicator_id: IndicatorId,
    /// The node, by its date in the curve.
    pub node_on: NaiveDate,
    /// Whether it is done.
    pub done: bool,
    /// The day this was so.
    pub reported_on: NaiveDate,
    /// What it rests on.
    pub evidence: String,
    /// Who reported it.
    pub person: String,
    /// When it was written, UTC.
    pub recorded_at: NaiveDateTime,
}

/// The curve of a campaign's indicators of one kind that name none.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_curves)]
pub struct CampaignCurveRow {
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// Which kind of target.
    pub kind: Listed<Kind>,
    /// The curve as JSON.
    pub curve: String,
}

/// A difference as somebody stated it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = stated_differences)]
pub struct StatedDifferenceRow {
    /// Identity.
    pub id: StatedDifferenceId,
    /// Of which measure and region.
    pub series_id: i64,
    /// First day of the period.
    pub period_start: NaiveDate,
    /// Last day of the period.
    pub period_end: NaiveDate,
    /// Level or growth.
    pub figure: Listed<Figure>,
    /// What it was compared with, as written.
    pub against: String,
    /// Own value less the other's, as stated.
    pub difference: Number,
    /// Where it was printed.
    pub source: String,
    /// The day it became known.
    pub published_on: NaiveDate,
    /// When it was written here, UTC.
    pub recorded_at: NaiveDateTime,
}
