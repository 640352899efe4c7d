//! Indicators and the board.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{AsChangeset, Identifiable, Insertable, Queryable, Selectable};
use serde::Serialize;

use super::{AssessmentRow, CurrentAssessmentRow};
use crate::schema::{citations, indicators};
use crate::types::{
    CampaignId, CitationId, IndicatorId, Listed, MeasureId, Number, RegionId, TaskId, UnitId,
};
use xushi_domain::{Comparator, Grade, Kind};

/// An indicator as stored: the plan's part; how it stands is told by [`CurrentAssessmentRow`].
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = indicators, treat_none_as_default_value = false)]
pub struct IndicatorRow {
    /// Identity.
    pub id: IndicatorId,
    /// Campaign of its task.
    pub campaign_id: CampaignId,
    /// Where it stands in the plan.
    pub task_id: TaskId,
    /// Measure and region.
    pub series_id: i64,
    /// The unit that answers for it; see `queries::responsibilities`.
    pub lead_unit_id: Option<UnitId>,
    /// The promise.
    #[diesel(embed)]
    #[serde(flatten)]
    pub target: TargetColumns,
    /// The curve as JSON.
    pub curve: String,
    /// Value at the start of the window, in the measure's unit.
    pub baseline: Option<Number>,
    /// First day it is judged over.
    pub window_start: NaiveDate,
    /// Last day it is judged over.
    pub window_end: NaiveDate,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// The first day on which it is no more; `None` while it is.
    pub retired_on: Option<NaiveDate>,
    /// Why.
    pub retired_reason: Option<String>,
}

/// The promise of an indicator; all `None` when no target has been handed down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = indicators, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct TargetColumns {
    /// Kind.
    pub kind: Option<Listed<Kind>>,
    /// Comparator.
    pub comparator: Option<Listed<Comparator>>,
    /// Value, in `target_unit`.
    pub target_value: Option<Number>,
    /// Upper end of a range.
    pub target_value_hi: Option<Number>,
    /// Unit as written.
    pub target_unit: Option<String>,
    /// Softening or hardening word.
    pub hedge: Option<String>,
    /// The phrase.
    pub phrase: Option<String>,
    /// What it is compared with.
    pub benchmark: Option<String>,
}

/// A place of the plan that prints an indicator again.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = citations)]
pub struct CitationRow {
    /// Identity.
    pub id: CitationId,
    /// What is cited.
    pub indicator_id: IndicatorId,
    /// Where.
    pub task_id: TaskId,
}

/// An indicator with the names a reader needs.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct NamedIndicatorRow {
    /// The indicator.
    pub indicator: IndicatorRow,
    /// Measure: id, name, unit.
    pub measure: (MeasureId, String, String),
    /// Region: code, name.
    pub region: (String, String),
    /// Name of its task.
    pub task_name: String,
    /// Name of the lead unit.
    pub lead_unit_name: Option<String>,
    /// Which assessment is in force.
    pub current: CurrentAssessmentRow,
    /// That assessment; `None` before the first one.
    pub assessment: Option<AssessmentRow>,
    /// What the system that owns it calls it.
    pub external_id: Option<String>,
}

/// One line of the board: of an indicator, what a list shows, and no more.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct BoardRow {
    /// Indicator.
    pub id: IndicatorId,
    /// Campaign of its task.
    pub campaign_id: CampaignId,
    /// Task: id, name.
    pub task: (TaskId, String),
    /// Lead unit: id, name.
    pub lead_unit: (Option<UnitId>, Option<String>),
    /// Measure: id, name, unit.
    pub measure: (MeasureId, String, String),
    /// Region: code, name.
    pub region: (String, String),
    /// Kind of the target.
    pub kind: Option<Listed<Kind>>,
    /// Phrase of the target.
    pub phrase: Option<String>,
    /// When the indicator was last changed, UTC.
    pub planned_at: NaiveDateTime,
    /// Which assessment is in force.
    pub current: CurrentAssessmentRow,
    /// That assessment; `None` before the first one.
    pub assessment: Option<AssessmentRow>,
}

/// The parts of an indicator that may change; assessments have rows of their own.
#[derive(Debug, Clone, PartialEq, Eq, AsChangeset, Identifiable)]
#[diesel(table_name = indicators, treat_none_as_null = true)]
pub struct IndicatorChange {
    /// Which indicator.
    pub id: IndicatorId,
    /// Its task.
    pub task_id: TaskId,
    /// The promise.
    #[diesel(embed)]
    pub target: TargetColumns,
    /// The curve as JSON.
    pub curve: String,
    /// Value at the start of the window.
    pub baseline: Option<Number>,
    /// First day it is judged over.
    pub window_start: NaiveDate,
    /// Last day it is judged over.
    pub window_end: NaiveDate,
    /// The revision after the change.
    pub revision: i32,
    /// When.
    pub updated_at: NaiveDateTime,
}

impl IndicatorChange {
    /// The row as the change leaves it; who leads it is kept apart.
    #[must_use]
    pub fn applied_to(&self, row: IndicatorRow) -> IndicatorRow {
        IndicatorRow {
            task_id: self.task_id,
            target: self.target.clone(),
            curve: self.curve.clone(),
            baseline: self.baseline,
            window_start: self.window_start,
            window_end: self.window_end,
            revision: self.revision,
            updated_at: self.updated_at,
            ..row
        }
    }
}

/// Which indicators a list shows.
#[derive(Debug, Default, Clone)]
pub struct BoardFilter {
    /// Only of this campaign and those below it.
    pub family: Option<CampaignId>,
    /// Only of these campaigns.
    pub campaigns: Option<Vec<CampaignId>>,
    /// Only of this task.
    pub task_id: Option<TaskId>,
    /// Only those this unit answers for.
    pub unit_id: Option<UnitId>,
    /// Only in this region.
    pub region_id: Option<RegionId>,
    /// Only of this measure.
    pub measure_id: Option<MeasureId>,
    /// Only with one of these grades.
    pub grades: Option<Vec<Grade>>,
    /// Only changed after this instant, UTC.
    pub updated_after: Option<NaiveDateTime>,
    /// Without those that were retired on this day or before; `None` for all.
    pub alive_on: Option<NaiveDate>,
}

/// A target of a measure (first) in a region (second), with the window it is for.
pub type SiblingTarget = (MeasureId, RegionId, NaiveDate, NaiveDate, TargetColumns);
