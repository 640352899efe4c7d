//! What evaluation reads and writes: rows without names, as narrow as they can be.

use chrono::NaiveDate;
use diesel::prelude::{Queryable, Selectable};

use super::{CurrentAssessmentRow, TargetColumns};
use crate::schema::{assessments, indicators, measures};
use crate::types::{AssessmentId, CampaignId, IndicatorId, Listed, MeasureId, Number, TaskId, UnitId};
use crate::{StoreError, curves};
use xushi_domain::{Basis, Better, Curve, Frequency, Grade, Measure, Period, Target};

/// An indicator as evaluation needs it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = indicators)]
pub struct EvaluationRow {
    /// Identity.
    pub id: IndicatorId,
    /// Its campaign, for the rule pack.
    pub campaign_id: CampaignId,
    /// Where it stands in the plan.
    pub task_id: TaskId,
    /// The unit that answers for it.
    pub lead_unit_id: Option<UnitId>,
    /// Measure and region.
    pub series_id: i64,
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
    /// Which assessment is in force.
    #[diesel(embed)]
    pub current: CurrentAssessmentRow,
}

impl EvaluationRow {
    /// The curve, read back.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn curve(&self) -> Result<Curve, StoreError> {
        curves::read(&self.curve)
    }

    /// The window.
    ///
    /// # Errors
    /// `Invalid` when it ends before it starts.
    pub fn window(&self) -> Result<Period, StoreError> {
        Ok(Period::new(self.window_start, self.window_end)?)
    }
}

impl TargetColumns {
    /// The promise, read back; `None` when none has been handed down.
    pub fn target(&self) -> Option<Target> {
        let kind = self.kind?;
        Some(Target {
            kind: kind.0,
            comparator: self.comparator.map(|comparator| comparator.0),
            value: self.target_value.map(|number| number.0),
            value_hi: self.target_value_hi.map(|number| number.0),
            unit: self.target_unit.clone().unwrap_or_default(),
            hedge: self.hedge.clone(),
            phrase: self.phrase.clone().unwrap_or_default(),
            benchmark: self.benchmark.clone(),
        })
    }
}

impl From<Option<&Target>> for TargetColumns {
    fn from(target: Option<&Target>) -> Self {
        let Some(target) = target else { return Self::default() };
        Self {
            kind: Some(target.kind.into()),
            comparator: target.comparator.map(Listed),
            target_value: target.value.map(Number),
            target_value_hi: target.value_hi.map(Number),
            target_unit: (!target.unit.is_empty()).then(|| target.unit.clone()),
            hedge: target.hedge.clone(),
            phrase: Some(target.phrase.clone()),
            benchmark: target.benchmark.clone(),
        }
    }
}

/// A measure as evaluation needs it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = measures)]
pub struct EvaluationMeasureRow {
    /// Identity.
    pub id: MeasureId,
    name: String,
    unit: String,
    basis: Listed<Basis>,
    better: Listed<Better>,
    frequency: Listed<Frequency>,
    release_day: Option<i32>,
    precision: i32,
}

impl TryFrom<EvaluationMeasureRow> for Measure {
    type Error = StoreError;

    fn try_from(row: EvaluationMeasureRow) -> Result<Self, StoreError> {
        let words = (row.basis.0, row.better.0, row.frequency.0);
        let release_day = row.release_day.map(i32::unsigned_abs);
        Ok(Self::new(&row.name, &row.unit, words, release_day, row.precision.unsigned_abs())?)
    }
}

/// What hysteresis and runs need of a verdict recorded before.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = assessments)]
pub struct PastVerdictRow {
    /// Identity of the assessment; it tells when it was written down.
    pub id: AssessmentId,
    /// Of which indicator.
    pub indicator_id: IndicatorId,
    /// Last day of the period judged.
    pub data_end: Option<NaiveDate>,
    /// Grade.
    pub grade: Listed<Grade>,
}
