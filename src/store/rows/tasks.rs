//! Tasks and who answers for them.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use serde::Serialize;
use uuid::Uuid;

use crate::schema::{handovers, responsibilities, tasks};
use crate::types::{CampaignId, Id, IndicatorId, Listed, ResponsibilityId, TaskId, UnitId};
use xushi_domain::{Responsibility, ResponsibilityRole, Task};

/// A task as stored; a change writes the whole row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = tasks, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct TaskRow {
    /// Identity.
    pub id: TaskId,
    /// Campaign it belongs to.
    pub campaign_id: CampaignId,
    /// Task above, of the same campaign.
    pub parent_id: Option<TaskId>,
    /// Number among its siblings as printed.
    pub ordinal: i32,
    /// Name, unique under its parent.
    pub name: String,
    /// Whether its list of units ends with 等.
    pub units_open: bool,
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

/// From when on, and why, indicators stand elsewhere or are led by somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// The first day.
    pub on: NaiveDate,
    /// Why.
    pub reason: Option<String>,
    /// When it is written, UTC.
    pub at: NaiveDateTime,
}

/// In which task an indicator stood and who led it until a day, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = handovers, treat_none_as_default_value = false)]
pub struct HandoverRow {
    /// Which indicator.
    pub indicator_id: IndicatorId,
    /// Its task then.
    pub task_id: TaskId,
    /// Its lead unit then.
    pub lead_unit_id: Option<UnitId>,
    /// The first day that no longer holds.
    pub superseded_on: NaiveDate,
    /// Why it changed.
    pub reason: Option<String>,
    /// When it was written, UTC.
    pub recorded_at: NaiveDateTime,
}

/// Where an indicator stood on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceThen {
    /// Task: id, name.
    pub task: (TaskId, String),
    /// Lead unit: id, name.
    pub lead_unit: (Option<UnitId>, Option<String>),
}

impl TaskRow {
    /// The row of a new task.
    pub fn of(
        task: Task,
        campaign_id: CampaignId,
        parent_id: Option<TaskId>,
        id: TaskId,
        now: NaiveDateTime,
    ) -> Self {
        Self {
            id,
            campaign_id,
            parent_id,
            ordinal: task.ordinal,
            name: task.name,
            units_open: task.units_open,
            created_at: now,
            revision: 1,
            updated_at: now,
            retired_on: None,
            retired_reason: None,
        }
    }

    /// This row, saying what `task` says, under `parent_id`.
    #[must_use]
    pub fn changed(&self, task: Task, parent_id: Option<TaskId>, now: NaiveDateTime) -> Self {
        let new = Self::of(task, self.campaign_id, parent_id, self.id, now);
        let retired_reason = self.retired_reason.clone();
        let (created_at, retired_on) = (self.created_at, self.retired_on);
        Self { created_at, revision: self.revision + 1, retired_on, retired_reason, ..new }
    }
}

/// A unit's part in a task, or in an indicator with units of its own.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = responsibilities, treat_none_as_default_value = false)]
pub struct ResponsibilityRow {
    /// Identity.
    pub id: ResponsibilityId,
    /// Of this task, or
    pub task_id: Option<TaskId>,
    /// of this indicator.
    pub indicator_id: Option<IndicatorId>,
    /// The unit.
    pub unit_id: UnitId,
    /// Its part.
    pub role: Listed<ResponsibilityRole>,
    /// Place in the document's list, from 1.
    pub ordinal: i32,
}

impl ResponsibilityRow {
    /// The parts in one task, in the order given.
    pub fn of_task(task: TaskId, list: &[Responsibility], new_id: impl FnMut() -> Uuid) -> Vec<Self> {
        Self::of((Some(task), None), list, new_id)
    }

    /// The parts in one indicator, in the order given.
    pub fn of_indicator(
        indicator: IndicatorId,
        list: &[Responsibility],
        new_id: impl FnMut() -> Uuid,
    ) -> Vec<Self> {
        Self::of((None, Some(indicator)), list, new_id)
    }

    fn of(
        (task_id, indicator_id): (Option<TaskId>, Option<IndicatorId>),
        list: &[Responsibility],
        mut new_id: impl FnMut() -> Uuid,
    ) -> Vec<Self> {
        let row = |(ordinal, one): (i32, &Responsibility)| Self {
            id: Id::of(new_id()),
            task_id,
            indicator_id,
            unit_id: Id::of(one.unit_id),
            role: one.role.into(),
            ordinal,
        };
        (1..).zip(list).map(row).collect()
    }
}

impl From<&ResponsibilityRow> for Responsibility {
    fn from(row: &ResponsibilityRow) -> Self {
        Self { unit_id: row.unit_id.0, role: row.role.0 }
    }
}

/// Which tasks a list shows.
#[derive(Debug, Default, Clone)]
pub struct TaskFilter {
    /// Only those of this campaign.
    pub campaign_id: Option<CampaignId>,
    /// Only those directly under this task.
    pub parent_id: Option<TaskId>,
    /// Only those in which this unit has a part of its own.
    pub unit_id: Option<UnitId>,
    /// Only those changed later than this.
    pub updated_after: Option<NaiveDateTime>,
    /// Whether retired ones are listed, too.
    pub with_retired: bool,
    /// Only of these campaigns.
    pub campaigns: Option<Vec<CampaignId>>,
}
